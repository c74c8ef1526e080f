//! The one error inside the backend.
//!
//! It is rich inside (a cause, for the log) and poor outside: what may leave is a code, the fields that are wrong and
//! the details that somebody put there on purpose. The conversion to the public shape is [`Error::problem`], and it is
//! the only one; `http::problem` calls it once per failed request.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use onehall_protocol::{ErrorCode, FieldError, Language, Problem};
use serde_json::Value;

use crate::storage::sql;

/// A command or request that failed: refused for a reason that the caller may know, or broken inside.
pub struct Error(Box<Inner>);

struct Inner {
    code: ErrorCode,
    fields: Vec<FieldError>,
    details: Value,
    /// For the log only: what was being done, and what came of it.
    context: Option<Cow<'static, str>>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// What most of the backend returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A refusal: the code says all.
    #[must_use]
    pub fn new(code: ErrorCode) -> Error {
        Error(Box::new(Inner {
            code,
            fields: Vec::new(),
            details: Value::Null,
            context: None,
            cause: None,
        }))
    }

    /// There is no such thing, or it is another's: the two look alike.
    #[must_use]
    pub fn not_found() -> Error {
        Error::new(ErrorCode::NotFound)
    }

    /// A fault of ours. `context` fits "failed to {context}"; neither it nor the cause ever leaves the backend, and
    /// neither may hold personal data.
    pub fn internal(context: impl Into<Cow<'static, str>>, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        let mut error = Error::new(ErrorCode::Internal);
        error.0.context = Some(context.into());
        error.0.cause = Some(cause.into());
        error
    }

    /// A fault of ours that has no cause but itself: a state that should not exist.
    pub fn broken(context: impl Into<Cow<'static, str>>) -> Error {
        let mut error = Error::new(ErrorCode::Internal);
        error.0.context = Some(context.into());
        error
    }

    /// Too many of something; `seconds` until another try makes sense.
    #[must_use]
    pub fn too_many(seconds: i64) -> Error {
        Error::new(ErrorCode::TooManyRequests).with_details(serde_json::json!({ "retry_after": seconds.max(1) }))
    }

    /// With one more field that is wrong.
    #[must_use]
    pub fn with_field(mut self, path: impl Into<String>, code: impl Into<String>) -> Error {
        self.0.fields.push(FieldError {
            path: path.into(),
            code: code.into(),
        });
        self
    }

    /// With all fields that are wrong.
    #[must_use]
    pub fn with_fields(mut self, fields: Vec<FieldError>) -> Error {
        self.0.fields = fields;
        self
    }

    /// With details, which reach the caller: never personal data of anybody but the caller.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Error {
        self.0.details = details;
        self
    }

    /// With a cause, for the log; the code stays.
    #[must_use]
    pub fn caused_by(
        mut self,
        context: impl Into<Cow<'static, str>>,
        cause: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Error {
        self.0.context = Some(context.into());
        self.0.cause = Some(cause.into());
        self
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The fields that are wrong.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// What the caller may know besides.
    #[must_use]
    pub fn details(&self) -> &Value {
        &self.0.details
    }

    /// The public shape: the one place that decides what may leave.
    #[must_use]
    pub fn problem(&self, language: Language, request_id: Option<String>) -> Problem {
        let code = self.0.code;
        Problem {
            kind: format!("https://onehall.dev/errors/{code}"),
            title: code.text(language).to_owned(),
            // A code of the terminals' (status 0) in the backend is a fault of ours.
            status: if code.status() == 0 { 500 } else { code.status() },
            code,
            retryable: code.is_retryable(),
            request_id,
            fields: self.0.fields.clone(),
            details: self.0.details.clone(),
        }
    }
}

impl fmt::Display for Error {
    /// For the log: code, context and causes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.code)?;
        if let Some(context) = &self.0.context {
            write!(f, ": failed to {context}")?;
        }
        let mut cause: Option<&dyn StdError> = self.0.cause.as_deref().map(|cause| cause as &dyn StdError);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Error {
        Error::new(code)
    }
}

impl From<sql::Error> for Error {
    fn from(cause: sql::Error) -> Error {
        match cause {
            // The database is away for a moment, not broken: who asks again may have an answer.
            sql::Error::Lost | sql::Error::Connect(_) => {
                Error::new(ErrorCode::Unavailable).caused_by("reach the database", cause)
            }
            // It came from outside: the hall itself writes none.
            sql::Error::Nul => Error::new(ErrorCode::InvalidBody)
                .with_details(serde_json::json!({ "reason": "a text holds a character that cannot be kept" })),
            cause => Error::internal("run a statement", cause),
        }
    }
}

impl From<serde_json::Error> for Error {
    /// Keeps the place and drops the text: serde's messages quote values, and values are personal data.
    fn from(cause: serde_json::Error) -> Error {
        let place = format!(
            "{:?} error at line {} column {}",
            cause.classify(),
            cause.line(),
            cause.column()
        );
        Error::internal("read or write stored JSON", place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_inside_stays_inside() {
        let error = Error::internal("open the vault", "the key is under the mat");
        assert!(error.to_string().contains("under the mat"));
        let problem = error.problem(Language::En, None);
        let text = serde_json::to_string(&problem).unwrap_or_default();
        assert!(!text.contains("mat") && !text.contains("vault"), "{text}");
        assert_eq!(problem.status, 500);
    }

    #[test]
    fn a_value_that_is_not_as_stored_does_not_reach_the_log() {
        let cause = serde_json::from_str::<u32>(r#""Zhang San""#)
            .err()
            .unwrap_or_else(|| panic!("should fail"));
        assert!(!Error::from(cause).to_string().contains("Zhang"));
    }
}
