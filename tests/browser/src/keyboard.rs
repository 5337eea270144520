//! Whoever has no mouse: goes from one thing to the next, always sees where that is, and comes back to it.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::screen::Screen;

/// What shows where the keyboard is: an outline around the thing itself, or around the label or group that stands for it.
const SHOWN: &str = "(() => {
    const at = document.activeElement;
    if (!at || at === document.body) return 'nothing has the focus';
    const name = at.outerHTML.slice(0, 120);
    const box = (at.closest('label') ?? at).getBoundingClientRect();
    if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth) return `beside the screen: ${name}`;
    const outlined = found => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(found);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 || found !== at && boxShadow !== 'none';
    };
    const around = [at, at.closest('label'), at.closest('.chip'), at.closest('fieldset')].filter(Boolean);
    return around.some(outlined) || `no outline: ${name}`;
})()";

impl Screen {
    /// Goes to the first thing that fits `css` and holds `text` with the Tab key alone, and sees that it is there.
    pub async fn keys_to(&self, css: &str, text: &str) -> Result<()> {
        self.tabs_to(css, text).await?;
        self.until("the focus is seen", SHOWN).await
    }

    /// The same, and presses Enter on it.
    pub async fn keys_on(&self, css: &str, text: &str) -> Result<()> {
        self.keys_to(css, text).await?;
        self.hits("Enter").await
    }

    /// Waits until the keyboard is at something that fits `css` and holds `text`, without a key pressed.
    pub async fn is_back_at(&self, css: &str, text: &str) -> Result<()> {
        let there = format!(
            "(([css, text]) => document.activeElement.matches(css) && document.activeElement.textContent.includes(text) || document.activeElement.outerHTML.slice(0, 120))({})",
            json!([css, text])
        );
        self.until(&format!("the focus is back at {css} {text:?}"), &there)
            .await?;
        match self.ask(SHOWN).await? {
            Value::Bool(true) => Ok(()),
            hidden => bail!("{}: {hidden}", self.name),
        }
    }
}
