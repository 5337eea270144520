//! What a provider says came in, read at a manager's phone beside what a till has recorded.

use anyhow::{Result, ensure};
use cafe_pos_journeys::{House, Screen, View, journey};
use serde_json::json;

const LAPTOP: View = View {
    width: 1_440,
    height: 900,
};

/// Money that came to the café's phone for no order, as the cashier reads its message.
async fn records(till: &Screen, id: &str, amount: &str) -> Result<()> {
    till.taps("main button", "Record money without an order")
        .await?;
    till.taps("dialog label.chip", "MTN MoMo").await?;
    till.types("dialog [name=transaction]", id).await?;
    till.types("dialog [name=amount]", amount).await?;
    till.taps("dialog footer button.primary", "Record it")
        .await?;
    till.sees_no("dialog[open]", "").await?;
    till.sees("#desk-unplaced li", id).await
}

/// A statement of today. No journey can choose a file where the browser asks for one.
async fn reads_in(phone: &Screen, house: &House, rows: &[(&str, &str, u32)]) -> Result<()> {
    let today = "SELECT to_json(to_char(now() AT TIME ZONE 'Africa/Kampala', 'YYYY-MM-DD'))";
    let today = house.knows(today).await?;
    let today = today.as_str().unwrap_or_default();
    let mut file = "MTN MoMo\nId,Date,From name,Amount\n".to_owned();
    for (id, from, amount) in rows {
        file += &format!("{id},{today},{from},{amount}\n");
    }
    phone
        .ask(&format!(
            "(file => {{ \
                const carrier = new DataTransfer(); \
                carrier.items.add(new File([file], 'mtn.csv', {{ type: 'text/csv' }})); \
                document.querySelector('#statement-upload input[type=file]').files = carrier.files; \
                return true; }})({})",
            json!(file)
        ))
        .await?;
    phone.taps("#statement-upload button", "Read it in").await?;
    phone.arrives_at("/payments/statements/").await
}

/// Nothing of it lies beside a phone, a tablet or a laptop, and everybody can use it.
async fn is_well(screen: &Screen, what: &str) -> Result<()> {
    for view in [View::TABLET, View::UPRIGHT, LAPTOP, View::PHONE] {
        screen.resize(view).await?;
        screen.fits(what).await?;
    }
    screen.can_be_used_by_all(what).await
}

#[tokio::test]
async fn a_manager_says_which_payment_it_is_whose_id_was_mistyped() {
    journey("it-is-this-payment", async |house: &House| {
        let till = house.screen("Amina's till", View::TABLET).await?;
        let phone = house.screen("Daniel's phone", View::PHONE).await?;
        till.signs_in_first("amina").await?;
        phone.signs_in_first("daniel").await?;
        till.goes_to("/payments/pending").await?;
        till.is_live().await?;
        // The last two signs stand the wrong way round, the second is a wrong amount, the third is right.
        records(&till, "32611264270", "27,300").await?;
        records(&till, "32611264209", "5,500").await?;
        records(&till, "32611264210", "12,000").await?;

        phone.goes_to("/payments/pending").await?;
        phone.taps("main a", "Statements").await?;
        phone.sees(".empty", "No statement yet").await?;
        is_well(&phone, "no statements").await?;
        let rows = [
            ("32611264207", "Okello", 27_300),
            ("32611264208", "Nakato", 9_000),
            ("32611264209", "Grace", 5_000),
            ("32611264210", "Joan", 12_000),
        ];
        reads_in(&phone, house, &rows).await?;
        phone.sees(".kpis article", "Verified1").await?;
        phone.sees(".kpis article", "Not booked2").await?;
        phone.sees(".kpis article", "Missing1").await?;
        phone.sees("form.same", "Typed as 32611264270").await?;
        ensure!(
            phone.counts("form.same", "").await? == 1,
            "only money of the same sum can be the same"
        );
        is_well(&phone, "a statement").await?;
        is_read_without_its_head(&phone).await?;

        phone.taps("form.same button", "It is this payment").await?;
        phone.sees("#notice", "It is verified now.").await?;
        phone.sees(".kpis article", "Verified2").await?;
        phone
            .sees(".read td", "Typed as 32611264270, says Daniel")
            .await?;
        is_well(&phone, "a statement, with what somebody said").await?;
        phone.sees(".kpis article", "Missing0").await?;
        phone.sees_no("form.same", "").await?;
        // The till's desk says so by itself, under the id that was typed there.
        let proved = "#desk-unplaced li:has(.badge[data-kind=ok])";
        till.sees(proved, "32611264270").await?;

        // Whoever said it by mistake takes it back, on both screens.
        phone.taps(".read td button", "It is not").await?;
        phone.sees("form.same", "Typed as 32611264270").await?;
        phone.sees(".kpis article", "Verified1").await?;
        till.sees_no(proved, "32611264270").await?;
        phone.taps("form.same button", "It is this payment").await?;
        phone.sees(".kpis article", "Verified2").await?;
        till.sees(proved, "32611264270").await?;

        // Of the other one nobody knows; now everybody does.
        phone.taps("tr[id^=line-] button", "Record it").await?;
        phone
            .sees("#notice", "Put it on an order under Mobile money.")
            .await?;
        phone.sees(".kpis article", "Not booked0").await?;
        till.sees(proved, "32611264208").await?;
        till.sees(proved, "Nakato").await?;
        till.can_be_used_by_all("the desk, with what is verified")
            .await?;

        let question = "SELECT json_agg(l.transaction_id || ' as ' || p.reference ORDER BY l.transaction_id) \
            FROM payment_verifications v JOIN payments p ON p.id = v.payment_id JOIN statement_lines l ON l.id = v.line_id";
        let verified = house.knows(question).await?;
        ensure!(
            verified
                == json!([
                    "32611264207 as 32611264270",
                    "32611264208 as 32611264208",
                    "32611264210 as 32611264210"
                ]),
            "each is verified once, and keeps what was typed: {verified}"
        );
        let payments = house.knows("SELECT count(*) FROM payments").await?;
        ensure!(payments == 4, "no money is in the books twice: {payments}");

        phone.goes_to("/payments/statements").await?;
        phone.sees("tr[id^=statement-]", "mtn.csv").await?;
        is_well(&phone, "the list of statements").await
    })
    .await;
}

/// On a phone the head of a table is not there, so each cell has its words.
async fn is_read_without_its_head(phone: &Screen) -> Result<()> {
    let said = phone
        .ask(
            "[...document.querySelectorAll('.read tbody tr:first-child td:nth-child(2)')].map(cell => \
                getComputedStyle(cell, '::before').content.includes(cell.dataset.of)).join()",
        )
        .await?;
    ensure!(
        said == "true,true,true,true",
        "a table says nothing of its cells: {said}"
    );
    phone.sees_no("thead", "").await
}
