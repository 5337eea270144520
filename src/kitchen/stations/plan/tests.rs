use super::*;

fn kept(name: &str, next: Option<StationId>) -> Kept {
    Kept {
        id: StationId::new(),
        name: name.to_owned(),
        kind: StationKind::Kitchen,
        sort: 1,
        soon: 480,
        late: 900,
        active: true,
        next,
        redirect: None,
        watched: true,
        printer: None,
        prints_always: false,
        hands: Hands::default(),
        revision: 1,
    }
}

fn described(name: &str, next: Option<StationId>, redirect: Option<StationId>) -> Description {
    Description {
        name: name.parse().unwrap(),
        kind: StationKind::Kitchen,
        sort: Place(1),
        soon: "8".parse().unwrap(),
        late: "15".parse().unwrap(),
        active: true,
        next,
        redirect,
        watched: true,
        printer: None,
        prints_always: false,
        hands: Hands::default(),
    }
}

#[test]
fn ages_are_typed_in_minutes_and_seconds() {
    for (typed, seconds, read) in [
        ("8", 480, "8:00"),
        ("2:30", 150, "2:30"),
        (" 0:45 ", 45, "0:45"),
        ("1440", 86_400, "1440:00"),
    ] {
        let span: Span = typed.parse().unwrap();
        assert_eq!((span.seconds(), span.to_string().as_str()), (seconds, read));
    }
    for wrong in [
        "", "0", "0:00", "1441", "2:60", "2.5", "-3", "a", "1:2:3", "99999",
    ] {
        assert!(wrong.parse::<Span>().is_err(), "{wrong:?}");
    }
}

#[test]
fn late_comes_after_slow_and_an_expo_passes_nothing_on() {
    let mut grill = described("Grill", None, None);
    assert_eq!(grill.check(), Ok(()));
    grill.soon = grill.late;
    assert_eq!(grill.check().unwrap_err().field, "late");
    let mut pass = described("Pass", Some(StationId::new()), None);
    pass.kind = StationKind::Expo;
    assert_eq!(pass.check().unwrap_err().field, "next");
    let mut pass = described("Pass", None, Some(StationId::new()));
    pass.kind = StationKind::Expo;
    assert_eq!(pass.check().unwrap_err().field, "redirect");
}

#[test]
fn tickets_are_passed_along_a_chain_and_never_in_a_circle() {
    let pass = Kept {
        kind: StationKind::Expo,
        ..kept("Pass", None)
    };
    let oven = kept("Oven", Some(pass.id));
    let make = kept("Make", Some(oven.id));
    let all = [make.clone(), oven.clone(), pass.clone()];
    assert_eq!(
        described("Make", Some(oven.id), None).fits(make.id, &all),
        Ok(())
    );
    assert_eq!(
        described("Oven", Some(make.id), None).fits(oven.id, &all),
        Err(StationRefusal::Round(
            "next",
            "Oven → Make → Oven".to_owned()
        ))
    );
    assert_eq!(
        described("Make", Some(make.id), None).fits(make.id, &all),
        Err(StationRefusal::Itself("next"))
    );
    assert_eq!(
        described("Make", None, Some(pass.id)).fits(make.id, &all),
        Err(StationRefusal::MakesNothing("Pass".to_owned()))
    );
    let closed = Kept {
        redirect: Some(make.id),
        ..oven
    };
    let all = [make.clone(), closed.clone(), pass];
    let refused = described("Make", None, Some(closed.id)).fits(make.id, &all);
    assert_eq!(
        refused,
        Err(StationRefusal::Round(
            "redirect",
            "Make → Oven → Make".to_owned()
        ))
    );
}

#[test]
fn work_goes_only_where_somebody_stands() {
    let gone = Kept {
        active: false,
        ..kept("Terrace", None)
    };
    let grill = described("Grill", Some(gone.id), None);
    let refused = grill.fits(StationId::new(), std::slice::from_ref(&gone));
    assert_eq!(
        refused,
        Err(StationRefusal::NotInUse("next", "Terrace".to_owned()))
    );
    assert_eq!(
        grill.fits(StationId::new(), &[]),
        Err(StationRefusal::NoSuchStation("next"))
    );
}

#[test]
fn a_station_that_something_hangs_on_stays_in_use() {
    assert_eq!(Held::default().lets_go(), Ok(()));
    for (held, says) in [
        (
            Held {
                products: 3,
                ..Held::default()
            },
            "Products are made here (3).",
        ),
        (
            Held {
                tickets: 1,
                products: 3,
                ..Held::default()
            },
            "Tickets are open here (1).",
        ),
        (
            Held {
                fed_by: Some("Make".to_owned()),
                ..Held::default()
            },
            "Make sends to this station.",
        ),
        (
            Held {
                shown_on: Some("Grill display".to_owned()),
                ..Held::default()
            },
            "Grill display shows this board.",
        ),
    ] {
        let refusal = held.lets_go().unwrap_err();
        assert!(refusal.to_string().starts_with(says), "{refusal}");
        assert_eq!(refusal.field(), Some("active"));
    }
}
