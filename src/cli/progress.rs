//! Events as a person follows them on standard error: bars on a terminal, plain lines elsewhere, one JSON line an event.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Format;
use super::output::Output;
use crate::event::{Event, Events};

/// The subscriber that fits this process: where standard error goes, and what was asked for. In JSON a command that writes streams
/// its events to standard output; every other prints one document there, and its events go to standard error.
pub fn subscribe(output: &Output) -> Events {
    if output.quiet && !output.streams {
        return Events::silent();
    }
    if output.format == Format::Json {
        let output = output.clone();
        let begun = AtomicBool::new(!output.skips_reading);
        return Events::silent().with(move |event| {
            begun.fetch_or(matches!(event, Event::RunStarted { .. }), Ordering::Relaxed);
            if begun.load(Ordering::Relaxed) || !is_reading(event) {
                output.line(event);
            }
        });
    }
    if output.quiet {
        return Events::silent();
    }
    if output.err_terminal {
        let bars = Bars::new(output.err_color);
        return Events::silent().with(move |event| bars.show(event));
    }
    let output = output.clone();
    let told = Mutex::new(String::new());
    Events::silent().with(move |event| {
        let Some(line) = crate::render::event_line(event) else { return };
        // What waits says so each time that it is asked again.
        let again = matches!(event, Event::ItemWaits { .. })
            && told.lock().is_ok_and(|mut told| std::mem::replace(&mut *told, line.clone()) == line);
        if !again {
            output.progress_line(&line);
        }
    })
}

/// What making a plan tells.
fn is_reading(event: &Event) -> bool {
    matches!(
        event,
        Event::Reading { .. }
            | Event::ReadProgress { .. }
            | Event::ReadingDone
            | Event::Verified { .. }
            | Event::NotProven { .. }
    )
}

/// Three bars: what is being read, the running snapshot, the items of the run.
struct Bars {
    screen: MultiProgress,
    state: Mutex<Shown>,
    color: bool,
}

#[derive(Default)]
struct Shown {
    reading: Option<ProgressBar>,
    snapshot: Option<ProgressBar>,
    items: Option<ProgressBar>,
}

impl Bars {
    fn new(color: bool) -> Self {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Self { screen, state: Mutex::default(), color }
    }

    fn show(&self, event: &Event) {
        let Ok(mut shown) = self.state.lock() else { return };
        match event {
            Event::Reading { what } => self.reading(&mut shown, what),
            Event::ReadProgress { done, total, .. } => {
                if let Some(bar) = &shown.reading {
                    bar.set_length(*total);
                    bar.set_position(*done);
                }
            }
            Event::ReadingDone => clear(shown.reading.take()),
            Event::RunStarted { items, .. } => {
                clear(shown.reading.take());
                shown.items = Some(self.bar(*items, "{pos} of {len} items · {elapsed} {msg}"));
            }
            Event::SnapshotProgress { snapshot, done, total } => {
                self.snapshot(&mut shown, snapshot.as_str(), done.0, total.0)
            }
            Event::ItemDone { .. }
            | Event::ItemSkipped { .. }
            | Event::ItemFailed { .. }
            | Event::ItemPending { .. } => {
                clear(shown.snapshot.take());
                if let Some(bar) = &shown.items {
                    bar.inc(1);
                }
            }
            Event::RunFinished { .. } => {
                clear(shown.snapshot.take());
                clear(shown.items.take());
            }
            Event::LeaseRenewed { until } => {
                if let Some(bar) = &shown.items {
                    bar.set_message(format!("· lease held until {}", until.strftime("%H:%M:%S")));
                }
            }
            Event::ItemWaits { address, why } => {
                if let Some(bar) = &shown.items {
                    bar.set_message(format!("· {address}: {why}"));
                }
            }
            Event::ItemStarted { .. }
            | Event::Verified { .. }
            | Event::NotProven { .. }
            | Event::Recovering { .. }
            | Event::Retrying { .. }
            | Event::Notice { .. } => {}
        }
        // Lines that tell what became of an item stay on the screen, above the bars.
        if let Some(line) = crate::render::event_line_on_terminal(event, self.color) {
            let _closed = self.screen.println(line);
        }
    }

    fn reading(&self, shown: &mut Shown, what: &str) {
        clear(shown.reading.take());
        let bar = self.bar(0, "reading {msg} {pos} of {len}");
        bar.set_style(style("{spinner} reading {msg}"));
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        shown.reading = Some(bar);
    }

    fn snapshot(&self, shown: &mut Shown, name: &str, done: u64, total: u64) {
        let bar = shown.snapshot.get_or_insert_with(|| {
            self.bar(total, "snapshot {msg} {bar:24} {percent:>3} %  {binary_bytes} of {binary_total_bytes}  {binary_bytes_per_sec}  eta {eta}")
        });
        bar.set_message(name.to_owned());
        bar.set_length(total);
        bar.set_position(done);
    }

    fn bar(&self, length: u64, template: &str) -> ProgressBar {
        let bar = self.screen.add(ProgressBar::new(length));
        bar.set_style(style(template));
        bar
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

fn clear(bar: Option<ProgressBar>) {
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}
