//! The table.

use super::{Before, Damage, Harm, On, Shows, Thing};

const fn damage(name: &'static str, harm: Harm, shows: Shows) -> Damage {
    Damage { name, on: On::All, before: Before::Plain, harm, shows }
}

const fn bytes(at: Thing, why: &'static str) -> Shows {
    Shows::Blocked { clause: "bytes", at, why }
}

const fn snapshot(at: Thing, why: &'static str) -> Shows {
    Shows::Blocked { clause: "snapshot", at, why }
}

const fn unread(at: Thing, why: &'static str) -> Shows {
    Shows::Unread { at, why }
}

const fn mended(clause: &'static str, at: Thing, why: &'static str) -> Shows {
    Shows::Mended { clause, at, why }
}

/// First what can befall each object, then the catalogue, the index itself, the snapshot, and what is no damage.
#[rustfmt::skip]
pub const ALL: &[Damage] = &[
    damage("blob-gone",      Harm::Remove(Thing::Blob),                bytes(Thing::Blob, "a blob of shard 0 is not there")),
    damage("blob-short",     Harm::Shorten(Thing::Blob),               bytes(Thing::Blob, "blob short")),
    damage("blob-long",      Harm::Lengthen(Thing::Blob),              bytes(Thing::Blob, "blob long")),
    damage("shard-gone",     Harm::Remove(Thing::ShardFile),           bytes(Thing::ShardFile, "shard 0 is not in the snapshot: its file is not there")),
    damage("shard-bit",      Harm::FlipBit(Thing::ShardFile),          bytes(Thing::ShardFile, "checksum")),
    damage("shard-short",    Harm::Shorten(Thing::ShardFile),          bytes(Thing::ShardFile, "the blob is cut or overwritten")),
    damage("shard-foreign",  Harm::OfAnotherSnapshot(Thing::ShardFile), bytes(Thing::ShardFile, "the shard's file is of snapshot first, not of by-hand")),
    damage("shard-swapped",  Harm::OfAnotherShard(Thing::ShardFile),   bytes(Thing::ShardFolder, "of shard 0")),
    damage("folder-gone",    Harm::Remove(Thing::ShardFolder),         bytes(Thing::ShardFile, "shard 0 is not in the snapshot: its file is not there")),
    damage("meta-gone",      Harm::Remove(Thing::Metadata),            bytes(Thing::AnyMetadata, "it could not be restored")),
    damage("meta-bit",       Harm::FlipBit(Thing::Metadata),           bytes(Thing::Metadata, "checksum")),
    damage("root-gone",      Harm::Remove(Thing::RootFile),            snapshot(Thing::RootFile, "the snapshot's root file is not there")),
    damage("root-bit",       Harm::FlipBit(Thing::RootFile),           snapshot(Thing::RootFile, "checksum")),
    damage("root-foreign",   Harm::OfAnotherSnapshot(Thing::RootFile), snapshot(Thing::RootFile, "the file describes snapshot first")),

    damage("index-n-short",  Harm::Shorten(Thing::Catalogue),          unread(Thing::Catalogue, "EOF")),
    damage("index-n-garble", Harm::Garble(Thing::Catalogue),           unread(Thing::Catalogue, "")),
    damage("index-n-gone",   Harm::Remove(Thing::Catalogue),           unread(Thing::Catalogue, "is not there")),
    damage("index-n-none",   Harm::CatalogueAndHintGone,               unread(Thing::SomeRootFile, "the catalogue is gone")),
    damage("index-n-elder",  Harm::OfAnEarlierGeneration,              Shows::Unlisted { at: Thing::Catalogue }),
    damage("hint-ahead",     Harm::HintAt(7),                          unread(Thing::Hint, "names generation 7")),
    damage("hint-behind",    Harm::HintAt(0),                          Shows::ProvenBy("by-hand")),
    damage("hint-gone",      Harm::Remove(Thing::Hint),                Shows::ProvenBy("by-hand")),

    damage("uuid-forged",    Harm::ForgeUuid,                          mended("identity", Thing::Catalogue, "snapshot by-hand holds another index of the same name")),
    damage("uuid-adopted",   Harm::AdoptNewUuid,                       bytes(Thing::AnyMetadata, "it could not be restored")),
    damage("made-anew",      Harm::Recreate,                           mended("identity", Thing::Catalogue, "snapshot by-hand holds another index of the same name")),
    damage("written",        Harm::Write,                              mended("commit", Thing::LiveShard, "took writes after the snapshot")),
    damage("written-unseen", Harm::WriteUnseen,                        mended("commit", Thing::LiveShard, "took writes after the snapshot")),
    Damage { on: On::RealServers, ..damage("doc-deleted", Harm::DeleteDocument, mended("commit", Thing::LiveShard, "took writes after the snapshot")) },

    Damage { before: Before::Frozen, ..damage("saved-seen", Harm::ThawAndWrite, Shows::Overtaken { clause: "commit", at: Thing::LiveShard, why: "took writes after the snapshot" }) },
    Damage { before: Before::Frozen, ..damage("saved-unseen", Harm::ThawAndWriteUnseen, Shows::Overtaken { clause: "commit", at: Thing::LiveShard, why: "took writes after the snapshot" }) },

    Damage { before: Before::Partial, ..damage("partial", Harm::Nothing, mended("snapshot", Thing::RootFile, "by-hand is PARTIAL")) },
    Damage { on: On::Sandbox, ..damage("shallow", Harm::Shallow, snapshot(Thing::RootFile, "a shallow copy holds no data")) },
    Damage { on: On::Sandbox, ..damage("glacier-blob", Harm::ToGlacier(Thing::Blob), bytes(Thing::Blob, "in storage class GLACIER")) },
    Damage { on: On::Sandbox, ..damage("glacier-shard", Harm::ToGlacier(Thing::ShardFile), bytes(Thing::ShardFile, "archived")) },

    Damage { before: Before::TwoCopies, ..damage("two-one-bad", Harm::Remove(Thing::ShardFile), Shows::ProvenBy("elder")) },
    Damage { before: Before::TwoCopies, ..damage("two-shared", Harm::Remove(Thing::Blob), bytes(Thing::Blob, "a blob of shard 0 is not there")) },
    Damage { on: On::OpenSearch, before: Before::Hashed("HASHED_PREFIX"), ..damage("hashed", Harm::Nothing, Shows::ProvenBy("by-hand")) },
    Damage { on: On::OpenSearch, before: Before::Hashed("HASHED_PREFIX"), ..damage("hashed-blob", Harm::Remove(Thing::Blob), bytes(Thing::Blob, "a blob of shard 0 is not there")) },
    Damage { on: On::OpenSearch, before: Before::Hashed("HASHED_INFIX"), ..damage("infix", Harm::Nothing, Shows::ProvenBy("by-hand")) },
    Damage { on: On::OpenSearch, before: Before::Hashed("HASHED_INFIX"), ..damage("infix-shard", Harm::Remove(Thing::ShardFile), bytes(Thing::ShardFile, "its file is not there")) },
    damage("none",           Harm::Nothing,                            Shows::ProvenBy("by-hand")),
];
