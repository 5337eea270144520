//! The guests' paper as a person reads it, read back from the bytes that a printer gets.

use time::OffsetDateTime;
use time::macros::datetime;

use super::super::bill::{self, Bill, BillKind};
use super::super::content::Content;
use super::super::payment::Method;
use super::super::print::Print;
use super::super::reference::Reference;
use super::super::refunds::{self, RefundKind};
use super::super::sharers::Next;
use super::*;
use crate::menu::Chosen;
use crate::orders::{Given, Line, LineState, Off, Order, Place};
use crate::printing::{Drawer, Paper, Printed, bytes, decode, in_words, text};
use crate::values::{
    BasisPoints, LineId, ModifierId, Money, OrderId, PaymentId, Quantity, RefundId, StaffId,
    StationId, TableId, TaxClassId,
};

const NOON: OffsetDateTime = datetime!(2026-11-22 10:05 UTC);

fn points(points: i64) -> BasisPoints {
    BasisPoints::new(points).expect("a share")
}

fn line(count: i64, name: &str, price: i64, tax: (TaxClassId, &str, i64)) -> Line {
    Line {
        id: LineId::new(),
        position: 1,
        product: None,
        name: name.to_owned(),
        kitchen_name: None,
        quantity: Quantity::new(count).expect("a quantity"),
        unit_price: Money::new(price),
        base_price: Money::new(price),
        from_stock: 0,
        modifiers: Vec::new(),
        note: Some("well done".to_owned()),
        allergy: None,
        seat: None,
        course: 1,
        held: false,
        announced: false,
        tax_class: tax.0,
        tax_name: tax.1.to_owned(),
        tax_rate: points(tax.2),
        station: StationId::new(),
        station_name: "Kitchen".to_owned(),
        prep_seconds: None,
        given: None,
        price_list: None,
        comped: false,
        state: LineState::Served,
        added_by: StaffId::new(),
        added_at: NOON,
        sent_at: Some(NOON),
        ready_at: Some(NOON),
    }
}

fn choice(name: &str) -> Chosen {
    Chosen {
        id: ModifierId::new(),
        name: name.to_owned(),
        kitchen: name.to_owned(),
        price: Money::ZERO,
        loud: false,
        silent: false,
        left_out: false,
        prefix: None,
    }
}

fn lunch() -> Order {
    let vat = (TaxClassId::new(), "VAT 18%", 1_800);
    let levy = (TaxClassId::new(), "Tourism levy 6%", 600);
    let mut coffee = line(2, "Cappuccino, large", 9_000, vat);
    coffee.modifiers = vec![
        choice("Oat milk"),
        choice("Extra shot of espresso from the house"),
    ];
    let fish = "Whole tilapia from Lake Victoria with chips, greens and tartar sauce";
    let lines = vec![
        coffee,
        line(1, fish, 38_000, vat),
        line(1, "ቡና ceremony", 16_000, levy),
    ];
    Order {
        id: OrderId::new(),
        number: 42,
        reference: "20261122-0042".to_owned(),
        business_date: "2026-11-22".parse().expect("a date"),
        place: Place::Table {
            id: TableId::new(),
            code: "7".to_owned(),
            area: "Garden".to_owned(),
        },
        guests: 3,
        waiter: StaffId::new(),
        waiter_name: "Amina".to_owned(),
        shift: None,
        shift_over: false,
        opened_at: NOON,
        tax_included: true,
        service: None,
        given: Some(Given {
            name: "Staff".to_owned(),
            off: Off::Percent(points(1_000)),
            most: points(10_000),
        }),
        lines,
        rounding: Money::ZERO,
        paid: Money::ZERO,
        first_sent_at: Some(NOON),
        bill_printed_at: Some(NOON),
        billed: None,
        settled_at: None,
        settled_date: None,
        closed_at: None,
        cancelled_at: None,
        revision: 1,
    }
}

fn kahawa() -> Settings {
    Settings {
        cafe_name: "Café Kahawa".to_owned(),
        address: "Acacia Avenue, Kololo\nKampala".to_owned(),
        tax_number: "1009 482 113".to_owned(),
        receipt_footer: "Webale nyo. Asante sana.".to_owned(),
        ..Settings::default()
    }
}

fn payment(order: &Order, method: Method, amount: i64) -> Payment {
    Payment {
        id: PaymentId::new(),
        order: Some(order.id),
        shift: None,
        method,
        amount: Money::new(amount),
        tip: Money::ZERO,
        tendered: None,
        change: Money::ZERO,
        reference: None,
        taken_by: None,
        taker: None,
        taken_at: NOON,
        verified: false,
    }
}

