//! Forms become types before a handler sees them: every field is parsed, every faulty one named.

use std::collections::HashMap;
use std::fmt::Display;
use std::io;
use std::str::FromStr;

use poem::error::ReadBodyError;
use poem::http::{StatusCode, header};
use poem::{Body, FromRequest, Request, RequestBody};
use tokio_util::bytes::Bytes;

use super::error::{Error, FieldError};
use crate::values::{Money, Note, Short};

/// The largest form that is read: 256 KiB. Uploads have a limit of their own.
const LARGEST: usize = 256 * 1024;

/// What arrived, by name; a name may come several times.
#[derive(Debug, Default)]
pub struct Fields {
    values: HashMap<String, Vec<String>>,
    /// Integers of a JSON body: where money is meant, these are minor units (values/typed.rs).
    integers: HashMap<String, i64>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// A field that must be there and fit.
    pub fn one<T: FromStr>(&mut self, name: &'static str) -> Option<T>
    where
        T::Err: Display,
    {
        let text = self.text(name);
        if text.is_empty() && !self.values.contains_key(name) {
            return self.refuse(name, "Please fill this in.".to_owned());
        }
        self.parse(name, &text)
    }

    /// A field that may be missing or empty.
    pub fn opt<T: FromStr>(&mut self, name: &'static str) -> Option<Option<T>>
    where
        T::Err: Display,
    {
        let text = self.text(name);
        if text.trim().is_empty() {
            return Some(None);
        }
        self.parse(name, &text).map(Some)
    }

    /// An amount that may be missing or empty: text as people type it, or an integer of JSON in minor units.
    pub fn money(&mut self, name: &'static str) -> Option<Option<Money>> {
        let Some(minor) = self.integers.get(name) else {
            return self.opt(name);
        };
        match Money::from_minor(*minor) {
            Ok(amount) => Some(Some(amount)),
            Err(refusal) => self.refuse(name, refusal.to_string()),
        }
    }

    /// A field that may come any number of times, up to 200.
    pub fn many<T: FromStr>(&mut self, name: &'static str) -> Option<Vec<T>>
    where
        T::Err: Display,
    {
        let texts = self.values.get(name).cloned().unwrap_or_default();
        if texts.len() > 200 {
            return self.refuse(name, "That is too many.".to_owned());
        }
        texts.iter().map(|text| self.parse(name, text)).collect()
    }

    /// A checkbox: there or not.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        Some(!matches!(
            self.text(name).as_str(),
            "" | "off" | "false" | "0"
        ))
    }

