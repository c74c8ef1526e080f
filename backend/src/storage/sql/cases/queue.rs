//! The queue of an authority, and what is overdue.

use crate::storage::sql::{self, Connection, OptionalExtension, Value, params_from_iter};
use onehall_protocol::{Date, ErrorCode, StateCode, WorkflowCode};

use super::super::values::{self, Key};
use super::rows;
use crate::cases::model::{QueueQuestion, StoredCase, StoredQueue};
use crate::error::{Error, Result};

/// What is open comes before what has ended, what is due sooner before what is due later. The index knows this order.
const URGENCY: &str = "ended, coalesce(due, '9999-12-31'), submitted_at, id";
const LATEST: &str = "updated_at DESC, id DESC";

/// Conditions with their values, joined by AND.
#[derive(Default)]
struct Where {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Where {
    fn and(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    fn and_one_of_steps(&mut self, steps: &[(WorkflowCode, StateCode)]) {
        if steps.is_empty() {
            self.and("1 = 0", []);
            return;
        }
        let pairs = vec!["(?, ?)"; steps.len()].join(", ");
        let values = steps
            .iter()
            .flat_map(|(workflow, step)| [text(workflow.as_str()), text(step.as_str())]);
        self.and(format!("(workflow, step) IN (VALUES {pairs})"), values);
    }

    fn sql(&self) -> String {
        self.conditions.join(" AND ")
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn wanted(question: &QueueQuestion) -> Result<Where> {
    let mut wanted = Where::default();
    wanted.and("authority = ?", [text(question.authority.as_str())]);
    if let Some(steps) = &question.steps {
        wanted.and_one_of_steps(steps);
    }
    if question.ended {
        wanted.and("ended = 1", []);
    }
    if let Some(state) = &question.state {
        wanted.and("state = ?", [Value::Text(values::name(state)?)]);
    }
    if let Some(search) = &question.search {
        let mut any = vec!["1 = 0".to_owned()];
        let mut values = Vec::new();
        if !search.number.is_empty() {
            any.push("replace(number, '-', '') LIKE ?".to_owned());
            // A sign that stands for others would be one here.
            let number = search.number.replace(['%', '_'], "-");
            values.push(Value::Text(format!("%{number}%")));
        }
        if !search.items.is_empty() {
            any.push(format!("item IN ({})", vec!["?"; search.items.len()].join(", ")));
            values.extend(search.items.iter().map(|item| text(item.as_str())));
        }
        wanted.and(format!("({})", any.join(" OR ")), values);
    }
    Ok(wanted)
}

pub(super) fn queue(db: &Connection, question: &QueueQuestion) -> Result<StoredQueue> {
    let mut wanted = wanted(question)?;
    let (total, overdue) = totals(db, &wanted, question.today)?;
    if let Some(after) = question.after {
        let (columns, compare) = if question.ended {
            ("updated_at, id", "<")
        } else {
            (URGENCY, ">")
        };
        let here = db
            .prepare_cached(&format!(
                "SELECT {columns} FROM case_record WHERE id = ?1 AND authority = ?2"
            ))?
            .query_row((after.key(), question.authority.as_str()), |row| {
                (0..row.column_count())
                    .map(|column| row.get(column))
                    .collect::<sql::Result<Vec<Value>>>()
            })
            .optional()?
            .ok_or_else(|| Error::new(ErrorCode::InvalidParameter).with_field("after", "unknown"))?;
        let places = vec!["?"; here.len()].join(", ");
        wanted.and(format!("({columns}) {compare} ({places})"), here);
    }
    let order = if question.ended { LATEST } else { URGENCY };
    // One more than the page holds tells whether there is another page.
    let sql = format!(
        "SELECT {} FROM case_record WHERE {} ORDER BY {order} LIMIT {}",
        rows::COLUMNS,
        wanted.sql(),
        question.limit + 1
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(&wanted.values), rows::case)?;
    let mut cases: Vec<StoredCase> = found.collect::<sql::Result<_>>()?;
    let more = cases.len() > question.limit;
    cases.truncate(question.limit);
    Ok(StoredQueue {
        cases,
        total,
        overdue,
        more,
    })
}

fn totals(db: &Connection, wanted: &Where, today: Date) -> Result<(u64, u64)> {
    let sql = format!(
        "SELECT count(*), count(CASE WHEN due < ? THEN 1 END) FROM case_record WHERE {}",
        wanted.sql()
    );
    let values = std::iter::once(Value::Text(today.to_string())).chain(wanted.values.iter().cloned());
    let totals = db
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(totals)
}

pub(super) fn overdue(
    db: &Connection,
    today: Date,
    steps: &[(WorkflowCode, StateCode)],
    limit: usize,
) -> Result<Vec<StoredCase>> {
    let mut wanted = Where::default();
    wanted.and(
        "ended = 0 AND due IS NOT NULL AND due < ?",
        [Value::Text(today.to_string())],
    );
    wanted.and_one_of_steps(steps);
    let sql = format!(
        "SELECT {} FROM case_record WHERE {} ORDER BY due, id LIMIT {limit}",
        rows::COLUMNS,
        wanted.sql()
    );
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(params_from_iter(&wanted.values), rows::case)?;
    Ok(found.collect::<sql::Result<_>>()?)
}
