//! Chance that falls the same way each time: one seed, one history.

/// A generator of pseudo-random numbers (SplitMix64, Steele, Lea and Flood 2014). Not for secrets.
pub(super) struct Chance(u64);

impl Chance {
    /// The same numbers for the same seed, on every machine.
    pub(super) fn of(seed: u64) -> Self {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = most.abs_diff(least) + 1;
        least + i64::try_from(self.next() % width).unwrap_or(0)
    }

    /// Whether it happens, `percent` times in a hundred.
    pub(super) fn happens(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= i64::from(percent)
    }

    /// One of several, each as likely as the others.
    pub(super) fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(among.len()).ok()? - 1;
        usize::try_from(self.between(0, last.max(0)))
            .ok()
            .and_then(|at| among.get(at))
    }

    /// One of several, each as likely as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, among: &[(T, u32)]) -> Option<T> {
        let all: u32 = among.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(0, i64::from(all.max(1)) - 1);
        among
            .iter()
            .find(|(_, weight)| {
                left -= i64::from(*weight);
                left < 0
            })
            .map(|(one, _)| *one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_history() {
        let draw = |seed| {
            let mut chance = Chance::of(seed);
            (0..50)
                .map(|_| chance.between(0, 1_000_000))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn numbers_stay_within_and_reach_both_ends() {
        let mut chance = Chance::of(1);
        let drawn: Vec<i64> = (0..1_000).map(|_| chance.between(-2, 2)).collect();
        assert_eq!(drawn.iter().min(), Some(&-2));
        assert_eq!(drawn.iter().max(), Some(&2));
    }

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::of(1);
        let among = [("often", 9), ("never", 0), ("seldom", 1)];
        let drawn: Vec<&str> = (0..1_000).filter_map(|_| chance.weighted(&among)).collect();
        let often = drawn.iter().filter(|one| **one == "often").count();
        assert_eq!(drawn.len(), 1_000);
        assert!((850..950).contains(&often), "{often}");
        assert!(!drawn.contains(&"never"));
        assert_eq!(chance.weighted::<u8>(&[]), None);
        assert_eq!(chance.pick::<u8>(&[]), None);
    }
}
