//! Which raw blocks go by their retention, and which wait until a coarser copy has their samples: the oldest of the sound bucket, which
//! is due, and what there is of it besides.

use es2s3::model::thanos::{MarkKind, Part};
use es2s3::plan::thanos::{Action, Withheld};

use crate::world::{DAY, NOW, World, lose, mark, say};

/// What there is, the retentions, how it comes about in a sound bucket, and whether the raw block goes.
type Row = (&'static str, &'static str, fn(&mut World), bool);

const FIVE_IS_KEPT: &str = "retention: { raw: 16d, 5m: 90d, 1h: 365d }";
/// The oldest 5m block is past its own as well.
const FIVE_IS_OVER: &str = "retention: { raw: 5d, 5m: 14d, 1h: 90d }";
const AS_LONG_AS_FIVE: &str = "retention: { raw: 16d, 5m: 16d, 1h: 90d }";
const ALL_ARE_OVER: &str = "retention: { raw: 5d, 5m: 14d, 1h: 16d }";

fn no_five(world: &mut World) {
    world.take(300_000, 8);
}

fn broken_five(world: &mut World) {
    lose(world.of(300_000, 8), &Part::Chunk(1));
}

fn hour_alone(world: &mut World) {
    no_five(world);
    world.make(3_600_000, 8);
}

fn hour_and_broken_five(world: &mut World) {
    broken_five(world);
    world.make(3_600_000, 8);
}

fn broken_hour_alone(world: &mut World) {
    hour_alone(world);
    lose(world.of(3_600_000, 8), &Part::Index);
}

fn marked_five(world: &mut World) {
    mark(world.of(300_000, 8), MarkKind::Deletion, 1, "by hand");
}

/// Of the two blocks that the raw one was made of, 5m has the first and 1h the second.
fn each_half(world: &mut World) {
    world.make(3_600_000, 8);
    let sources = world.oldest().meta().expect("sound").sources.clone();
    say(world.of(300_000, 8), |meta| meta.sources = [sources[0]].into());
    say(world.of(3_600_000, 8), |meta| meta.sources = [sources[1]].into());
}

fn never_to_be_coarser(world: &mut World) {
    no_five(world);
    mark(world.oldest(), MarkKind::NoDownsample, 1, "by hand");
}

const ROWS: &[Row] = &[
    ("5m", FIVE_IS_KEPT, |_| {}, true),
    ("nothing", FIVE_IS_KEPT, no_five, false),
    ("5m without a chunk", FIVE_IS_KEPT, broken_five, false),
    ("5m that is about to go", FIVE_IS_KEPT, marked_five, false),
    ("1h alone, where 5m is kept longer", FIVE_IS_KEPT, hour_alone, false),
    ("1h and a broken 5m, where 5m is kept longer", FIVE_IS_KEPT, hour_and_broken_five, false),
    ("nothing, and none is to be made", FIVE_IS_KEPT, never_to_be_coarser, true),
    ("5m, which is over too", FIVE_IS_OVER, |_| {}, true),
    ("1h alone, and 5m would be over", FIVE_IS_OVER, hour_alone, true),
    ("1h and a broken 5m, which is over", FIVE_IS_OVER, hour_and_broken_five, true),
    ("one half in 5m, which is over, and one in 1h", FIVE_IS_OVER, each_half, true),
    ("one half in 5m, which is kept longer, and one in 1h", FIVE_IS_KEPT, each_half, false),
    ("a broken 1h alone, and 5m would be over", FIVE_IS_OVER, broken_hour_alone, false),
    ("nothing, and 5m would be over, but not 1h", FIVE_IS_OVER, no_five, false),
    ("1h alone, and 5m is kept no longer than raw", AS_LONG_AS_FIVE, hour_alone, true),
    ("nothing, and 5m is kept no longer than raw", AS_LONG_AS_FIVE, no_five, false),
    ("nothing, and every copy would be over", ALL_ARE_OVER, no_five, true),
];

#[test]
fn a_raw_block_goes_when_a_copy_that_is_asked_for_has_its_samples() {
    for (there_is, retention, strike, goes) in ROWS {
        let mut world = World::sound();
        world.thanos = retention;
        // The oldest ended seventeen days ago.
        world.now = NOW + 3 * DAY;
        strike(&mut world);
        let oldest = world.oldest().id;
        let plan = world.plan();
        let lines = plan.items.iter().filter(|item| item.action.block() == Some(oldest));
        let said: Vec<bool> = lines
            .map(|item| match item.action {
                Action::Mark { .. } => true,
                Action::Withheld { why: Withheld::NotDownsampled, .. } => false,
                ref other => panic!("{there_is}: {other:?}"),
            })
            .collect();
        assert_eq!(said, [*goes], "there is {there_is}; {retention}");
    }
}
