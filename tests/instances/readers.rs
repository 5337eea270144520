//! Readers that stall: a tablet that sleeps and reads on, and one that never reads.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;
use uuid::Uuid;

use crate::fault::{Fault, Row};
use crate::house::House;
use crate::trade::screen::{Pass, Screen, View};
use crate::trade::tills::Command;

/// Screens that never read, of the same order.
const NEVER: usize = 24;
/// Lines on that order, each with a long note: a picture of it is some 70 kB.
const LINES: usize = 40;
/// What they may cost the instance together, in kB. Without bounds it would be some 200 MB.
const BOUND: u64 = 48 * 1024;

/// Both at once, while one picture follows the other.
pub async fn stalled(house: &mut House) -> Vec<Row> {
    let stall = match std::env::var_os("LONG") {
        Some(_) => Duration::from_secs(180),
        None => Duration::from_secs(20),
    };
    let mut fault = Fault::quiet(
        &format!("screens that read nothing for {} s", stall.as_secs()),
        0,
    );
    let mut never = Fault::quiet(&format!("{NEVER} clients that never read"), 0);
    let (a, b) = (house.a.door(), house.b.door());
    let order = Uuid::now_v7();
    let cashier = house.venue.cashiers[1].clone();
    let path = format!("/orders/{order}");
    let insist = async |method, path: &str, form: &[(&str, &str)]| {
        let command = Command::new(method, path, &cashier, form);
        command
            .insist(&house.client, std::slice::from_ref(&a))
            .await;
    };
    insist("PUT", &path, &[("kind", "takeaway")]).await;

    let view = View {
        name: "order".to_owned(),
        query: format!("view=order&order={order}"),
        pages: vec![path.clone()],
        pass: Pass::Session(cashier.clone()),
    };
    let mut asleep: Vec<Screen> = [&a, &b]
        .map(|door| Screen::open(view.clone(), vec![door.clone()]))
        .into();
    asleep.extend(house.views_at(&house.venue.doors).await);
    never
        .these_true(house, &asleep.iter().collect::<Vec<_>>())
        .await;
    asleep.iter().for_each(Screen::sleep);

    let product = house.venue.products[0].0.clone();
    let note = "Without sugar, and with the milk beside it, please. ".repeat(2);
    for number in 0..LINES {
        let note = format!("{number} {note}");
        let form = [("product", product.as_str()), ("note", note.trim_end())];
        insist("POST", &format!("{path}/lines"), &form).await;
    }
    let mut deaf = Vec::new();
    let (mut before, mut changes) = (house.a.memory(), 0);
    let line = house
        .id(
            "SELECT id FROM order_lines WHERE order_id = $1 LIMIT 1",
            [order.into()],
        )
        .await;
    let quantity = format!("{path}/lines/{line}/quantity");
    let begun = Instant::now();
    while begun.elapsed() < stall {
        let by = if changes % 2 == 0 { "1" } else { "-1" };
        insist("POST", &quantity, &[("by", by)]).await;
        changes += 1;
        if changes == 10 {
            // The allocator has what drawing needs; from now on it is the readers that cost.
            before = house.a.memory();
            for _ in 0..NEVER {
                deaf.push(never_reads(&a, &cashier, &view.query).await);
            }
        }
        sleep(Duration::from_millis(120)).await;
    }
    let after = house.a.memory();
    never.say(&format!(
        ", {changes} pictures: {} kB more",
        after.saturating_sub(before)
    ));
    if after > before + BOUND {
        never.refuse(&format!("{before} kB became {after} kB"));
    }

    asleep.iter().for_each(Screen::wake);
    let woken = Instant::now();
    let mut screens: Vec<&Screen> = asleep.iter().collect();
    fault.measure(house, &screens, woken).await;
    screens.extend(&house.screens);
    never.measure(house, &screens, Instant::now()).await;
    let again = asleep
        .iter()
        .filter(|screen| screen.shown().connections > 1)
        .count();
    fault.say(&format!(", {again} of them closed"));
    drop(deaf);
    vec![fault.row(house).await, never.row(house).await]
}

/// Asks for a stream and reads nothing of it.
async fn never_reads(door: &str, session: &str, query: &str) -> TcpStream {
    let address = door.strip_prefix("http://").expect("an address");
    let mut tcp = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "GET /api/realtime/stream?{query} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {session}\r\n\r\n"
    );
    tcp.write_all(head.as_bytes()).await.expect("it listens");
    tcp
}
