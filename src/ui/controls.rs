//! Icons, buttons, badges, fields and the other small things of a screen.

use maud::{Markup, html};

use crate::asset;
use crate::web::assets::ICONS;

/// An icon of the sprite (`assets/icons.svg`, without its "i-"); a name that is not there shows a box.
pub fn icon(name: &str) -> Markup {
    let name = if ICONS.contains(&name) { name } else { "box" };
    html! { svg.i aria-hidden="true" { use href={ (asset!("icons.svg")) "#i-" (name) } {} } }
}

/// The café's mark.
pub fn mark() -> Markup {
    html! { svg.mark aria-hidden="true" { use href={ (asset!("icons.svg")) "#mark" } {} } }
}

/// What a coloured thing means; colour, icon and word always come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing sent yet, or fresh on a board.
    New,
    /// Being made.
    Preparing,
    /// Made, not served.
    Ready,
    /// Awaiting payment.
    Due,
    /// Settled.
    Paid,
    /// Cancelled, voided or sold out.
    Cancelled,
    /// On hold.
    Held,
    /// A table nobody sits at.
    Free,
    /// A table that waits for somebody.
    Reserved,
}

impl Status {
    /// The value of `data-status`, which colours a thing.
    pub fn name(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Preparing => "preparing",
            Status::Ready => "ready",
            Status::Due => "due",
            Status::Paid => "paid",
            Status::Cancelled => "cancelled",
            Status::Held => "held",
            Status::Free => "free",
            Status::Reserved => "reserved",
        }
    }

    /// The word a person reads where nothing more precise is known.
    pub fn label(self) -> &'static str {
        match self {
            Status::New => "New",
            Status::Preparing => "Preparing",
            Status::Ready => "Ready",
            Status::Due => "Awaiting payment",
            Status::Paid => "Paid",
            Status::Cancelled => "Cancelled",
            Status::Held => "On hold",
            Status::Free => "Free",
            Status::Reserved => "Reserved",
        }
    }

    /// Its icon, which carries the same name.
    pub fn icon(self) -> Markup {
        icon(self.name())
    }
}

/// How good or bad a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For information.
    Info,
    /// Done, fine.
    Ok,
    /// Look here.
    Warn,
    /// Refused, wrong, short.
    Bad,
}

impl Kind {
    /// The value of `data-kind`, which colours a thing.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Info => "info",
            Kind::Ok => "ok",
            Kind::Warn => "warn",
            Kind::Bad => "bad",
        }
    }

    /// The icon that stands for it.
    pub fn icon(self) -> Markup {
        icon(match self {
            Kind::Info => "info",
            Kind::Ok => "check",
            Kind::Warn | Kind::Bad => "warn",
        })
    }
}

/// A badge with the status' own word.
pub fn badge(status: Status) -> Markup {
    badge_saying(status, status.label())
}

/// A badge with a more precise word: "2 ready", "Sold out", "4 to send".
pub fn badge_saying(status: Status, label: &str) -> Markup {
    html! { span.badge data-status=(status.name()) { (status.icon()) (label) } }
}

/// A badge that judges instead of telling a status: "Required", "Choose 1".
pub fn badge_of(kind: Kind, solid: bool, label: &str) -> Markup {
    html! { span.badge.solid[solid] data-kind=(kind.name()) { (kind.icon()) (label) } }
}

/// A round picture of a person: two letters on one of eight hues.
pub fn avatar(initials: &str, hue: u8) -> Markup {
    html! { span.avatar data-hue=(hue.clamp(1, 8)) aria-hidden="true" { (initials) } }
}

/// What stands in a button: an icon, if it has one, and its label.
/// The button itself is written where it acts: `button.btn.xl.primary hx-post=… { (labelled("send", "Send")) }`.
pub fn labelled(icon_name: &str, label: &str) -> Markup {
    html! { (icon(icon_name)) (label) }
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The one deed of its region.
    Primary,
    /// Any other.
    Plain,
    /// Without a border.
    Quiet,
    /// Takes something away.
    Danger,
}

