//! What a finger and an eye need of a layout: nothing lies beside the screen, and nothing that is tapped is small.

use anyhow::Result;
use serde_json::Value;

use crate::screen::Screen;

/// Says what is wider than the screen and, on a till's pages, what is too small for a finger (till.md section 2).
///
/// Not counted are links within a sentence, which the sentence holds; what only a screen reader meets (`.vh`); and a
/// row of a `.scroll`, of a strip or of tabs that is meant to be pushed sideways. A radio button or checkbox is tapped by
/// its label. A table that is there to be read (`.read`) is not pushed. The back office is compact for a mouse; a coarse
/// pointer makes it bigger there, too.
const LOOK: &str = "(() => {
    const name = found => found.tagName.toLowerCase() + (found.id && '#' + found.id) + ' ' + JSON.stringify(found.textContent.trim().slice(0, 24));
    const wrong = [];
    const wide = document.scrollingElement.scrollWidth;
    const beyond = () => [...document.querySelectorAll('body *')].filter(found => found.getBoundingClientRect().right > innerWidth + 1).at(-1);
    if (wide > innerWidth) wrong.push(`it is ${wide} wide, for example ${name(beyond() ?? document.body)}`);
    for (const main of document.querySelectorAll('main, dialog .body, .card.read'))
        if (main.scrollWidth > main.clientWidth + 1) wrong.push(`${name(main)} is ${main.scrollWidth} wide inside ${main.clientWidth}`);
    for (const found of document.querySelectorAll('body:not(.desk) :is(button, a, input:not([type=hidden]), select, textarea, summary)')) {
        if (!found.checkVisibility({ visibilityProperty: true }) || found.matches('.vh')) continue;
        if (found.matches('a') && getComputedStyle(found).display === 'inline') continue;
        const { width, height } = (found.matches('[type=radio], [type=checkbox]') && found.closest('label') || found).getBoundingClientRect();
        if (width < 47.5 || height < 47.5) wrong.push(`${name(found)} is ${Math.round(width)} by ${Math.round(height)}`);
    }
    return wrong.map(what => `at ${innerWidth} by ${innerHeight} ${what}`);
})()";

impl Screen {
    /// Looks whether `page` fits into the screen, and its controls under a finger; what does not is a fault.
    pub async fn fits(&self, page: &str) -> Result<()> {
        self.comes_to_rest().await?;
        let wrong = self.ask(LOOK).await?;
        let wrong = wrong.as_array().map_or(&[][..], Vec::as_slice);
        let wrong = wrong.iter().filter_map(Value::as_str);
        self.is_wrong(wrong.map(|what| format!("{page} {what}")));
        Ok(())
    }
}
