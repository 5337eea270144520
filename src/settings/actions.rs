//! The verb about settings: changing what is decided about money.

use poem::http::StatusCode;
use serde_json::Map;

use super::money_rules::{Asked, MoneyRules};
use super::{hold, load, store};
use crate::data::{Entry, Tx};
use crate::web::{Error, Result};

/// Changes what is decided about money, as it was when its form was opened; `cafe` is the name that the environment gives.
///
/// # Errors
/// Where somebody changed one of them since.
pub async fn change_money(tx: &mut Tx, cafe: &str, asked: &Asked) -> Result<()> {
    let rules = MoneyRules::from(asked);
    rules.check()?;
    hold(tx).await?;
    let before = MoneyRules::from(&load(&*tx, cafe).await?);
    if asked.seen != before.fingerprint() {
        return Err(Error::refused(
            StatusCode::CONFLICT,
            "settings_changed",
            "Somebody else has saved these settings since you opened them. What you typed is still here: look at theirs on another page, then open this one anew.",
        ));
    }
    let was = before.by_key();
    let (mut gone, mut come) = (Map::new(), Map::new());
    for (key, value) in rules.by_key() {
        let old = was.get(&key).cloned().unwrap_or_default();
        if old == value {
            continue;
        }
        store(tx, &key, value.clone()).await?;
        gone.insert(key.clone(), old);
        come.insert(key, value);
    }
    if !come.is_empty() {
        tx.journal(
            Entry::general("settings.changed", "settings")
                .before(&gone)
                .after(&come),
        );
    }
    Ok(())
}
