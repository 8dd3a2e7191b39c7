//! The audit as one page of HTML that needs nothing else: the picture is drawn in it as SVG.

use std::fmt::Write as _;

use super::{rows, timeline};
use crate::plan::Amount;
use crate::plan::thanos::{Finding, Level, Span, Stream, ThanosPlan};

/// Of the picture, in its own units.
const WIDTH: i64 = 1_000;
const ROW: usize = 18;
const LABEL: i64 = 260;

const STYLE: &str = "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1c2128;background:#fff}
h1{font-size:1.2rem}table{border-collapse:collapse;width:100%}td,th{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #d8dee4;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.9em}.error{color:#b42318}.warning{color:#9a6700}.note{color:#57606a}
svg{width:100%;height:auto;margin:1rem 0}svg text{font:11px system-ui,sans-serif;fill:currentColor}.raw{fill:#1f6feb}.m5{fill:#2da44e}.h1{fill:#bf8700}.none{fill:#eaeef2}
@media (prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}td,th{border-color:#30363d}.none{fill:#21262d}.error{color:#ff7b72}.warning{color:#d29922}.note{color:#8b949e}}";

/// A page for a browser, or to be attached to a ticket.
pub fn audit_html(plan: &ThanosPlan) -> String {
    let title = escaped(&rows::heading(plan));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n"
    );
    if let Some(whole) = timeline::whole(&plan.streams) {
        page.push_str(&picture(&plan.streams, whole));
        page.push_str(&streams(&plan.streams));
    }
    page.push_str(&findings(&plan.findings));
    page.push_str("</html>\n");
    page
}

/// A bar for each stream and resolution, all over the same time.
fn picture(streams: &[Stream], (from, to): Span) -> String {
    let height = (streams.len() + 1) * ROW;
    let width = to.saturating_sub(from).max(1);
    let place = |ms: i64| {
        let room = i128::from(WIDTH - LABEL);
        LABEL + i64::try_from(i128::from(ms.saturating_sub(from)) * room / i128::from(width)).unwrap_or(WIDTH)
    };
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"what time each stream has samples of\">\n"
    );
    for (number, stream) in streams.iter().enumerate() {
        let top = number * ROW;
        let class = match stream.resolution.word() {
            "raw" => "raw",
            "5m" => "m5",
            _ => "h1",
        };
        let name = escaped(&shortened(&format!("{} {}", stream.labels, stream.resolution.word())));
        let _ = writeln!(svg, "<text x=\"0\" y=\"{}\">{name}</text>", top + ROW - 6);
        let _ = writeln!(
            svg,
            "<rect class=\"none\" x=\"{LABEL}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            top + 3,
            WIDTH - LABEL,
            ROW - 6
        );
        for (start, end) in stream.spans.iter() {
            let (x, right) = (place(start), place(end));
            let _ = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{} to {}</title></rect>",
                top + 3,
                (right - x).max(1),
                ROW - 6,
                timeline::day(start),
                timeline::day(end)
            );
        }
    }
    let _ = writeln!(svg, "<text x=\"{LABEL}\" y=\"{}\">{}</text>", height - 4, timeline::day(from));
    let _ = writeln!(
        svg,
        "<text x=\"{WIDTH}\" y=\"{}\" text-anchor=\"end\">{}</text>\n</svg>",
        height - 4,
        timeline::day(to)
    );
    svg
}

fn streams(streams: &[Stream]) -> String {
    let mut text = String::from(
        "<table><tr><th>labels<th>resolution<th>levels<th>blocks<th>marked<th>size<th>first<th>last</tr>\n",
    );
    for stream in streams {
        let (from, to) = stream.spans.whole().unwrap_or_default();
        let level = |(level, amount): (&u32, &Amount)| format!("{level}:{} ({})", amount.count, amount.bytes);
        let levels: Vec<String> = stream.levels.iter().map(level).collect();
        let _ = writeln!(
            text,
            "<tr><td><code>{}</code><td>{}<td>{}<td class=\"n\">{}<td class=\"n\">{}<td class=\"n\">{}<td>{}<td>{}</tr>",
            escaped(&stream.labels),
            stream.resolution.word(),
            levels.join(" "),
            stream.blocks,
            stream.marked.count,
            stream.bytes,
            timeline::day(from),
            timeline::day(to)
        );
    }
    text.push_str("</table>\n");
    text
}

fn findings(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "<p>Nothing was found wrong.</p>\n".to_owned();
    }
    let mut text = String::from("<table><tr><th>finding<th>what<th>size<th>what to do</tr>\n");
    for finding in findings {
        let class = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let bytes = if finding.bytes.0 == 0 { String::new() } else { finding.bytes.to_string() };
        let _ = writeln!(
            text,
            "<tr><td class=\"{class}\"><code>{}</code><td>{}<br><small>{}</small>{}<td class=\"n\">{bytes}<td>{}</tr>",
            finding.id.word(),
            escaped(&finding.text),
            finding.id.meaning(),
            keys(finding),
            finding.id.advice()
        );
    }
    text.push_str("</table>\n");
    text
}

/// What shows it, unless the text does.
fn keys(finding: &Finding) -> String {
    let unsaid = finding.keys.iter().filter(|key| !finding.text.contains(key.as_str()));
    let keys: Vec<String> = unsaid.map(|key| format!("<code>{}</code>", escaped(key))).collect();
    if keys.is_empty() { String::new() } else { format!("<br><small>{}</small>", keys.join(" ")) }
}

/// The end of a long set of labels tells less than its beginning.
fn shortened(name: &str) -> String {
    const LETTERS: usize = 40;
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let end: String = name.chars().skip(name.chars().count() - 4).collect();
    let start: String = name.chars().take(LETTERS - 5).collect();
    format!("{start}…{end}")
}

/// Labels come from whoever wrote the blocks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
