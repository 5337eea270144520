//! A file of rows, and which of its columns is what, whatever the provider calls them.

use csv::{ReaderBuilder, StringRecord};

use super::refusal::StatementRefusal;

/// How many rows may stand above the names of the columns: the account, the period, an address.
const PREAMBLE: usize = 30;

/// What is looked for in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What the provider calls the transaction.
    Id,
    /// Its date, mostly with its time.
    Date,
    /// Its time, where that stands alone.
    Time,
    /// What came in, or went out.
    Amount,
    /// What went out, where that stands alone.
    Debit,
    /// Whether it came in or went out, and what it was.
    Type,
    /// What became of it.
    Status,
    /// The name of who sent it.
    Payer,
    /// Their number.
    Number,
    /// Of which currency the amount is.
    Currency,
}

impl Column {
    const ALL: [Column; 10] = [
        Column::Id,
        Column::Date,
        Column::Time,
        Column::Amount,
        Column::Debit,
        Column::Type,
        Column::Status,
        Column::Payer,
        Column::Number,
        Column::Currency,
    ];

    /// Without these a statement says nothing.
    const NEEDED: [(Column, &'static str); 3] = [
        (Column::Id, "the transaction id"),
        (Column::Date, "the date"),
        (Column::Amount, "the amount"),
    ];

    /// What it is called, the likeliest first, without spaces and signs.
    fn names(self) -> &'static [&'static str] {
        match self {
            Column::Id => &[
                "transactionid",
                "financialtransactionid",
                "txnid",
                "transid",
                "id",
                "transactionno",
                "transactionnumber",
                "transactionreference",
                "referenceid",
                "receiptno",
                "receiptnumber",
                "referencenumber",
                "referenceno",
                "reference",
            ],
            Column::Date => &[
                "transactiondateandtime",
                "transactiondatetime",
                "dateandtime",
                "datetime",
                "transactiondate",
                "date",
                "completiontime",
                "transactiontime",
                "createdon",
                "createdat",
                "timestamp",
                "time",
            ],
            Column::Time => &["transactiontime", "time"],
            Column::Amount => &[
                "amount",
                "transactionamount",
                "amountreceived",
                "credit",
                "creditamount",
                "paidin",
                "moneyin",
                "received",
                "deposit",
                "value",
            ],
            Column::Debit => &[
                "debit",
                "debitamount",
                "paidout",
                "moneyout",
                "withdrawn",
                "withdrawal",
            ],
            Column::Type => &[
                "transactiontype",
                "type",
                "direction",
                "drcr",
                "crdr",
                "debitcredit",
                "creditdebit",
                "transfertype",
                "servicetype",
            ],
            Column::Status => &["transactionstatus", "status", "state", "result"],
            Column::Payer => &[
                "fromname",
                "sendername",
                "payername",
                "customername",
                "from",
                "sender",
                "payer",
                "customer",
                "name",
            ],
            Column::Number => &[
                "sendermsisdn",
                "payermsisdn",
                "customermsisdn",
                "frommsisdn",
                "msisdn",
                "sendernumber",
                "sendermobilenumber",
                "customernumber",
                "mobilenumber",
                "phonenumber",
                "phone",
            ],
            Column::Currency => &["currency", "ccy"],
        }
    }
}

/// The rows of a file below the names of its columns.
#[derive(Debug)]
pub struct Table {
    /// What stands above the rows, in small letters: whose statement it is may be there.
    pub above: String,
    names: Vec<String>,
    places: Vec<(Column, usize)>,
    rows: Vec<(u64, StringRecord)>,
}

/// One row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    line: u64,
    cells: &'a StringRecord,
}

impl Table {
    /// Reads a file: commas, semicolons, tabs or bars between its cells, quotes around them or not, with a mark of its
    /// encoding or without.
    ///
    /// # Errors
    /// Where it is no text, has no rows, or not the columns that are needed.
    pub fn read(bytes: &[u8]) -> Result<Table, StatementRefusal> {
        let text = text_of(bytes)?;
        let tables = [b',', b';', b'\t', b'|'].map(|mark| Table::split(&text, mark));
        let best = tables.into_iter().flatten().reduce(|best, other| {
            if other.found() > best.found() {
                other
            } else {
                best
            }
        });
        let table = best.ok_or(StatementRefusal::Empty)?;
        let missing: Vec<&'static str> = Column::NEEDED
            .into_iter()
            .filter(|(column, _)| table.at(*column).is_none())
            .map(|(_, what)| what)
            .collect();
        if missing.is_empty() {
            Ok(table)
        } else {
            let found = table.names.iter().map(|name| shortened(name)).collect();
            Err(StatementRefusal::NoColumn { missing, found })
        }
    }

