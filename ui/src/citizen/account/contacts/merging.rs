//! Another account of one's own becomes part of this one: what would happen, and whether it is to.

use leptos::prelude::*;
use onehall_protocol::account::MergeView;

use crate::design::button::{Button, Weight};
use crate::design::content::{Fact, Facts};
use crate::design::notice::{Notice, Tone};
use crate::texts::{Words, contacts as words, login};
use crate::view::view;

/// The id of the heading.
pub const MERGE_TITLE: &str = "merge-title";

/// What would become of the account that `to` logs in.
pub fn merge_view(
    seen: &MergeView,
    to: String,
    busy: RwSignal<bool>,
    merge: Callback<()>,
    leave: Callback<()>,
) -> AnyView {
    let blocked = !seen.in_both.is_empty();
    let go = (!blocked).then(|| {
        view! { <Button label=words::MERGE_GO weight=Weight::Primary busy=busy on_press=merge/> }
    });
    let first = blocked.then(|| {
        let words = blocked_words(seen);
        view! { <Notice tone=Tone::Attention><p>{words}</p></Notice> }
    });
    view! {
        <section class="card" aria-labelledby=MERGE_TITLE>
            <h2 class="card-title" id=MERGE_TITLE tabindex="-1">{words::MERGE_TITLE}</h2>
            <p>{words::MERGE_TEXT.with([to.into()])}</p>
            <Facts facts=facts(seen)/>
            {first}
            <div class="buttons">
                {go}
                <Button label=words::MERGE_NOT weight=Weight::Quiet on_press=leave/>
            </div>
        </section>
    }
    .into_any()
}

fn blocked_words(seen: &MergeView) -> Words {
    let items = seen.in_both.clone();
    Words::made(move |language| {
        let names: Vec<_> = items.iter().map(|item| item.get(language).to_owned()).collect();
        words::MERGE_BLOCKED.with([names.join("、").into()]).get(language)
    })
}

fn facts(seen: &MergeView) -> Vec<Fact> {
    let number = |count: u32| Words::from(count.to_string());
    let mut facts = Vec::new();
    if !seen.other.name.is_empty() {
        let number = seen.other.number.clone().unwrap_or_default();
        facts.push(Fact::new(words::MERGE_WHOSE, format!("{} {number}", seen.other.name)));
    }
    facts.push(Fact::new(words::MERGE_CONTACTS, seen.contacts.join("\n")));
    let moves = [seen.drafts, seen.cases, seen.passkeys, seen.delegations].map(number);
    facts.push(Fact::new(words::MERGE_MOVES, words::MERGE_COUNTS.with(moves)));
    if seen.takes_identity {
        facts.push(Fact::new(login::ASSURANCE, words::MERGE_IDENTITY));
    }
    let ends = [seen.sessions, seen.consents].map(number);
    facts.push(Fact::new(words::MERGE_ENDS, words::MERGE_SESSIONS.with(ends)));
    facts
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;
    use serde_json::json;

    use super::*;

    #[test]
    fn drafts_for_one_service_are_named() {
        let seen = json!({ "other": { "id": "01935a00-0000-7000-8000-000000000001", "kind": "citizen", "name": "" },
            "contacts": ["138****0003"], "takes_identity": false, "drafts": 1, "cases": 0, "passkeys": 0, "delegations": 0,
            "sessions": 1, "consents": 0,
            "in_both": [{ "zh-CN": "居住证申领", "en": "Residence permit" }, { "zh-CN": "就医", "en": "Treatment" }] });
        let seen: MergeView = serde_json::from_value(seen).unwrap_or_else(|error| panic!("{error}"));
        assert!(blocked_words(&seen).get(Language::ZhCn).ends_with("居住证申领、就医"));
        assert_eq!(
            facts(&seen).len(),
            3,
            "neither a name nor an identity: nothing is said of them"
        );
    }
}
