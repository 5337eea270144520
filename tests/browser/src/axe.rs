//! axe-core, which finds what keeps people with a screen reader, a keyboard or weak eyes from using a screen.

use serde_json::Value;

/// The library, version 4.14.1; `vendor/VERSIONS` says where it is from.
pub const LIBRARY: &str = include_str!("../vendor/axe.min.js");

/// Runs every rule and gives back what was violated.
pub const RUN: &str = "axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations.map(rule => ({
    id: rule.id, impact: rule.impact, help: rule.help,
    nodes: rule.nodes.map(node => ({ at: node.target.join(' '), why: [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ') })),
})))";

/// What is serious or critical, one sentence each: rule, then where.
pub fn grave(violations: &Value) -> Vec<String> {
    let rules = violations.as_array().map_or(&[][..], Vec::as_slice);
    let mut grave = Vec::new();
    for rule in rules {
        let text = |name: &str| rule[name].as_str().unwrap_or_default();
        if !matches!(text("impact"), "serious" | "critical") {
            continue;
        }
        for node in rule["nodes"].as_array().map_or(&[][..], Vec::as_slice) {
            let (at, why) = (
                node["at"].as_str().unwrap_or("?"),
                node["why"].as_str().unwrap_or(""),
            );
            grave.push(format!(
                "{} ({}) at {at}: {}. {why}",
                text("id"),
                text("impact"),
                text("help")
            ));
        }
    }
    grave
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_serious_or_critical_counts() {
        let node = |at: &str| json!([{ "at": at, "why": "" }]);
        let found = grave(&json!([
            { "id": "region", "impact": "moderate", "help": "h", "nodes": node("a") },
            { "id": "image-alt", "impact": "critical", "help": "h", "nodes": node("b") },
            { "id": "color-contrast", "impact": "serious", "help": "h", "nodes": node("c") },
        ]));
        assert_eq!(
            found,
            [
                "image-alt (critical) at b: h. ",
                "color-contrast (serious) at c: h. "
            ]
        );
    }
}
