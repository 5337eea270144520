//! Shifts: the float, the blind count, what stands in the way of closing, approval, the report.

mod closing;
mod counting;
mod handover;
mod movements;
mod reports;
mod starting;
mod states;
mod tenders;
mod variance;
mod whose;

use cafe_pos::values::ShiftId;
use poem::http::StatusCode;

use super::house::*;

const POUCH: [(&str, &str); 2] = [("cash", "pouch"), ("count_10000", "5")];
const DRAWER: [(&str, &str); 2] = [("cash", "drawer"), ("count_10000", "5")];

/// The password that everybody of the seed has.
const PASSWORD: &str = "password123";

async fn start(device: &mut Device, form: &[(&str, &str)]) -> Answer {
    device.post("/shift/float", form).await
}

/// The open shift of a person.
async fn shift_of(house: &House, username: &str) -> ShiftId {
    let row = house
        .row(
            "SELECT s.id FROM shifts s JOIN staff st ON st.id = s.staff_id \
             WHERE st.username = $1 AND s.closed_at IS NULL",
            [username.into()],
        )
        .await;
    row.try_get("", "id").expect("an id")
}

/// Sells an espresso for exact cash; answers its price.
async fn sell(house: &House, till: &mut Device) -> i64 {
    let order = till.counter_sale().await;
    till.tap(order, "Espresso").await.must_be(StatusCode::OK);
    let total = house
        .number(&format!("SELECT total FROM orders WHERE id = '{order}'"))
        .await;
    let tendered = total.to_string();
    till.post(
        &format!("/orders/{order}/payments"),
        &[("tendered", &tendered)],
    )
    .await
    .must_be(StatusCode::OK);
    total
}

/// The report as it reads, cell by cell.
fn slip_text(screen: &Answer) -> String {
    screen.all(".receipt .c, .receipt td").join(" ")
}

/// What the drawer of a shift should hold.
async fn expected(house: &House, shift: ShiftId) -> i64 {
    house
        .number(&format!(
            "SELECT sum(amount) FROM cash_entries WHERE shift_id = '{shift}'"
        ))
        .await
}

/// Counts this amount in hundreds.
async fn lock(device: &mut Device, shift: ShiftId, amount: i64) -> Answer {
    assert_eq!(amount % 100, 0, "the prices of the seed are in hundreds");
    let pieces = (amount / 100).to_string();
    device
        .post(&format!("/shifts/{shift}/count"), &[("count_100", &pieces)])
        .await
}

/// Closes with the count that the screen shows.
async fn close(device: &mut Device, shift: ShiftId, form: &[(&str, &str)]) -> Answer {
    let screen = device.get(&format!("/shifts/{shift}/count")).await;
    let count = screen
        .attributes("#close input[name='count']", "value")
        .pop();
    close_as_seen(device, shift, count.as_deref(), form).await
}

/// Closes with the count that was on the screen.
async fn close_as_seen(
    device: &mut Device,
    shift: ShiftId,
    count: Option<&str>,
    form: &[(&str, &str)],
) -> Answer {
    let mut fields: Vec<(&str, &str)> = count.map(|count| ("count", count)).into_iter().collect();
    fields.extend(form);
    device
        .post(&format!("/shifts/{shift}/close"), &fields)
        .await
}

/// Counts the float that `House::with_float` gave and closes the shift of whoever did not sell anything in it.
pub async fn count_and_close(house: &House, device: &mut Device, username: &str) {
    let shift = shift_of(house, username).await;
    device
        .post(&format!("/shifts/{shift}/count"), &[("count_10000", "5")])
        .await
        .must_be(StatusCode::OK);
    close(device, shift, &[]).await.must_be(StatusCode::OK);
}

async fn count_screen(device: &mut Device, shift: ShiftId) -> Answer {
    device
        .get(&format!("/shifts/{shift}/count"))
        .await
        .must_be(StatusCode::OK)
}
