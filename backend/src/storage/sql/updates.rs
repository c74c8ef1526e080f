//! What terminals tell of hot updates.

use async_trait::async_trait;
use onehall_protocol::Timestamp;
use onehall_protocol::updates::{UpdateOutcome, UpdateReport};

use super::identity::{count, refuse_beyond};
use super::values::Key;
use super::{Connection, Database, OptionalExtension, Result as SqlResult, params};
use crate::error::Result;
use crate::updates::{NewReport, ReleaseCount, TakeReports, UpdateStore};

/// What limits count reports as.
const REPORTS: &str = "update-client";
const HOUR: i64 = 3600;

#[async_trait]
impl UpdateStore for Database {
    async fn take_update_reports(&self, told: TakeReports) -> Result<u32> {
        self.write(move |tx| {
            refuse_beyond(tx, REPORTS, &told.client, HOUR, told.per_client_hour, told.now)?;
            count(tx, REPORTS, &told.client, told.now)?;
            let mut new = 0;
            for report in &told.reports {
                new += u32::from(take(tx, &told, report)?);
            }
            Ok(new)
        })
        .await
    }

    async fn update_counts(&self) -> Result<Vec<ReleaseCount>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT app, release, outcome, count, first_at, last_at, decisive, most FROM update_count
                 ORDER BY app, release DESC, outcome",
            )?;
            let rows = statement.query_map([], |row| {
                let (app, outcome): (String, String) = (row.get(0)?, row.get(2)?);
                let (release, number): (u64, u64) = (row.get(1)?, row.get(3)?);
                let (first, last): (i64, i64) = (row.get(4)?, row.get(5)?);
                let (decisive, most): (u64, u64) = (row.get(6)?, row.get(7)?);
                Ok((app, release, outcome, number, first, last, decisive, most))
            })?;
            let mut counts: Vec<ReleaseCount> = Vec::new();
            for row in rows.collect::<SqlResult<Vec<_>>>()? {
                let (app, release, outcome, number, first, last, decisive, most) = row;
                // A newer version knew more: what is not known here is not shown.
                let Some(outcome) = UpdateOutcome::from_name(&outcome) else {
                    continue;
                };
                let same = counts
                    .last()
                    .is_some_and(|count| count.app == app && count.release == release);
                if !same {
                    counts.push(ReleaseCount {
                        app,
                        release,
                        first,
                        last,
                        ..ReleaseCount::default()
                    });
                }
                let Some(count) = counts.last_mut() else { continue };
                count.outcomes.push((outcome, number));
                (count.first, count.last) = (count.first.min(first), count.last.max(last));
                match outcome {
                    UpdateOutcome::Committed => count.tried += decisive,
                    UpdateOutcome::RolledBack => {
                        count.tried += decisive;
                        (count.back, count.most) = (decisive, most);
                    }
                    _ => {}
                }
            }
            Ok(counts)
        })
        .await
    }

    async fn forget_update_reports(&self, oldest: Timestamp) -> Result<u64> {
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM login_count WHERE kind = ?1 AND at < ?2")?
                .execute(params![REPORTS, oldest.unix_millis()])?;
            let gone = tx
                .prepare_cached("DELETE FROM update_report WHERE at < ?1")?
                .execute([oldest.unix_millis()])?;
            // As long as something is told of a release, no network counts for it anew.
            tx.prepare_cached(
                "DELETE FROM update_network WHERE NOT EXISTS (
                   SELECT 1 FROM update_count WHERE update_count.app = update_network.app
                     AND update_count.release = update_network.release AND update_count.last_at >= ?1)",
            )?
            .execute([oldest.unix_millis()])?;
            Ok(gone as u64)
        })
        .await
    }
}

/// Counts a report; false if it is counted already.
fn take(tx: &Connection, told: &TakeReports, report: &NewReport) -> SqlResult<bool> {
    let (NewReport { report, network }, now) = (report, told.now.unix_millis());
    let new = tx
        .prepare_cached("INSERT INTO update_report (id, at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?
        .execute(params![report.id.key(), now])?;
    if new == 0 {
        return Ok(false);
    }
    let (decisive, most) = match report.outcome {
        UpdateOutcome::Committed | UpdateOutcome::RolledBack => decides(tx, told, report, network)?,
        _ => (0, 0),
    };
    tx.prepare_cached(
        "INSERT INTO update_count (app, release, outcome, count, first_at, last_at, decisive, most)
         VALUES (?1, ?2, ?3, 1, ?4, ?4, ?5, ?6)
         ON CONFLICT (app, release, outcome) DO UPDATE SET count = update_count.count + 1, last_at = ?4,
           decisive = update_count.decisive + ?5,
           most = CASE WHEN update_count.most < ?6 THEN ?6 ELSE update_count.most END",
    )?
    .execute(params![
        told.app,
        report.release,
        report.outcome.name(),
        now,
        decisive,
        most
    ])?;
    Ok(true)
}

/// Whether a report on how a release was tried decides on whether it is stopped (1) or its network has told enough of it (0), and
/// how many of those that decide and say that it was left came from that network.
fn decides(tx: &Connection, told: &TakeReports, report: &UpdateReport, network: &[u8; 32]) -> SqlResult<(u64, u64)> {
    let known: Option<(u64, u64)> = tx
        .prepare_cached("SELECT tried, back FROM update_network WHERE app = ?1 AND release = ?2 AND network = ?3")?
        .query_row(params![told.app, report.release, network], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (tried, back) = known.unwrap_or_default();
    if tried >= u64::from(told.per_network) {
        return Ok((0, 0));
    }
    let left = u64::from(report.outcome == UpdateOutcome::RolledBack);
    tx.prepare_cached(
        "INSERT INTO update_network (app, release, network, tried, back) VALUES (?1, ?2, ?3, 1, ?4)
         ON CONFLICT (app, release, network) DO UPDATE SET tried = update_network.tried + 1,
           back = update_network.back + ?4",
    )?
    .execute(params![told.app, report.release, network, left])?;
    Ok((1, left * (back + 1)))
}
