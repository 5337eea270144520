//! How long something has been waiting, in words and figures.

/// An age for the floor and for lists: `now`, `12 min`, `1 h 04`, `3 days`. What lies ahead counts as just now.
pub fn age_words(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let hours = minutes / 60;
    match (hours, minutes) {
        (_, 0) => "now".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (..48, minutes) => format!("{hours} h {:02}", minutes % 60),
        _ => format!("{} days", hours / 24),
    }
}

/// An age for the kitchen's tickets, in minutes and seconds however long: `0:08`, `13:05`, `75:00`.
pub fn minutes_seconds(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_words() {
        assert_eq!(age_words(-5), "now");
        assert_eq!(age_words(59), "now");
        assert_eq!(age_words(60), "1 min");
        assert_eq!(age_words(12 * 60 + 59), "12 min");
        assert_eq!(age_words(59 * 60 + 59), "59 min");
        assert_eq!(age_words(64 * 60), "1 h 04");
        assert_eq!(age_words(47 * 3_600 + 59 * 60), "47 h 59");
        assert_eq!(age_words(48 * 3_600), "2 days");
    }

    #[test]
    fn tickets_count_minutes_and_seconds() {
        assert_eq!(minutes_seconds(-1), "0:00");
        assert_eq!(minutes_seconds(8), "0:08");
        assert_eq!(minutes_seconds(785), "13:05");
        assert_eq!(minutes_seconds(4_500), "75:00");
    }
}
