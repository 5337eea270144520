use proptest::collection::vec;
use proptest::prelude::*;
use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2026-11-27 09:00 UTC);

fn read(file: &str) -> Result<Statement, StatementRefusal> {
    read_as(file.as_bytes(), None)
}

fn read_as(bytes: &[u8], chosen: Option<Method>) -> Result<Statement, StatementRefusal> {
    let place = Place {
        rule: &DayRule::default(),
        currency: Currency::Ugx,
        now: NOW,
    };
    Statement::read(bytes, "statement.csv", chosen, place)
}

const MTN: &str = "\u{feff}MTN MoMo account statement\n\n\
    Id,External Transaction Id,Date,Status,Type,From,From name,Amount,Currency,Fee\n\
    32611264207,x1,2026-11-26 14:03:22,Successful,PAYMENT,FRI:256772418906/MSISDN,Grace Auma,\"27,300\",UGX,0\n\
    32611264208,x2,2026-11-26 14:10:00,Failed,PAYMENT,FRI:256772000001/MSISDN,Okello,5000,UGX,0\n\
    32611264209,x3,2026-11-26 15:00:00,Successful,CASH_OUT,FRI:1,Us,-90000,UGX,500\n\
    32611264210,x4,2026-11-26 15:01:00,Successful,FEE,FRI:1,Us,500,UGX,0\n\
    32611264207,x1,2026-11-26 14:03:22,Successful,PAYMENT,FRI:256772418906/MSISDN,Grace Auma,\"27,300\",UGX,0\n\
    Total,,,,,,,\"32,300\",UGX,\n";

#[test]
fn of_a_statement_of_mtn_what_came_in_is_kept_and_the_rest_is_counted() {
    let statement = read(MTN).expect("a statement");
    assert_eq!(statement.provider, Method::MtnMomo);
    assert_eq!(statement.rows, 6);
    assert_eq!(
        statement.left_out,
        LeftOut {
            outgoing: 2,
            unsuccessful: 1,
            repeated: 1,
            notes: 1
        }
    );
    let [line] = statement.lines.as_slice() else {
        panic!("{:?}", statement.lines)
    };
    assert_eq!(line.line, 4);
    assert_eq!(line.reference.as_str(), "32611264207");
    assert_eq!(line.amount, Money::new(27_300));
    assert_eq!(line.payer.as_deref(), Some("Grace Auma"));
    assert_eq!(line.at, datetime!(2026-11-26 11:03:22 UTC));
    // The whole day, by the café's clock.
    assert_eq!(statement.from, datetime!(2026-11-25 21:00 UTC));
    assert_eq!(statement.to, datetime!(2026-11-26 21:00 UTC));
}

#[test]
fn of_a_statement_of_airtel_credits_are_kept() {
    let file = "Airtel Money\nTransaction ID;Transaction Date;Time;Sender MSISDN;Credit;Debit;Transaction Status\r\n\
        MP261126.1403.A77;26/11/2026;14:03;256752000001;UGX 5,000.00;;TS\r\n\
        MP261126.1404.A78;26/11/2026;14:04;256752000002;;UGX 9,000.00;TS\r\n\
        MP261126.1405.A79;26/11/2026;14:05;256752000003;5000;;TF\r\n";
    let statement = read(file).expect("a statement");
    assert_eq!(statement.provider, Method::AirtelMoney);
    let [line] = statement.lines.as_slice() else {
        panic!("{:?}", statement.lines)
    };
    assert_eq!(line.reference.bare(), "MP2611261403A77");
    assert_eq!(line.at, datetime!(2026-11-26 11:03 UTC));
    assert_eq!(line.payer.as_deref(), Some("256752000001"));
    assert_eq!(
        (statement.left_out.outgoing, statement.left_out.unsuccessful),
        (1, 1)
    );
}

#[test]
fn a_day_that_is_not_over_is_covered_as_far_as_it_went() {
    let file = "mtn\nId,Date,Amount\n1A2,2026-11-26 08:00,500\n1A3,2026-11-27 08:30,500\n";
    let statement = read(file).expect("a statement");
    assert_eq!(statement.from, datetime!(2026-11-25 21:00 UTC));
    assert_eq!(statement.to, datetime!(2026-11-27 05:30 UTC));
    // Without times: until now.
    let file = "mtn\nId,Date,Amount\n1A2,26/11/2026,500\n1A3,27/11/2026,500\n";
    assert_eq!(read(file).expect("a statement").to, NOW);
}

