//! Every way of damaging a repository, as a table, and what es2s3 must say of each.
//!
//! A damage is done to a scene of its own: a due index of two shards in the snapshot `by-hand`, a young one in the snapshot
//! `first` before it. Then `plan`, `prove` and `apply` must name the clause and the object, and the index must stay, or go
//! on the strength of a snapshot that is whole. The sandbox and the real servers play the same table.

mod harm;
mod judge;
mod patient;
mod table;

use std::sync::Arc;

use super::stage::Stage;
use patient::Patient;

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Damage {
    /// Also the name of its scene; short, for it is in the names of indices.
    pub name: &'static str,
    pub on: On,
    pub before: Before,
    pub harm: Harm,
    pub shows: Shows,
}

/// Where a damage can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    All,
    /// The engine has hashed layouts: OpenSearch, real or not.
    OpenSearch,
    /// The sandbox keeps no documents, so none can be taken out.
    RealServers,
    /// Real servers do not give it: SeaweedFS and versitygw keep no storage class, a shallow copy needs a remote store.
    Sandbox,
}

/// How the snapshots came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// `first` of the young index, then `by-hand` of the due one.
    Plain,
    /// Also `elder` of the due index, which shares its blobs with `by-hand`.
    TwoCopies,
    /// The due index has a write block, as es2s3 sets one.
    Frozen,
    /// `by-hand` is PARTIAL: a primary was missing.
    Partial,
    /// The repository is of this `shard_path_type`.
    Hashed(&'static str),
}

/// What is done once the snapshots are there.
#[derive(Debug, Clone, Copy)]
pub enum Harm {
    Nothing,
    Remove(Thing),
    Shorten(Thing),
    Lengthen(Thing),
    /// One bit in the middle.
    FlipBit(Thing),
    /// Other bytes altogether.
    Garble(Thing),
    /// What lies at the same place in snapshot `first`.
    OfAnotherSnapshot(Thing),
    /// What lies at the same place of shard 1.
    OfAnotherShard(Thing),
    /// What the catalogue was before `by-hand`.
    OfAnEarlierGeneration,
    /// Moved to storage class GLACIER.
    ToGlacier(Thing),
    /// `index.latest` names this generation.
    HintAt(i64),
    CatalogueAndHintGone,
    /// The UUID of the due index in `index_metadata_lookup` is another one.
    ForgeUuid,
    /// The index is made anew, and the catalogue is edited to claim the new UUID for the copy of the first.
    AdoptNewUuid,
    Recreate,
    Write,
    /// A write that no flush or refresh has made visible.
    WriteUnseen,
    /// The write block is taken away, and a document comes in.
    ThawAndWrite,
    /// The same, not visible yet.
    ThawAndWriteUnseen,
    DeleteDocument,
    /// The snapshot's root file says that its data stayed in a remote store.
    Shallow,
}

/// Objects of the copy, and what a line may name instead of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// The largest data blob of shard 0.
    Blob,
    /// `snap-<uuid>.dat` of shard 0.
    ShardFile,
    /// All of shard 0.
    ShardFolder,
    /// `snap-<uuid>.dat` at the root.
    RootFile,
    /// `index-N`.
    Catalogue,
    /// `index.latest`.
    Hint,
    /// `indices/<id>/meta-<id>.dat`.
    Metadata,
    /// `indices/<id>/meta-*.dat`: one of them is missed.
    AnyMetadata,
    /// `<index> shard N`, in the domain.
    LiveShard,
    /// `snap-` at the root: one of them is named.
    SomeRootFile,
}

/// What es2s3 must show, and what must become of the index.
#[derive(Debug, Clone, Copy)]
pub enum Shows {
    /// A blocked line; the index stays, nothing is written to the repository.
    Blocked { clause: &'static str, at: Thing, why: &'static str },
    /// The catalogue cannot be read: the same, for every due line.
    Unread { at: Thing, why: &'static str },
    /// A blocked line for the copy; the index goes on the strength of a new snapshot.
    Mended { clause: &'static str, at: Thing, why: &'static str },
    /// The catalogue does not know a copy of this index: `prove` says so, and again a new snapshot is made.
    Unlisted { at: Thing },
    /// It comes between a saved plan that says delete and its `apply`, which leaves the index alone and says why. The next
    /// run is as with `Mended`.
    Overtaken { clause: &'static str, at: Thing, why: &'static str },
    /// No damage to the proof: the index goes on this snapshot.
    ProvenBy(&'static str),
}

/// The damages that this stage can show: all, or those whose name contains what the variable `DAMAGE` says.
pub fn on(stage: &str) -> Vec<&'static Damage> {
    let only = std::env::var("DAMAGE").unwrap_or_default();
    let damages: Vec<_> =
        table::ALL.iter().filter(|damage| damage.on.is(stage) && damage.name.contains(&only)).collect();
    assert!(!damages.is_empty(), "no damage is called {only}");
    damages
}

/// Plays one damage and clears up behind it; its name when it did not end as the table says. `world` is the sandbox's.
pub async fn play(
    stage: Stage,
    world: Option<sandbox::World>,
    damage: &'static Damage,
) -> Option<&'static str> {
    let patient = Arc::new(Patient::new(stage, world, damage).await);
    let judged = tokio::spawn(judge::judge(patient.clone(), damage)).await;
    patient.clean_up().await;
    judged.is_err().then_some(damage.name)
}

impl On {
    fn is(self, stage: &str) -> bool {
        let sandbox = stage == "sandbox";
        match self {
            On::All => true,
            On::OpenSearch => stage != "elasticsearch",
            On::RealServers => !sandbox,
            On::Sandbox => sandbox,
        }
    }
}
