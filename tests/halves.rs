//! What is left of an approved plan when another reader, in the domain, makes it anew: never more than was approved.
#![allow(clippy::expect_used, reason = "helpers of tests may stop where they stand")]

mod plan_world;
#[path = "support/thanos/seen.rs"]
#[allow(dead_code, reason = "tests of the audit use the rest of it")]
mod seen;

use es2s3::model::thanos::{BlockId, Resolution};
use es2s3::model::{Address, Bytes, Live, Prices};
use es2s3::plan::Plan;
use es2s3::plan::halves::rest_of;
use es2s3::plan::thanos::{Action, Cost, Item, ThanosPlan};
use plan_world::{input, planned};
use seen::wanted;

const ENDED: i64 = 1_790_000_000;

fn plan(actions: &[Action]) -> Plan {
    let item = |action: &Action| Item {
        address: Address::Block(action.block().expect("a line about a block").to_string()),
        stream: None,
        action: action.clone(),
        bytes: Bytes(1),
        selected: true,
    };
    let thanos = ThanosPlan {
        spec: wanted("labels: []").spec,
        seen: Live::Absent,
        streams: Vec::new(),
        findings: Vec::new(),
        items: actions.iter().map(item).collect(),
        effects: Vec::new(),
        never: Vec::new(),
        cost: Cost::default(),
        rendered: Live::Absent,
    };
    Plan { thanos: Some(thanos), ..planned(&input("app- 30 365", "")) }
}

fn block(number: i64) -> BlockId {
    BlockId::made_at(ENDED * 1_000 + number)
}

fn mark(number: i64) -> Action {
    Action::Mark { block: block(number), resolution: Resolution::Raw, ended: ENDED }
}

fn delete(number: i64) -> Action {
    Action::Delete { block: block(number), marked: ENDED }
}

fn unmark(number: i64) -> Action {
    Action::Unmark { block: block(number), marked: ENDED }
}

#[test]
fn a_line_that_became_another_one_since_its_approval_is_not_carried_out() {
    for (why, approved, later, left) in [
        ("nothing has changed", vec![mark(1), delete(2)], vec![mark(1), delete(2)], vec![mark(1), delete(2)]),
        ("one is done", vec![mark(1), delete(2)], vec![delete(2)], vec![delete(2)]),
        ("somebody marked it long ago", vec![mark(1)], vec![delete(1)], vec![]),
        ("its mark is due", vec![unmark(1)], vec![delete(1)], vec![]),
        ("it is to stay by now", vec![mark(1)], vec![unmark(1)], vec![]),
        ("another block is due as well", vec![mark(1)], vec![mark(1), mark(2)], vec![mark(1)]),
    ] {
        let rest = rest_of(&plan(&approved), plan(&later), &Prices::default());
        let half = rest.thanos.expect("the half");
        let selected = half.items.into_iter().filter(|item| item.selected).map(|item| item.action);
        assert_eq!(selected.collect::<Vec<Action>>(), left, "{why}");
    }
}
