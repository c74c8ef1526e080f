//! What terminals tell of hot updates.

use async_trait::async_trait;
use onehall_protocol::Timestamp;
use onehall_protocol::updates::{UpdateOutcome, UpdateReport};

use super::identity::{count, refuse_beyond};
use super::values::Key;
use super::{Connection, Database, Result as SqlResult, params};
use crate::error::Result;
use crate::updates::{ReleaseCount, TakeReports, UpdateStore};

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
                new += u32::from(take(tx, &told.app, report, told.now)?);
            }
            Ok(new)
        })
        .await
    }

    async fn update_counts(&self) -> Result<Vec<ReleaseCount>> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT app, release, outcome, count, first_at, last_at FROM update_count
                 ORDER BY app, release DESC, outcome",
            )?;
            let rows = statement.query_map([], |row| {
                let (app, outcome): (String, String) = (row.get(0)?, row.get(2)?);
                let (release, number): (u64, u64) = (row.get(1)?, row.get(3)?);
                let (first, last): (i64, i64) = (row.get(4)?, row.get(5)?);
                Ok((app, release, outcome, number, first, last))
            })?;
            let mut counts: Vec<ReleaseCount> = Vec::new();
            for row in rows.collect::<SqlResult<Vec<_>>>()? {
                let (app, release, outcome, number, first, last) = row;
                // A newer version knew more: what is not known here is not shown.
                let Some(outcome) = UpdateOutcome::from_name(&outcome) else {
                    continue;
                };
                match counts
                    .last_mut()
                    .filter(|count| count.app == app && count.release == release)
                {
                    Some(count) => {
                        count.outcomes.push((outcome, number));
                        (count.first, count.last) = (count.first.min(first), count.last.max(last));
                    }
                    None => counts.push(ReleaseCount {
                        app,
                        release,
                        first,
                        last,
                        outcomes: vec![(outcome, number)],
                    }),
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
            Ok(gone as u64)
        })
        .await
    }
}

/// Counts a report; false if it is counted already.
fn take(tx: &Connection, app: &str, report: &UpdateReport, now: Timestamp) -> SqlResult<bool> {
    let now = now.unix_millis();
    let new = tx
        .prepare_cached("INSERT INTO update_report (id, at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?
        .execute(params![report.id.key(), now])?;
    if new == 0 {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO update_count (app, release, outcome, count, first_at, last_at) VALUES (?1, ?2, ?3, 1, ?4, ?4)
         ON CONFLICT (app, release, outcome) DO UPDATE SET count = update_count.count + 1, last_at = ?4",
    )?
    .execute(params![app, report.release, report.outcome.name(), now])?;
    Ok(true)
}