    /// Fields whose names are made of a prefix and a number, such as `count_50000`.
    pub fn numbered<T: FromStr>(&mut self, prefix: &'static str) -> Option<Vec<(i64, T)>>
    where
        T::Err: Display,
    {
        let mut found: Vec<(i64, String)> = self
            .values
            .iter()
            .filter_map(|(name, values)| {
                let number = name.strip_prefix(prefix)?.parse().ok()?;
                Some((number, values.first()?.trim().to_owned()))
            })
            .filter(|(_, text)| !text.is_empty())
            .collect();
        found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
        if found.len() > 50 {
            return self.refuse(prefix, "That is too many.".to_owned());
        }
        found
            .into_iter()
            .map(|(number, text)| self.parse(prefix, &text).map(|value| (number, value)))
            .collect()
    }

    /// All values of fields whose names begin with a prefix, such as `m-<group>`; up to 200.
    pub fn prefixed<T: FromStr>(&mut self, prefix: &'static str) -> Option<Vec<T>>
    where
        T::Err: Display,
    {
        let mut found: Vec<(String, String)> = self
            .values
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .flat_map(|(name, values)| values.iter().map(|value| (name.clone(), value.clone())))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        // A map has no order, and the same command must always have the same fingerprint.
        found.sort();
        if found.len() > 200 {
            return self.refuse(prefix, "That is too many.".to_owned());
        }
        found
            .into_iter()
            .map(|(_, value)| self.parse(prefix, &value))
            .collect()
    }

    /// Notes a fault that only several fields together show.
    pub fn refuse<T>(&mut self, field: &'static str, sentence: String) -> Option<T> {
        self.errors.push(FieldError { field, sentence });
        None
    }

    /// A field's first value as it was typed, whether it fits or not.
    pub fn text(&self, name: &str) -> String {
        self.values
            .get(name)
            .and_then(|values| values.first())
            .cloned()
            .unwrap_or_default()
    }

    fn parse<T: FromStr>(&mut self, name: &'static str, text: &str) -> Option<T>
    where
        T::Err: Display,
    {
        match text.parse() {
            Ok(value) => Some(value),
            Err(refusal) => self.refuse(name, refusal.to_string()),
        }
    }
}

/// A type that can be read from a form.
pub trait FromFields: Sized {
    /// Reads all fields, noting the faulty ones; `None` when there were any.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

/// Declares a form: its fields, how often each comes, and the type that each must fit.
///
/// `one` must be there, `opt` may be missing, `money` is an amount that may be missing, `many` may repeat, `flag` is a checkbox,
/// `part` is a form of its own whose fields stand among these; `numbered @ "count_"` collects fields such as `count_500`, `prefixed @ "m-"` such as `m-<group>`.
#[macro_export]
macro_rules! form {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $field:ident : $kind:ident $(@ $arg:literal)? $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize)]
        $vis struct $name { $($(#[$fmeta])* pub $field: $crate::form!(@type $kind $ty)),* }

        impl $crate::web::form::FromFields for $name {
            #[allow(unused_variables)]
            fn from_fields(fields: &mut $crate::web::form::Fields) -> Option<Self> {
                $(let $field = $crate::form!(@read fields $kind $field $($arg)? ; $ty);)*
                Some($name { $($field: $field?),* })
            }
        }
    };
    (@type one $ty:ty) => { $ty };
    (@type opt $ty:ty) => { Option<$ty> };
    (@type money $ty:ty) => { Option<$ty> };
    (@type many $ty:ty) => { Vec<$ty> };
    (@type flag $ty:ty) => { $ty };
    (@type part $ty:ty) => { $ty };
    (@type prefixed $ty:ty) => { Vec<$ty> };
    (@type numbered $ty:ty) => { Vec<(i64, $ty)> };
    (@read $fields:ident one $field:ident ; $ty:ty) => { $fields.one::<$ty>(stringify!($field)) };
    (@read $fields:ident opt $field:ident ; $ty:ty) => { $fields.opt::<$ty>(stringify!($field)) };
    (@read $fields:ident money $field:ident ; $ty:ty) => { $fields.money(stringify!($field)) };
    (@read $fields:ident many $field:ident ; $ty:ty) => { $fields.many::<$ty>(stringify!($field)) };
    (@read $fields:ident flag $field:ident ; $ty:ty) => { $fields.flag(stringify!($field)) };
    (@read $fields:ident part $field:ident ; $ty:ty) => { <$ty as $crate::web::form::FromFields>::from_fields($fields) };
    (@read $fields:ident prefixed $field:ident $prefix:literal ; $ty:ty) => { $fields.prefixed::<$ty>($prefix) };
    (@read $fields:ident numbered $field:ident $prefix:literal ; $ty:ty) => { $fields.numbered::<$ty>($prefix) };
}

/// A reason: what was chosen from the list, what was written, or both.
///
/// # Errors
/// Without either.
pub fn said(chosen: Option<&Short>, written: Option<&Note>) -> Result<String, Error> {
    match (chosen, written) {
        (None, None) => Err(Error::field("reason", "Choose a reason, or write one.")),
        (Some(chosen), None) => Ok(chosen.as_str().to_owned()),
        (None, Some(written)) => Ok(written.as_str().to_owned()),
        (Some(chosen), Some(written)) => Ok(format!("{}: {}", chosen.as_str(), written.as_str())),
    }
}

/// The parsed body of a request: a form, or JSON with the same names.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<'a, T: FromFields + Send> FromRequest<'a> for Form<T> {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(read(req, body).await.map(Form)?)
    }
}

/// A form whose handler draws it again where it does not fit, as people need it whose browser runs no scripts.
#[derive(Debug)]
pub struct Draft<T> {
    /// The form, or what is wrong with its fields.
    pub form: Result<T, Error>,
    /// What was typed.
    pub typed: Fields,
}

impl<'a, T: FromFields + Send> FromRequest<'a> for Draft<T> {
    async fn from_request(req: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let mut typed = fields_of(req, body).await?;
        Ok(Draft {
            form: filled_in(&mut typed),
            typed,
        })
    }
}

async fn read<T: FromFields>(req: &Request, body: &mut RequestBody) -> Result<T, Error> {
    filled_in(&mut fields_of(req, body).await?)
}

fn filled_in<T: FromFields>(fields: &mut Fields) -> Result<T, Error> {
    match T::from_fields(fields) {
        Some(form) if fields.errors.is_empty() => Ok(form),
        _ => Err(Error::Invalid(std::mem::take(&mut fields.errors))),
    }
}

async fn fields_of(req: &Request, body: &mut RequestBody) -> Result<Fields, Error> {
    let declared = req
        .header(header::CONTENT_TYPE)
        .and_then(|kind| kind.split(';').next())
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let bytes = match body.take() {
        Ok(body) => bytes_of(body).await?,
        Err(_) => Default::default(),
    };
    match declared.as_str() {
        "application/json" => from_json(&bytes),
        "application/x-www-form-urlencoded" => from_form(&bytes),
        "" if bytes.is_empty() => Ok(Fields::default()),
        _ => Err(Error::refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type",
            "Send a form or JSON.",
        )),
    }
}

/// The bytes of a body, as many as a form may have.
pub(super) async fn bytes_of(body: Body) -> Result<Bytes, Error> {
    body.into_bytes_limit(LARGEST)
        .await
        .map_err(|failure| match failure {
            ReadBodyError::PayloadTooLarge => Error::too_large(),
            ReadBodyError::Io(failure) if failure.kind() == io::ErrorKind::TimedOut => {
                Error::refused(
                    StatusCode::REQUEST_TIMEOUT,
                    "too_slow",
                    "This took too long to arrive. Try again.",
                )
            }
            _ => Error::unreadable(),
        })
}

fn from_form(bytes: &[u8]) -> Result<Fields, Error> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_bytes(bytes).map_err(|_| Error::unreadable())?;
    let mut values: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in pairs {
        values.entry(name).or_default().push(value);
    }
    Ok(Fields {
        values,
        ..Fields::default()
    })
}

