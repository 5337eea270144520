//! Words about money that are kept for a person to look at.

use sea_orm::FromQueryResult;
use time::OffsetDateTime;

use super::word::Reason;
use crate::values::{AttemptId, Money, OrderId, PaymentId};

/// What was said of money and is not booked as it was said.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Orphan {
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
