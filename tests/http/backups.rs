//! The page of backups.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use cafe_pos::values::BackupId;
use poem::http::{Method, StatusCode};

use crate::house::*;

/// A café whose backups are kept in a folder of its own.
async fn house() -> (House, tempfile::TempDir) {
    let house = House::open().await;
    let folder = folder();
    house.keep_backups_in(folder.path()).await;
    (house, folder)
}

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a folder")
}

/// Waits until nothing is under way, as the page does.
async fn until_done(device: &mut Device) -> String {
    let begun = Instant::now();
    loop {
        let list = device
            .get("/backups/list")
            .await
            .must_be(StatusCode::OK)
            .text;
        if !list.contains("every 2s") {
            return list;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{list}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_makes_one_takes_it_away_and_the_page_says_how_it_stands() {
    let (house, folder) = house().await;
    let mut admin = house.person(ADMIN).await;
    let page = admin.get("/backups").await.must_be(StatusCode::OK);
    assert!(
        page.text.contains("There is no proved backup."),
        "{}",
        page.text
    );
    assert!(page.text.contains("No backups yet"), "{}", page.text);
    admin.post("/backups", &[]).await.must_be(StatusCode::OK);
    let list = until_done(&mut admin).await;
    assert!(
        list.contains("Good") && list.contains("Asked for by"),
        "{list}"
    );
    assert!(list.contains("Backed up."), "{list}");

    let figures = cafe_pos::metrics::backups(&house.app).await;
    let told: Vec<_> = figures.iter().map(|one| one.name).collect();
    assert_eq!(told, ["backup_missing", "backup_age_seconds"]);

    let id = house.id::<BackupId>("backups", "state", "good").await;
    let response = admin.open(&format!("/backups/{id}/file")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let file = response.into_body().into_vec().await.expect("the file");
    let name = fs::read_dir(folder.path())
        .expect("the folder")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "tar"))
        .expect("a file");
    assert_eq!(file, fs::read(&name).expect("the file"));
    assert_eq!(
        house
            .number("SELECT count(*) FROM audit_log WHERE deed = 'backup.downloaded'")
            .await,
        1
    );

    // Proved again, a file that changed meanwhile is found out.
    fs::write(&name, &file[..file.len() - 2000]).expect("the file");
    admin
        .post(&format!("/backups/{id}/proofs"), &[])
        .await
        .must_be(StatusCode::OK);
    let begun = Instant::now();
    while house
        .number("SELECT count(*) FROM backups WHERE state = 'unproved'")
        .await
        == 0
    {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let list = until_done(&mut admin).await;
    assert!(
        list.contains("Not proved") && list.contains("damaged or was cut off"),
        "{list}"
    );
    assert!(list.contains("There is no proved backup."), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tap_makes_one_backup_however_often_it_arrives() {
    let (house, _folder) = house().await;
    let mut admin = house.person(ADMIN).await;
    for _ in 0..3 {
        admin
            .change(Method::POST, "/backups", &[], "the-same-tap-0001")
            .await
            .must_be(StatusCode::OK);
    }
    until_done(&mut admin).await;
    assert_eq!(house.number("SELECT count(*) FROM backups").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_made_each_day_at_its_hour_and_old_ones_are_removed() {
    let (house, folder) = house().await;
    let files = || fs::read_dir(folder.path()).expect("the folder").count();
    // The first comes at once, whatever the hour.
    cafe_pos::backups::run_if_due(&house.app)
        .await
        .expect("a backup");
    cafe_pos::backups::run_if_due(&house.app)
        .await
        .expect("nothing due");
    assert_eq!(
        house
            .number("SELECT count(*) FROM backups WHERE cause = 'scheduled' AND state = 'good'")
            .await,
        1
    );
    assert_eq!(files(), 2);
    house.hand.advance(time::Duration::days(1));
    cafe_pos::backups::run_if_due(&house.app)
        .await
        .expect("a backup");
    assert_eq!(
        house
            .number("SELECT count(*) FROM backups WHERE state = 'good'")
            .await,
        2
    );
    assert_eq!(files(), 4);
    // Of those that were kept long enough three stay all the same.
    for later in [32, 1, 1] {
        house.hand.advance(time::Duration::days(later));
        cafe_pos::backups::run_if_due(&house.app)
            .await
            .expect("a backup");
    }
    assert_eq!(
        house
            .number("SELECT count(*) FROM backups WHERE removed_at IS NOT NULL")
            .await,
        2
    );
    assert_eq!(files(), 6);

    // For 26 hours without one a manager is told where they look every day.
    let mut manager = house.person(MANAGER).await;
    let calm = manager.get("/backups").await.must_be(StatusCode::OK).text;
    assert!(
        calm.contains("Backed up.") && !calm.contains("Back up now"),
        "{calm}"
    );
    house.hand.advance(time::Duration::hours(27));
    let mut manager = house.person(MANAGER).await;
    let told = manager.get("/backups").await.must_be(StatusCode::OK).text;
    assert!(told.contains("The last proved backup is"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_with_its_reason() {
    let (house, folder) = house().await;
    fs::remove_dir_all(folder.path()).expect("the folder");
    fs::write(folder.path(), "a file in its place").expect("a file");
    let mut admin = house.person(ADMIN).await;
    admin.post("/backups", &[]).await.must_be(StatusCode::OK);
    let list = until_done(&mut admin).await;
    assert!(
        list.contains("Failed") && list.contains("cannot be made"),
        "{list}"
    );
    assert!(list.contains("There is no proved backup."), "{list}");
    fs::remove_file(folder.path()).expect("the file");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_is_kept_and_nonsense_is_refused_in_place() {
    let (house, _folder) = house().await;
    let mut admin = house.person(ADMIN).await;
    admin
        .put("/backups", &[("hour", "5"), ("days", "90")])
        .await
        .must_be(StatusCode::OK);
    let page = admin.get("/backups").await.must_be(StatusCode::OK).text;
    assert!(
        page.contains("value=\"5\"") && page.contains("value=\"90\""),
        "{page}"
    );
    for (hour, days) in [("24", "90"), ("-1", "90"), ("5", "0"), ("five", "3651")] {
        admin
            .put("/backups", &[("hour", hour), ("days", days)])
            .await
            .must_be(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let settings = house.app.settings().await.expect("settings");
    assert_eq!(
        (settings.backup_hour, settings.backup_retention_days),
        (5, 90)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_cut_short_by_a_kill_is_told_as_failed_and_made_again() {
    let (house, _folder) = house().await;
    house
        .execute(
            "INSERT INTO backups (id, cause, asked_at, state) VALUES (gen_random_uuid(), 'scheduled', $1, 'running')",
            [house.app.clock().now().into()],
        )
        .await;
    cafe_pos::backups::run_if_due(&house.app)
        .await
        .expect("looked at");
    let failed = "SELECT count(*) FROM backups WHERE state = 'failed' AND failure = 'The program was stopped meanwhile.'";
    assert_eq!(house.number(failed).await, 1);
    house.hand.advance(time::Duration::minutes(31));
    cafe_pos::backups::run_if_due(&house.app)
        .await
        .expect("a backup");
    assert_eq!(
        house
            .number("SELECT count(*) FROM backups WHERE state = 'good'")
            .await,
        1
    );
}

/// Sends a file as the page's form does.
async fn upload(admin: &Device, key: &str, file: &[u8]) -> Answer {
    let edge = "the-edge-between-the-parts";
    let head = format!(
        "--{edge}\r\ncontent-disposition: form-data; name=\"_key\"\r\n\r\n{key}\r\n--{edge}\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"../../x.tar\"\r\ncontent-type: application/x-tar\r\n\r\n"
    );
    let mut body = head.into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri_str("/backups/files")
        .header("host", "pos.test")
        .header("hx-request", "true")
        .header("sec-fetch-site", "same-origin")
        .header("idempotency-key", key)
        .header("cookie", admin.cookie_header())
        .content_type(&format!("multipart/form-data; boundary={edge}"))
        .body(body);
    admin.send_raw(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_away_is_put_back_once_looked_through_and_proved() {
    let (house, folder) = house().await;
    let mut admin = house.person(ADMIN).await;
    admin.post("/backups", &[]).await.must_be(StatusCode::OK);
    until_done(&mut admin).await;
    let files = || -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(folder.path()).expect("the folder").flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let path = files()
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "tar"))
        .expect("a file");
    let file = fs::read(&path).expect("the file");

    let here = upload(&admin, "upload-of-what-is-here", &file).await;
    assert_eq!(here.status, StatusCode::CONFLICT, "{}", here.text);
    assert!(here.text.contains("in the list already"), "{}", here.text);

    // One that only says it is this one does not get into its place, and runs nowhere.
    let told = b"\"program\": \"0.1.0\"";
    let at = file.windows(told.len()).position(|it| it == told);
    let mut forged = file.clone();
    forged[at.expect("the version") + told.len() - 2] = b'1';
    let refused = upload(&admin, "upload-of-a-forgery", &forged).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(
        refused
            .text
            .contains("There is another backup of that name"),
        "{}",
        refused.text
    );
    assert_eq!(fs::read(&path).expect("the file"), file);
    // Nor with a key that was used for something else: nothing is left that could be taken up later.
    let reused = upload(&admin, "upload-of-what-is-here", &forged).await;
    assert!(reused.status.is_client_error(), "{}", reused.text);
    assert_eq!(fs::read(&path).expect("the file"), file);

    // A file that lost its end on the disk makes way for the whole one.
    fs::write(&path, &file[..file.len() / 2]).expect("cut off");
    let mended = upload(&admin, "upload-of-what-is-damaged", &file).await;
    assert_eq!(mended.status, StatusCode::OK, "{}", mended.text);
    assert_eq!(fs::read(&path).expect("the file"), file);
    until_good(&house).await;

    // It was kept long enough, and is wanted again.
    for path in files() {
        fs::remove_file(path).expect("removed");
    }
    house
        .execute("UPDATE backups SET removed_at = now(), cause = 'asked'", [])
        .await;
    for wrong in [&file[..file.len() / 2], b"a picture of a cat", b""] {
        let refused = upload(&admin, &BackupId::new().to_string(), wrong).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text
        );
        assert!(
            refused.text.contains("The file is") || refused.text.contains("Choose a file"),
            "{}",
            refused.text
        );
    }
    assert!(files().is_empty(), "{:?}", files());

    for _ in 0..2 {
        let taken = upload(&admin, "the-same-upload-twice", &file).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text);
        assert!(taken.text.contains("The backup is here"), "{}", taken.text);
    }
    until_good(&house).await;
    assert_eq!(fs::read(&path).expect("the file"), file);
    assert_eq!(files().len(), 2, "{:?}", files());
    let list = until_done(&mut admin).await;
    assert!(list.contains("Uploaded by"), "{list}");
    let told = "SELECT count(*) FROM audit_log WHERE deed = 'backup.uploaded'";
    assert_eq!(house.number(told).await, 2);

    // One that nobody here has seen may hold anything: it is kept, and what is in it is not run for a page.
    house.execute("DELETE FROM backups", []).await;
    for path in files() {
        fs::remove_file(path).expect("removed");
    }
    let taken = upload(&admin, "upload-of-a-stranger", &file).await;
    assert!(
        taken.text.contains("It was not made here"),
        "{}",
        taken.text
    );
    let id = house.id::<BackupId>("backups", "state", "unproved").await;
    let refused = admin.post(&format!("/backups/{id}/proofs"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(
        refused.text.contains("cafe-pos backup verify"),
        "{}",
        refused.text
    );
    house.hand.advance(time::Duration::minutes(31));
    cafe_pos::backups::run_if_due(&house.app)
        .await
        .expect("looked at");
    let proved = cafe_pos::backups::verify(&house.app, None).await;
    assert_ne!(
        proved.expect("the one made since").0,
        path.file_name().expect("a name").to_string_lossy()
    );
    let unproved = format!("SELECT count(*) FROM backups WHERE state = 'unproved' AND id = '{id}'");
    assert_eq!(house.number(&unproved).await, 1);
}

async fn until_good(house: &House) {
    let begun = Instant::now();
    while house
        .number("SELECT count(*) FROM backups WHERE state = 'good' AND cause = 'uploaded'")
        .await
        == 0
    {
        assert!(begun.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_was_cut_short_is_made_again_once_the_program_has_run_for_a_while() {
    let (house, _folder) = house().await;
    let run = async || {
        cafe_pos::backups::run_if_due(&house.app)
            .await
            .expect("looked at");
    };
    run().await;
    house
        .execute("UPDATE backups SET state = 'checking', failure = NULL", [])
        .await;
    run().await;
    let told = "SELECT count(*) FROM backups WHERE state = 'unproved' AND failure = 'The program was stopped meanwhile.'";
    assert_eq!(house.number(told).await, 1);
    house.hand.advance(time::Duration::minutes(31));
    run().await;
    let unproved = "SELECT count(*) FROM backups WHERE state <> 'good'";
    assert_eq!(house.number(unproved).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_at_another_place_are_made_told_of_and_removed_with_the_backup() {
    let house = House::open().await;
    let (folder, copies) = (folder(), folder());
    house
        .keep_backups_in_and_copy_to(folder.path(), copies.path())
        .await;
    let mut admin = house.person(ADMIN).await;
    let copy_out = async || {
        cafe_pos::backups::copy_out(&house.app)
            .await
            .expect("copied");
    };
    let tars = || {
        let entries = fs::read_dir(copies.path()).expect("the folder").flatten();
        entries
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "tar"))
            .count()
    };
    // Whoever made a backup may be copying it already, and nobody else does so meanwhile.
    let there_are = async |number: usize| {
        for _ in 0..200 {
            copy_out().await;
            if tars() == number {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(tars(), number);
    };
    let page = admin.get("/backups").await.must_be(StatusCode::OK);
    assert!(page.text.contains("There is no copy in"), "{}", page.text);
    admin.post("/backups", &[]).await.must_be(StatusCode::OK);
    until_done(&mut admin).await;
    there_are(1).await;
    let list = until_done(&mut admin).await;
    assert!(
        list.contains("Copied to") && list.contains("In the folder"),
        "{list}"
    );

    // A day and more without a copy is told to managers where they work.
    fs::remove_file(copies.path().join("cafe-pos-copies.txt")).expect("unmounted");
    house.hand.advance(time::Duration::hours(27));
    let the_days_own = async || {
        cafe_pos::backups::run_if_due(&house.app)
            .await
            .expect("a backup");
    };
    the_days_own().await;
    copy_out().await;
    let mut admin = house.person(ADMIN).await;
    let list = until_done(&mut admin).await;
    assert!(
        list.contains("The last copy in") && list.contains("is not mounted"),
        "{list}"
    );
    let mut manager = house.person(MANAGER).await;
    let shifts = manager.get("/shifts").await.must_be(StatusCode::OK);
    assert!(
        shifts.text.contains("No backup was copied to"),
        "{}",
        shifts.text
    );

    let figures = cafe_pos::metrics::backups(&house.app).await;
    let missing = figures
        .iter()
        .find(|one| one.name == "backup_copies_missing");
    assert_eq!(missing.expect("a figure").value, "1");

    // The disk is back; later the first backup has been kept long enough, here and there.
    fs::write(copies.path().join("cafe-pos-copies.txt"), "").expect("mounted");
    house.hand.advance(time::Duration::minutes(31));
    there_are(2).await;
    for later in [32, 1, 1] {
        house.hand.advance(time::Duration::days(later));
        the_days_own().await;
        copy_out().await;
    }
    let removed = "SELECT count(*) FROM backup_copies WHERE removed_at IS NOT NULL";
    assert_eq!((tars(), house.number(removed).await), (3, 2));

    // What somebody took away there is put there again with the next one.
    for entry in fs::read_dir(copies.path()).expect("the folder").flatten() {
        if entry.file_name() != "cafe-pos-copies.txt" {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    house.hand.advance(time::Duration::days(1));
    the_days_own().await;
    copy_out().await;
    assert_eq!(tars(), 4);
}