fn from_json(bytes: &[u8]) -> Result<Fields, Error> {
    use serde_json::Value;
    fn scalar(value: Value) -> Result<String, Error> {
        match value {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            Value::Null => Ok(String::new()),
            Value::Array(_) | Value::Object(_) => Err(Error::unreadable()),
        }
    }
    let Ok(Value::Object(object)) = serde_json::from_slice(bytes) else {
        return Err(Error::unreadable());
    };
    let integers = object
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.as_i64()?)))
        .collect();
    let values = object
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| {
            let values = match value {
                Value::Array(items) => items.into_iter().map(scalar).collect::<Result<_, _>>()?,
                single => vec![scalar(single)?],
            };
            Ok((name, values))
        })
        .collect::<Result<_, Error>>()?;
    Ok(Fields {
        values,
        integers,
        ..Fields::default()
    })
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use poem::error::ResponseError;

    use super::*;

    async fn status_of(body: Body) -> StatusCode {
        bytes_of(body).await.unwrap_err().status()
    }

    #[tokio::test]
    async fn a_body_is_too_large_too_slow_or_broken_and_each_is_told_apart() {
        let breaking = |kind: io::ErrorKind| {
            let pieces = [Ok("name=Kah"), Err(io::Error::from(kind))];
            Body::from_bytes_stream(stream::iter(pieces))
        };
        assert_eq!(
            status_of(breaking(io::ErrorKind::TimedOut)).await,
            StatusCode::REQUEST_TIMEOUT
        );
        assert_eq!(
            status_of(breaking(io::ErrorKind::ConnectionReset)).await,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(
            status_of(Body::from_vec(vec![b'x'; LARGEST + 1])).await,
            StatusCode::PAYLOAD_TOO_LARGE
        );
        let whole = bytes_of(Body::from_vec(vec![b'x'; LARGEST])).await.unwrap();
        assert_eq!(whole.len(), LARGEST);
    }
}
