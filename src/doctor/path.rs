//! Whether a packet comes from one security group to another. Pure.

use crate::clients::aws::SecurityRule;

/// What the rules say of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passes {
    Yes,
    /// Only by addresses that are not known here to be the other's.
    Perhaps,
    No,
}

/// Whether these rules let TCP on `port` through between their group and one of `others`.
pub fn passes(rules: &[SecurityRule], port: u16, others: &[String]) -> Passes {
    let mut found = Passes::No;
    for rule in rules.iter().filter(|rule| rule.covers(port)) {
        let named = rule.groups.iter().any(|group| others.contains(group));
        if named || rule.ranges.iter().any(|range| range == "0.0.0.0/0") {
            return Passes::Yes;
        }
        if !rule.ranges.is_empty() {
            found = Passes::Perhaps;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_groups_and_ranges_decide() {
        let rule = |ports: Option<(u16, u16)>, group: &str, range: &str| SecurityRule {
            ports,
            groups: [group].into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            ranges: [range].into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        };
        for (rule, expected) in [
            (rule(None, "", "0.0.0.0/0"), Passes::Yes),
            (rule(Some((443, 443)), "sg-1", ""), Passes::Yes),
            (rule(Some((443, 443)), "sg-2", ""), Passes::No),
            (rule(Some((0, 65535)), "", "10.0.0.0/8"), Passes::Perhaps),
            (rule(Some((80, 442)), "sg-1", "0.0.0.0/0"), Passes::No),
        ] {
            assert_eq!(passes(std::slice::from_ref(&rule), 443, &["sg-1".into()]), expected, "{rule:?}");
        }
        assert_eq!(passes(&[], 443, &[]), Passes::No);
    }
}
