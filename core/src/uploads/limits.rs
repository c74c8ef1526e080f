//! A file that its question does not take is not sent: the form says what one may be. It is asked as far as this core has it
//! at hand; the hall looks by itself.

use onehall_client::FileContent;
use onehall_client::citizen::UploadTo;
use onehall_protocol::files::FileLimits;
#[cfg(feature = "own-terminal")]
use onehall_protocol::sync::Entity;
use onehall_protocol::{CoreError, ErrorCode, FieldError};
use serde_json::Value;

use crate::{Core, json};

impl Core {
    /// Why a file for a question is not sent: `files/type_not_allowed`, `files/too_large` or `files/empty`, with the path.
    pub(super) fn file_refused(&self, to: UploadTo, path: &str, file: &FileContent) -> Option<CoreError> {
        let limits = self.limits_at(to, path)?;
        let code = limits.refuses(&file.name, &file.media_type, file.bytes.len() as u64)?;
        let (mut error, fault) = match code {
            ErrorCode::FileTooLarge => {
                let mut error = self.error(ErrorCode::FileTooLarge);
                error.details = json::object([("max_bytes", limits.bytes.into())]);
                (error, "file_too_large")
            }
            ErrorCode::FileEmpty => (self.error(ErrorCode::FileEmpty), "required"),
            _ => {
                let types = limits.types.iter().map(|one| Value::from(one.media_type()));
                let mut error = self.error(ErrorCode::FileTypeNotAllowed);
                error.details = json::object([("types", types.collect())]);
                (error, "file_type_not_accepted")
            }
        };
        error.fields.push(FieldError {
            path: path.to_owned(),
            code: fault.to_owned(),
        });
        Some(error)
    }

    fn limits_at(&self, to: UploadTo, path: &str) -> Option<FileLimits> {
        let to = self.goes_to(to);
        if let UploadTo::Draft(id) = to
            && let Some(limits) = self.inner.filling.file_limits(id, path)
        {
            return Some(limits);
        }
        self.limits_of_form(to, path)
    }

    /// As the form says of what is not being filled here: a supplement, a draft of before.
    #[cfg(feature = "own-terminal")]
    fn limits_of_form(&self, to: UploadTo, path: &str) -> Option<FileLimits> {
        let form = match to {
            UploadTo::Draft(id) => {
                let begun = self.begun_view(id).map(|draft| draft.summary.form);
                begun.or_else(|| self.form_in_copy(Entity::Draft, id.0))
            }
            UploadTo::Case(id) => self.form_in_copy(Entity::Case, id.0),
        };
        self.inner.catalog.file_limits(&form?, path)
    }

    /// Pages of others send files to what is filled in them; of the rest the hall says what it does not take.
    #[cfg(not(feature = "own-terminal"))]
    fn limits_of_form(&self, _: UploadTo, _: &str) -> Option<FileLimits> {
        None
    }
}
