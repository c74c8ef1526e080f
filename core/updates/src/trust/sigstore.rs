//! The verifier of `sigstore-tuf`. Only metadata goes through it; targets and blobs come by our own mirror, which streams.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sigstore_tuf::transport::FetchFuture;
use sigstore_tuf::{MetadataStore, Repository, TargetFile, Updater};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{MetadataFolder, Target, Trust, TrustError, crypto};
use crate::disk::Disk;
use crate::mirror::{FetchError, Mirror, one_part};

/// The verifier. What it verified it keeps, byte for byte, and verifies again from the root when it begins.
pub struct SigstoreTrust {
    updater: Updater,
    mirror: Arc<dyn Mirror>,
    /// The timestamp that was verified last.
    timestamp: Box<dyn Fn() -> Option<Vec<u8>> + Send + Sync>,
    failure: Failure,
}

/// The most bytes of a timestamp.
const LONGEST_TIMESTAMP: u64 = 16 * 1024;

/// Why the mirror did not give what it was asked for last: the verifier knows a text of it alone.
type Failure = Arc<Mutex<Option<FetchError>>>;

impl SigstoreTrust {
    /// A verifier that trusts `root` from the start, whatever lies in `kept`.
    ///
    /// # Errors
    /// The root is damaged, or not signed by its own keys.
    pub fn new<D: Disk + 'static>(
        root: &[u8],
        kept: MetadataFolder<D>,
        mirror: Arc<dyn Mirror>,
    ) -> Result<SigstoreTrust, TrustError> {
        crypto::choose();
        let failure = Failure::default();
        let source = Source {
            mirror: Arc::clone(&mirror),
            failure: Arc::clone(&failure),
        };
        let updater = Updater::new(source, root).map_err(|error| wrong(error, None))?;
        let kept = Arc::new(kept);
        let verified = Verified(Arc::clone(&kept));
        Ok(SigstoreTrust {
            updater: updater.with_store(verified),
            mirror,
            timestamp: Box::new(move || kept.load("timestamp.json").ok().flatten()),
            failure,
        })
    }

    fn take_failure(&self) -> Option<FetchError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl Trust for SigstoreTrust {
    async fn refresh(&mut self, now: OffsetDateTime) -> Result<(), TrustError> {
        let now = instant(now)?;
        self.take_failure();
        let result = self.updater.refresh(now).await;
        result.map_err(|error| wrong(error, self.take_failure()))
    }

    async fn unchanged(&mut self, now: OffsetDateTime) -> bool {
        let Some(kept) = (self.timestamp)().filter(|kept| expires(kept).is_some_and(|expires| expires > now)) else {
            return false;
        };
        let came = self.mirror.metadata("timestamp.json", LONGEST_TIMESTAMP).await;
        came.is_ok_and(|came| came.is_some_and(|came| came == kept))
    }

    async fn find(&mut self, name: &str, now: OffsetDateTime) -> Result<Option<Target>, TrustError> {
        let now = instant(now)?;
        self.take_failure();
        let found = self.updater.get_target_info(name, now).await;
        let found = found.map_err(|error| wrong(error, self.take_failure()))?;
        let consistent = self.updater.trusted().root().consistent_snapshot;
        found.map(|file| target(name, &file, consistent)).transpose()
    }
}

/// Where a target lies: with consistent snapshots its hash stands before the last part of its name.
fn target(name: &str, file: &TargetFile, consistent: bool) -> Result<Target, TrustError> {
    let hash = ["sha256", "sha512"]
        .iter()
        .find_map(|algorithm| file.hashes.get(*algorithm));
    let hash =
        hash.ok_or_else(|| TrustError::Malformed(format!("{} has no hash that is known here", one_part(name))))?;
    let path = match (consistent, name.rsplit_once('/')) {
        (false, _) => name.to_owned(),
        (true, Some((folder, last))) => format!("{folder}/{hash}.{last}"),
        (true, None) => format!("{hash}.{name}"),
    };
    Ok(Target {
        path,
        length: file.length,
        hashes: file.hashes.clone(),
    })
}

/// When a document ends.
fn expires(document: &[u8]) -> Option<OffsetDateTime> {
    let value: serde_json::Value = serde_json::from_slice(document).ok()?;
    OffsetDateTime::parse(value["signed"]["expires"].as_str()?, &Rfc3339).ok()
}

fn instant(now: OffsetDateTime) -> Result<jiff::Timestamp, TrustError> {
    jiff::Timestamp::from_second(now.unix_timestamp()).map_err(|error| TrustError::Malformed(error.to_string()))
}

/// Our mirror, as the verifier asks it.
struct Source {
    mirror: Arc<dyn Mirror>,
    failure: Failure,
}

impl Repository for Source {
    fn fetch_metadata<'a>(&'a self, name: &'a str, max_length: u64) -> FetchFuture<'a> {
        Box::pin(async move {
            let came = self.mirror.metadata(name, max_length).await;
            came.map_err(|error| {
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                sigstore_tuf::Error::transport(error.to_string())
            })
        })
    }

    fn fetch_target<'a>(&'a self, _: &'a str, _: u64) -> FetchFuture<'a> {
        Box::pin(async { Err(sigstore_tuf::Error::transport("targets come another way")) })
    }
}

/// Our disk, as the verifier keeps what it verified.
struct Verified<D>(Arc<MetadataFolder<D>>);

impl<D: Disk> MetadataStore for Verified<D> {
    fn load(&self, name: &str) -> sigstore_tuf::Result<Option<Vec<u8>>> {
        self.0
            .load(name)
            .map_err(|error| sigstore_tuf::Error::io("reading verified metadata", error))
    }

    fn store(&self, name: &str, bytes: &[u8]) -> sigstore_tuf::Result<()> {
        self.0
            .store(name, bytes)
            .map_err(|error| sigstore_tuf::Error::io("keeping verified metadata", error))
    }
}

fn wrong(error: sigstore_tuf::Error, failure: Option<FetchError>) -> TrustError {
    use sigstore_tuf::Error;
    if let Some(failure) = failure {
        return TrustError::Fetch(failure);
    }
    match error {
        Error::ThresholdNotMet { role, .. } | Error::DuplicateSignature { role, .. } => TrustError::NotSigned(role),
        Error::Expired { role, .. } => TrustError::Expired(role),
        Error::Rollback { role, .. } => TrustError::Rollback(role),
        Error::BadRootVersion { .. } => TrustError::Rollback("root".to_owned()),
        Error::IntegrityMismatch(what) => TrustError::Mismatch(what),
        Error::UnknownRole(role) => TrustError::Missing(role),
        error => TrustError::Malformed(error.to_string()),
    }
}
