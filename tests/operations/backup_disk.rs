//! The disk of the backups is full: said in every place where somebody looks, and nobody at the till notices.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use uuid::Uuid;

use crate::program::{Program, Server, row, session};
use crate::small_disk::SmallDisk;

/// What a backup with its proof may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ruth at her page of backups, Moses at the till.
struct People<'a> {
    door: &'a str,
    ruth: &'a str,
    moses: &'a str,
}

impl People<'_> {
    async fn ask(&self, who: &str, request: reqwest::RequestBuilder) -> (u16, String) {
        let asked = request
            .bearer_auth(who)
            .header("hx-request", "true")
            .header("idempotency-key", Uuid::now_v7().to_string());
        let answer = asked.send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("words"))
    }

    async fn backs_up(&self, program: &Program) -> String {
        let client = cafe_pos::web::ask::client().build().expect("a client");
        let pressed = client.post(format!("{}/backups", self.door));
        let (status, words) = self.ask(self.ruth, pressed.form(&[("", "")])).await;
        assert_eq!(status, 200, "{words}");
        let begun = Instant::now();
        loop {
            // The page asks again for as long as something is under way.
            let list = client.get(format!("{}/backups/list", self.door));
            let (_, list) = self.ask(self.ruth, list).await;
            if !list.contains("every 2s") {
                return list;
            }
            assert!(begun.elapsed() < PATIENCE, "{}", program.log());
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn sells(&self) {
        let order = format!("{}/orders/{}", self.door, Uuid::now_v7());
        let opened = cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .put(order);
        let opened = opened.form(&[("kind", "takeaway")]);
        assert_eq!(self.ask(self.moses, opened).await.0, 200);
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_backups_is_said_leaves_nothing_half_written_and_with_room_one_is_made() {
    let Some(disk) = SmallDisk::mount(64) else {
        return;
    };
    let folder = disk.path().join("backups");
    let settings = [("BACKUP_DIR", folder.to_str().expect("text"))];
    let server = Server::furnished().await;
    for command in [&["seed", "--demo"][..], &["backup", "run"]] {
        let mut called = server.command(command);
        let output = called.envs(settings).output().expect("the program");
        assert!(output.status.success(), "{output:?}");
    }
    let db = server.connect().await;
    // It counts as today's, so that no other is due while this looks.
    let todays = "UPDATE backups SET cause = 'scheduled' RETURNING bytes";
    let bytes: i64 = row(&db, todays, [])
        .await
        .try_get("", "bytes")
        .expect("a length");
    let bytes = u64::try_from(bytes).expect("a length");
    let before = names_in(&folder);
    assert_eq!(before.len(), 2, "{before:?}");

    let mut program = server.serve(&settings);
    let door = program.door().await;
    let (ruth, moses) = (session(&db, "ruth").await.1, session(&db, "moses").await.1);
    let people = People {
        door: &door,
        ruth: &ruth,
        moses: &moses,
    };
    // No room at all; room for a part of the dump; room for the dump, and a part of the file that it goes into.
    for (time, room) in (1..).zip([0, bytes / 2, bytes + bytes / 2]) {
        disk.fill_but(room);
        let list = people.backs_up(&program).await;
        let last = "SELECT state, failure FROM backups ORDER BY asked_at DESC LIMIT 1";
        let last = row(&db, last, []).await;
        let state: String = last.try_get("", "state").expect("a state");
        let failure: Option<String> = last.try_get("", "failure").expect("a sentence or none");
        let failure = failure.unwrap_or_default();
        println!("{room} bytes of room: {state}: {failure}");
        assert_eq!(state, "failed", "{failure}");
        let sentence = format!(
            "There is no room left for backups on the disk of {}",
            folder.display()
        );
        assert!(failure.starts_with(&sentence), "{failure}");
        assert!(list.contains(&sentence), "{list}");
        assert_eq!(program.log().matches(&sentence).count(), time);
        assert_eq!(names_in(&folder), before, "nothing half-written stays");
        people.sells().await;
        disk.make_room();
    }

    let list = people.backs_up(&program).await;
    let good = "SELECT count(*) AS n FROM backups WHERE state = 'good'";
    let good = row(&db, good, []).await.try_get::<i64>("", "n");
    assert_eq!(good, Ok(2), "{list}\n{}", program.log());
    assert_eq!(names_in(&folder).len(), 4);
    people.sells().await;
}
