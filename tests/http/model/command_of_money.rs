//! What may be done about money: taken, waited for, asked for by link, given back, put on an order.

use uuid::Uuid;

use super::charges::Method;
use super::command::Why;

/// Money that goes back.
#[derive(Debug, Clone)]
pub struct Refund {
    pub back: Back,
    pub why: Why,
    /// What the provider calls the transfer back.
    pub reference: Option<String>,
    /// It does not go back through Pesapal, whatever it came through.
    pub another_way: bool,
    /// It goes back out of a drawer, however it came.
    pub in_cash: bool,
    /// What Pesapal does where it is asked.
    pub pesapal: Fault,
}

#[derive(Debug, Clone, Copy)]
pub enum Back {
    /// So much of the amount and of the tip of a wrong payment; all that is left where neither is said.
    Wrong {
        amount: Option<i64>,
        tip: Option<i64>,
    },
    Goods {
        line: Uuid,
        pieces: i64,
    },
}

/// Cash on the counter, a card, or a message on the telephone.
#[derive(Debug, Clone, Default)]
pub struct Pay {
    pub method: Method,
    pub reference: Option<String>,
    pub part: Part,
    pub amount: Option<i64>,
    pub tendered: Option<i64>,
    pub tip: i64,
    /// What the screen said is to pay.
    pub expected: Option<i64>,
    /// What of the bill the screen said that this would be, before cash is rounded.
    pub shown: Option<i64>,
}

/// How it ends that mobile money is waited for.
#[derive(Debug, Clone)]
pub enum Ending {
    /// With the id in the provider's message.
    Came(String),
    /// For a reason from the list, or in their own words.
    Failed {
        chosen: Option<&'static str>,
        written: Option<&'static str>,
    },
    Withdrawn,
}

/// How much of what is due is paid.
#[derive(Debug, Clone, Default)]
pub enum Part {
    /// The amount, or as much as the money reaches for.
    #[default]
    AsSaid,
    Full,
    /// The share of one of so many people.
    Even(i64),
    /// So many pieces of lines, and all that is left of seats.
    Items {
        pieces: Vec<(Uuid, i64)>,
        seats: Vec<i64>,
    },
}

/// Money of a message for which there is no order.
#[derive(Debug, Clone)]
pub struct Loose {
    pub method: Method,
    pub reference: Option<String>,
    pub amount: Option<i64>,
    pub tip: i64,
}

/// How Pesapal takes it that somebody is asked.
#[derive(Debug, Clone)]
pub enum Taking {
    Takes,
    /// It answers 500.
    Breaks,
    /// It answers what nobody can read.
    Nonsense,
    /// It takes smaller amounts only.
    TooMuch,
    /// It does not know any more where we are notified.
    Forgot,
    /// The guest has paid under this id, and we are told so, before it has answered.
    Early(String),
}

/// What Pesapal does wrong while it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    Breaks,
    Nonsense,
    /// It says that the guest has not finished, although they have.
    NotYet,
    OtherAmount,
    OtherCurrency,
    OtherReference,
}

/// What the guest does on Pesapal's page; nobody is told of it.
#[derive(Debug, Clone)]
pub enum Guest {
    /// By this way, under this id of the provider.
    Pays(&'static str, String),
    Fails,
    /// What they paid is given back to them.
    HasItBack,
}

/// Where somebody says or asks something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Pesapal notifies us, in the address.
    Ipn,
    /// In the body.
    IpnInBody,
    /// The guest's browser comes back.
    Return,
    /// A relay signs it.
    Relay,
    /// Somebody at a till asks.
    Till,
    /// The loop beside the server asks.
    Poll,
}

/// What a relay calls that which was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    Reference,
    Order,
    /// Another order than that of the transaction.
    AnotherOrder,
}

#[derive(Debug, Clone)]
pub enum LinkDeed {
    Guest(Guest),
    /// Somebody knocks or asks; the reference is that of another link where one is named.
    Told {
        door: Door,
        named: Option<usize>,
        fault: Fault,
    },
    /// A relay says that this much more than was asked for was paid.
    Relayed {
        called: Called,
        more: i64,
        currency: Option<&'static str>,
        fault: Fault,
    },
    /// Somebody without the secret says what a relay would.
    Forged,
    /// Somebody tells of a transaction that there is not: as Pesapal, or as a relay about the order of this link.
    Invented {
        by_relay: bool,
    },
    /// Another link for the same money takes its place.
    Renew {
        taking: Taking,
        fault: Fault,
    },
    /// Called off, and paid in cash where it is said so.
    CallOff {
        cash: bool,
        fault: Fault,
    },
}
