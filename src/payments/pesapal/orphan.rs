//! Words about money that are kept for a person to look at.

use sea_orm::FromQueryResult;
use time::OffsetDateTime;
use uuid::Uuid;

use super::word::Reason;
use crate::values::{AttemptId, Money, OrderId, PaymentId};

/// What was said of money and is not booked as it was said.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Orphan {
    /// Its id.
    pub id: Uuid,
    /// Why a person has to look, in one word.
    pub reason: String,
    /// Which door it came through.
    pub door: String,
    /// The attempt that it was said of.
    pub attempt_id: Option<AttemptId>,
    /// The order that it was said of.
    pub order_id: Option<OrderId>,
    /// The payment in the books that it contradicts, or as which it is there.
    pub payment_id: Option<PaymentId>,
    /// Pesapal's id.
    pub tracking_id: Option<String>,
    /// The amount, where it is one of the venue's currency.
    pub amount: Option<Money>,
    /// The currency's code.
    pub currency: Option<String>,
    /// What was said.
    pub said: serde_json::Value,
    /// When it was said first.
    pub seen_at: OffsetDateTime,
}

impl Orphan {
    /// What has happened, for whoever finds out.
    pub fn sentence(&self) -> &'static str {
        match self.reason.as_str() {
            "amount" => "Another amount than was asked for",
            "currency" => "Another currency than the café's",
            "reference" => "Another payment than the one it names",
            "nothing_asked" => "Nothing of the kind was asked for",
            "reversed" => "Given back to the guest at Pesapal",
            "failed_after_paid" => "Not paid after all, says Pesapal now",
            _ => "Its transaction id was typed in by hand before",
        }
    }

    /// How it came here.
    pub fn came_by(&self) -> &'static str {
        match self.door.as_str() {
            "till" => "asked at a till",
            "poll" => "asked by this program",
            "ipn" => "told by Pesapal",
            "callback" => "told by the guest's browser",
            _ => "told by the café's relay",
        }
    }
}

/// A word to be kept.
#[derive(Debug, Clone)]
pub struct NewOrphan<'a> {
    /// Why.
    pub reason: Reason,
    /// Which door it came through.
    pub door: &'static str,
    /// The attempt that it was said of.
    pub attempt: Option<AttemptId>,
    /// The order that it was said of.
    pub order: Option<OrderId>,
    /// The payment that it is about.
    pub payment: Option<PaymentId>,
    /// Pesapal's id.
    pub tracking: &'a str,
    /// The amount, where it is one.
    pub amount: Option<Money>,
    /// The currency's code.
    pub currency: &'a str,
    /// What was said.
    pub said: serde_json::Value,
}
