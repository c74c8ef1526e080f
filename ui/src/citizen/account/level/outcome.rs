//! What is said of a check that did not succeed.

use leptos::prelude::*;
use onehall_protocol::{CoreError, ErrorCode};

use crate::citizen::routes;
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::texts::{Phrase, Words, contacts, level as words};
use crate::view::view;

/// How long to wait, in minutes or hours.
pub(super) fn wait_words(seconds: u64) -> Words {
    if seconds > 90 * 60 {
        words::TOO_MANY_HOURS.with([seconds.div_ceil(3600).to_string().into()])
    } else {
        words::TOO_MANY_MINUTES.with([seconds.div_ceil(60).to_string().into()])
    }
}

/// What stands above the form after a check that did not succeed. `mismatch` is what is said where nothing matched.
pub fn outcome_view(error: &CoreError, mismatch: Phrase) -> AnyView {
    let wait = error.details.get("retry_after").and_then(serde_json::Value::as_u64);
    let (tone, title, text): (Tone, Option<Words>, Words) = match (error.code, wait) {
        (ErrorCode::NotMatched, _) => (Tone::Bad, None, mismatch.into()),
        (ErrorCode::VerifierUnavailable, _) => (
            Tone::Attention,
            Some(words::UNAVAILABLE_TITLE.into()),
            words::UNAVAILABLE_TEXT.into(),
        ),
        (ErrorCode::NumberInUse, _) => (
            Tone::Attention,
            Some(words::IN_USE_TITLE.into()),
            words::IN_USE_TEXT.into(),
        ),
        (ErrorCode::OtherPerson, _) => (Tone::Bad, Some(words::OTHER_TITLE.into()), words::OTHER_TEXT.into()),
        (ErrorCode::TooManyRequests, Some(seconds)) => (Tone::Attention, None, wait_words(seconds)),
        _ => (Tone::Bad, None, error_words(error)),
    };
    let in_use = error.code == ErrorCode::NumberInUse;
    let halls = !matches!(error.code, ErrorCode::Offline | ErrorCode::OtherPerson);
    let body = view! {
        <p>{text}</p>
        {in_use.then(|| view! { <p><a href=routes::CLAIM>{contacts::CLAIM_SEE}</a></p> })}
        {halls.then(|| view! { <p><a href=routes::HALLS>{words::HALL_FIND}</a></p> })}
    };
    match title {
        Some(title) => view! { <Notice tone=tone title=title>{body}</Notice> }.into_any(),
        None => view! { <Notice tone=tone>{body}</Notice> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn a_wait_is_told_in_what_people_count_it_in() {
        assert!(wait_words(61).get(Language::En).contains("in 2 minutes"));
        assert!(wait_words(86_000).get(Language::En).contains("in 24 hours"));
    }
}
