//! The guests' paper as a person reads it, read back from the bytes that a printer gets.

use super::super::bill::{self, Bill, BillKind};
use super::super::content::Content;
use super::super::payment::Method;
use super::super::reference::Reference;
use super::super::refunds::{self, RefundKind};
use super::super::sharers::Next;
use super::*;
use crate::orders::Order;
use crate::printing::{Mark, Paper, Print, tests::read_back};
use crate::values::{Money, Quantity, RefundId};

mod lunch;

use lunch::{NOON, kahawa, lunch, payment};

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
        read_back(&slip, Paper::Wide),
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
        read_back(&slip, Paper::Narrow),
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
        read_back(&slip, Paper::Wide),
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
    let copy = read_back(&bill_of(&order, 3, BillKind::Copy), Paper::Wide);
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
        at_printer: false,
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
        read_back(&slip, Paper::Wide),
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
        read_back(&slip, Paper::Narrow),
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
    let of_guest = read_back(&receipt(&screen, For::Guest), Paper::Wide);
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
        read_back(&slip, Paper::Wide),
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
