//! What every kind of blobs must do. One suite over all of them.

use std::io;

use onehall_protocol::FileId;
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use super::{Blobs, Content, DatabaseBlobs, DiskBlobs};
use crate::clock::{Clock, SystemClock};
use crate::storage::sql::testing::TestDatabase;
use crate::testing::files_below;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn fresh() -> FileId {
    FileId(Uuid::now_v7())
}

async fn read(blobs: &dyn Blobs, id: FileId) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    blobs.open(id).await?.read_to_end(&mut bytes).await?;
    Ok(bytes)
}

async fn missing(blobs: &dyn Blobs, id: FileId) -> bool {
    read(blobs, id).await.err().map(|error| error.kind()) == Some(io::ErrorKind::NotFound)
}

/// A reader that breaks after some bytes.
struct Breaks(io::Cursor<Vec<u8>>);

impl tokio::io::AsyncRead for Breaks {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        into: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        if self.0.position() as usize == self.0.get_ref().len() {
            return std::task::Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        std::pin::Pin::new(&mut self.0).poll_read(context, into)
    }
}

/// The promises of [`Blobs`], on blobs that are empty.
pub async fn holds(blobs: &dyn Blobs) -> Outcome {
    // Of every size around the pieces in which some are kept.
    let mut kept = Vec::new();
    for size in [0, 1, 262_143, 262_144, 262_145, 700_000] {
        let bytes: Vec<u8> = (0..size).map(|n: u32| n.wrapping_mul(31) as u8).collect();
        let id = fresh();
        blobs.put(id, Content::of(bytes.clone())).await?;
        assert!(
            read(blobs, id).await? == bytes,
            "{size} bytes are read as they were kept"
        );
        kept.push(id);
    }

    // A copy goes by itself.
    let (from, to) = (kept[5], fresh());
    blobs.copy(from, to).await?;
    let bytes = read(blobs, from).await?;
    blobs.remove(from).await?;
    blobs.remove(from).await?;
    assert!(missing(blobs, from).await);
    assert!(read(blobs, to).await? == bytes);
    let nothing = blobs.copy(fresh(), fresh()).await;
    assert_eq!(nothing.err().map(|error| error.kind()), Some(io::ErrorKind::NotFound));
    assert!(missing(blobs, fresh()).await);

    // What breaks off, or is not what it says, cannot be read.
    let half = fresh();
    let breaks = Box::new(Breaks(io::Cursor::new(vec![1; 300_000])));
    let hash = super::sha256_of(&[1; 400_000]);
    assert!(blobs.put(half, Content::new(breaks, 400_000, hash)).await.is_err());
    assert!(missing(blobs, half).await);
    let other = fresh();
    let wrong = Content::new(Box::new(io::Cursor::new(vec![2; 10])), 10, super::sha256_of(b"other"));
    let refused = blobs.put(other, wrong).await;
    assert_eq!(
        refused.err().map(|error| error.kind()),
        Some(io::ErrorKind::InvalidData)
    );
    assert!(missing(blobs, other).await);

    // Many at once do not get into each other's way.
    let many: Vec<FileId> = (0..12).map(|_| fresh()).collect();
    let putting = many
        .iter()
        .map(|id| blobs.put(*id, Content::of(id.0.as_bytes().to_vec())));
    for put in futures::future::join_all(putting).await {
        put?;
    }
    for id in &many {
        assert_eq!(read(blobs, *id).await?, id.0.as_bytes());
    }

    blobs.check().await?;
    for id in kept.into_iter().chain(many).chain([to]) {
        blobs.remove(id).await?;
        assert!(missing(blobs, id).await);
    }
    Ok(())
}

fn folder() -> io::Result<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("onehall-blobs-{}", Uuid::now_v7()));
    std::fs::create_dir(&folder)?;
    Ok(folder)
}

#[tokio::test]
async fn a_folder_keeps_the_promises() -> Outcome {
    let folder = folder()?;
    let blobs = DiskBlobs::open(&folder)?;
    holds(&blobs).await?;
    assert_eq!(
        files_below(&folder)?,
        0,
        "nothing is left of what was refused, removed or only tried"
    );
    Ok(std::fs::remove_dir_all(folder)?)
}

#[tokio::test]
async fn a_database_keeps_the_promises() -> Outcome {
    let folder = folder()?;
    let database = TestDatabase::new(&folder, SystemClock.now());
    let store = database.store();
    holds(&DatabaseBlobs::new(store.clone())).await?;
    let left = |table: &str| {
        let count = format!("SELECT count(*) FROM {table}");
        store.read(move |db| Ok(db.query_row(&count, [], |row| row.get::<_, u32>(0))?))
    };
    assert_eq!(
        (left("blob").await?, left("blob_piece").await?),
        (0, 0),
        "nothing is left"
    );
    Ok(std::fs::remove_dir_all(folder)?)
}

#[tokio::test]
async fn another_replica_that_starts_takes_nothing_that_is_being_written() -> Outcome {
    let folder = folder()?;
    let first = DiskBlobs::open(&folder)?;
    let id = fresh();
    let (mut sending, receiving) = tokio::io::duplex(16);
    let content = Content::new(Box::new(receiving), 4, super::sha256_of(b"abcd"));
    let writing = tokio::spawn(async move { first.put(id, content).await });
    tokio::io::AsyncWriteExt::write_all(&mut sending, b"ab").await?;
    let second = DiskBlobs::open(&folder)?;
    tokio::io::AsyncWriteExt::write_all(&mut sending, b"cd").await?;
    drop(sending);
    writing.await??;
    assert_eq!(read(&second, id).await?, b"abcd");
    Ok(std::fs::remove_dir_all(folder)?)
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_goes_by_its_id() -> Outcome {
    let folder = folder()?;
    let blobs = DiskBlobs::open(&folder)?;
    let id = fresh();
    std::fs::write(folder.join("staging").join(id.0.simple().to_string()), b"half")?;
    assert!(missing(&blobs, id).await);
    blobs.remove(id).await?;
    assert_eq!(files_below(&folder)?, 0);
    Ok(std::fs::remove_dir_all(folder)?)
}
