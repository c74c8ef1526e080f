//! With what the answers of a case were checked: who has the same comes to the same result.

use leptos::prelude::*;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::EvaluatedWith;

use crate::design::content::{Disclosure, Fact, Facts};
use crate::texts::{changes as words, format};
use crate::view::view;

/// Form, day, rules, calendar and lists, out of the way until somebody asks. A case of before this was recorded has only
/// its form.
pub(super) fn evaluated_view(form: &FormReference, with: Option<EvaluatedWith>) -> AnyView {
    let version = words::VERSION.with([form.code.to_string().into(), form.version.to_string().into()]);
    let mut facts = vec![Fact::new(words::WITH_FORM, version)];
    if let Some(with) = with {
        facts.push(Fact::new(words::WITH_DAY, format::date_words(with.as_of)));
        facts.push(Fact::new(words::WITH_ENGINE, with.engine.to_string()));
        facts.extend(with.calendar.map(|version| Fact::new(words::WITH_CALENDAR, version)));
        facts.extend(with.lists.into_iter().map(|(list, version)| {
            let version = words::VERSION.with([list.to_string().into(), version.into()]);
            Fact::new(words::WITH_LIST, version)
        }));
    }
    view! {
        <Disclosure summary=words::WITH_TITLE>
            <Facts facts=facts/>
        </Disclosure>
    }
    .into_any()
}
