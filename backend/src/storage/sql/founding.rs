//! The founding: one command, and the mark that it was done is part of it.

use crate::storage::sql::{Connection, params};
use onehall_protocol::contacts::Contact;
use onehall_protocol::{ContactId, Timestamp};

use super::staff::{NewStaff, insert};
use super::values::{Key, name, to_json};
use crate::error::{Error, Result};
use crate::founding::{Founding, FoundingState};

const MARK: &str = "founded";

/// What the database holds of a founding.
pub(super) fn state(db: &Connection) -> Result<FoundingState> {
    let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
    if count(&format!("SELECT count(*) FROM fact WHERE name = '{MARK}'"))? > 0 {
        return Ok(FoundingState::Done);
    }
    // Any row in any table of ours that is not about the database itself.
    let of_itself = ["fact", "schema_version"];
    for table in db
        .tables()?
        .into_iter()
        .filter(|table| !of_itself.contains(&table.as_str()))
    {
        if count(&format!("SELECT EXISTS (SELECT 1 FROM \"{table}\")"))? > 0 {
            return Ok(FoundingState::Half);
        }
    }
    Ok(FoundingState::Empty)
}

/// Imports all accounts and sets the mark.
pub(super) fn found(tx: &Connection, founding: &Founding, now: Timestamp) -> Result<()> {
    if state(tx)? != FoundingState::Empty {
        return Err(Error::broken("found a hall in a database that is not empty"));
    }
    let mut person = tx.prepare_cached(
        "INSERT INTO person (id, kind, name, citizen_id, organisation_code, phone, address, assurance, created_at,
             seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )?;
    for new in &founding.people {
        person.execute(params![
            new.id.key(),
            name(&new.kind)?,
            new.name,
            new.citizen_id.as_ref().map(|id| id.as_str()),
            new.organisation_code.as_ref().map(|code| code.as_str()),
            new.phone.as_ref().map(|phone| phone.as_str()),
            new.address.as_ref().map(to_json).transpose()?,
            name(&new.assurance)?,
            now.unix_millis()
        ])?;
        if let Some(phone) = &new.phone {
            super::contacts::insert(tx, ContactId(new.id.0), new.id, &Contact::Phone(phone.clone()), now)?;
        }
    }
    let mut agency = tx.prepare_cached("INSERT INTO agency (legal_person, agent) VALUES (?1, ?2)")?;
    for (legal_person, agent) in &founding.agencies {
        agency.execute(params![legal_person.key(), agent.key()])?;
    }
    for new in &founding.staff {
        let row = NewStaff {
            id: new.id,
            account: &new.account,
            name: &new.name,
            roles: &new.roles,
            authority: new.authority.as_ref().map(|code| code.as_str()),
            hall: new.hall.as_ref().map(|code| code.as_str()),
            password_hash: new.password_hash.as_deref(),
            change_password: false,
            totp_secret: new.totp_secret.as_deref(),
        };
        if !insert(tx, &row, now)? {
            return Err(Error::broken("import two accounts of one name"));
        }
    }
    tx.execute(
        "INSERT INTO fact (name, value) VALUES (?1, ?2)",
        params![MARK, now.to_string()],
    )?;
    Ok(())
}
