//! The versions of the catalog that were served.

use crate::storage::sql::{OptionalExtension, params};
use async_trait::async_trait;
use onehall_sync::Pieces;

use super::{Database, values};
use crate::catalog::{CatalogStore, CatalogVersion};
use crate::error::Result;

#[async_trait]
impl CatalogStore for Database {
    async fn remember_catalog(&self, version: CatalogVersion, most: usize) -> Result<()> {
        let pieces = values::to_json(&version.pieces)?;
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO catalog_version (version, pieces, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (version) DO UPDATE SET pieces = excluded.pieces, at = excluded.at",
            )?
            .execute(params![version.version, pieces, version.at.unix_millis()])?;
            db.prepare_cached(
                "DELETE FROM catalog_version WHERE version NOT IN
                     (SELECT version FROM catalog_version ORDER BY at DESC, version LIMIT ?1)",
            )?
            .execute([most as u64])?;
            Ok(())
        })
        .await
    }

    async fn catalog_pieces(&self, version: String) -> Result<Option<Pieces>> {
        self.read(move |db| {
            let found = db
                .prepare_cached("SELECT pieces FROM catalog_version WHERE version = ?1")?
                .query_row([version], |row| values::json(row, 0))
                .optional()?;
            Ok(found)
        })
        .await
    }
}
