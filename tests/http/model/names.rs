//! What each deed is called, where a day is asked what happened on it.

use super::charges::Method;
use super::command::{
    Back, Deed, Door, Ending, Guest, Less, LinkDeed, OrderDeed, Part, ShiftDeed, TicketDeed, Which,
};

impl Deed {
    /// One word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Deed::Order(_, deed) => match deed {
                OrderDeed::Open { .. } => "open",
                OrderDeed::Add(add) if add.undo.is_some() => "undo",
                OrderDeed::Add(_) => "add",
                OrderDeed::Step { .. } => "step",
                OrderDeed::Quantity { .. } => "quantity",
                OrderDeed::Remove(_) => "remove",
                OrderDeed::Note { .. } => "note",
                OrderDeed::Seat { .. } => "seat",
                OrderDeed::NextSeat(_) => "next seat",
                OrderDeed::Course { .. } => "course",
                OrderDeed::Choose { .. } => "choose",
                OrderDeed::Instead { .. } => "instead",
                OrderDeed::Details { .. } => "details",
                OrderDeed::Send => "send",
                OrderDeed::Serve { .. } => "serve",
                OrderDeed::Cancel(why) if why.reason().is_some() => "cancel with a reason",
                OrderDeed::Cancel(_) => "cancel",
                OrderDeed::Hold { which, held } => match (which, held) {
                    (Which::Line(_), true) => "hold line",
                    (Which::Line(_), false) => "release line",
                    (Which::Course(_), true) => "hold course",
                    (Which::Course(_), false) => "release course",
                },
                OrderDeed::Fire(Which::Line(_)) => "fire line",
                OrderDeed::Fire(Which::Course(_)) => "fire course",
                OrderDeed::Void(strike) if strike.pieces.is_some() => "void pieces",
                OrderDeed::Void(_) => "void",
                OrderDeed::Comp(strike) if strike.pieces.is_some() => "comp pieces",
                OrderDeed::Comp(_) => "comp",
                OrderDeed::OpenItem(_) => "open item",
                OrderDeed::MoveTo(Some(_)) => "move to a table",
                OrderDeed::MoveTo(None) => "move away",
                OrderDeed::Transfer(_) => "transfer",
                OrderDeed::Merge(_) => "merge",
                OrderDeed::Give { is_fresh: true, .. } => "split",
                OrderDeed::Give { .. } => "give lines",
                OrderDeed::Pay(pay) => match (&pay.part, pay.method) {
                    (Part::Even(_), _) => "pay an even share",
                    (Part::Items { .. }, _) => "pay by item",
                    (_, Method::Cash) => "pay",
                    (_, Method::Card) => "pay by card",
                    (_, Method::Mtn | Method::Airtel) => "pay by mobile money",
                },
                OrderDeed::WaitFor(_) => "ask for mobile money",
                OrderDeed::AskByLink(..) => "ask by link",
                OrderDeed::NothingToPay => "nothing to pay",
                OrderDeed::Reopen(_) => "reopen",
                OrderDeed::Discount(asked) => match (asked.less, asked.line) {
                    (Less::Nothing, Some(_)) => "discount off a line",
                    (Less::Nothing, None) => "discount off",
                    (_, Some(_)) => "discount on a line",
                    (_, None) => "discount",
                },
            },
            Deed::Ticket(_, deed) => match deed {
                TicketDeed::Shown => "shown",
                TicketDeed::Start => "start",
                TicketDeed::Done(_) => "line done",
                TicketDeed::NotDone(_) => "line not done",
                TicketDeed::Bump { .. } => "bump",
                TicketDeed::Recall => "recall",
                TicketDeed::RecallFromList { anew: true } => "recall anew",
                TicketDeed::RecallFromList { .. } => "recall from the list",
                TicketDeed::Seen(_) => "void seen",
                TicketDeed::First(true) => "put first",
                TicketDeed::First(false) => "put back",
            },
            Deed::Shift(_, deed) => match deed {
                ShiftDeed::Count { .. } => "count",
                ShiftDeed::PassOn { to: Some(_), .. } => "hand over",
                ShiftDeed::PassOn { .. } => "carry over",
                ShiftDeed::Close { .. } => "close",
            },
            Deed::Refund(_, asked) => match asked.back {
                Back::Goods { .. } => "refund of goods",
                Back::Wrong {
                    amount: None,
                    tip: None,
                } => "refund",
                Back::Wrong { .. } => "refund of a part",
            },
            Deed::EndWait(_, Ending::Came(_)) => "mobile money comes",
            Deed::EndWait(_, Ending::Failed { .. }) => "mobile money does not come",
            Deed::EndWait(_, Ending::Withdrawn) => "asking is withdrawn",
            Deed::Link(_, deed) => deed.name(),
            Deed::Poll(_) => "the loop asks",
            Deed::AskBack(..) => "ask whether money went back",
            Deed::PollBack(_) => "the loop asks whether money went back",
            Deed::Place(..) => "put money on an order",
            Deed::Record(_) => "record money without an order",
            Deed::StartShift { .. } => "start shift",
            Deed::Stock(..) => "stock",
            Deed::ListPrice { price: Some(_), .. } => "a price on a list",
            Deed::ListPrice { price: None, .. } => "off a list",
            Deed::Price(..) | Deed::ChoicePrice(..) | Deed::ChoiceSoldOut(..) => "menu changed",
            Deed::Wait(_) => "wait",
            Deed::Again(_) => "again",
            Deed::KeyOfAnother(_) => "key of another",
            Deed::Sweep => "sweep",
        }
    }
}

impl LinkDeed {
    fn name(&self) -> &'static str {
        match self {
            LinkDeed::Guest(Guest::Pays(..)) => "a guest pays by link",
            LinkDeed::Guest(Guest::Fails) => "a guest fails to pay",
            LinkDeed::Guest(Guest::HasItBack) => "a guest has it back",
            LinkDeed::Told { door, .. } => match door {
                Door::IpnInBody => "Pesapal notifies in the body",
                Door::Return => "a guest comes back",
                Door::Till => "ask Pesapal now",
                _ => "Pesapal notifies",
            },
            LinkDeed::Relayed { .. } => "a relay says so",
            LinkDeed::Forged => "a forged word",
            LinkDeed::Invented { .. } => "an invented transaction",
            LinkDeed::Renew { .. } => "new link",
            LinkDeed::CallOff { cash: true, .. } => "switch to cash",
            LinkDeed::CallOff { .. } => "call off",
        }
    }
}