/// A button that submits its form.
pub fn button(look: Look, label: &str) -> Markup {
    let class = match look {
        Look::Primary => "btn lg primary",
        Look::Plain => "btn lg",
        Look::Quiet => "btn lg quiet",
        Look::Danger => "btn lg danger",
    };
    html! { button class=(class) { (label) } }
}

/// A link that looks like a button.
pub fn link(look: Look, href: &str, label: &str) -> Markup {
    let class = match look {
        Look::Primary => "btn lg primary",
        Look::Plain => "btn lg",
        Look::Quiet => "btn lg quiet",
        Look::Danger => "btn lg danger",
    };
    html! { a class=(class) href=(href) { (label) } }
}

/// A labelled input. Build it with [`Field::new`] and the setters, then write it into markup.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    label: &'a str,
    name: &'a str,
    value: &'a str,
    error: Option<&'a str>,
    hint: Option<&'a str>,
    kind: &'a str,
    autocomplete: &'a str,
    max: Option<usize>,
    required: bool,
}

impl<'a> Field<'a> {
    /// A field for a line of text.
    pub fn new(label: &'a str, name: &'a str) -> Self {
        Field {
            label,
            name,
            value: "",
            error: None,
            hint: None,
            kind: "text",
            autocomplete: "off",
            max: None,
            required: false,
        }
    }

    /// What stands in it.
    pub fn value(self, value: &'a str) -> Self {
        Field { value, ..self }
    }

    /// What is wrong with it.
    pub fn error(self, error: Option<&'a str>) -> Self {
        Field { error, ..self }
    }

    /// What helps to fill it.
    pub fn hint(self, hint: &'a str) -> Self {
        Field {
            hint: Some(hint),
            ..self
        }
    }

    /// The input's type: "password", "tel", "number".
    pub fn kind(self, kind: &'a str) -> Self {
        Field { kind, ..self }
    }

    /// What a browser or password manager may fill in: "username", "current-password".
    pub fn autocomplete(self, autocomplete: &'a str) -> Self {
        Field {
            autocomplete,
            ..self
        }
    }

    /// The longest text, in characters.
    pub fn max(self, max: usize) -> Self {
        Field {
            max: Some(max),
            ..self
        }
    }

    /// It may not be empty.
    pub fn required(self) -> Self {
        Field {
            required: true,
            ..self
        }
    }
}

impl maud::Render for Field<'_> {
    fn render(&self) -> Markup {
        around(
            self.label,
            self.name,
            self.error,
            self.hint,
            html! {
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value) autocomplete=(self.autocomplete)
                    maxlength=[self.max] required[self.required]
                    aria-invalid=[self.error.map(|_| "true")] aria-describedby={ "err-" (self.name) };
            },
        )
    }
}

/// A plain text field with its error and hint, for most forms.
pub fn field(
    label: &str,
    name: &str,
    value: &str,
    error: Option<&str>,
    hint: Option<&str>,
) -> Markup {
    let field = Field::new(label, name).value(value).error(error);
    maud::Render::render(&hint.map_or(field, |hint| field.hint(hint)))
}

/// A field for an amount; commas come by themselves while typing, and the form sends them.
pub fn money_field(
    currency: &str,
    label: &str,
    name: &str,
    value: &str,
    error: Option<&str>,
    hint: Option<&str>,
) -> Markup {
    around(
        label,
        name,
        error,
        hint,
        html! {
            span.affix {
                span { (currency) }
                input id=(name) name=(name) value=(value) inputmode="decimal" autocomplete="off" maxlength="20" data-money
                    aria-invalid=[error.map(|_| "true")] aria-describedby={ "err-" (name) };
            }
        },
    )
}

