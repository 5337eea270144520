//! People and programs who mean harm, or know no better. Whatever arrives: nobody gets in who may not, the answer is a
//! sentence and never a crash, what was refused has changed nothing, and the books still agree.
//!
//! The addresses come from the map of routes itself and the fields from the forms' own definitions, so that neither a
//! new address nor a new field can be forgotten: a test fails and says what to add.

mod crafted;
mod cross_site;
mod deeds;
mod every;
mod evil;
mod generator;
mod malformed;
mod rights;
mod scene;
mod stored;
mod table;
mod tokens;
mod watch;
mod wire;
mod words;
