//! The built program as whoever runs it sees it: what it logs, how it stops, how its schema is kept, what it does when
//! the disk is full or the database gone.

mod disk;
mod down;
mod logs;
mod program;
mod schema;
mod stop;