#[test]
fn a_faulty_row_is_named_and_nothing_is_kept() {
    let row = |row: &str| {
        let file = format!("mtn\nId,Date,Amount,Currency\n1A2,2026-11-26 08:00,500,UGX\n{row}\n");
        read(&file).expect_err("a fault").to_string()
    };
    for (faulty, sentence) in [
        (
            "1A3,2026-13-26,500,UGX",
            "Line 4 has “2026-13-26” for a date, which cannot be read. Dates are day, month, year. Nothing was read in.",
        ),
        (
            "1A3,,500,UGX",
            "Line 4 has “” for a date, which cannot be read. Dates are day, month, year. Nothing was read in.",
        ),
        (
            "1A3,26/11/2027,500,UGX",
            "Line 4 is of 26 Nov 2027 00:00, which has not come yet. Nothing was read in.",
        ),
        (
            "1A3,26/11/2026,5.000,UGX",
            "Line 4 has “5.000” for an amount, which cannot be read. Nothing was read in.",
        ),
        (
            ",26/11/2026,500,UGX",
            "Line 4 has no transaction id. Nothing was read in.",
        ),
        (
            "3.26E+10,26/11/2026,500,UGX",
            "Line 4 has “3.26E+10” for a transaction id: a spreadsheet has shortened it. Export the statement anew. Nothing was read in.",
        ),
        (
            "=1+1,26/11/2026,500,UGX",
            "Line 4 has “=1+1” for a transaction id, which is none. Nothing was read in.",
        ),
        (
            "1A3,26/11/2026,500,USD",
            "Line 4 is in USD, and this café is paid in UGX. Nothing was read in.",
        ),
        (
            "1a2.,26/11/2026,700,UGX",
            "Line 4 has the transaction id of line 3, with another amount. Nothing was read in.",
        ),
    ] {
        assert_eq!(row(faulty), sentence, "{faulty}");
    }
}

#[test]
fn whose_it_is_the_file_says_or_somebody_does() {
    let file = b"Reference,Date,Amount\n1A2,2026-11-26,500\n";
    assert_eq!(read_as(file, None), Err(StatementRefusal::Whose));
    // Whoever sent the money may be called as the other network is.
    for (says, is) in [
        ("Airtel Money", Method::AirtelMoney),
        ("MTN", Method::MtnMomo),
    ] {
        let file = format!("{says}\nId,Date,From name,Amount\n123,2026-11-26,Airtel Mtn,500\n");
        assert_eq!(read(&file).expect("a statement").provider, is);
    }
    let statement = read_as(file, Some(Method::AirtelMoney)).expect("a statement");
    assert_eq!(statement.provider, Method::AirtelMoney);
}

#[test]
fn more_than_twenty_thousand_rows_are_refused() {
    let rows = |many: usize| {
        let rows: String = (0..many)
            .map(|number| format!("1A{number},2026-11-26 08:00,500\n"))
            .collect();
        format!("mtn\nId,Date,Amount\n{rows}")
    };
    let statement = read(&rows(MOST_ROWS)).expect("a statement");
    assert_eq!(statement.lines.len(), MOST_ROWS);
    assert_eq!(
        read(&rows(MOST_ROWS + 1)),
        Err(StatementRefusal::TooManyRows)
    );
}

#[test]
fn what_a_spreadsheet_would_calculate_stays_text() {
    let file = "mtn\nId,Date,From name,Amount\n=\"32611264207\",2026-11-26,\"=HYPERLINK(\"\"http://evil\"\")\",500\n";
    let statement = read(file).expect("a statement");
    assert_eq!(statement.lines[0].reference.as_str(), "32611264207");
    assert_eq!(
        statement.lines[0].payer.as_deref(),
        Some("=HYPERLINK(\"http://evil\")")
    );
}

/// A row as a provider would export it.
#[derive(Debug, Clone)]
struct Written {
    id: u64,
    amount: i64,
    minute: i64,
    payer: String,
    fate: u8,
}