    /// The file with this mark between its cells: the row that names most columns is above the rest.
    fn split(text: &str, mark: u8) -> Option<Table> {
        let mut reader = ReaderBuilder::new()
            .delimiter(mark)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        // It is text, and rows may differ in length: nothing is left that could be wrong.
        let records = reader.records().filter_map(Result::ok);
        let mut lines = Lines {
            text,
            at: 0,
            line: 1,
        };
        let mut rows: Vec<(u64, StringRecord)> = records
            .map(|record| (lines.of(&record), record))
            .filter(|(_, record)| record.iter().any(|cell| !cell.trim().is_empty()))
            .collect();
        let named = |(_, row): &(u64, StringRecord)| places_in(row.iter()).len();
        let places = 0..rows.len().min(PREAMBLE);
        let at = places.rev().max_by_key(|at| rows.get(*at).map(named))?;
        let below = rows.split_off(at + 1);
        let names: Vec<String> = rows.last()?.1.iter().map(str::to_owned).collect();
        let above: Vec<&str> = rows.iter().flat_map(|(_, row)| row.iter()).collect();
        Some(Table {
            above: above.join(" ").to_lowercase(),
            places: places_in(names.iter().map(String::as_str)),
            names,
            rows: below,
        })
    }

    fn found(&self) -> usize {
        self.places.len()
    }

    /// The place of a column.
    fn at(&self, column: Column) -> Option<usize> {
        let place = self.places.iter().find(|(one, _)| *one == column);
        place.map(|(_, at)| *at)
    }

    /// What the columns are called, in small letters.
    pub fn columns(&self) -> String {
        self.names.join(" ").to_lowercase()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows, in their order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row {
            table: self,
            line: *line,
            cells,
        })
    }
}

/// Counts the lines of a text from one record to the next: a record's own position is before the blank lines above it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, record: &StringRecord) -> u64 {
        let byte = record.position().map_or(0, csv::Position::byte);
        let from = usize::try_from(byte).unwrap_or(usize::MAX);
        let above = self.text.get(from..).unwrap_or_default();
        let begins = from + above.len() - above.trim_start_matches('\n').len();
        let passed = self.text.get(self.at..begins).unwrap_or_default();
        self.line += passed.bytes().filter(|byte| *byte == b'\n').count() as u64;
        self.at = begins;
        self.line
    }
}

impl<'a> Row<'a> {
    /// The line of the file on which it begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What stands in a column; empty where there is none.
    pub fn cell(&self, column: Column) -> &'a str {
        let at = self.table.at(column);
        at.and_then(|at| self.cells.get(at))
            .unwrap_or_default()
            .trim()
    }

    /// All that stands in it.
    pub fn all(&self) -> String {
        self.cells.iter().collect::<Vec<_>>().join(" ")
    }

    /// Whether the file has this column.
    pub fn has(&self, column: Column) -> bool {
        self.table.at(column).is_some()
    }
}

/// Where each column stands among these names.
fn places_in<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(Column, usize)> {
    let bare: Vec<String> = names.map(bare).collect();
    let place = |column: Column| {
        let mut names = column.names().iter();
        let at = names.find_map(|name| bare.iter().position(|one| one == name));
        at.map(|at| (column, at))
    };
    Column::ALL.into_iter().filter_map(place).collect()
}

/// A name without case, spaces, signs, and the currency that stands behind it.
fn bare(name: &str) -> String {
    let name = name.split('(').next().unwrap_or_default();
    let letters: String = name
        .chars()
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let without = ["ugx", "kes", "tzs", "rwf", "usd", "eur"]
        .iter()
        .find_map(|code| letters.strip_suffix(code));
    match without {
        Some(without) if !without.is_empty() => without.to_owned(),
        _ => letters,
    }
}

/// A name as a sentence may hold it.
fn shortened(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|sign| !sign.is_control())
        .take(30)
        .collect()
}

