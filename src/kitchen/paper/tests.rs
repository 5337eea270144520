//! Tickets as a cook reads them, read back from the bytes that a printer gets.

use time::Duration;
use time::macros::datetime;

use super::*;
use crate::kitchen::board::Elsewhere;
use crate::kitchen::station::{Pace, StationKind};
use crate::kitchen::ticket::{TicketModifier, Void};
use crate::printing::{Paper, tests::read_back};
use crate::values::{LineId, OrderId, Quantity, StationId, TicketId, TicketLineId};

pub const NOON: OffsetDateTime = datetime!(2026-11-22 10:05 UTC);

fn kitchen() -> Station {
    Station {
        id: StationId::new(),
        name: "Hot kitchen".to_owned(),
        kind: StationKind::Kitchen,
        sort: 1,
        pace: Pace {
            soon_s: 480,
            late_s: 900,
        },
    }
}

fn line(count: i64, name: &str) -> TicketLine {
    TicketLine {
        id: TicketLineId::new(),
        line: LineId::new(),
        quantity: Quantity::new(count).expect("a quantity"),
        name: name.to_owned(),
        second_name: None,
        modifiers: Vec::new(),
        note: None,
        allergy: None,
        seat: None,
        course: 1,
        prep_seconds: None,
        addition: 0,
        held: false,
        fired_at: Some(NOON),
        done: None,
        voided: None,
    }
}

fn modifier(name: &str, loud: bool) -> TicketModifier {
    TicketModifier {
        name: name.to_owned(),
        loud,
    }
}

/// A table whose lunch was sent with a dessert on hold, that then wanted more, and less.
pub fn lunch() -> Posted {
    let mut rolex = line(2, "Rolex with avocado, tomato and two eggs");
    rolex.second_name = Some("ሮሌክስ".to_owned());
    rolex.modifiers = vec![modifier("No onion", true), modifier("Chapati soft", false)];
    rolex.note = Some("cut in halves for the children".to_owned());
    rolex.allergy = Some("peanut, sesame".to_owned());
    rolex.seat = Some(2);
    let mut fish = line(1, "Tilapia");
    fish.voided = Some(Void {
        at: NOON + Duration::minutes(6),
        seen_at: None,
    });
    let mut cake = line(3, "Banana cake");
    cake.course = 2;
    cake.held = true;
    cake.fired_at = None;
    let mut chips = line(1, "Chips");
    chips.addition = 1;
    chips.fired_at = Some(NOON + Duration::minutes(4));
    let ticket = Ticket {
        id: TicketId::new(),
        order: OrderId::new(),
        station: StationId::new(),
        number: 42,
        title: "Table 7".to_owned(),
        kind: TicketKind::DineIn,
        guests: 3,
        waiter: "Amina".to_owned(),
        customer: None,
        sent_at: NOON,
        started: None,
        bumped: None,
        recalled_at: None,
        clock_at: None,
        shown_at: None,
        priority: false,
        unpaid: false,
        former_title: None,
        additions: 1,
        changes: 1,
        passed_on: false,
        next: None,
        revision: 1,
        lines: vec![rolex, fish, cake, chips],
    };
    let bar = Elsewhere {
        station: "Bar".to_owned(),
        sort: 2,
        ready: false,
    };
    Posted {
        ticket,
        elsewhere: vec![bar],
    }
}

fn printed(posted: &Posted, print: Print, paper: Paper) -> String {
    let slip = slip(posted, &kitchen(), print, &DayRule::default());
    read_back(&slip, paper)
}

/// The same before they wanted more.
fn before_the_chips() -> Posted {
    let mut posted = lunch();
    posted.ticket.lines.retain(|line| line.addition == 0);
    posted
}

#[test]
fn what_was_sent_first() {
    assert_eq!(
        printed(&before_the_chips(), Print::All, Paper::Wide),
        "\
#         DINE IN
#         Table 7
  Order 42                                3 guests
  Served by Amina                       Sent 13:05
  Hot kitchen                      1 of 2 stations
  Also at: Bar
  ------------------------------------------------
+ 2 × Rolex with avocado, tomato and two eggs
*   roleekese
*   NO ONION
    Chapati soft
*   Note: cut in halves for the children
    Seat 2 · Course 1
!  ALLERGY: PEANUT, SESAME
* ON HOLD: COURSE 2
+ 3 × Banana cake
    Course 2
  ------------------------------------------------
                      2 items
"
    );
    assert_eq!(
        printed(&before_the_chips(), Print::All, Paper::Narrow),
        "\
#     DINE IN
#     Table 7
  Order 42                3 guests
  Served by Amina       Sent 13:05
  Hot kitchen      1 of 2 stations
  Also at: Bar
  --------------------------------
+ 2 × Rolex with avocado, tomato
+   and two eggs
*   roleekese
*   NO ONION
    Chapati soft
*   Note: cut in halves for the
*     children
    Seat 2 · Course 1
!  ALLERGY: PEANUT, SESAME
* ON HOLD: COURSE 2
+ 3 × Banana cake
    Course 2
  --------------------------------
              2 items
"
    );
}

