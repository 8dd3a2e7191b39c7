//! Worlds of a size that real ones reach: made in seconds, the catalogue written once.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::World;
use super::archive::Kept;
use super::index::Index;
use super::state::State;
use crate::snapshot::catalogue::State as SnapshotState;
use crate::snapshot::root::Root;

/// How big.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Daily indices that are live, one primary each, in series of at most [`Size::DAYS`].
    pub indices: usize,
    /// Snapshots, each of one day that is no longer live, in turn over the series.
    pub snapshots: usize,
}

impl Size {
    /// Days that a series goes back.
    pub const DAYS: usize = 400;

    /// How many series there are.
    pub fn series(self) -> usize {
        self.indices.div_ceil(Self::DAYS).max(1)
    }

    /// The prefix of a series: `svc000-`.
    pub fn prefix(series: usize) -> String {
        format!("svc{series:03}-")
    }
}

impl World {
    /// Fills a world with daily indices `svc000-2026.11.23` and so on, and es2s3's snapshots of the days before them.
    ///
    /// The snapshots' root files and one catalogue are written, their shards' files are not: such a world is for
    /// reading lists, a proof of one of its snapshots fails.
    #[must_use]
    pub fn big(self, repository: &str, size: Size) -> Self {
        let mut state = self.lock();
        state.add_many(size);
        state.keep_many(repository, size);
        drop(state);
        self
    }
}

/// The day a number of days before today, and its first moment in milliseconds.
fn day(now: i64, days: usize) -> (Date, i64) {
    let today = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date();
    let span = jiff::SignedDuration::from_hours(24 * days as i64);
    let date = today.checked_sub(span).unwrap_or(today);
    let start =
        date.to_zoned(jiff::tz::TimeZone::UTC).map_or(now, |start| start.timestamp().as_millisecond());
    (date, start)
}

impl State {
    fn add_many(&mut self, size: Size) {
        let now = self.clock.millis();
        for number in 0..size.indices {
            let (series, days) = (number / Size::DAYS, number % Size::DAYS);
            let index = self.filled(now, series, days);
            self.indices.insert(index.name.clone(), index);
        }
    }

    fn filled(&mut self, now: i64, series: usize, days: usize) -> Index {
        let (date, created) = day(now, days);
        let name = format!("{}{}", Size::prefix(series), date.strftime("%Y.%m.%d"));
        let mut index = Index::new(&name, 1, created, &mut self.ids);
        index.fill(12);
        index.flush(false, created, &mut self.ids);
        index
    }

    fn keep_many(&mut self, repository: &str, size: Size) {
        let now = self.clock.millis();
        let series = size.series();
        let images: Vec<Arc<Index>> = (0..size.snapshots)
            .map(|number| Arc::new(self.filled(now, number % series, Size::DAYS + number / series)))
            .collect();
        let uuids: Vec<String> = images.iter().map(|_| self.ids.uuid()).collect();
        let Some(mut keeper) = self.keeper(repository) else { return };
        for (uuid, image) in uuids.into_iter().zip(images) {
            keeper.enter_index(&uuid, &image);
            let root = root(uuid, &image, now);
            keeper.record(Kept { root, images: vec![image] });
        }
        keeper.write_catalogue();
    }
}

/// A snapshot as es2s3 makes it, of yesterday.
fn root(uuid: String, image: &Index, now: i64) -> Root {
    let (yesterday, started) = day(now, 1);
    Root {
        name: format!("{}-s{}-{:.8}", image.name, yesterday.strftime("%Y%m%d"), "0123abcd"),
        uuid,
        state: SnapshotState::Success,
        indices: vec![image.name.clone()],
        metadata: json!({}),
        started,
        ended: started,
        shards_total: 1,
        shards_successful: 1,
        failures: Vec::new(),
        shallow: false,
    }
}
