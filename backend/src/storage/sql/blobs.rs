//! The bytes of files, in pieces, in the database.

use crate::storage::sql::{OptionalExtension, params};
use async_trait::async_trait;
use onehall_protocol::FileId;

use super::Database;
use super::values::Key;
use crate::error::{Error, Result};
use crate::files::BlobStore;

#[async_trait]
impl BlobStore for Database {
    async fn put_piece(&self, blob: FileId, number: u32, bytes: Vec<u8>) -> Result<()> {
        self.write(move |db| {
            db.prepare_cached("INSERT INTO blob (id, pieces) VALUES (?1, NULL) ON CONFLICT (id) DO NOTHING")?
                .execute([blob.key()])?;
            db.prepare_cached("INSERT INTO blob_piece (blob, number, bytes) VALUES (?1, ?2, ?3)")?
                .execute(params![blob.key(), number, bytes])?;
            Ok(())
        })
        .await
    }

    async fn complete_blob(&self, blob: FileId, pieces: u32) -> Result<()> {
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO blob (id, pieces) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET pieces = excluded.pieces",
            )?
            .execute(params![blob.key(), pieces])?;
            Ok(())
        })
        .await
    }

    async fn pieces(&self, blob: FileId) -> Result<u32> {
        self.read(move |db| {
            db.prepare_cached("SELECT pieces FROM blob WHERE id = ?1 AND pieces IS NOT NULL")?
                .query_row([blob.key()], |row| row.get(0))
                .optional()?
                .ok_or_else(Error::not_found)
        })
        .await
    }

    async fn piece(&self, blob: FileId, number: u32) -> Result<Vec<u8>> {
        self.read(move |db| {
            db.prepare_cached("SELECT bytes FROM blob_piece WHERE blob = ?1 AND number = ?2")?
                .query_row(params![blob.key(), number], |row| row.get(0))
                .optional()?
                .ok_or_else(Error::not_found)
        })
        .await
    }

    async fn copy_blob(&self, from: FileId, to: FileId) -> Result<()> {
        self.write(move |db| {
            let pieces: u32 = db
                .prepare_cached("SELECT pieces FROM blob WHERE id = ?1 AND pieces IS NOT NULL")?
                .query_row([from.key()], |row| row.get(0))
                .optional()?
                .ok_or_else(Error::not_found)?;
            db.prepare_cached("INSERT INTO blob (id, pieces) VALUES (?1, ?2)")?
                .execute(params![to.key(), pieces])?;
            db.prepare_cached(
                "INSERT INTO blob_piece (blob, number, bytes) SELECT ?2, number, bytes FROM blob_piece WHERE blob = ?1",
            )?
            .execute(params![from.key(), to.key()])?;
            Ok(())
        })
        .await
    }

    async fn remove_blob(&self, blob: FileId) -> Result<()> {
        self.write(move |db| {
            db.prepare_cached("DELETE FROM blob WHERE id = ?1")?
                .execute([blob.key()])?;
            Ok(())
        })
        .await
    }
}