#[test]
fn what_was_added() {
    assert_eq!(
        printed(&lunch(), Print::AddOn(1), Paper::Wide),
        "\
!  ADD-ON
#         DINE IN
#         Table 7
  Order 42                                3 guests
  Served by Amina                       Sent 13:09
  Hot kitchen                      1 of 2 stations
  Also at: Bar
  ------------------------------------------------
+ 1 × Chips
    Course 1
  ------------------------------------------------
                       1 item
"
    );
}

#[test]
fn what_was_struck_out() {
    assert_eq!(
        printed(&lunch(), Print::Void(None), Paper::Wide),
        "\
!  VOID: DO NOT MAKE
#         DINE IN
#         Table 7
  Order 42                                3 guests
  Served by Amina                 Struck out 13:11
  Hot kitchen                      1 of 2 stations
  Also at: Bar
  ------------------------------------------------
!  VOID 1 × Tilapia
    Course 1
  ------------------------------------------------
                       1 item
"
    );
}

#[test]
fn a_course_that_is_to_be_made_now() {
    let mut lunch = lunch();
    lunch.ticket.lines[2].fired_at = Some(NOON + Duration::minutes(30));
    assert_eq!(
        printed(&lunch, Print::Fired(2), Paper::Wide),
        "\
!  COURSE 2 FIRED
#         DINE IN
#         Table 7
  Order 42                                3 guests
  Served by Amina                      Fired 13:35
  Hot kitchen                      1 of 2 stations
  Also at: Bar
  ------------------------------------------------
+ 3 × Banana cake
    Course 2
  ------------------------------------------------
                      3 items
"
    );
}

#[test]
fn a_duplicate_says_who_wanted_it_and_when() {
    let again = Print::Duplicate {
        by: "Joy Achieng",
        at: NOON + Duration::minutes(12),
    };
    assert_eq!(
        printed(&lunch(), again, Paper::Wide),
        "\
!  DUPLICATE: NOT TO BE MADE AGAIN
* Printed again by Joy Achieng, 22 Nov 2026 13:17
#         DINE IN
#         Table 7
  Order 42                                3 guests
  Served by Amina                       Sent 13:05
  Hot kitchen                      1 of 2 stations
  Also at: Bar
  ------------------------------------------------
+ 2 × Rolex with avocado, tomato and two eggs
*   roleekese
*   NO ONION
    Chapati soft
*   Note: cut in halves for the children
    Seat 2 · Course 1
!  ALLERGY: PEANUT, SESAME
!  VOID 1 × Tilapia
    Course 1
* ON HOLD: COURSE 2
+ 3 × Banana cake
    Course 2
* ADD-ON 13:09
+ 1 × Chips
    Course 1
  ------------------------------------------------
                      3 items
"
    );
}

#[test]
fn a_takeaway_says_who_it_is_for_and_that_it_is_not_paid() {
    let mut posted = lunch();
    posted.elsewhere.clear();
    let ticket = &mut posted.ticket;
    ticket.kind = TicketKind::Takeaway;
    ticket.title = "Takeaway 42".to_owned();
    ticket.customer = Some("Ŋŋoma 🍕".to_owned());
    ticket.unpaid = true;
    ticket.priority = true;
    ticket.former_title = Some("Table 3".to_owned());
    ticket.lines.truncate(1);
    assert_eq!(
        printed(&posted, Print::All, Paper::Narrow),
        "\
#     TAKEAWAY
#   Takeaway 42
#  Ngngoma pizza
* It was Table 3 before.
!  BEFORE ALL OTHERS
* NOT PAID YET
  Order 42
  Served by Amina       Sent 13:05
  Hot kitchen
  --------------------------------
+ 2 × Rolex with avocado, tomato
+   and two eggs
*   roleekese
*   NO ONION
    Chapati soft
*   Note: cut in halves for the
*     children
    Seat 2
!  ALLERGY: PEANUT, SESAME
  --------------------------------
              2 items
"
    );
}