/// The text of a file. What is not in UTF-8 is taken for what spreadsheets here write else, in which every byte is a letter.
fn text_of(bytes: &[u8]) -> Result<String, StatementRefusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"PK") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(StatementRefusal::Spreadsheet);
    }
    let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\r' | b'\n' | b'\x0c');
    if bytes.starts_with(b"%PDF") || !bytes.iter().all(is_text) {
        return Err(StatementRefusal::NoText);
    }
    let text: String = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(u64, String, String, String)> {
        let table = Table::read(bytes).expect("a table");
        let cell = |row: Row, column| row.cell(column).to_owned();
        table
            .rows()
            .map(|row| {
                (
                    row.line(),
                    cell(row, Column::Id),
                    cell(row, Column::Date),
                    cell(row, Column::Amount),
                )
            })
            .collect()
    }

    #[test]
    fn columns_are_found_by_whatever_they_are_called_and_wherever_they_stand() {
        let row = |line| {
            vec![(
                line,
                "32611264207".to_owned(),
                "2026-11-26 14:03".to_owned(),
                "5,000".to_owned(),
            )]
        };
        for (file, line) in [
            (
                "Transaction ID,Date,Amount\n32611264207,2026-11-26 14:03,\"5,000\"\n",
                2,
            ),
            (
                "\u{feff}amount (UGX);TRANSACTION DATE;txn_id\r\n5,000;2026-11-26 14:03;32611264207\r\n",
                2,
            ),
            (
                "MTN Mobile Money\nAccount: 256772000000\n\nId\tExternal Transaction Id\tDate\tStatus\tAmount UGX\n32611264207\tx\t2026-11-26 14:03\tok\t5,000\n",
                5,
            ),
            (
                "\n\nId,Date,Amount\n\n,,\n\n32611264207,2026-11-26 14:03,\"5,000\"\n",
                7,
            ),
            (
                "\"Value\"|\"Date and Time\"|\"Receipt No.\"\n\"5,000\"|\"2026-11-26 14:03\"|\"32611264207\"\n",
                2,
            ),
        ] {
            assert_eq!(cells(file.as_bytes()), row(line), "{file}");
        }
    }

    #[test]
    fn quoted_cells_hold_commas_quotes_and_line_ends_and_lines_are_counted_through_them() {
        let file = "Transaction ID,From,Date,Amount\n1A2,\"Auma, \"\"Grace\"\"\nKampala\",2026-11-26,500\n1A3,=cmd|'/c calc',2026-11-26,600\n";
        let table = Table::read(file.as_bytes()).expect("a table");
        let payers: Vec<(u64, &str)> = table
            .rows()
            .map(|row| (row.line(), row.cell(Column::Payer)))
            .collect();
        assert_eq!(
            payers,
            [(2, "Auma, \"Grace\"\nKampala"), (4, "=cmd|'/c calc'")]
        );
    }

    #[test]
    fn a_missing_column_is_named_and_so_are_those_that_are_there() {
        let refused = Table::read(b"Date,From,Amount\n2026-11-26,Grace,500\n").expect_err("no id");
        assert_eq!(
            refused.to_string(),
            "There is no column for the transaction id. The columns of this file are: Date, From, Amount."
        );
        let refused = Table::read(b"one,two\n1,2\n").expect_err("nothing");
        assert_eq!(
            refused.to_string(),
            "There is no column for the transaction id, the date, the amount. The columns of this file are: one, two."
        );
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (bytes, refusal) in [
            (&b"PK\x03\x04xlsx"[..], StatementRefusal::Spreadsheet),
            (b"\xd0\xcf\x11\xe0xls", StatementRefusal::Spreadsheet),
            (b"%PDF-1.7\n", StatementRefusal::NoText),
            (b"\x89PNG\r\n\x1a\n\0\0", StatementRefusal::NoText),
            (b"\xff\xfeD\0a\0", StatementRefusal::NoText),
            (b"", StatementRefusal::Empty),
            (b"\xef\xbb\xbf \n\n", StatementRefusal::Empty),
        ] {
            assert_eq!(Table::read(bytes).expect_err("no statement"), refusal);
        }
        // Latin letters of an older spreadsheet are text.
        let file = b"Transaction ID,From,Date,Amount\n1A2,Ren\xe9,2026-11-26,500\n";
        let table = Table::read(file).expect("a table");
        let payers: Vec<&str> = table.rows().map(|row| row.cell(Column::Payer)).collect();
        assert_eq!(payers, ["René"]);
    }
}
