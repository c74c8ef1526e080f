//! How kiosks said that they are.

use std::collections::BTreeMap;

use onehall_protocol::halls::KioskSign;
use onehall_protocol::{HallCode, Timestamp};

use crate::error::Result;
use crate::storage::sql::values::{json, time, to_json};
use crate::storage::sql::{self, Connection, params};

pub(super) fn note(tx: &Connection, hall: &HallCode, number: u16, sign: &KioskSign, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO kiosk_sign (hall, number, at, sign) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (hall, number) DO UPDATE SET at = excluded.at, sign = excluded.sign",
    )?
    .execute(params![
        hall.as_str(),
        i64::from(number),
        now.unix_millis(),
        to_json(sign)?
    ])?;
    Ok(())
}

pub(super) fn of(db: &Connection, hall: &HallCode) -> Result<BTreeMap<u16, (Timestamp, KioskSign)>> {
    let all = db
        .prepare_cached("SELECT number, at, sign FROM kiosk_sign WHERE hall = ?1")?
        .query_map([hall.as_str()], |row| {
            Ok((row.get::<_, i64>(0)?, (time(row, 1)?, json(row, 2)?)))
        })?
        .collect::<sql::Result<Vec<_>>>()?;
    // A number that no city can write was never noted.
    let numbered = all
        .into_iter()
        .filter_map(|(number, said)| Some((u16::try_from(number).ok()?, said)));
    Ok(numbered.collect())
}