/// A field for a few lines of text.
pub fn note_field(label: &str, name: &str, value: &str, max: usize, error: Option<&str>) -> Markup {
    around(
        label,
        name,
        error,
        None,
        html! {
            textarea id=(name) name=(name) rows="2" maxlength=(max) aria-invalid=[error.map(|_| "true")]
                aria-describedby={ "err-" (name) } { (value) }
        },
    )
}

/// Why: reasons that are given often, one tap each (`chosen`), and words of one's own (`reason`).
pub fn reasons(often: &[String]) -> Markup {
    html! {
        fieldset.group {
            legend { "Why" }
            div.chips {
                @for reason in often { label.chip { input type="radio" name="chosen" value=(reason); (reason) } }
            }
        }
        (Field::new("In your words", "reason").max(200))
    }
}

/// Label, control, hint and the place for its error (`#err-<name>`), which a refusal fills with
/// [`field_error`] in a partial of its own.
pub fn around(
    label: &str,
    name: &str,
    error: Option<&str>,
    hint: Option<&str>,
    control: Markup,
) -> Markup {
    html! {
        label.field {
            (label)
            (control)
            @if let Some(hint) = hint { small { (hint) } }
            (error_place(name, error))
        }
    }
}

/// The place of a field's error, empty where there is none.
pub fn error_place(name: &str, error: Option<&str>) -> Markup {
    html! { small.err id={ "err-" (name) } { @if let Some(error) = error { (field_error(error)) } } }
}

/// What stands in `#err-<name>`.
pub fn field_error(sentence: &str) -> Markup {
    html! { (icon("warn")) (sentence) }
}

/// A quantity that only the form knows until it is sent: − [n] +, kept between `min` and `max` by script.
pub fn stepper(label: &str, name: &str, value: u32, min: u32, max: u32) -> Markup {
    stepping(label, name, value, (min, max), None)
}

/// The same, outside of its form.
pub fn stepper_of(label: &str, name: &str, value: u32, between: (u32, u32), form: &str) -> Markup {
    stepping(label, name, value, between, Some(form))
}

fn stepping(
    label: &str,
    name: &str,
    value: u32,
    (min, max): (u32, u32),
    form: Option<&str>,
) -> Markup {
    html! {
        span.stepper role="group" aria-label=(label) data-stepper data-min=(min) data-max=(max) {
            button.btn type="button" data-step="-1" aria-label="One less" { (icon("minus")) }
            output { (value) }
            button.btn type="button" data-step="1" aria-label="One more" { (icon("plus")) }
            input type="hidden" name=(name) value=(value) form=[form];
        }
    }
}

/// What stands where there is nothing yet. `after` may hold a button.
pub fn empty(icon_name: &str, title: &str, text: &str, after: Markup) -> Markup {
    html! { div.empty { (icon(icon_name)) h3 { (title) } p { (text) } (after) } }
}

/// An amount with its currency, for totals and single amounts; rows leave the currency out.
pub fn amount(currency: &str, figure: &str) -> Markup {
    html! { span.cur { (currency) } (figure) }
}

/// The time now, ticking.
pub fn clock() -> Markup {
    html! { time.clock data-tick="clock" {} }
}

/// How long ago something was, ticking in the browser. `at` is RFC 3339 in UTC.
pub fn ticking(tick: Tick, at: &str, now: &str) -> Markup {
    html! { time datetime=(at) data-tick=(tick.name()) { (now) } }
}

/// How an age reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// "12:41" in minutes and seconds, on boards.
    Board,
    /// "12 min", "1 h 04", on the floor.
    Floor,
}

impl Tick {
    fn name(self) -> &'static str {
        match self {
            Tick::Board => "board",
            Tick::Floor => "floor",
        }
    }
}

/// A place in the hidden form data for a key that the server made for this one person.
pub fn key_input(key: &str) -> Markup {
    html! { input type="hidden" name="_key" value=(key); }
}
