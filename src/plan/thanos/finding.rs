//! Everything that can be wrong with a bucket of blocks: each with its id, how bad it is, what it means and what to do.

use serde::{Deserialize, Serialize};

use crate::model::Bytes;
use crate::model::thanos::BlockId;

/// How bad. The order is that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Data is lost, unreadable, or will be; or a component stops at it.
    Error,
    /// Something is stuck, wasted or about to go wrong.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Told")]
pub struct Finding {
    pub id: Check,
    pub level: Level,
    /// The block that it is about, where it is about one.
    #[serde(default)]
    pub block: Option<BlockId>,
    /// What exactly, with numbers.
    pub text: String,
    /// Of what is affected.
    pub bytes: Bytes,
    /// Keys that show it, below the prefix; the first few.
    pub keys: Vec<String>,
}

/// A finding as it is written: whoever reads it need not know the ids.
#[derive(Serialize)]
struct Told {
    id: Check,
    level: Level,
    meaning: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<BlockId>,
    text: String,
    advice: &'static str,
    bytes: Bytes,
    keys: Vec<String>,
}

impl From<Finding> for Told {
    fn from(finding: Finding) -> Self {
        let Finding { id, level, block, text, bytes, keys } = finding;
        Self { id, level, meaning: id.meaning(), block, text, advice: id.advice(), bytes, keys }
    }
}

macro_rules! checks {
    ($($variant:ident $word:literal $level:ident $meaning:literal $advice:literal;)+) => {
        /// What is looked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Check {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl Check {
            pub const ALL: &'static [Check] = &[$(Check::$variant,)+];

            /// Its id: stable, kebab-case.
            pub fn word(self) -> &'static str {
                match self { $(Check::$variant => $word,)+ }
            }

            pub fn level(self) -> Level {
                match self { $(Check::$variant => Level::$level,)+ }
            }

            /// What it means, in one line.
            pub fn meaning(self) -> &'static str {
                match self { $(Check::$variant => $meaning,)+ }
            }

            /// What to do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Check::$variant => $advice,)+ }
            }
        }
    };
}

