//! What can be wrong with the bytes of a repository: one variant a failure, each with what was found.

/// A blob that is not what its key promises. Says what was found, not where: the caller knows the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("{length} bytes are too few for a header and a footer")]
    TooShort { length: usize },
    #[error("begins with {found}, not with 3fd76c17: it is no metadata blob of a repository")]
    HeaderMagic { found: String },
    #[error("its last 16 bytes begin with {found}, not with c02893e8: the blob is cut or overwritten")]
    FooterMagic { found: String },
    #[error("its checksum is of the unknown kind {found}")]
    ChecksumKind { found: u32 },
    #[error("checksum wrong: the blob says {stored:08x}, its bytes make {computed:08x}")]
    Checksum { stored: u64, computed: u32 },
    #[error("is a `{found}` blob, not a `{wanted}` blob")]
    CodecName { wanted: &'static str, found: String },
    #[error("has format version {found} of `{codec}`, which es2s3 does not know")]
    CodecVersion { codec: &'static str, found: u32 },
    #[error("ends inside {inside}")]
    Truncated { inside: &'static str },
    #[error("{what} is not UTF-8")]
    NotUtf8 { what: &'static str },
    #[error("{bytes} bytes follow where it should end")]
    Trailing { bytes: usize },
    #[error(
        "is compressed with {method}, which es2s3 cannot read: register the repository without `compression_type`"
    )]
    Compression { method: &'static str },
    #[error("its document begins with {found}: neither SMILE nor deflated SMILE")]
    DocumentKind { found: String },
    #[error("its compressed document is damaged: {why}")]
    Inflate { why: String },
    #[error("its document unpacks to more than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("its document cannot be read: {why}")]
    Document { why: String },
    #[error("holds {length} bytes, not the 8 of a generation")]
    LatestLength { length: usize },
    #[error("names generation {found}, which is below zero")]
    LatestNegative { found: i64 },
    #[error("the catalogue cannot be read: {why}")]
    Catalogue { why: String },
    #[error("the catalogue names {what} `{id}` twice")]
    CatalogueTwice { what: &'static str, id: String },
    #[error("the catalogue says that index `{index}` is in snapshot `{uuid}`, which it does not list")]
    CatalogueDangling { index: String, uuid: String },
    #[error("time {millis} is no time in milliseconds")]
    Time { millis: i64 },
    #[error("snapshot state `{found}` is not known")]
    State { found: String },
    #[error("file `{name}` is neither a blob (`__`) nor kept in the metadata (`v__`)")]
    FileName { name: String },
    #[error("file `{name}` should carry {length} bytes in the metadata and carries {found}")]
    VirtualLength { name: String, length: u64, found: u64 },
    #[error("file `{name}` would have {parts} parts: more than any repository writes")]
    TooManyParts { name: String, parts: u64 },
    #[error("names blob `{name}` for two of its files")]
    BlobTwice { name: String },
    #[error("lists {found} `segments_N` files, not one")]
    CommitCount { found: usize },
    #[error("`{file}` does not carry its bytes in the metadata, so its commit cannot be read")]
    CommitElsewhere { file: String },
    #[error("`{file}` calls itself generation `{found}`")]
    CommitGeneration { file: String, found: String },
    #[error("the commit has an impossible {what}: {found}")]
    Commit { what: &'static str, found: String },
    #[error("segment `{segment}` of the commit has no `{segment}.si` among the files")]
    SegmentMissing { segment: String },
    #[error("describes {found} indices, not one")]
    IndexCount { found: usize },
    #[error("the index metadata has no usable `{setting}`")]
    Setting { setting: &'static str },
    #[error(
        "its shards lie at a path of type {found}, which es2s3 does not know (0 fixed, 1 hashed prefix, 2 hashed infix)"
    )]
    PathType { found: u8 },
}
