//! Metrics in the text format of Prometheus. Labels name routes, statuses and kinds; never a person, a case or an
//! address.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::error::{Error, Result};

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const GROUP: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Begins to count, once for the process; what was counted before is not known.
///
/// # Errors
/// If something else counts in this process already.
pub fn install() -> Result<()> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let buckets = |cause: metrics_exporter_prometheus::BuildError| Error::internal("set up the metrics", cause);
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full("onehall_http_request_seconds".to_owned()), &SECONDS)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full("onehall_storage_group_size".to_owned()), &GROUP)
        })
        .map_err(buckets)?
        .install_recorder()
        .map_err(buckets)?;
    let _ = RECORDER.set(handle);
    metrics::describe_counter!(
        "onehall_http_requests_total",
        "Requests by method, route pattern and status"
    );
    metrics::describe_histogram!("onehall_http_request_seconds", "Time until the response began");
    metrics::describe_histogram!("onehall_storage_group_size", "Commands that one commit carried");
    metrics::describe_gauge!("onehall_storage_commands_waiting", "Commands that wait for the writer");
    metrics::describe_gauge!("onehall_sessions", "Sessions that have not ended, by kind");
    metrics::describe_gauge!("onehall_event_streams", "Open streams of server-sent events");
    metrics::describe_gauge!(
        "onehall_pokes_degraded",
        "1 while pokes do not reach the other replicas that they should"
    );
    metrics::describe_counter!(
        "onehall_pokes_relayed_total",
        "Messages between replicas: said, lost on the way out, heard, or refused because no replica of this hall said them"
    );
    metrics::describe_counter!("onehall_login_codes_total", "One-time codes that were sent");
    metrics::describe_counter!(
        "onehall_insight_events_total",
        "Events of the analytics: taken, known before, refused, or dropped by a terminal without room"
    );
    Ok(())
}

/// All metrics as text; empty before [`install`].
#[must_use]
pub fn render() -> String {
    RECORDER
        .get()
        .map(|handle| {
            handle.run_upkeep();
            handle.render()
        })
        .unwrap_or_default()
}
