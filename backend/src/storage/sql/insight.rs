//! Insight.

use crate::storage::sql::{self, Connection, params, params_from_iter};
use async_trait::async_trait;
use onehall_protocol::analytics::InsightBy;
use onehall_protocol::{Date, ItemCode, Timestamp};

use super::Database;
use super::identity::{count, refuse_beyond};
use super::values::Key;
use crate::error::Result;
use crate::insight::{Count, CountedEvent, InsightStore, Question, TakeEvents, Taken};

/// What limits count batches as.
const BATCHES: &str = "insight-client";
const HOUR: i64 = 3600;

#[async_trait]
impl InsightStore for Database {
    async fn take_events(&self, batch: TakeEvents) -> Result<Taken> {
        self.write(move |tx| {
            refuse_beyond(
                tx,
                BATCHES,
                &batch.client,
                HOUR,
                batch.batches_per_client_hour,
                batch.now,
            )?;
            count(tx, BATCHES, &batch.client, batch.now)?;
            let mut taken = Taken::default();
            for event in &batch.events {
                if take(tx, event, batch.terminal.as_str())? {
                    taken.new += 1;
                } else {
                    taken.known += 1;
                }
            }
            Ok(taken)
        })
        .await
    }

    async fn insight(&self, question: Question) -> Result<Vec<Count>> {
        self.read(move |db| {
            let key = match question.by {
                InsightBy::Day => "day",
                InsightBy::Terminal => "terminal",
                InsightBy::Item => "item",
                InsightBy::Detail => "detail",
            };
            let mut values = vec![question.from.to_string(), question.to.to_string()];
            let of_items = question.items.as_ref().map_or_else(String::new, |items| {
                values.extend(items.iter().map(|item| item.as_str().to_owned()));
                // No item at all stands for none, and not for any.
                let places = std::iter::once("NULL")
                    .chain(items.iter().map(|_| "?"))
                    .collect::<Vec<_>>();
                format!("AND item IN ({})", places.join(", "))
            });
            let sql = format!(
                "SELECT {key}, event, sum(count) FROM insight_count
                 WHERE day BETWEEN ? AND ? AND {key} <> '' {of_items}
                 GROUP BY {key}, event ORDER BY {key}, event"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(values), |row| {
                Ok(Count {
                    key: row.get(0)?,
                    event: row.get(1)?,
                    count: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<sql::Result<_>>()?)
        })
        .await
    }

    async fn forget_events(&self, oldest: Date, now: Timestamp) -> Result<u64> {
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM login_count WHERE kind = ?1 AND at < ?2")?
                .execute(params![BATCHES, now.plus_seconds(-HOUR).unix_millis()])?;
            let gone = tx
                .prepare_cached("DELETE FROM insight_event WHERE day < ?1")?
                .execute([oldest.to_string()])?;
            Ok(gone as u64)
        })
        .await
    }
}

/// Keeps and counts an event; false if it is kept already.
fn take(tx: &Connection, event: &CountedEvent, terminal: &str) -> Result<bool> {
    let (day, item) = (event.day.to_string(), event.item.as_ref().map_or("", ItemCode::as_str));
    let detail = event.detail.unwrap_or_default();
    let new = tx
        .prepare_cached(
            "INSERT INTO insight_event (id, day, at, terminal, event, item, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            event.id.key(),
            day,
            event.at.unix_millis(),
            terminal,
            event.event,
            item,
            detail
        ])?;
    if new == 0 {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO insight_count (day, terminal, item, event, detail, count) VALUES (?1, ?2, ?3, ?4, ?5, 1)
         ON CONFLICT (day, terminal, item, event, detail) DO UPDATE SET count = insight_count.count + 1",
    )?
    .execute(params![day, terminal, item, event.event, detail])?;
    Ok(true)
}
