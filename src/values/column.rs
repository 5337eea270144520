//! How checked numbers come in: from a column (SeaORM's derive would let any stored number in), from JSON and from forms.

use std::fmt::{self, Display};

use serde::de::{Error, Visitor};

/// Reads a checked number from an integer (JSON) or from the text that a person typed (forms). The error is the
/// refusal's sentence.
pub(super) struct IntegerOrText<T, R> {
    /// What is read, for who sent something else altogether.
    pub what: &'static str,
    pub integer: fn(i64) -> Result<T, R>,
    pub text: fn(&str) -> Result<T, R>,
}

impl<T, R: Display> Visitor<'_> for IntegerOrText<T, R> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_i64<E: Error>(self, integer: i64) -> Result<T, E> {
        (self.integer)(integer).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, integer: u64) -> Result<T, E> {
        // What does not fit is far above every limit, as the largest number is.
        self.visit_i64(i64::try_from(integer).unwrap_or(i64::MAX))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.text)(text).map_err(E::custom)
    }
}

/// Makes `$name` usable in entities as a column of the integer type `$stored`, nullable or not. The type needs
/// `get() -> $stored` and `new(i64)`; a stored number outside its range is a reading error, never a value out of range.
macro_rules! checked_integer_column {
    ($name:ident: $stored:ty, $value:ident, $column:ident) => {
        impl From<$name> for sea_orm::Value {
            fn from(value: $name) -> Self {
                Self::$value(Some(value.get()))
            }
        }

        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let stored = <$stored as sea_orm::TryGetable>::try_get_by(row, index)?;
                Self::new(stored.into()).map_err(|refusal| {
                    sea_orm::TryGetError::DbErr(sea_orm::DbErr::Type(format!(
                        "{stored} is stored as a {}: {refusal}",
                        stringify!($name)
                    )))
                })
            }
        }

        impl sea_orm::sea_query::ValueType for $name {
            fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                let stored = <$stored as sea_orm::sea_query::ValueType>::try_from(value)?;
                Self::new(stored.into()).map_err(|_| sea_orm::sea_query::ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($name).to_owned()
            }

            fn array_type() -> sea_orm::sea_query::ArrayType {
                sea_orm::sea_query::ArrayType::$value
            }

            fn column_type() -> sea_orm::sea_query::ColumnType {
                sea_orm::sea_query::ColumnType::$column
            }
        }

        impl sea_orm::sea_query::Nullable for $name {
            fn null() -> sea_orm::Value {
                sea_orm::Value::$value(None)
            }
        }

        impl sea_orm::IntoActiveValue<$name> for $name {
            fn into_active_value(self) -> sea_orm::ActiveValue<$name> {
                sea_orm::ActiveValue::Set(self)
            }
        }
    };
}

pub(crate) use checked_integer_column;
