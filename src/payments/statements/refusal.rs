//! Why a statement is not read in, or a transaction of it is not the payment that somebody says.

use std::fmt;

use poem::http::StatusCode;
use thiserror::Error;

use crate::web::Refusal;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// It has none of what a transaction has.
    #[error("has no transaction id")]
    NoId,
    /// A spreadsheet has rewritten it.
    #[error(
        "has “{0}” for a transaction id: a spreadsheet has shortened it. Export the statement anew"
    )]
    ShortenedId(String),
    /// It is none.
    #[error("has “{0}” for a transaction id, which is none")]
    Id(String),
    /// It is no time, or of no time.
    #[error("has “{0}” for a date, which cannot be read. Dates are day, month, year")]
    Date(String),
    /// It lies ahead.
    #[error("is of {0}, which has not come yet")]
    Ahead(String),
    /// It is none, or could be two.
    #[error("has “{0}” for an amount, which cannot be read")]
    Amount(String),
    /// It is of another country.
    #[error("is in {0}, and this café is paid in {1}")]
    Currency(String, &'static str),
    /// One transaction cannot have two amounts.
    #[error("has the transaction id of line {0}, with another amount")]
    Twice(u64),
}

/// Why a statement was not read in, of which nothing is kept then; or why a payment was not verified by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementRefusal {
    /// It is a file of a spreadsheet program.
    Spreadsheet,
    /// It is no text.
    NoText,
    /// Nothing is in it.
    Empty,
    /// More than anybody exports.
    TooManyRows,
    /// Something has no column.
    NoColumn {
        /// What is looked for.
        missing: Vec<&'static str>,
        /// What the columns are called.
        found: Vec<String>,
    },
    /// It does not say whose it is, and nobody else did.
    Whose,
    /// A row cannot be read.
    Row {
        /// Where it stands.
        line: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A transaction is no longer one that nobody has booked, or a payment no longer one that is in no statement.
    NotTheSame,
    /// Nobody said by hand that a transaction is a payment, or not any more.
    NotByHand,
}

impl fmt::Display for StatementRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatementRefusal::Spreadsheet => write!(
                f,
                "This is a file of a spreadsheet. Export the statement as CSV, or save it as CSV, and choose that."
            ),
            StatementRefusal::NoText => write!(
                f,
                "This file is no statement. Export it as CSV and choose that."
            ),
            StatementRefusal::Empty => write!(f, "There is nothing in this file."),
            StatementRefusal::TooManyRows => write!(
                f,
                "This statement has more than 20,000 rows. Export fewer days at a time."
            ),
            StatementRefusal::NoColumn { missing, found } => write!(
                f,
                "There is no column for {}. The columns of this file are: {}.",
                missing.join(", "),
                found.join(", ")
            ),
            StatementRefusal::Whose => {
                write!(f, "The file does not say whose statement it is: choose it.")
            }
            StatementRefusal::Row { line, fault } => {
                write!(f, "Line {line} {fault}. Nothing was read in.")
            }
            StatementRefusal::NotByHand => write!(
                f,
                "Nobody has said so by hand, or it was taken back already. Open the statement again."
            ),
            StatementRefusal::NotTheSame => write!(
                f,
                "These two cannot be the same any more. Open the statement again."
            ),
        }
    }
}

impl Refusal for StatementRefusal {
    fn status(&self) -> StatusCode {
        match self {
            StatementRefusal::NotTheSame | StatementRefusal::NotByHand => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            StatementRefusal::Spreadsheet | StatementRefusal::NoText => "no_text",
            StatementRefusal::Empty => "statement_empty",
            StatementRefusal::TooManyRows => "too_many_rows",
            StatementRefusal::NoColumn { .. } => "no_column",
            StatementRefusal::Whose => "whose_statement",
            StatementRefusal::Row { .. } => "faulty_row",
            StatementRefusal::NotTheSame => "not_the_same",
            StatementRefusal::NotByHand => "not_by_hand",
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            StatementRefusal::Whose => Some("provider"),
            StatementRefusal::NotTheSame | StatementRefusal::NotByHand => None,
            _ => Some("file"),
        }
    }
}
