//! Earlier cases of a principal, with what they can give to a new application.

use crate::storage::sql::{self, Connection, Row, params};
use async_trait::async_trait;
use onehall_protocol::cases::SupplementItem;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::{CaseNumber, FileId, PersonId};

use super::super::Database;
use super::super::files;
use super::super::values::{self, Key};
use crate::cases::{EarlierCase, EarlierCases, EarlierResult};
use crate::error::Result;

const SELECT: &str = "SELECT c.id, c.number, c.item, c.form_code, c.form_version, c.submitted_at,
        (SELECT answers FROM case_answers a WHERE a.case_id = c.id ORDER BY a.revision DESC LIMIT 1),
        (SELECT items FROM case_supplement s WHERE s.case_id = c.id AND NOT EXISTS
            (SELECT 1 FROM case_answers n WHERE n.case_id = c.id AND n.revision > 1 AND n.at >= s.requested_at)
         ORDER BY s.sequence DESC LIMIT 1),
        r.kind, r.at, r.document_number, r.file
     FROM case_record c LEFT JOIN case_result r ON r.case_id = c.id
     WHERE c.principal = ?1 ORDER BY c.updated_at DESC LIMIT ?2";

/// The case, and the id of its document.
fn read(row: &Row<'_>) -> sql::Result<(EarlierCase, Option<FileId>)> {
    let asked = values::optional_json::<Vec<SupplementItem>>(row, 7)?.unwrap_or_default();
    let ended = row.get::<_, Option<String>>(8)?.is_some();
    let result = if ended {
        Some(EarlierResult {
            kind: values::named(row, 8)?,
            at: values::time(row, 9)?,
            document_number: row.get(10)?,
            file: None,
        })
    } else {
        None
    };
    let case = EarlierCase {
        id: values::id(row, 0)?,
        number: CaseNumber(row.get(1)?),
        item: values::parsed(row, 2)?,
        form: FormReference {
            code: values::parsed(row, 3)?,
            version: row.get(4)?,
        },
        submitted_at: values::time(row, 5)?,
        answers: values::json(row, 6)?,
        wanting: asked.into_iter().map(|item| item.path).collect(),
        result,
    };
    Ok((case, values::optional_id(row, 11)?))
}

fn earlier_cases(db: &Connection, principal: PersonId, most: usize) -> Result<Vec<EarlierCase>> {
    let mut statement = db.prepare_cached(SELECT)?;
    let found = statement
        .query_map(params![principal.key(), i64::try_from(most).unwrap_or(i64::MAX)], read)?
        .collect::<sql::Result<Vec<_>>>()?;
    let mut cases = Vec::with_capacity(found.len());
    for (mut case, document) in found {
        if let (Some(result), Some(document)) = (&mut case.result, document) {
            result.file = Some(files::find(db, document)?.view);
        }
        cases.push(case);
    }
    cases.sort_by(|a, b| b.submitted_at.cmp(&a.submitted_at).then(b.id.cmp(&a.id)));
    Ok(cases)
}

#[async_trait]
impl EarlierCases for Database {
    async fn earlier_cases(&self, principal: PersonId, most: usize) -> Result<Vec<EarlierCase>> {
        self.read(move |db| earlier_cases(db, principal, most)).await
    }
}
