//! A new version is rolled out: one instance after the other is asked to stop and started again, behind a proxy, while the
//! tills trade. Nobody notices: no request fails, nothing is lost or done twice, and screens are back soon.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::fault::{Fault, Row};
use crate::house::House;
use crate::nginx::Nginx;
use crate::trade::screen::Screen;

/// How often each instance is replaced.
const TURNS: usize = 2;
/// How long trade goes on between two replacements.
const A_WHILE: Duration = Duration::from_millis(800);
/// How long a screen may be without a stream.
const LONGEST_GAP: Duration = Duration::from_secs(2);

/// Replaces each instance in turn.
pub async fn replaced(house: &mut House) -> Row {
    let nginx = Nginx::start(&[&house.a, &house.b]).await;
    let (doors, screens) = (
        std::mem::replace(&mut house.venue.doors, vec![nginx.door()]),
        std::mem::take(&mut house.screens),
    );
    house.screens = house.views_at(&[nginx.door()]).await;
    let mut fault = Fault::begin(house, "each instance replaced in turn, behind nginx").await;
    fault.all_connected(house).await;
    let mut longest_stop = Duration::ZERO;
    for _ in 0..TURNS {
        for which in 0..2 {
            let instance = if which == 0 {
                &mut house.a
            } else {
                &mut house.b
            };
            let begun = Instant::now();
            instance.ask_to_stop();
            instance.has_stopped().await;
            longest_stop = longest_stop.max(begun.elapsed());
            sleep(A_WHILE / 4).await;
            instance.start_again();
            instance.is_well().await;
            sleep(A_WHILE).await;
        }
    }
    let asked_again = fault.all_true(house).await;
    if asked_again != 0 {
        fault.refuse(&format!(
            "{asked_again} commands failed at the proxy:\n{}",
            nginx.log()
        ));
    }
    let gap = house.screens.iter().map(Screen::longest_gap).max();
    let gap = gap.unwrap_or_default();
    let ends: u32 = house.screens.iter().map(Screen::gaps).sum();
    println!(
        "  {ends} streams ended and came back, the longest gap was {gap:?}; the longest stop took {longest_stop:?}"
    );
    if ends == 0 {
        fault.refuse("no stream ended, so nothing was proved");
    }
    // As with all that is promised here, a loaded machine is given some time on top.
    if gap > LONGEST_GAP * 2 {
        fault.refuse(&format!("a screen was without a stream for {gap:?}"));
    }
    let door = nginx.door();
    fault.changes(house, &[&door, &door, &door, &door]).await;
    let row = fault.row(house).await;
    (house.venue.doors, house.screens) = (doors, screens);
    row
}
