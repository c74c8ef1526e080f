//! What happens inside, told to the application: panics by their place, and the core's own log.

use std::fmt::Write as _;
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::LogSink;

/// The sink of this process: the one that was given last. Panics and logs know no object that they belong to.
static SINK: Mutex<Option<Arc<dyn LogSink>>> = Mutex::new(None);

/// Sends panics and the log of this process to `sink` from now on.
pub(crate) fn send_to(sink: Arc<dyn LogSink>) {
    static ONCE: Once = Once::new();
    *SINK.lock().unwrap_or_else(PoisonError::into_inner) = Some(sink);
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| told("error", &panic_line(panic))));
        // An application that has a subscriber of its own in this process keeps it.
        let _ = tracing::subscriber::set_global_default(ToSink);
    });
}

fn told(level: &str, line: &str) {
    // Not held while the application's code runs: it may open another core.
    let sink = SINK.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(sink) = sink {
        let _ = sink.log(level.to_owned(), line.to_owned());
    }
}

/// The place of a panic, not its words: a message may quote what a citizen typed.
fn panic_line(panic: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name");
    match panic.location() {
        Some(place) => format!("panic at {}:{}, thread {thread}", place.file(), place.line()),
        None => format!("panic, thread {thread}"),
    }
}

/// Our own crates' log, from `info` on. What other crates write is not known to be free of personal data.
struct ToSink;

impl Subscriber for ToSink {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO && metadata.target().starts_with("onehall")
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            _ => "info",
        };
        told(level, &line.0);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, ": {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