checks! {
    ClockSkew "clock-skew" Error
        "this machine's clock and the store's differ by more than five minutes: nothing that goes by age is done"
        "set this machine's clock";
    MetaUnreadable "meta-unreadable" Error
        "meta.json is no metadata: the Compactor deletes the whole block 48 hours after its newest object was written"
        "put a sound meta.json back at once (an old version, a replica), or copy the block away";
    MetaVersion "meta-version" Error
        "meta.json is of a version that Thanos does not read: listings, retention and compaction stop at it"
        "update Thanos, or move the block to a name that is no ULID";
    MetaOfAnother "meta-of-another" Error
        "meta.json names another block than its folder"
        "find out which of the two was copied by hand, and move the wrong one away";
    MetaUnread "meta-unread" Warning
        "meta.json is there and could not be fetched; nothing is concluded about the block"
        "see the reason, and run again";
    ObjectMissing "object-missing" Error
        "an object that meta.json lists is not there: queries fail, compaction halts"
        "put it back from a replica or an old version; else mark the block no-compact, and then for deletion";
    ObjectSize "object-size" Error
        "an object has another size than meta.json says, or is empty: queries fail, compaction halts"
        "put the right one back from a replica or an old version; else mark the block no-compact, and then for deletion";
    BodyMissing "body-missing" Error
        "the block has no index or no chunks, and its meta.json lists none"
        "put them back, or mark the block for deletion";
    ChunkGap "chunk-gap" Error
        "the numbers of its chunk files have a hole"
        "put the missing file back; else mark the block no-compact, and then for deletion";
    ObjectExtra "object-extra" Warning
        "an index or chunk file is there that meta.json does not list; no reader looks at it"
        "see who wrote it; it goes with the block";
    ObjectForeign "object-foreign" Note
        "a file that is no part of a block lies in its folder; it goes with the block"
        "move it elsewhere if somebody needs it";
    ChunkTooLarge "chunk-too-large" Warning
        "a chunk file is larger than the 512 MiB that Prometheus and Thanos write"
        "see who wrote the block";
    IndexNearLimit "index-near-limit" Warning
        "an index, or those of blocks that are merged with one another, come near the 64 GiB beyond which the Compactor makes none: it leaves the biggest out"
        "split the stream by an external label";
    PartialUpload "partial-upload" Warning
        "a block without meta.json: an upload that was given up; the Compactor deletes it 48 hours after its newest object"
        "nothing, if the uploader tried again; else find out why it stopped";
    UploadInProgress "upload-in-progress" Note
        "a block without meta.json yet, written to in the last 48 hours"
        "nothing; look again tomorrow";
    GhostMark "ghost-mark" Warning
        "only marks are left of a block; Thanos takes it for a partial upload"
        "es2s3 apply removes it";
    MisspeltUlid "misspelt-ulid" Warning
        "a folder that Thanos takes for a block and then looks for under another name: partial for ever, never cleaned"
        "rename it to its capital letters if it is a block, else to a name that is no ULID";
    NestedMeta "nested-meta" Warning
        "a meta.json lies deeper in the folder; the Compactor's recursive listing may take it for the block's"
        "remove it";
    FolderMarker "folder-marker" Note
        "empty objects that stand for folders; before Thanos 0.42 they became partial blocks"
        "nothing with a current Thanos";
    SourcesEmpty "sources-empty" Error
        "compaction.sources is empty: the block counts as a duplicate of any neighbour, and the Compactor removes it"
        "write its own ULID into compaction.sources before the next compaction";
    TimeRange "time-range" Error
        "the block ends before it begins"
        "see who wrote it; mark it for deletion if it is of no use";
    TimeFuture "time-future" Warning
        "the block ends in the future, so retention takes it late"
        "check the clock of what is scraped";
    TimeAncient "time-ancient" Warning
        "the block begins before 2000: a sample with a wrong time, and retention may take the block at once"
        "check the clock of what is scraped";
    ResolutionUnknown "resolution-unknown" Warning
        "its resolution is none of raw, 5m and 1h: Thanos keeps it for ever"
        "see who wrote it; mark it for deletion if it is of no use";
    LabelsMissing "labels-missing" Error
        "the block has no external labels, so it belongs to no stream"
        "rewrite it with labels (thanos tools bucket rewrite), and set external_labels in Prometheus";
    LabelsUnexpected "labels-unexpected" Warning
        "an external label that the configuration expects is missing"
        "set it in Prometheus's external_labels, or take it out of thanos.labels";
    StreamSeenOnce "stream-seen-once" Note
        "a set of labels that only one block has, and that is old: mostly a slip of somebody's configuration"
        "nothing, or mark the block for deletion";
    CompactionFailed "compaction-failed" Warning
        "its last compaction failed: Thanos passes its window over for ever"
        "repair or replace the block, and take the flag out of meta.json";
    MarkUnreadable "mark-unreadable" Warning
        "a mark that is none: Thanos goes on as if it were not there"
        "remove it, or write it again with thanos tools bucket mark";
    MarkVersion "mark-version" Error
        "a mark of a version that Thanos does not read: the Compactor's view of the whole bucket fails"
        "update Thanos, or write it again with thanos tools bucket mark";
    MarkOfAnother "mark-of-another" Error
        "a mark that names another block than its folder: of a deletion, the block that it names is what the Compactor deletes"
        "remove it before its delay is over, or write it again with thanos tools bucket mark";
    MarkTime "mark-time" Warning
        "a mark from the future, perhaps in milliseconds: the deletion is not due for long"
        "write it again with thanos tools bucket mark";
    MarkOverdue "mark-overdue" Warning
        "marked for deletion, its delay is over, and it is still there: no Compactor cleans this bucket, or it is stuck"
        "look at the Compactor's log and thanos_compact_halted; or set compactor: none";
    NoCompact "no-compact" Note
        "marked to be left out of compaction"
        "remove the mark when its reason is gone";
    NoDownsample "no-downsample" Note
        "marked to be left out of downsampling: it has no coarser copy when retention takes it"
        "remove the mark when its reason is gone";
    Overlap "overlap" Error
        "two blocks of one stream overlap: without vertical compaction the Compactor halts"
        "declare replica_labels and run with vertical compaction, or mark the worse of the two for deletion";
    OverlapReplica "overlap-replica" Note
        "blocks of one stream overlap, and vertical compaction merges them"
        "nothing, unless it grows";
    Duplicate "duplicate" Warning
        "all that is in it is also in a larger block: the Compactor removes it as a duplicate"
        "nothing, if a Compactor runs";
    Gap "gap" Warning
        "a time of which the stream has no samples in any resolution"
        "see whether Prometheus was down, or its uploads were lost";
    NotDownsampled "not-downsampled" Warning
        "samples that are older than the newest of the coarser resolution, and not in it"
        "see that the Compactor runs and downsamples; a window with less than 40 hours waits for the merge of 14 days";
    LabelsChanged "labels-changed" Note
        "one stream ends where another begins that differs in one external label: their blocks are never merged with one another"
        "nothing if it was meant; else give Prometheus its old label back";
    LostToRetention "lost-to-retention" Error
        "retention takes it, and no coarser copy is made although a longer retention asks for one"
        "keep the finer resolution longer, or see why the Compactor does not downsample; where none is to be made, mark the block no-downsample";
    CompactorBehind "compactor-behind" Warning
        "merges that the Compactor could have made two days ago: until it has caught up it makes nothing coarser and marks nothing"
        "see that it runs, has not halted, and has disk for twice the largest merge; else give it more hands (--compact.concurrency)";
    StuckBlock "stuck-block" Warning
        "wider than a compaction window that it lies across: it is never merged (Prometheus compacted it by itself)"
        "set Prometheus's min and max block duration to 2h, or give it a delay-compact file";
    RetentionOverdue "retention-overdue" Warning
        "past its retention by more than two days, and not marked: nobody runs the retention"
        "es2s3 apply marks it; where the Compactor is meant to, see its log: it marks only after all compaction and downsampling went well";
    ColdStorage "cold-storage" Error
        "an object lies where it cannot be read at once: Store and Compactor do not start"
        "restore it, and take the transition out of the bucket's lifecycle";
    MixedStorage "mixed-storage" Note
        "objects of one block lie in different storage classes"
        "see the bucket's lifecycle rules";
    LifecycleExpires "lifecycle-expires" Error
        "a lifecycle rule expires objects of blocks by the age of the object, which says nothing about the age of samples"
        "remove the rule: retention is the Compactor's affair";
    LifecycleCold "lifecycle-cold" Error
        "a lifecycle rule moves objects of blocks to where they cannot be read at once"
        "remove the transition";
    LifecycleInfrequent "lifecycle-infrequent" Note
        "a lifecycle rule moves objects of blocks to a class that bills each read and early deletions"
        "keep it only if blocks are seldom queried and no longer compacted by then";
    VersionsKept "versions-kept" Warning
        "the bucket keeps old versions for ever: every compaction leaves its sources behind, billed"
        "es2s3 apply sets a lifecycle rule where the bucket's settings are es2s3's and nothing else lies in it; else set one for old versions";
    PartsKept "parts-kept" Note
        "no lifecycle rule removes the parts of uploads that were given up"
        "es2s3 apply sets one where the bucket's settings are es2s3's and nothing else lies in it; else set one";
    UploadLeft "upload-left" Warning
        "an upload in parts that was begun more than 48 hours ago and not ended: billed, and in no listing"
        "es2s3 apply aborts it";
    DebugMetas "debug-metas" Warning
        "copies of meta.json that Thanos before 0.25 left behind: nothing reads them, and they slow listings down"
        "es2s3 apply removes them";
    MimirLayout "mimir-layout" Error
        "this looks like a bucket of Mimir or Cortex"
        "check thanos.bucket and thanos.prefix";
    Foreign "foreign" Note
        "something lies here that is no block; Thanos passes over it"
        "nothing, unless it was parked here and forgotten";
    ComponentUnanswered "component-unanswered" Warning
        "a declared component does not answer"
        "start it, correct thanos.components, or run es2s3 from where it is reached";
    RetentionDrift "retention-drift" Error
        "the Compactor keeps samples for less than is declared: it marks by its own"
        "restart it with the flags of es2s3 thanos render";
    RetentionLonger "retention-longer" Note
        "the Compactor keeps samples for longer than is declared, or for ever: es2s3 apply marks before it does"
        "nothing where only es2s3 is to mark, else restart it with the flags of es2s3 thanos render";
    DelayDrift "delay-drift" Warning
        "the Compactor deletes after another delay than the declared one"
        "restart it with the flags of es2s3 thanos render";
    ReplicaDrift "replica-drift" Warning
        "a component takes other labels for those of replicas than the declared ones"
        "restart it with the flags of es2s3 thanos render, or correct replica_labels and merge_replicas";
    VersionDrift "version-drift" Note
        "a component is of another minor version than thanos_version: what is rendered may not fit it"
        "set thanos.thanos_version to what runs, or update the component";
    BucketDrift "bucket-drift" Error
        "a component works with another bucket than the declared one"
        "correct its objstore.yml, or thanos.bucket";
    TwoCompactors "two-compactors" Error
        "two Compactors on one bucket overwrite each other's work"
        "stop one of them, or give each its own labels (selector.relabel-config)";
    CompactorUndeclared "compactor-undeclared" Error
        "a Compactor works on a bucket for which compactor: none is declared"
        "set compactor: thanos, or stop it";
    CompactorHalted "compactor-halted" Error
        "the Compactor has halted: nothing is compacted, downsampled, marked or deleted"
        "see its log, mend what it names (often an overlap or a damaged block), restart it";
    DownsamplingOff "downsampling-off" Error
        "the Compactor makes no coarser samples, and they are to be kept longer than what they are made of"
        "restart it without --downsampling.disable, or keep the finer resolution as long as the coarser one";
    AdminOpen "admin-open" Note
        "who reaches the component's HTTP port can mark blocks for deletion"
        "restart it with --disable-admin-operations, or let nobody else reach the port";
    StoreDelay "store-delay" Warning
        "the Store shows marked blocks until after they are deleted: queries fail meanwhile"
        "set --ignore-deletion-marks-delay to half of the delete delay, and --sync-block-duration well below that";
    StoreFailing "store-failing" Warning
        "the Querier cannot ask a store that it knows"
        "see the error; what only that store has is missing in answers";
    StoreUnknown "store-unknown" Error
        "the Querier does not know the Store: nothing older than the Sidecars is found"
        "add the Store's gRPC address to the Querier's endpoints";
    SidecarUnknown "sidecar-unknown" Error
        "the Querier does not know a Sidecar: what it has not uploaded yet is not found"
        "add the Sidecar's gRPC address to the Querier's endpoints";
    SidecarAlone "sidecar-alone" Error
        "a Sidecar without a bucket uploads nothing: its samples end with Prometheus's own retention"
        "give it --objstore.config-file";
    UploadsFail "uploads-fail" Warning
        "a Sidecar could not upload blocks"
        "see its log: rights over the bucket, its region, or its clock";
    UploadsStopped "uploads-stopped" Warning
        "a Sidecar runs, and of its stream no block has been uploaded for two days"
        "see that it may write the bucket; where a Querier knows Sidecars of other buckets, declare this one's in components.sidecar";
    Seam "seam" Error
        "a time of a stream that is neither in the bucket nor in its Sidecar any more"
        "keep samples in Prometheus for longer than an upload takes; see why uploads stopped";
    BucketUnread "bucket-unread" Warning
        "a setting of the bucket could not be read"
        "grant the permission that the reason names";
}

impl Finding {
    pub(super) fn new(id: Check, text: impl Into<String>) -> Self {
        Self { id, level: id.level(), block: None, text: text.into(), bytes: Bytes(0), keys: Vec::new() }
    }

    pub(super) fn of(self, block: BlockId) -> Self {
        Self { block: Some(block), ..self }
    }

    pub(super) fn bytes(self, bytes: Bytes) -> Self {
        Self { bytes, ..self }
    }

    pub(super) fn keys(self, keys: impl IntoIterator<Item = String>) -> Self {
        Self { keys: keys.into_iter().take(KEYS).collect(), ..self }
    }
}

/// More would not say more.
const KEYS: usize = 5;
