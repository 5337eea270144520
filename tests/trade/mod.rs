//! Trade for the tests that kill, stop and starve parts of the house: tills that ask until they are answered, the books that
//! compare what they were told with what is stored, and screens that are compared with what is true.

pub mod books;
pub mod picture;
pub mod screen;
pub mod tills;
pub mod truth;

/// Where there is trade, and by whom.
#[derive(Clone)]
pub struct Venue {
    /// The addresses of the instances; a till that gets no answer from one asks the next.
    pub doors: Vec<String>,
    /// The sessions of the cashiers, one for each till.
    pub cashiers: Vec<String>,
    /// Whether they are managers, who give money back with nobody's agreement.
    pub manage: bool,
    /// A guest with a telephone, where Pesapal is to be had.
    pub guest: Option<tills::Guest>,
    /// The session of who makes everything.
    pub bartender: String,
    /// What is ordered, with its price.
    pub products: Vec<(String, i64)>,
}
