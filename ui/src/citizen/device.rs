//! What a page says while a device of the kiosk waits for somebody, and where it read nothing.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_protocol::CoreError;

use crate::design::button::Button;
use crate::design::icon::Icon;
use crate::shell::kiosk::{self, Fault, NotDone};
use crate::texts::{Phrase, Words, devices as words};
use crate::view::view;

/// Something is waited for that a person puts somewhere.
pub fn waits(icon: &'static str, what: Phrase, more: Option<Phrase>) -> AnyView {
    let stop = Callback::new(|()| spawn_local(kiosk::stop()));
    view! {
        <div class="card device-waits">
            <Icon name=icon class="icon-huge"/>
            <p class="lead">{what}</p>
            {more.map(|more| view! { <p class="muted">{more}</p> })}
            <Button label=words::CARD_STOP on_press=stop/>
        </div>
    }
    .into_any()
}

/// Why no card was read; nothing where its citizen wanted it so. `refusal` says why the hall refused, `instead` what goes without
/// a card.
pub fn not_read(why: &NotDone, refusal: fn(&CoreError) -> Words, instead: Phrase) -> Option<Words> {
    let phrase = match why {
        NotDone::Refused(error) => return Some(refusal(error)),
        NotDone::Fault(Fault::Stopped) => return None,
        NotDone::Fault(Fault::Removed) => words::CARD_REMOVED,
        NotDone::Fault(Fault::Unreadable) => words::CARD_UNREADABLE,
        NotDone::Fault(Fault::TimedOut) => words::CARD_TIMED_OUT,
        NotDone::Fault(Fault::Busy) => words::CARD_BUSY,
        NotDone::Fault(Fault::Missing) => return Some(words::CARD_MISSING.with([instead.into()])),
        NotDone::Fault(Fault::OutOfPaper | Fault::Jammed | Fault::Broken) => {
            return Some(words::CARD_BROKEN.with([instead.into()]));
        }
    };
    Some(phrase.into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use onehall_protocol::Language;

    use super::*;
    use crate::design::states::error_words;

    #[test]
    fn each_fault_is_told_with_what_to_do_and_a_wish_to_stop_is_none() {
        let all = [
            Fault::Missing,
            Fault::Busy,
            Fault::Removed,
            Fault::Unreadable,
            Fault::TimedOut,
            Fault::Broken,
        ];
        let said = |fault| not_read(&NotDone::Fault(fault), error_words, words::CARD_INSTEAD);
        let texts: BTreeSet<String> = all
            .into_iter()
            .filter_map(|fault| Some(said(fault)?.get(Language::En)))
            .collect();
        assert_eq!(texts.len(), all.len(), "{texts:?}");
        assert!(texts.iter().any(|text| text.ends_with("take a number without a card.")));
        assert!(said(Fault::Stopped).is_none());
    }
}
