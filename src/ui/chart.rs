//! Bars, drawn where the figures are: an image that is read without colour, since each bar carries its figure. What a
//! machine reads aloud is the image's label; put a table with the same figures beside it.
//!
//! Everything is counted in whole tenths, of a thing and of a pixel: a picture needs no fractions.

use maud::{Markup, html};

/// The image in tenths of a pixel: its width and height, and the field of the bars in it.
const WIDTH: i64 = 7_600;
const HEIGHT: i64 = 2_320;
const LEFT: i64 = 440;
const TOP: i64 = 240;
const GROUND: i64 = 2_000;

/// How many lines lie across at most, the ground left out.
const LINES: i64 = 5;

/// A bar of a chart.
#[derive(Clone, Copy, Debug)]
pub struct Bar<'a> {
    /// What stands under it.
    pub label: &'a str,
    /// How high it is, in tenths of what is counted; nothing below zero.
    pub tenths: i64,
}

/// A chart of bars. `said` tells in a sentence what it shows.
pub fn bars(said: &str, bars: &[Bar<'_>]) -> Markup {
    let highest = bars.iter().map(|bar| bar.tenths).max().unwrap_or(0);
    let scale = Scale::of(highest);
    let slot = (WIDTH - LEFT) / i64::try_from(bars.len().max(1)).unwrap_or(1);
    html! {
        svg.chart viewBox={ "0 0 " (px(WIDTH)) " " (px(HEIGHT)) } role="img" aria-label=(said) {
            @for figure in (0..=scale.lines).map(|line| line * scale.step) {
                @let y = scale.height_of(figure * 10);
                line.g x1=(px(LEFT)) x2=(px(WIDTH)) y1=(px(y)) y2=(px(y)) {}
                text x=(px(LEFT - 80)) y=(px(y + 40)) text-anchor="end" { (figure) }
            }
            @for (bar, left) in bars.iter().zip((0..).map(|at| LEFT + at * slot)) {
                @let (y, middle) = (scale.height_of(bar.tenths), left + slot / 2);
                @if bar.tenths > 0 {
                    rect.now x=(px(left + slot / 8)) y=(px(y)) width=(px(slot - slot / 4)) height=(px(GROUND - y)) rx="3" {}
                    text.v x=(px(middle)) y=(px(y - 50)) text-anchor="middle" { (tenths(bar.tenths)) }
                }
                text x=(px(middle)) y=(px(GROUND + 180)) text-anchor="middle" { (bar.label) }
            }
        }
    }
}

/// A number of tenths as people write it: "12", "3.4".
pub fn tenths(number: i64) -> String {
    match (number / 10, number % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenths) => format!("{whole}.{tenths}"),
    }
}

/// What the lines across mean.
struct Scale {
    /// From one line to the next, in whole things: 1, 2 or 5, or ten times one of these.
    step: i64,
    /// How many there are above the ground.
    lines: i64,
}

impl Scale {
    /// As coarse as needed and no coarser, for a highest bar of so many tenths.
    fn of(highest: i64) -> Self {
        let whole = (highest.max(1) + 9) / 10;
        let steps = (0..18).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_i64.pow(power)));
        let step = steps
            .into_iter()
            .find(|step| step * LINES >= whole)
            .unwrap_or(whole);
        Scale {
            step,
            lines: (whole + step - 1) / step,
        }
    }

    /// Where so many tenths of a thing reach to.
    fn height_of(&self, tenths: i64) -> i64 {
        let top = self.step * self.lines * 10;
        GROUND - (GROUND - TOP) * tenths.clamp(0, top) / top
    }
}

/// Tenths of a pixel as the image writes them.
fn px(tenths: i64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::{Html, Selector};

    use super::*;

    fn drawn(heights: &[i64]) -> Html {
        let labels: Vec<String> = (0..heights.len()).map(|at| at.to_string()).collect();
        let all: Vec<Bar<'_>> = labels
            .iter()
            .zip(heights)
            .map(|(label, &tenths)| Bar { label, tenths })
            .collect();
        Html::parse_fragment(&bars("Tickets per hour.", &all).into_string())
    }

    fn texts(html: &Html, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector)
            .map(|element| element.text().collect())
            .collect()
    }

    #[test]
    fn each_bar_carries_its_figure_and_what_it_is_of() {
        let html = drawn(&[30, 0, 124]);
        assert_eq!(texts(&html, "text.v"), ["3", "12.4"]);
        assert_eq!(
            texts(&html, "text[text-anchor=middle]:not(.v)"),
            ["0", "1", "2"]
        );
        assert_eq!(
            texts(&html, "text[text-anchor=end]"),
            ["0", "5", "10", "15"]
        );
        assert_eq!(texts(&html, "rect").len(), 2);
    }

    #[test]
    fn lines_lie_at_round_numbers() {
        let of = |highest| {
            let scale = Scale::of(highest);
            (scale.step, scale.lines)
        };
        assert_eq!(of(0), (1, 1));
        assert_eq!(of(7), (1, 1));
        assert_eq!(of(50), (1, 5));
        assert_eq!(of(51), (2, 3));
        assert_eq!(of(2_500), (50, 5));
        assert_eq!(of(2_501), (100, 3));
    }

    proptest! {
        #[test]
        fn bars_stay_in_their_field_and_the_higher_number_has_the_higher_bar(heights in proptest::collection::vec(0_i64..1_000_000, 1..25)) {
            let highest = *heights.iter().max().unwrap();
            let scale = Scale::of(highest);
            prop_assert!((1..=LINES).contains(&scale.lines));
            let mut sorted = heights;
            sorted.sort_unstable();
            for pair in sorted.windows(2) {
                prop_assert!(scale.height_of(pair[0]) >= scale.height_of(pair[1]));
            }
            prop_assert!((TOP..=GROUND).contains(&scale.height_of(highest)));
        }
    }
}
