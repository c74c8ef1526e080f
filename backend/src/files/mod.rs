//! Uploaded files: what is taken, where the bytes are, who may read them.
//!
//! A file is checked before it is kept: its size while it comes, its type by its content and not by its name, and then
//! by the [`Scanner`]. Its bytes stand in [`Blobs`], what is known of it in the database.

mod blobs;
mod clamav;
mod model;
pub mod routes;
mod scanner;
mod sniff;
mod store;
mod upload;

pub use blobs::{Blobs, DiskBlobs, Staged};
pub use clamav::ClamAv;
pub use model::{NewFile, StoredFile};
pub use routes::routes;
pub use scanner::{NoScanner, Scanner, Verdict, scanner_from};
pub use sniff::{FileName, media_type_of};
pub use store::{FileStore, MOST_BYTES, MOST_FILES};
pub use upload::{Files, Received};
