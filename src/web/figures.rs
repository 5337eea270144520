//! How many requests came to which address, how they were answered, and how long that took.
//!
//! Counted in cells that are made once, one for each address and method: a request costs a few additions, a stranger's
//! paths make nothing new, and nothing grows between two looks at it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use poem::http::{Method, StatusCode};

use super::trail::word_of;

/// The number of whatever came to no address of the map.
pub const UNBOUND: usize = 0;
/// The upper ends of the histogram's buckets, in microseconds; what takes longer is in one more.
pub const BUCKETS: [u64; 11] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
];
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The figures of all addresses.
pub struct Figures {
    routes: Vec<Route>,
}

struct Route {
    pattern: &'static str,
    methods: [Cell; METHODS.len()],
}

#[derive(Default)]
struct Cell {
    classes: [AtomicU64; CLASSES.len()],
    buckets: [AtomicU64; BUCKETS.len() + 1],
    micros: AtomicU64,
}

/// What was counted for one address and method that was asked at least once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The pattern of the address; "none" for what is none.
    pub route: &'static str,
    /// The method, or "other".
    pub method: &'static str,
    /// How many answers of each class of status there were, without those of which there was none.
    pub classes: Vec<(&'static str, u64)>,
    /// How many answers took at most as long as each bucket says, and, last, how many there were.
    pub at_most: Vec<u64>,
    /// How long all of them took together, in microseconds.
    pub micros: u64,
}

impl Figures {
    /// Figures for these patterns, numbered from 1 on.
    pub fn of(patterns: impl IntoIterator<Item = &'static str>) -> Self {
        let route = |pattern| Route {
            pattern,
            methods: Default::default(),
        };
        Figures {
            routes: std::iter::once("none").chain(patterns).map(route).collect(),
        }
    }

    /// The pattern of an address by its number.
    pub fn pattern(&self, route: usize) -> &'static str {
        self.routes[route].pattern
    }

    /// Notes one answer.
    pub fn note(&self, route: usize, method: &Method, status: StatusCode, took: Duration) {
        let word = word_of(method);
        let method = METHODS.iter().position(|known| *known == word);
        let cell = &self.routes[route].methods[method.unwrap_or(METHODS.len() - 1)];
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS.partition_point(|end| *end < micros);
        cell.classes[class].fetch_add(1, Relaxed);
        cell.buckets[bucket].fetch_add(1, Relaxed);
        cell.micros.fetch_add(micros, Relaxed);
    }

    /// What was counted since the start.
    pub fn read(&self) -> Vec<Figure> {
        let methods = self.routes.iter().flat_map(|route| {
            let cells = route.methods.iter().zip(METHODS);
            cells.map(|(cell, method)| cell.read(route.pattern, method))
        });
        methods
            .filter(|figure| figure.at_most.last() != Some(&0))
            .collect()
    }
}

impl Cell {
    fn read(&self, route: &'static str, method: &'static str) -> Figure {
        let mut sum = 0;
        let at_most = self.buckets.iter().map(|bucket| {
            sum += bucket.load(Relaxed);
            sum
        });
        let classes = CLASSES.iter().zip(&self.classes);
        Figure {
            route,
            method,
            at_most: at_most.collect(),
            classes: classes
                .map(|(class, count)| (*class, count.load(Relaxed)))
                .filter(|(_, count)| *count > 0)
                .collect(),
            micros: self.micros.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_in_every_bucket_that_it_fits_into() {
        let figures = Figures::of(["/floor"]);
        for micros in [1_000, 1_001, 6_000_000] {
            figures.note(
                1,
                &Method::GET,
                StatusCode::OK,
                Duration::from_micros(micros),
            );
        }
        let read = figures.read();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].at_most, [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
        assert_eq!((read[0].route, read[0].micros), ("/floor", 6_002_001));
    }

    #[test]
    fn strange_methods_and_statuses_have_a_place_that_was_there_before() {
        let figures = Figures::of([]);
        let strange = Method::from_bytes(b"BREW").unwrap();
        let status = StatusCode::from_u16(999).unwrap();
        figures.note(UNBOUND, &strange, status, Duration::ZERO);
        let read = figures.read();
        assert_eq!((read[0].route, read[0].method), ("none", "other"));
        assert_eq!(read[0].classes, [("5xx", 1)]);
    }
}