fn written() -> impl Strategy<Value = Written> {
    (
        1..900_000_000_u64,
        1..=5_000_000_i64,
        0..40_000_i64,
        "[A-Za-z0-9=+@,;\"' ]{0,20}",
        0..4_u8,
    )
        .prop_map(|(id, amount, minute, payer, fate)| Written {
            id,
            amount,
            minute,
            payer: payer.split_whitespace().collect::<Vec<_>>().join(" "),
            fate,
        })
}

impl Written {
    fn at(&self) -> OffsetDateTime {
        datetime!(2026-10-30 00:00 UTC) + Duration::minutes(self.minute)
    }

    fn quoted(text: &str) -> String {
        format!("\"{}\"", text.replace('"', "\"\""))
    }

    /// As MTN writes it: commas, the year first, a type and a sign.
    fn as_mtn(&self) -> String {
        let at = self.at() + Duration::hours(3);
        let (status, kind, sign) = match self.fate {
            2 => ("FAILED", "PAYMENT", ""),
            3 => ("SUCCESSFUL", "TRANSFER", "-"),
            _ => ("SUCCESSFUL", "PAYMENT", ""),
        };
        format!(
            "{},{},{status},{kind},{},\"{sign}{}\"\n",
            self.id,
            format_args!("{} {:02}:{:02}:00", at.date(), at.hour(), at.minute()),
            Self::quoted(&self.payer),
            Money::new(self.amount)
        )
    }

    /// As Airtel writes it: semicolons, the day first, two columns for money.
    fn as_airtel(&self) -> String {
        let at = self.at() + Duration::hours(3);
        let money = format!("UGX {}.00", Money::new(self.amount));
        let (status, credit, debit) = match self.fate {
            2 => ("TF", money.as_str(), ""),
            3 => ("TS", "", money.as_str()),
            _ => ("TS", money.as_str(), ""),
        };
        format!(
            "MP{};{:02}/{:02}/{} {:02}:{:02};{};{credit};{debit};{status}\r\n",
            self.id,
            at.day(),
            u8::from(at.month()),
            at.year(),
            at.hour(),
            at.minute(),
            Self::quoted(&self.payer)
        )
    }
}

proptest! {
    #[test]
    fn any_statement_in_either_dialect_is_read_back_exactly(mut rows in vec(written(), 1..40)) {
        rows.sort_by_key(|row| row.id);
        rows.dedup_by_key(|row| row.id);
        let expected: Vec<(String, i64, OffsetDateTime, Option<String>)> = rows.iter().filter(|row| row.fate < 2)
            .map(|row| (row.id.to_string(), row.amount, row.at(), (!row.payer.is_empty()).then(|| row.payer.clone())))
            .filter(|(id, ..)| id.len() >= 3)
            .collect();
        prop_assume!(rows.iter().all(|row| row.id >= 100));
        let mtn = format!("\u{feff}MTN\nId,Date,Status,Type,From name,Amount\n{}", rows.iter().map(Written::as_mtn).collect::<String>());
        let airtel = format!("Airtel Money\r\nTransaction ID;Date;Sender name;Credit;Debit;Status\r\n{}", rows.iter().map(Written::as_airtel).collect::<String>());
        for (file, provider, prefix) in [(mtn, Method::MtnMomo, ""), (airtel, Method::AirtelMoney, "MP")] {
            let statement = read(&file).map_err(|refusal| TestCaseError::fail(format!("{refusal}: {file}")))?;
            let lines: Vec<_> = statement.lines.iter()
                .map(|line| (line.reference.as_str().trim_start_matches(prefix).to_owned(), line.amount.minor(), line.at, line.payer.clone()))
                .collect();
            prop_assert_eq!(&lines, &expected);
            prop_assert_eq!(statement.provider, provider);
            prop_assert_eq!(statement.rows, rows.len());
            let left_out = statement.left_out;
            prop_assert_eq!(left_out.outgoing, rows.iter().filter(|row| row.fate == 3).count());
            prop_assert_eq!(left_out.unsuccessful, rows.iter().filter(|row| row.fate == 2).count());
            prop_assert!(rows.iter().all(|row| statement.from <= row.at() && row.at() <= statement.to));
        }
    }

    #[test]
    fn whatever_file_somebody_chooses_is_read_or_refused(bytes in vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let _ = read_as(&bytes, None);
        let _ = read_as(text.as_bytes(), Some(Method::MtnMomo));
        let _ = read_as(format!("mtn\nId,Date,Amount\n{text}").as_bytes(), None);
    }
}
