use proptest::prelude::*;

use super::*;

fn key(text: &str) -> Key {
    text.parse().unwrap()
}

#[test]
fn a_key_is_a_sign_or_a_name() {
    for (typed, kept, read) in [
        ("U", "u", "U"),
        ("+", "+", "+"),
        (" - ", "-", "-"),
        ("enter", "Enter", "Enter"),
        ("Page Up", "PageUp", "Page Up"),
        ("pgdn", "PageDown", "Page Down"),
        ("esc", "Escape", "Esc"),
        ("left", "ArrowLeft", "Left"),
        ("Arrow-Right", "ArrowRight", "Right"),
        ("↑", "ArrowUp", "Up"),
        ("f12", "F12", "F12"),
        ("f", "f", "F"),
    ] {
        let key: Key = typed.parse().unwrap();
        assert_eq!((key.as_str(), key.to_string().as_str()), (kept, read));
        assert_eq!(read.parse(), Ok(key));
    }
    for wrong in ["", " ", "é", "Tab", "F0", "F25", "ab", "enter!", "\u{1}"] {
        assert!(wrong.parse::<Key>().is_err(), "{wrong:?}");
    }
}

#[test]
fn every_act_has_its_usual_key() {
    let keys = Keys::default();
    assert!(keys.are_usual());
    for (act, usual) in [
        (Act::Bump, "Enter"),
        (Act::LineDone, "Space"),
        (Act::Undo, "u"),
        (Act::Recall, "Backspace"),
        (Act::Recalls, "r"),
        (Act::AllDay, "s"),
        (Act::Priority, "p"),
        (Act::Mute, "m"),
        (Act::Cancel, "Escape"),
        (Act::First, "Home"),
        (Act::PageOn, "PageDown"),
    ] {
        assert_eq!(keys.key_of(act).as_str(), usual);
    }
    assert_eq!(keys.by_key()["7"], "7");
    assert_eq!(keys.by_key().len(), ACTS.len() + 10, "no key twice");
    assert_eq!(keys.stored(), json!({}));
}

#[test]
fn no_key_does_two_things() {
    let fault = Keys::with([(Act::Bump, Some(key("space")))], None).unwrap_err();
    assert_eq!(fault.field, "key_bump");
    assert_eq!(
        fault.sentence,
        "Space would do two things, Line done and Bump. Give each a key of its own."
    );
    let fault = Keys::with([(Act::Mute, Some(key("7")))], None).unwrap_err();
    assert_eq!(fault.field, "key_mute");
    let numbers = "0 1 2 3 4 5 6 7 8 8".parse().unwrap();
    assert_eq!(Keys::with([], Some(numbers)).unwrap_err().field, "numbers");
    let swapped = [
        (Act::Bump, Some(key("space"))),
        (Act::LineDone, Some(key("enter"))),
    ];
    assert!(Keys::with(swapped, None).is_ok());
}

#[test]
fn numbers_are_ten_keys() {
    let bar: Numbers = "F10 F1 F2 F3 F4 F5 F6 F7 F8 PageUp".parse().unwrap();
    assert_eq!(bar.to_string().parse(), Ok(bar));
    for wrong in [
        "",
        "0 1 2",
        "0 1 2 3 4 5 6 7 8 9 a",
        "0 1 2 3 4 5 6 7 8 Tab",
    ] {
        assert!(wrong.parse::<Numbers>().is_err(), "{wrong:?}");
    }
}

#[test]
fn what_cannot_be_read_is_usual() {
    for stored in [
        json!(null),
        json!({"bump": 7}),
        json!({"bump": "Space"}),
        json!({"numbers": ["1"]}),
    ] {
        assert!(Keys::read(&stored).are_usual(), "{stored}");
    }
}

proptest! {
    #[test]
    fn keys_are_read_as_they_were_stored(at in 0..ACTS.len(), sign in "[a-z0-9+*/.-]|F[1-9]") {
        let chosen = [(ACTS[at].0, Some(key(&sign)))];
        if let Ok(keys) = Keys::with(chosen, None) {
            prop_assert_eq!(Keys::read(&keys.stored()), keys);
        }
    }
}
