//! The citizen's matters: drafts and cases.

mod case;
mod list;
mod loaded;
mod rating;
mod receipt;
mod receipt_picture;
mod result;
pub mod standing;
mod supplement;
mod withdraw;

pub use case::CasePage;
pub use list::{MattersPage, case_row};
pub use receipt::ReceiptPage;
pub use supplement::SupplementPage;
