//! Fetching what a bundle needs: what is here is used, what is nearly here is patched, what began is gone on with, and the
//! plain file is always a way.

use onehall_bundle::{Blob, Hash, Manifest, Plan, Source, patch};

use crate::disk::Disk;
use crate::mirror::{FetchError, Mirror, Piece};
use crate::store::Store;

/// What a download may use.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// The most bytes of contents and parts on the disk.
    pub disk: u64,
}

impl Default for Room {
    fn default() -> Room {
        Room {
            disk: 3 * Manifest::LARGEST,
        }
    }
}

/// What a download cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes that came.
    pub bytes: u64,
    /// Files that were made of patches.
    pub patched: u32,
    /// Files that were here.
    pub reused: u32,
    /// Ways that failed and were followed by another.
    pub detours: u32,
}

/// Fetches all contents of a bundle. When it returns, each of them is on the disk and synced.
///
/// # Errors
/// Why a content did not come by its last way. What came of it stays, and the next try goes on there.
pub async fn download<D: Disk>(
    store: &Store<D>,
    mirror: &dyn Mirror,
    manifest: &Manifest,
    room: Room,
) -> Result<Cost, FetchError> {
    let has = |hash: Hash| store.base(hash).is_some();
    let plan = Plan::new(manifest, has);
    let used = store.size().map_err(disk_error)?;
    if used.saturating_add(plan.room()) > room.disk {
        return Err(FetchError::NoRoom);
    }
    let mut cost = Cost {
        reused: u32::try_from(manifest.files.len() - plan.sources.len()).unwrap_or(u32::MAX),
        ..Cost::default()
    };
    for ways in &plan.sources {
        let (mut result, mut taken) = (Err(FetchError::Missing), 0);
        for (index, way) in ways.iter().enumerate() {
            taken = index;
            let part = way.fetch().sha256;
            let had = store.part_size(part).map_err(disk_error)?;
            result = take(store, mirror, *way, &mut cost).await;
            let another = match result {
                // Another way would meet the same.
                Ok(()) | Err(FetchError::NoRoom | FetchError::Disk | FetchError::GivenUp) => false,
                // What grows is gone on with later, and nothing larger is asked for. Where nothing more came, the next check
                // would end as this one: it may be this file alone that does not come.
                Err(FetchError::Unreachable | FetchError::TooSlow) => store.part_size(part).map_err(disk_error)? <= had,
                Err(_) => true,
            };
            if !another || index + 1 == ways.len() {
                break;
            }
            cost.detours += 1;
        }
        result?;
        // What began by the ways before it leads nowhere any more.
        for way in &ways[..taken] {
            store.drop_part(way.fetch().sha256).map_err(disk_error)?;
        }
    }
    Ok(cost)
}

/// Comes to a content by one way.
async fn take<D: Disk>(store: &Store<D>, mirror: &dyn Mirror, way: Source, cost: &mut Cost) -> Result<(), FetchError> {
    let came = fetch(store, mirror, way.fetch(), cost).await?;
    let content = match way {
        Source::Plain { .. } => came,
        Source::Compressed { content, .. } => {
            patch::apply(b"", &came, content.size).map_err(|_| FetchError::WrongContent)?
        }
        Source::Patch { from, content, .. } => {
            let base = store.base(from).ok_or(FetchError::WrongContent)?;
            patch::apply(&base, &came, content.size).map_err(|_| FetchError::WrongContent)?
        }
    };
    if Blob::of(&content) != way.content() {
        return Err(FetchError::WrongContent);
    }
    store.keep_content(&content).map_err(disk_error)?;
    cost.patched += u32::from(matches!(way, Source::Patch { .. }));
    store.drop_part(way.fetch().sha256).map_err(disk_error)
}

/// Fetches a blob, from where the last try ended.
async fn fetch<D: Disk>(
    store: &Store<D>,
    mirror: &dyn Mirror,
    blob: Blob,
    cost: &mut Cost,
) -> Result<Vec<u8>, FetchError> {
    let part = store.part(blob).map_err(disk_error)?;
    if part.is_empty() {
        return fetch_from(store, mirror, blob, part, cost).await;
    }
    match fetch_from(store, mirror, blob, part, cost).await {
        // What lay here may have been torn, or be of a server that has no ranges: once more from its beginning.
        Err(FetchError::WrongContent | FetchError::TooLong | FetchError::Refused(416)) => {
            store.drop_part(blob.sha256).map_err(disk_error)?;
            fetch_from(store, mirror, blob, Vec::new(), cost).await
        }
        result => result,
    }
}

async fn fetch_from<D: Disk>(
    store: &Store<D>,
    mirror: &dyn Mirror,
    blob: Blob,
    mut came: Vec<u8>,
    cost: &mut Cost,
) -> Result<Vec<u8>, FetchError> {
    let from = came.len() as u64;
    let mut result = Ok(());
    if from < blob.size {
        let mut take = |piece: Piece<'_>| match piece {
            Piece::FromTheStart => {
                came.clear();
                store.drop_part(blob.sha256).map_err(disk_error)
            }
            Piece::Bytes(bytes) => {
                if (came.len() + bytes.len()) as u64 > blob.size {
                    return Err(FetchError::TooLong);
                }
                cost.bytes += bytes.len() as u64;
                came.extend_from_slice(bytes);
                store.add_part(blob.sha256, bytes).map_err(disk_error)
            }
        };
        result = mirror.blob(blob, from, &mut take).await;
        if result.is_ok() && (came.len() as u64) < blob.size {
            result = Err(FetchError::TooShort);
        }
    }
    if result.is_ok() && Hash::of(&came) != blob.sha256 {
        result = Err(FetchError::WrongContent);
    }
    // What is wrong or too long may be so from its first byte on; what is too short is gone on with.
    if matches!(result, Err(FetchError::WrongContent | FetchError::TooLong)) {
        store.drop_part(blob.sha256).map_err(disk_error)?;
    }
    result.map(|()| came)
}

/// What a failure of this disk means for a download.
pub(crate) fn disk_error(error: std::io::Error) -> FetchError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => FetchError::NoRoom,
        _ => FetchError::Disk,
    }
}
