//! Maud pieces that know no room, and the conventions between markup and the scripts in `assets/js`.
//!
//! # Ids that every page has
//! | id | what | who fills it |
//! |---|---|---|
//! | `#notice` | toasts, `role=status` | an answer, with `<hx-partial hx-target="#notice">` around [`toast`] |
//! | `#sheet` | the open dialog | an answer to `hx-target="#sheet"`: one [`dialog()`]; emptied by [`dialog::closed`] |
//! | `#conn`, `#stale`, `#stream` | whether the page is live | `live.js`; pages with [`Page::stream`]. Give every signed-in page one, if only for its heartbeat: `#conn` is hidden where nothing can tell |
//! | `#asks` | what managers are asked to agree to, on every page of theirs that has a stream | the stream; `asks.js` rings |
//! | `form[data-idle]` | what a shared tablet sends when it locks itself | drawn into every page of a signed-in till by [`page::drawn_for`]; `idle.js` |
//! | `#err-<name>` | the error of the field `<name>` | a partial around [`field_error`]; cleared by the next try |
//!
//! `body` holds, as direct children: `header.top`, perhaps `.banner`, one `main`, perhaps `footer`.
//!
//! # Requests
//! - htmx 4.0.1. Nothing is inherited: every element carries its own `hx-target` and `hx-swap`. No trigger filters
//!   (`[…]`), no `hx-on`, no `js:`: they need eval. `hx-disable="this"` (not `disabled-elt`).
//! - An answer of 4xx or 5xx never swaps its main part, only its partials. So a refusal is partials alone:
//!   `<hx-partial hx-target="#notice">` and one `<hx-partial hx-target="#err-<name>">` per faulty field.
//!   An error answer without any partial gets a sentence by script.
//! - To go to another page after a POST by htmx, answer 200 with the header `HX-Redirect`; a 303 would be followed
//!   by fetch, and the next page swapped into the target. Plain forms use 303.
//! - An answer of partials alone (`hx-swap="none"`) is read even if a feed redrew its button away meanwhile; with any other
//!   target that may vanish, htmx drops the answer.
//! - No address is pushed (`history` is off).
//!
//! # Idempotency keys (`keys.js`; every request but GET gets the header)
//! | markup | key |
//! |---|---|
//! | `data-key="tap"` | new for each tap. Tiles and steppers; with `hx-sync="#order-panel:queue all"`, without which htmx drops the third quick tap |
//! | `data-deed="send"` in or below `data-rev="…"` | `<tab>:<deed>:<rev>`; rests 700 ms after a tap, as does its place for deeds that move there. **`data-rev` must be unique over all orders**: write `{order id}.{revision}` |
//! | `input type=hidden name=_key` ([`key_input`]) | that value |
//! | `data-mint="order"` | `order:<id>`, where `{id}` in the address, in `hx-vals` or in a hidden input's value (or any `input[data-mint-id]`) becomes a new UUIDv7; the same one for as long as the page stands and nobody is refused |
//! | plain form (no htmx) | empty `input name=_key` and `input data-mint-id` are filled on submit |
//!
//! # Pictures
//! Stable ids on everything that repeats; `outerMorph` for `#order-panel`, `innerMorph` for regions of a feed.
//!   On walls, in what the stream brings and nowhere else: `innerArticles` for tickets and cards, `innerPlain` for what holds no
//!   button (`assets/js/articles.js`).
//! - A root that carries `data-rev="<what>.<number>"` is never replaced by a picture of the same `<what>` with a
//!   smaller number, whichever way that came (an answer may overtake a feed). `innerMorph`: put it on the first child.
//! - A dialog that the page holds itself (`data-dialog="id"` opens it) stands outside the regions of a feed.
//! - `time[datetime][data-tick=board|floor|clock]` ticks ([`ticking`], [`clock`]); `now_ms` and the heartbeat's data
//!   (milliseconds since 1970) set the clock it ticks by.
//! - `data-own="<staff id>"`: those of [`Page::me`] get `data-mine` and stand first in `.olist` and `#ready-strip`; tables keep their places.
//!
//! # Till (`order.js`)
//! - Lines: `li.line#line-<id> data-line="<id>"`, with a `button.pick`, `data-quantity`, optional `data-name data-seat data-course`;
//!   a sent one has the class `sent`. The script selects (`aria-current`), keeps it through morphs, and selects what
//!   this tablet's own tap added. The panel never draws `aria-current` on a line.
//! - Line bar: `#line-bar`; in its buttons `{line}` in an `hx-*` address becomes the selected line's id;
//!   `data-for="unsent"` or `"sent"` shows a button for such lines only; `[data-fill="seat|course|name"]` gets the line's text.
//! - `input type=search data-search`: `/` goes there. `.rail a[hx-get]`: `aria-current` follows the tap.
//! - Modifiers: `form[data-modifiers][data-price="9000"]` (minor units, one piece; `data-decimals="2"` for KES;
//!   `data-verb="Add"`); `fieldset.group[data-group="milk"][data-min][data-max]` with `.need` and `.met` badges and
//!   `[data-counter]`; inputs with `data-delta="1000"`; `button[data-add]`. `data-auto` on the form sends it as soon as
//!   the last missing required single choice is made, unless an optional thing was touched before.
//! - Phone: `label.peek[for=show-order]`, `input#show-order.vh type=checkbox` inside `.order-panel`.
//!
//! # Money and PIN (`keypad.js`)
//! - `input[data-money]` groups its digits while typing (the form sends the commas); `data-decimals` where not 0.
//! - [`keypad::money_keypad`] writes into an input by id; `button[data-cash="85000"][data-for=id]` sets it; a `[data-change]` box with
//!   `data-due` shows `[data-out=given|change|label]` live (`data-change` is the id of the input).
//! - [`keypad::pin_keypad`] inside a form; sends on OK or Enter, never by length: PINs have 4 to 6 digits and
//!   how many is nobody else's business. Refused: the digits are cleared.
//! - [`keypad::denominations`] sums count × value over the form; `[data-sum]` shows the total, `[data-against="195000"]`
//!   the difference.
//! - Sign-in tiles: `.staff label` with `input name=staff`; `[data-chosen]` shows whose PIN is asked.
//!
//! # Receipts (`print.js`)
//! `article.receipt` in `main`; `button[data-print]` opens the print dialog with a page of 80 mm as long as the receipt, and
//! so does a receipt with `data-printing` as soon as it is there. Codes to be scanned are [`qr()`].
//!
//! # Board (`board.js`, `clock.js`, `sound.js`)
//! `main.board#board` > `article.kt#k-<ticket> data-n="1" data-soon data-late` (seconds) with `data-new` until somebody
//! touched it, and its `data-additions`: another one rings at once. `data-voids="2"`: so many voids are not acknowledged yet, which
//! rings until they are. `board.js` sets `data-fit` on one that is too tall. In its header
//! a `time[data-tick=board]` and `[data-age-label]` (icon and word are rewritten). Lines are `button.item`, the wide zone
//! `button.bump`, start `button.start`. `body`'s bar comes from [`wall_bar`].
//! - Keys click `[data-board="recall"]` (the last bump), `[data-board="recalls"]` (their list), `[data-board="allday"]` and, in the
//!   selected ticket before any other, `[data-board="priority"]`. Which key does what says `#hands`: `data-keys` (JSON, key to deed
//!   or digit), `data-bump-at-once` (a digit bumps), `data-quiet` (what does not ring here).
//! - `body[data-display]` ([`Page::display`]) is a paired display: it never leaves its board by itself for the sign-in page.
//! - `#screen` ([`wall::screen_dialog`]) is what this browser keeps for itself: size of the text, colours, loudness.
//!
//! `aria-pressed` on a line says done.
//!
//! # Pass (`expo.js`), and what rings when it is ready (`ready.js`)
//! `main.pass#pass` > two `section` with `.list#pass-ready` and `.grid#pass-board` of `article.pcard`; those of the first have
//! `data-n`, which `1`–`9` select, and one `button[data-deed]`, which Enter taps. `button[data-more]` in a section's heading
//! says that it goes on below. `[data-board="recall"]` and `"recalls"` as at a board. What waits to be carried out has
//! `data-ready="<order>-<ms>"`, when the last of it became ready: a later one rings once, on the floor and at the pass for all,
//! elsewhere for one's own.

pub mod chart;
pub mod controls;
pub mod dialog;
pub mod keypad;
pub mod notice;
pub mod page;
pub mod qr;
pub mod wall;

pub use controls::*;
pub use dialog::{Shape, dialog};
pub use notice::{banner, toast};
pub use page::{
    BodyKind, Page, Person, Tab, Theme, TopBar, desk_nav, page, tab_count, tabs, top_bar,
};
pub use qr::{qr, qr_side};
pub use wall::wall_bar;

#[cfg(test)]
mod tests;
