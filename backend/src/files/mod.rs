//! Uploaded files: what is taken, where the bytes are, who may read them.
//!
//! A file comes in requests that each bring a piece of it ([`uploading`]), so that a broken connection costs a piece and no
//! more. It is judged once all of it is here: that it is what was announced, its type by its content and not by its name, and
//! then by the [`Scanner`]. Its bytes stand in [`Blobs`], what is known of it in the database.

mod blobs;
mod clamav;
mod judge;
mod model;
pub mod routes;
mod scanner;
mod sniff;
mod store;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod uploading;

pub use blobs::s3::sign::Signer;
pub use blobs::s3::{S3Blobs, S3Place};
pub use blobs::{Blobs, Checked, Content, DatabaseBlobs, DiskBlobs, Reader, sha256_of};
pub use clamav::ClamAv;
pub use judge::Files;
pub use model::{Added, Finished, NewFile, NewUpload, Part, Sender, StoredFile, StoredUpload};
pub use routes::routes;
pub use scanner::{NoScanner, Scanner, Verdict, scanner_from};
pub use sniff::{FileName, media_type_of};
pub use store::{BlobStore, FileStore, MOST_A_DAY, MOST_BYTES, MOST_FILES, MOST_OF_CASE, MOST_UNFINISHED, UploadStore};
