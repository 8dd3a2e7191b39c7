//! Two replicas of Prometheus and what runs beside them, as values: nothing is started and nothing is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use es2s3::desired::thanos::{Deployment, Kind};
use es2s3::model::thanos::{
    Block, BlockId, BlockMeta, Component, Facts, Labels, MetaSeen, Object, Observed, Part, Running,
    StorageClass, StoreSeen, Target,
};
use es2s3::model::{Live, Unknown};
use es2s3::plan::thanos::{WantedThanos, plan};

pub use crate::seen::{DAY, NOW};
use crate::seen::{HOUR, inventory, wanted};

pub const DECLARED: &str =
    "labels: [cluster, replica], replica_labels: [replica], retention: { raw: 30d, 5m: 90d }";

/// Two replicas with their Sidecars, a Store, a Compactor and a Querier who knows them. Each replica has uploaded until three hours ago.
pub struct World {
    pub declared: String,
    /// Labels, and hours ago that the newer of two blocks ends.
    pub streams: Vec<(Labels, i64)>,
    /// Hours ago that a block was made whose metadata could not be fetched.
    pub unread: Option<i64>,
    pub running: Vec<Running>,
}

pub fn labels(text: &str) -> Labels {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

pub fn known(kind: &str, address: &str, labels_of_it: &str, days: i64) -> StoreSeen {
    StoreSeen {
        kind: kind.to_owned(),
        address: address.to_owned(),
        error: None,
        label_sets: if labels_of_it.is_empty() { Vec::new() } else { vec![labels(labels_of_it)] },
        min_time: (NOW - days * DAY) * 1_000,
        max_time: i64::MAX,
    }
}

impl World {
    pub fn well() -> Self {
        let mut world =
            Self { declared: DECLARED.to_owned(), streams: Vec::new(), unread: None, running: Vec::new() };
        world.streams = vec![(labels("cluster=eu,replica=a"), 3), (labels("cluster=eu,replica=b"), 3)];
        world.run(Component::Compact, "http://compact:10902");
        world.run(Component::Store, "http://store:10902");
        world.run(Component::Query, "http://query:10902");
        world.run(Component::Sidecar, "http://sidecar-a:10902");
        world.run(Component::Sidecar, "http://sidecar-b:10902");
        world.facts("query").stores = vec![
            known("sidecar", "10.0.0.1:10901", "cluster=eu,replica=a", 15),
            known("sidecar", "10.0.0.2:10901", "cluster=eu,replica=b", 15),
            known("store", "10.0.0.3:10901", "cluster=eu,replica=a", 400),
        ];
        world
    }

    /// Starts one with the flags that es2s3 renders.
    pub fn run(&mut self, component: Component, url: &str) {
        let facts = Facts {
            flags: page_of_flags(&self.wanted(), component, Target::K8s),
            version: Some("0.42.0".into()),
            bucket: (component != Component::Query).then(|| "metrics".into()),
            ..Facts::default()
        };
        self.running.push(Running { component, url: url.to_owned(), facts: Live::Present(facts) });
    }

    fn find(&mut self, host: &str) -> &mut Running {
        let url = format!("http://{host}:10902");
        self.running.iter_mut().find(|running| running.url == url).expect("it runs")
    }

    pub fn facts(&mut self, host: &str) -> &mut Facts {
        let Live::Present(facts) = &mut self.find(host).facts else { panic!("{host} does not answer") };
        facts
    }

    pub fn flag(&mut self, host: &str, flag: &str, value: &str) {
        self.facts(host).flags.insert(flag.to_owned(), value.to_owned());
    }

    /// A store that the Querier knows.
    pub fn known(&mut self, place: usize) -> &mut StoreSeen {
        &mut self.facts("query").stores[place]
    }

    pub fn silent(&mut self, host: &str) {
        let why = format!("http://{host}:10902/metrics: Connection refused");
        self.find(host).facts = Live::Unknown(Unknown::because(why));
    }

    pub fn wanted(&self) -> WantedThanos {
        WantedThanos { lifecycle: false, ..wanted(&self.declared) }
    }

    /// `id: text`, the worst first.
    pub fn findings(&self) -> Vec<String> {
        let two = |(labels, ends): &(Labels, i64)| [block(labels, *ends), block(labels, ends + 2)];
        let mut blocks: Vec<Block> = self.streams.iter().flat_map(two).collect();
        blocks.extend(self.unread.map(|made| Block {
            meta: MetaSeen::Unread(Box::new(Unknown::because("answered 403"))),
            ..block(&labels("cluster=eu"), made)
        }));
        let seen = Observed {
            bucket: Live::Present(inventory(blocks)),
            running: self.running.clone(),
            clock_skew_seconds: Some(0),
        };
        let plan = plan(&self.wanted(), &seen, NOW);
        plan.findings.iter().map(|finding| format!("{}: {}", finding.id.word(), finding.text)).collect()
    }
}

/// Two streams upload in the same moment.
fn chance(labels: &Labels) -> u128 {
    labels.values().flat_map(|value| value.bytes()).fold(0, |sum, byte| sum * 31 + u128::from(byte))
}

/// Of two hours, as Prometheus cuts it.
fn block(labels: &Labels, ends: i64) -> Block {
    let to = NOW - ends * HOUR;
    let id = BlockId::from_bits(BlockId::made_at(to * 1_000).bits() | chance(labels));
    let json = serde_json::json!({
        "ulid": id, "minTime": (to - 2 * HOUR) * 1_000, "maxTime": to * 1_000, "version": 1,
        "compaction": {"level": 1, "sources": [id]}, "thanos": {"labels": labels, "downsample": {"resolution": 0}},
    });
    let meta = BlockMeta::parse(json.to_string().as_bytes()).expect("sound");
    let modified = u32::try_from(to).expect("a time");
    let object = |part, size| Object { part, size, modified, class: StorageClass::Standard };
    Block {
        id,
        objects: [object(Part::Chunk(1), 1_000), object(Part::Index, 100), object(Part::Meta, 10)].into(),
        meta: MetaSeen::Read(Arc::new(meta)),
        marks: Vec::new(),
    }
}

/// What stands on the page where no flag was given: of Thanos 0.42, those that are held against something.
const UNSET: [(Kind, &[(&str, &str)]); 3] = [
    (
        Kind::Compactor,
        &[
            ("deduplication.replica-label", ""),
            ("delete-delay", "2d"),
            ("disable-admin-operations", "false"),
            ("downsampling.disable", "false"),
            ("retention.resolution-raw", "0s"),
            ("retention.resolution-5m", "0s"),
            ("retention.resolution-1h", "0s"),
            ("selector.relabel-config", ""),
        ],
    ),
    (
        Kind::Store,
        &[
            ("disable-admin-operations", "false"),
            ("ignore-deletion-marks-delay", "1d"),
            ("sync-block-duration", "15m0s"),
        ],
    ),
    (Kind::Querier, &[("query.replica-label", "")]),
];

/// The page of one that es2s3's own files have started. A flag that comes several times stands there with commas; a Sidecar has no page.
pub fn page_of_flags(
    wanted: &WantedThanos,
    component: Component,
    target: Target,
) -> BTreeMap<String, String> {
    let kind = match component {
        Component::Compact => Kind::Compactor,
        Component::Store => Kind::Store,
        Component::Query => Kind::Querier,
        Component::Sidecar => return BTreeMap::new(),
    };
    let mut page: BTreeMap<String, String> = BTreeMap::new();
    for flag in Deployment::of(&wanted.spec, target).component(kind).map_or(&[][..], |found| &found.flags) {
        let value = flag.value.as_deref().unwrap_or("true");
        let several = page.entry(flag.name.to_owned()).or_default();
        *several = if several.is_empty() { value.to_owned() } else { format!("{several},{value}") };
    }
    for (name, value) in UNSET.iter().filter(|(own, _)| *own == kind).flat_map(|(_, unset)| *unset) {
        page.entry((*name).to_owned()).or_insert_with(|| (*value).to_owned());
    }
    page
}

/// What happens to the world in which all is well, in words and done, and all that is found then.
pub type Row = (&'static str, fn(&mut World), &'static [&'static str]);

pub fn hold(rows: &[Row]) {
    for (what, happens, expected) in rows {
        let mut world = World::well();
        happens(&mut world);
        assert_eq!(world.findings(), *expected, "{what}");
    }
}
