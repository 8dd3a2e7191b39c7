//! A Lucene commit, `segments_N`, in format 10 (Lucene 8.6 to 10) or 9 (before): its id, its segments and its user data.

use super::codec::{base36, index_header, push_text, push_variable, seal};
use super::lucene::Segment;
use crate::engine::{Engine, Kind};

/// From format 10 on each segment has an id in this commit.
const SEGMENT_IDS: u32 = 10;

fn format(engine: &Engine) -> u32 {
    if engine.lucene() >= [8, 6, 0] { SEGMENT_IDS } else { 9 }
}

/// What a commit of a shard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: [u8; 16],
    /// Grows with every commit; `segments_3` is generation 3.
    pub generation: u64,
    pub history_uuid: String,
    pub translog_uuid: String,
    /// The highest sequence number in it, -1 for none.
    pub max_seq_no: i64,
    pub segments: Vec<Segment>,
}

impl Commit {
    /// `segments_3`.
    pub fn file_name(&self) -> String {
        format!("segments_{}", base36(self.generation))
    }

    /// Documents in all segments.
    pub fn docs(&self) -> u64 {
        self.segments.iter().map(|segment| segment.docs).sum()
    }

    /// The user data in the order of the engine's own commits.
    pub fn user_data(&self, kind: Kind) -> [(&'static str, String); 6] {
        let translog = ("translog_uuid", self.translog_uuid.clone());
        let retained = ("min_retained_seq_no", "0".to_owned());
        let checkpoint = ("local_checkpoint", self.max_seq_no.to_string());
        let history = ("history_uuid", self.history_uuid.clone());
        let highest = ("max_seq_no", self.max_seq_no.to_string());
        let auto_id = ("max_unsafe_auto_id_timestamp", "-1".to_owned());
        match kind {
            Kind::OpenSearch => [translog, retained, checkpoint, history, highest, auto_id],
            Kind::Elasticsearch => [checkpoint, auto_id, translog, retained, history, highest],
        }
    }

    /// The file itself.
    pub fn bytes(&self, engine: &Engine) -> Vec<u8> {
        let mut blob = index_header("segments", format(engine), &self.id, &base36(self.generation));
        blob.extend(engine.lucene());
        push_variable(&mut blob, u64::from(engine.lucene()[0]));
        // The commit's own version and the counter that names the next segment.
        blob.extend((self.generation * 3).to_be_bytes());
        push_variable(&mut blob, self.segments.iter().map(|segment| segment.number + 1).max().unwrap_or(0));
        blob.extend((self.segments.len() as u32).to_be_bytes());
        if !self.segments.is_empty() {
            blob.extend(engine.lucene());
        }
        for segment in &self.segments {
            push_segment(&mut blob, segment, engine);
        }
        self.push_user_data(&mut blob, engine.kind);
        seal(blob)
    }

    fn push_user_data(&self, blob: &mut Vec<u8>, kind: Kind) {
        let data = self.user_data(kind);
        push_variable(blob, data.len() as u64);
        for (key, value) in data {
            push_text(blob, key);
            push_text(blob, &value);
        }
    }
}

fn push_segment(blob: &mut Vec<u8>, segment: &Segment, engine: &Engine) {
    push_text(blob, &segment.name());
    blob.extend(segment.id);
    push_text(blob, segment_codec(engine));
    // No deletes: generation -1, count 0; nor later generations of field infos and doc values; nor soft deletes.
    blob.extend((-1_i64).to_be_bytes());
    blob.extend(0_u32.to_be_bytes());
    blob.extend((-1_i64).to_be_bytes());
    blob.extend((-1_i64).to_be_bytes());
    blob.extend(0_u32.to_be_bytes());
    if format(engine) >= SEGMENT_IDS {
        // There is one.
        blob.push(1);
        blob.extend(segment.id.map(|byte| byte.wrapping_add(1)));
    }
    // No files of field infos, no files of doc values.
    push_variable(blob, 0);
    blob.extend(0_u32.to_be_bytes());
}

fn segment_codec(engine: &Engine) -> &'static str {
    match engine.lucene() {
        [..=7, ..] => "Lucene70",
        [8, ..] => "Lucene87",
        [9, ..=7, _] => "Lucene95",
        [9, ..=11, _] => "Lucene99",
        [9, ..] => "Lucene912",
        [10, ..=1, _] => "Lucene101",
        _ => "Lucene104",
    }
}
