//! What managers read of the kitchen: how many tickets and when, how long they took, what was late, recalled or struck
//! out, on a range of business days.
//!
//! Owns no table. The kitchen knows its times and no money, orders know what was struck out and no stations; neither asks
//! the other. So this room stands above both, asks each through its door (`kitchen::figures`, `kitchen::learned`,
//! `orders::voids_after_send`) and puts the answers on one page. A ticket belongs to the business date on which it was
//! sent, and whatever happened to it later with it; a void belongs to the date on which it was made.

pub mod handlers;
mod hours;
mod overview;
mod view;
