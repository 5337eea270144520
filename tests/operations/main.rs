//! The built program as whoever runs it sees it: what it logs, how it stops, how its schema is kept, what it does when
//! the disk is full.

mod disk;
mod logs;
mod program;
mod schema;
mod stop;
