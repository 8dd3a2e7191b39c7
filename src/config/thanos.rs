//! `thanos:`: the bucket of blocks, its retentions, and who runs beside it.
//!
//! Called by `resolve`. Retentions that lose data are faults here, before anything is looked at: what would be lost, and from when.

use super::diagnostic::Diagnostic;
use super::read::{Reader, Section};
use super::rules;
use super::source::Span;
use crate::model::thanos::{
    Compactor, Components, Floor, Kept, RenderedTo, Retention, ThanosSpec, Version, broken,
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Outer `None` after a fault, inner where the section is absent.
pub(super) fn thanos(
    reader: &mut Reader<'_>,
    top: &Section<'_>,
    region: Option<&str>,
) -> Option<Option<ThanosSpec>> {
    let Some(entry) = top.entry("thanos") else { return Some(None) };
    let place = entry.key_span;
    let section = reader.section(top, "thanos");
    let bucket = reader.value(&section, "bucket", rules::bucket);
    let bucket = reader.required(&section, "bucket", bucket);
    let prefix = reader.value(&section, "prefix", rules::object_prefix).or(String::new);
    let own_region = reader.value(&section, "region", rules::region).optional();
    let endpoint = reader.value(&section, "endpoint", rules::store_url).optional();
    let delete_delay = delete_delay(reader, &section);
    let retention = retention(reader, &section, place, delete_delay);
    let compactor = reader.value(&section, "compactor", rules::compactor).or(|| Compactor::Thanos);
    let labels = reader.values(&section, "labels", rules::label_name).or(Vec::new);
    let replica_labels = reader.values(&section, "replica_labels", rules::label_name).or(Vec::new);
    let merge_replicas = merge_replicas(reader, &section, replica_labels.as_deref());
    let gap = reader.value(&section, "gap", rules::kept).or(|| 5 * 60);
    let components = components(reader, &section);
    let prometheus = reader.value(&section, "prometheus_version", rules::version).or(|| Version(3, 9, 0));
    let thanos = reader.value(&section, "thanos_version", rules::version).or(|| Version(0, 42, 0));
    let local_retention = reader.value(&section, "local_retention", rules::kept).or(|| 15 * DAY);
    let namespace = reader.value(&section, "namespace", rules::namespace).or(|| "monitoring".to_owned());
    let rendered = rendered(reader, &section);
    let role_arn = reader.value(&section, "role_arn", rules::role_arn).optional();
    Some(Some(ThanosSpec {
        bucket: bucket?,
        prefix: prefix?,
        region: own_region?.or_else(|| region.map(str::to_owned))?,
        endpoint: endpoint?,
        retention: retention?,
        delete_delay: delete_delay?,
        compactor: compactor?,
        labels: labels?,
        replica_labels: replica_labels?,
        merge_replicas: merge_replicas?,
        gap: gap?,
        components: components?,
        prometheus_version: prometheus?,
        thanos_version: thanos?,
        local_retention: local_retention?,
        namespace: namespace?,
        role_arn: role_arn?,
        rendered: rendered?,
    }))
}

/// None is allowed, as Thanos allows it, and seldom meant.
fn delete_delay(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<u64> {
    let field = reader.value(section, "delete_delay", rules::kept);
    if let Some((0, span)) = field.given() {
        let note = Diagnostic::note("no-delete-delay", "blocks are deleted as soon as they are marked").at(
            reader.source,
            span,
            "queries fail at objects that are gone: a Store still shows the block when it is deleted",
        );
        reader.note(
            note.help("leave `delete_delay` out: it is 48h then, and Stores look away after half of it"),
        );
    }
    field.or(|| 2 * DAY)
}

/// Without labels there would be nothing to merge by, and the Compactor would go on without a word.
fn merge_replicas(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    replica_labels: Option<&[String]>,
) -> Option<bool> {
    let field = reader.value(section, "merge_replicas", rules::boolean);
    if let (Some((true, span)), Some([])) = (field.given(), replica_labels) {
        let message = "merge_replicas needs replica_labels: they say what a replica is";
        let fault = Diagnostic::error("merge-without-labels", message).at(
            reader.source,
            span,
            "nothing would be merged",
        );
        reader.fault(fault.help("name the labels in which replicas differ: `replica_labels: [replica]`"));
        return None;
    }
    field.or(|| false)
}

fn rendered(reader: &mut Reader<'_>, thanos: &Section<'_>) -> Option<Option<RenderedTo>> {
    if thanos.entry("rendered").is_none() {
        return Some(None);
    }
    let section = reader.section(thanos, "rendered");
    let target = reader.value(&section, "target", rules::target);
    let target = reader.required(&section, "target", target);
    let folder = reader.value(&section, "folder", rules::path);
    let folder = reader.required(&section, "folder", folder);
    Some(Some(RenderedTo { target: target?, folder: folder? }))
}

fn components(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Components> {
    let section = reader.section(section, "components");
    let mut places = |key| reader.values(&section, key, rules::store_url).or(Vec::new);
    let (compact, query, store, sidecar) =
        (places("compact"), places("query"), places("store"), places("sidecar"));
    Some(Components { compact: compact?, query: query?, store: store?, sidecar: sidecar? })
}

fn retention(
    reader: &mut Reader<'_>,
    thanos: &Section<'_>,
    place: Span,
    delete_delay: Option<u64>,
) -> Option<Retention> {
    let section = reader.section(thanos, "retention");
    let fields = ["raw", "5m", "1h"].map(|key| reader.value(&section, key, rules::kept));
    let spans = fields.each_ref().map(|field| field.given().map_or(place, |(_, span)| span));
    let [raw, five_minutes, one_hour] = fields.map(|field| field.or(|| 0).map(Kept::of_seconds));
    let retention = Retention { raw: raw?, five_minutes: five_minutes?, one_hour: one_hour? };
    let floors = broken(&retention, delete_delay?);
    for floor in &floors {
        tell(reader, *floor, &retention, spans);
    }
    (!floors.iter().any(|floor| floor.loses_data())).then_some(retention)
}

/// At the retention that is too short.
fn tell(
    reader: &mut Reader<'_>,
    floor: Floor,
    retention: &Retention,
    [raw, five_minutes, one_hour]: [Span; 3],
) {
    let span = match floor {
        Floor::RawBeforeFiveMinutes | Floor::RawBeforeMerge => raw,
        Floor::FiveMinutesBeforeOneHour | Floor::FiveMinutesBeforeRaw => five_minutes,
        Floor::OneHourBeforeFiveMinutes => one_hour,
    };
    let message = floor.message(retention);
    let diagnostic = if floor.loses_data() {
        Diagnostic::error(floor.code(), message)
    } else {
        Diagnostic::note(floor.code(), message)
    };
    let diagnostic = diagnostic.at(reader.source, span, floor.consequence()).help(floor.help());
    if floor.loses_data() { reader.fault(diagnostic) } else { reader.note(diagnostic) }
}
