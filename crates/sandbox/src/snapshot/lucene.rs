//! The files of a Lucene segment: small, but with the real names, headers and footers.

use super::codec::{base36, index_header, push_text, push_variable, seal};
use crate::engine::Engine;

/// One segment: documents that were flushed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// 0 for `_0`; written in base 36.
    pub number: u64,
    pub id: [u8; 16],
    pub docs: u64,
    /// When it was flushed, milliseconds since 1970.
    pub flushed: i64,
}

/// A file of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LuceneFile {
    /// `_0.cfs`, `segments_3`.
    pub physical_name: String,
    pub bytes: Vec<u8>,
}

/// Bytes that one document takes in a compound file of this world, and the most that one file holds.
const DOCUMENT_BYTES: u64 = 24;
const DATA_LIMIT: u64 = 4096;

impl Segment {
    /// `_0`.
    pub fn name(&self) -> String {
        format!("_{}", base36(self.number))
    }

    /// Entries, info and data, in the order in which engines list them.
    pub fn files(&self, engine: &Engine) -> [LuceneFile; 3] {
        [
            self.file("cfe", self.entries(engine)),
            self.file("si", self.info(engine)),
            self.file("cfs", self.data(engine)),
        ]
    }

    fn file(&self, extension: &str, bytes: Vec<u8>) -> LuceneFile {
        LuceneFile { physical_name: format!("{}.{extension}", self.name()), bytes }
    }

    fn entries(&self, engine: &Engine) -> Vec<u8> {
        let codec = if is_lucene_9(engine) { "Lucene90CompoundEntries" } else { "Lucene50CompoundEntries" };
        let mut blob = index_header(codec, 0, &self.id, "");
        push_variable(&mut blob, 0);
        seal(blob)
    }

    fn data(&self, engine: &Engine) -> Vec<u8> {
        let codec = if is_lucene_9(engine) { "Lucene90CompoundData" } else { "Lucene50CompoundData" };
        let mut blob = index_header(codec, 0, &self.id, "");
        let length = (self.docs * DOCUMENT_BYTES).min(DATA_LIMIT) as usize;
        blob.extend(self.id.iter().cycle().take(length));
        seal(blob)
    }

    fn info(&self, engine: &Engine) -> Vec<u8> {
        let codec = match engine.lucene()[0] {
            ..=7 => "Lucene70SegmentInfo",
            8 => "Lucene86SegmentInfo",
            9.. => "Lucene90SegmentInfo",
        };
        let mut blob = index_header(codec, 0, &self.id, "");
        push_version(&mut blob, engine);
        blob.push(1);
        push_version(&mut blob, engine);
        push_int(&mut blob, self.docs as u32, engine);
        blob.push(1);
        if engine.lucene() >= [9, 9, 0] {
            // It holds no blocks of nested documents.
            blob.push(0xff);
        }
        self.push_diagnostics(&mut blob, engine);
        self.push_names(&mut blob);
        seal(blob)
    }

    fn push_diagnostics(&self, blob: &mut Vec<u8>, engine: &Engine) {
        push_variable(blob, 3);
        let (version, flushed) = (engine.lucene_text(), self.flushed.to_string());
        for text in ["timestamp", &flushed, "lucene.version", &version, "source", "flush"] {
            push_text(blob, text);
        }
    }

    /// The names of its files, no attributes, no order of documents.
    fn push_names(&self, blob: &mut Vec<u8>) {
        push_variable(blob, 3);
        for extension in ["cfe", "si", "cfs"] {
            push_text(blob, &format!("{}.{extension}", self.name()));
        }
        blob.extend([0, 0]);
    }
}

fn push_version(blob: &mut Vec<u8>, engine: &Engine) {
    for part in engine.lucene() {
        push_int(blob, u32::from(part), engine);
    }
}

/// Lucene 9 turned the files of segments to little endian, but not the commit's.
fn push_int(blob: &mut Vec<u8>, number: u32, engine: &Engine) {
    blob.extend(if is_lucene_9(engine) { number.to_le_bytes() } else { number.to_be_bytes() });
}

fn is_lucene_9(engine: &Engine) -> bool {
    engine.lucene()[0] >= 9
}
