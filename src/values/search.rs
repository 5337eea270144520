//! Finding a product by what a waiter types in a hurry.

/// What was typed, made ready for comparing with many names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    words: Vec<String>,
}

impl Search {
    /// Makes a text ready; see [`fold`] for what makes no difference.
    pub fn new(query: &str) -> Self {
        Self {
            words: words(query),
        }
    }

    /// Whether nothing was typed that could be looked for; it finds everything.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether it finds a product: each word typed begins a word of the name (`chi bur`), or what was typed begins the
    /// name's initials (`cb` for Chicken burger) or the product's number.
    pub fn finds(&self, name: &str, number: Option<&str>) -> bool {
        let name_words = words(name);
        let begins_words = self.words.iter().all(|typed| {
            name_words
                .iter()
                .any(|word| word.starts_with(typed.as_str()))
        });
        begins_words
            || self.begins_initials(&name_words)
            || number.is_some_and(|number| self.begins_number(number))
    }

    fn begins_initials(&self, name_words: &[String]) -> bool {
        let initials: String = name_words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect();
        matches!(self.words.as_slice(), [typed] if initials.starts_with(typed.as_str()))
    }

    fn begins_number(&self, number: &str) -> bool {
        words(number).concat().starts_with(&self.words.concat())
    }
}

/// Whether `query` finds a product of this name and number; for many products make a [`Search`] once.
pub fn matches(query: &str, name: &str, number: Option<&str>) -> bool {
    Search::new(query).finds(name, number)
}

/// The words of a text, folded. Apostrophes are no border: `chefs` finds `Chef's salad`.
fn words(text: &str) -> Vec<String> {
    let folded = fold(text).replace(['\'', '\u{2019}'], "");
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A text as it is compared: small letters, and Latin letters without their accents (`Café Crème` is `cafe creme`).
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            // Accents that stand as characters of their own after their letter.
            None if ('\u{300}'..='\u{36f}').contains(&letter) => {}
            None => folded.push(letter),
        }
    }
    folded
}

/// The plain letters of a small Latin letter with an accent, or `None` where it has none.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ǎ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_beginning_of_any_word_finds_a_product() {
        for query in [
            "chi",
            "BUR",
            "chi bur",
            "bur chi",
            "chicken burger",
            " burger ",
            "",
        ] {
            assert!(matches(query, "Chicken Burger", None), "{query}");
        }
        for query in ["icken", "chip", "chi fish", "burgers"] {
            assert!(!matches(query, "Chicken Burger", None), "{query}");
        }
    }

    #[test]
    fn initials_find_a_product() {
        assert!(matches("cb", "Chicken Burger", None));
        assert!(matches("CBD", "Chicken burger deluxe", None));
        assert!(matches("cb", "Chicken burger deluxe", None));
        assert!(!matches("bc", "Chicken Burger", None));
        assert!(!matches("c b x", "Chicken Burger", None));
    }

    #[test]
    fn the_number_finds_a_product() {
        assert!(matches("104", "Flat white", Some("1042")));
        assert!(matches("hd-10", "Flat white", Some("HD-1042")));
        assert!(matches("hd10", "Flat white", Some("HD-1042")));
        assert!(!matches("42", "Flat white", Some("1042")));
        assert!(!matches("1", "Flat white", None));
    }

    #[test]
    fn accents_capitals_and_apostrophes_make_no_difference() {
        assert_eq!(fold("Café CRÈME"), "cafe creme");
        assert_eq!(
            fold("cre\u{301}me Brûlée Œuf Straße ŁÓDŹ İ"),
            "creme brulee oeuf strasse lodz i"
        );
        assert!(matches("creme", "Crème brûlée", None));
        assert!(matches("crème", "Creme brulee", None));
        assert!(matches("chefs", "Chef’s salad", None));
        assert!(matches("chef's", "Chefs salad", None));
    }

    #[test]
    fn nothing_typed_finds_everything() {
        assert!(Search::new(" - ").is_empty());
        assert!(matches("!", "Samosa", None));
    }

    proptest! {
        #[test]
        fn a_name_finds_itself_and_so_does_its_beginning(name in "[A-Za-zÀ-ž' ]{1,30}", length in 1_usize..30) {
            prop_assert!(matches(&name, &name, None));
            let beginning: String = name.chars().take(length).collect();
            prop_assert!(matches(&beginning, &name, None));
        }

        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
