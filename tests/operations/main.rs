//! The built program as whoever runs it sees it: what it logs, how it starts and stops, how its schema is kept, what it
//! does when a disk is full, the database gone or the clock wrong.

mod backup_disk;
mod clock;
mod disk;
mod down;
mod logs;
mod older;
#[path = "../printer/mod.rs"]
mod printer;
mod printing;
mod program;
mod room;
mod schema;
mod small_disk;
mod starts;
mod stop;
mod wal;