/// What a printer prints, in words: as it was laid out, fed and cut.
fn printed(slip: &Slip, paper: Paper) -> String {
    let mut printed = decode(&bytes(slip, paper, Drawer::Shut)).expect("read");
    assert_eq!(printed.pop(), Some(Printed::Cut));
    assert_eq!(printed.pop(), Some(Printed::Feed(3)));
    let words = in_words(&printed);
    assert_eq!(words, text(slip, paper));
    words
}

fn bill_of(order: &Order, place: i16, kind: BillKind) -> Slip {
    let bill = Bill {
        place,
        kind,
        content: String::new(),
    };
    bill::slip(order, &bill, &kahawa())
}

#[test]
fn the_bill() {
    let slip = bill_of(&lunch(), 1, BillKind::First);
    assert_eq!(
        printed(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
               Acacia Avenue, Kololo
                      Kampala
                  TIN 1009 482 113
  ------------------------------------------------
#           BILL
  Order 42                                 Table 7
  22 Nov 2026                                13:05
  Served by Amina                         3 guests
  ------------------------------------------------
  2 Cappuccino, large                       18,000
    Oat milk
    Extra shot of espresso from the house
  1 Whole tilapia from Lake Victoria with   38,000
    chips, greens and tartar sauce
  1 bunaa ceremony                          16,000
  ------------------------------------------------
  Subtotal                                  72,000
  Discount, Staff 10%                       -7,200
+ TOTAL UGX                                 64,800
  VAT 18% included                           7,688
  Tourism levy 6% included                     815
  ------------------------------------------------
               This is not a receipt.
       Please ask for one when you have paid.
"
    );
}

#[test]
fn the_bill_on_narrow_paper() {
    let slip = bill_of(&lunch(), 1, BillKind::First);
    assert_eq!(
        printed(&slip, Paper::Narrow),
        "\
#   CAFÉ KAHAWA
       Acacia Avenue, Kololo
              Kampala
          TIN 1009 482 113
  --------------------------------
#       BILL
  Order 42                 Table 7
  22 Nov 2026                13:05
  Served by Amina         3 guests
  --------------------------------
  2 Cappuccino, large       18,000
    Oat milk
    Extra shot of espresso from
      the house
  1 Whole tilapia from Lake 38,000
    Victoria with chips,
    greens and tartar sauce
  1 bunaa ceremony          16,000
  --------------------------------
  Subtotal                  72,000
  Discount, Staff 10%       -7,200
+ TOTAL UGX                 64,800
  VAT 18% included           7,688
  Tourism levy 6% included     815
  --------------------------------
       This is not a receipt.
  Please ask for one when you have
               paid.
"
    );
}

#[test]
fn a_revised_bill_of_an_order_that_is_paid_in_part() {
    let mut order = lunch();
    order.lines.truncate(1);
    order.paid = Money::new(10_000);
    let slip = bill_of(&order, 2, BillKind::Revised);
    assert_eq!(
        printed(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
               Acacia Avenue, Kololo
                      Kampala
                  TIN 1009 482 113
  ------------------------------------------------
#       REVISED BILL
                No. 2 of this order
  Order 42                                 Table 7
  22 Nov 2026                                13:05
  Served by Amina                         3 guests
  ------------------------------------------------
  2 Cappuccino, large                       18,000
    Oat milk
    Extra shot of espresso from the house
  ------------------------------------------------
  Subtotal                                  18,000
  Discount, Staff 10%                       -1,800
+ TOTAL UGX                                 16,200
  VAT 18% included                           2,471
  Paid already                             -10,000
+ TO PAY                                     6,200
  ------------------------------------------------
               This is not a receipt.
       Please ask for one when you have paid.
"
    );
    let copy = printed(&bill_of(&order, 3, BillKind::Copy), Paper::Wide);
    assert!(copy.contains("No. 3 of this order, copy"), "{copy}");
}

#[test]
fn the_receipt_of_the_second_of_two_payments_printed_again() {
    let mut order = lunch();
    order.paid = Money::new(60_000);
    let mut momo = payment(&order, Method::MtnMomo, 30_000);
    momo.reference = Some(Reference::stored("MP261122.1004".to_owned()));
    momo.tip = Money::new(2_000);
    let mut cash = payment(&order, Method::Cash, 30_000);
    cash.tendered = Some(Money::new(50_000));
    cash.change = Money::new(20_000);
    let content = Content::of_payment(&order, cash.amount);
    let given_back = refund(&momo, 5_000);
    let screen = Screen {
        order: &order,
        payment: &cash,
        payments: &[momo, cash.clone()],
        refunds: &[given_back],
        content: &content,
        items: &[(Quantity::ONE, "ቡና ceremony".to_owned())],
        next: Next::Rest,
        link: Some("https://pos.example.com/r/8cQpZ3".to_owned()),
        mark: Mark::Copy(Print { place: 2, at: NOON }),
        settings: &kahawa(),
    };
    let slip = receipt(&screen, For::Paper);
    assert_eq!(
        printed(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
               Acacia Avenue, Kololo
                      Kampala
                  TIN 1009 482 113
#           COPY
             No. 2, 22 Nov 2026, 13:05
  ------------------------------------------------
  Order 42                                 Table 7
  22 Nov 2026                                13:05
  Served by Amina                         3 guests
  No. 20261122-0042
  ------------------------------------------------
  2 Cappuccino, large                       18,000
    Oat milk
    Extra shot of espresso from the house
  1 Whole tilapia from Lake Victoria with   38,000
    chips, greens and tartar sauce
  1 bunaa ceremony                          16,000
  ------------------------------------------------
  Subtotal                                  72,000
  Discount, Staff 10%                       -7,200
+ TOTAL UGX                                 64,800
  VAT 18% included                           7,688
  Tourism levy 6% included                     815
  ------------------------------------------------
  MTN MoMo, 13:05                           32,000
    MP261122.1004
    Tip, thank you                           2,000
  Cash, 13:05                               50,000
  Change                                    20,000
  This payment: 1 bunaa ceremony
  Given back in cash, 22 Nov 2026 13:05     -5,000
+ STILL TO PAY                               4,800
  ------------------------------------------------
              Webale nyo. Asante sana.

  [code: https://pos.example.com/r/8cQpZ3]

             Scan to keep this receipt
"
    );
    assert_eq!(
        printed(&slip, Paper::Narrow),
        "\
#   CAFÉ KAHAWA
       Acacia Avenue, Kololo
              Kampala
          TIN 1009 482 113
#       COPY
     No. 2, 22 Nov 2026, 13:05
  --------------------------------
  Order 42                 Table 7
  22 Nov 2026                13:05
  Served by Amina         3 guests
  No. 20261122-0042
  --------------------------------
  2 Cappuccino, large       18,000
    Oat milk
    Extra shot of espresso from
      the house
  1 Whole tilapia from Lake 38,000
    Victoria with chips,
    greens and tartar sauce
  1 bunaa ceremony          16,000
  --------------------------------
  Subtotal                  72,000
  Discount, Staff 10%       -7,200
+ TOTAL UGX                 64,800
  VAT 18% included           7,688
  Tourism levy 6% included     815
  --------------------------------
  MTN MoMo, 13:05           32,000
    MP261122.1004
    Tip, thank you           2,000
  Cash, 13:05               50,000
  Change                    20,000
  This payment: 1 bunaa ceremony
  Given back in cash, 22    -5,000
    Nov 2026 13:05
+ STILL TO PAY               4,800
  --------------------------------
      Webale nyo. Asante sana.

  [code: https://pos.example.com/r/8cQpZ3]

     Scan to keep this receipt
"
    );
    let of_guest = printed(&receipt(&screen, For::Guest), Paper::Wide);
    assert!(of_guest.contains("Paid before"), "{of_guest}");
    assert!(!of_guest.contains("MP261122"), "{of_guest}");
}

fn refund(payment: &Payment, amount: i64) -> Refund {
    Refund {
        id: RefundId::new(),
        payment: payment.id,
        order: payment.order,
        kind: RefundKind::WrongPayment,
        amount: Money::new(amount),
        tip: Money::ZERO,
        in_cash: true,
        reference: None,
        reason: "Charged twice".to_owned(),
        refunded_by: Some("Amina Nankya".to_owned()),
        approved_by: Some("Ruth Kabonesa".to_owned()),
        refunded_at: NOON,
    }
}

#[test]
fn the_slip_that_a_guest_signs_for_money_given_back() {
    let order = lunch();
    let paid = payment(&order, Method::AirtelMoney, 30_000);
    let slip = refunds::view::slip(&refund(&paid, 30_000), &paid, Some(&order), &kahawa());
    assert_eq!(
        printed(&slip, Paper::Wide),
        "\
#       CAFÉ KAHAWA
               Acacia Avenue, Kololo
                      Kampala
                  TIN 1009 482 113
  ------------------------------------------------
#          REFUND
  Order 42                                 Table 7
  22 Nov 2026                                13:05
  No. 20261122-0042
  ------------------------------------------------
  Paid by Airtel Money, 22 Nov 2026 13:05   30,000
+ GIVEN BACK IN CASH UGX                    30,000
  Wrong payment: Charged twice
  By Amina Nankya, approved by Ruth Kabonesa
  ------------------------------------------------
  Received

  ____________________
"
    );
}
