//! Printers: where paper comes out, what waits for them, and what becomes of it. Owns the tables `printers` and `print_jobs`.
//!
//! Whoever wants paper puts a job into [`queue`] in the transaction that it belongs to, and goes on: no request ever waits
//! for a printer. The [`spool`] prints, or an [`agent`] does in a café whose server is elsewhere.

mod actions;
mod address;
pub mod agent;
pub mod handlers;
mod job;
mod printer;
pub mod spool;
mod store;
pub mod transport;
mod view;

pub use actions::{ForTill, open_drawer, open_drawer_again, queue, queue_for_till, till_paper};
pub use address::Address;
pub use handlers::PrintersView;
pub use job::{JobKind, JobState, KEPT, NewJob};
pub use printer::{Printer, PrinterRefusal, Standing};
pub use store::{
    Queue, TillPaper, all, forget_before, last_drawer, of_stations, queue as queue_length,
};
