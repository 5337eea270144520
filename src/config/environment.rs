//! Reading variables, and collecting what is wrong with them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::Secret;

/// The variables of a process. It notes which ones were asked for, so that a test can hold
/// `.env.example` against them.
#[derive(Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    asked: RefCell<BTreeSet<&'static str>>,
    faults: RefCell<Vec<Fault>>,
}

/// One setting that is wrong or missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub variable: String,
    pub problem: String,
    pub example: String,
}

/// Every setting that is wrong or missing: one line each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}; an example: {}={}",
            self.variable, self.problem, self.variable, self.example
        )
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self {
            variables,
            ..Self::default()
        }
    }
}

impl Environment {
    pub(super) fn of_this_process() -> Self {
        std::env::vars_os()
            .map(|(name, value)| {
                (
                    name.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect()
    }

    /// The names that were asked for so far.
    pub fn asked(&self) -> BTreeSet<&'static str> {
        self.asked.borrow().clone()
    }

    pub(super) fn faults(&self) -> Option<Faults> {
        let faults = self.faults.borrow().clone();
        (!faults.is_empty()).then_some(Faults(faults))
    }

    pub(super) fn fault(&self, variable: &str, problem: &str, example: &str) {
        self.faults.borrow_mut().push(Fault {
            variable: variable.to_owned(),
            problem: problem.to_owned(),
            example: example.to_owned(),
        });
    }

    /// Whether a variable is set, itself or through a file, rightly or wrongly.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.value(name).is_some() || self.value(&format!("{name}_FILE")).is_some()
    }

    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        self.asked.borrow_mut().insert(name);
        self.value(name).map(str::to_owned)
    }

    pub(super) fn path(&self, name: &'static str) -> Option<PathBuf> {
        self.text(name)
            .map(|path| std::path::absolute(&path).unwrap_or_else(|_| PathBuf::from(path)))
    }

    /// A value that `read` understands or says what is wrong with.
    pub(super) fn checked<T>(
        &self,
        name: &'static str,
        example: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let refused =
            |problem: String| self.fault(name, &format!("is {text:?}, which {problem}"), example);
        read(&text).map_err(refused).ok()
    }

    pub(super) fn parsed<T: FromStr<Err = String>>(
        &self,
        name: &'static str,
        example: &str,
    ) -> Option<T> {
        self.checked(name, example, T::from_str)
    }

    /// A comma list; `None` when it is unset or wrong.
    pub(super) fn list<T: FromStr<Err = String>>(
        &self,
        name: &'static str,
        example: &str,
    ) -> Option<Vec<T>> {
        self.checked(name, example, |text| items(text).map(T::from_str).collect())
    }

    pub(super) fn choice<T: Copy>(&self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.checked(name, names.first().copied().unwrap_or_default(), |text| {
            let found = choices.iter().find(|(name, _)| *name == text);
            found
                .map(|(_, choice)| *choice)
                .ok_or_else(|| format!("is not one of {}", names.join(", ")))
        })
    }

    pub(super) fn secret(&self, name: &'static str) -> Option<Secret> {
        self.secret_as(name, "…", |text| Ok(Secret::new(text)))
    }

    /// As `checked`, but the value may be in a file (`NAME_FILE`) and is never repeated.
    pub(super) fn secret_as<T>(
        &self,
        name: &'static str,
        example: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name);
        let file_name = format!("{name}_FILE");
        let text = match (text, self.value(&file_name)) {
            (Some(_), Some(_)) => {
                self.fault(
                    name,
                    &format!("and {file_name} are both set: only one may be"),
                    example,
                );
                None
            }
            (Some(text), None) => Some(text),
            (None, Some(path)) => {
                match std::fs::read_to_string(path).map(|text| text.trim().to_owned()) {
                    Ok(text) if text.is_empty() => {
                        self.fault(
                            &file_name,
                            &format!("is {path:?}, which is empty"),
                            &example_file(name),
                        );
                        None
                    }
                    Ok(text) => Some(text),
                    Err(error) => {
                        self.fault(
                            &file_name,
                            &format!("is {path:?}, which cannot be read ({error})"),
                            &example_file(name),
                        );
                        None
                    }
                }
            }
            (None, None) => None,
        };
        read(&text?)
            .map_err(|problem| self.fault(name, &problem, example))
            .ok()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }
}

/// The items of a comma list.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

fn example_file(name: &str) -> String {
    format!("/run/secrets/{}", name.to_lowercase())
}
