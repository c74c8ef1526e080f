//! What logs one in, each with what can be done with it; and what was done with the account.

use leptos::prelude::*;
use onehall_protocol::contacts::{AccountDeed, AccountEvent, ClaimView, ContactKind, ContactView, ContactsView};

use super::{Contacts, Wish};
use crate::citizen::apply::terminal_words;
use crate::design::button::{Button, Weight};
use crate::design::content::Section;
use crate::design::notice::{Notice, Tag, Tone};
use crate::texts::{Words, contacts as words, format};
use crate::view::view;

/// All that logs one in.
pub fn all(contacts: Contacts, known: &ContactsView) -> AnyView {
    let several = known.contacts.len() > 1;
    let rows = known.contacts.iter().map(|contact| row(contacts, contact, several));
    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
}

fn kind_words(kind: ContactKind) -> Words {
    match kind {
        ContactKind::Phone => words::PHONE.into(),
        ContactKind::Email => words::EMAIL.into(),
    }
}

fn row(contacts: Contacts, contact: &ContactView, several: bool) -> AnyView {
    let offset = contacts.ui.utc_offset.get_untracked();
    let (id, shown) = (contact.id, contact.shown.clone());
    let about = words::ADDED_AT.with([kind_words(contact.kind), format::moment_words(contact.added_at, offset)]);
    let put_first = (contact.kind == ContactKind::Phone && !contact.first).then(|| {
        let label = words::PUT_FIRST.with([shown.as_str().into()]);
        let press = Callback::new(move |()| contacts.wish(Wish::PutFirst(id)));
        view! { <Button label=label weight=Weight::Quiet busy=contacts.busy on_press=press/> }
    });
    // The last one stays: there is nothing to press.
    let remove = several.then(|| {
        let label = words::REMOVE.with([shown.as_str().into()]);
        let shown = shown.clone();
        let press = Callback::new(move |()| contacts.removing.set(Some((id, shown.clone()))));
        view! { <Button label=label weight=Weight::Quiet icon="trash-2" busy=contacts.busy on_press=press/> }
    });
    view! {
        <li class="row">
            <div class="row-body">
                <p class="row-title">{shown.clone()}</p>
                <p class="row-text">{about}</p>
                {contact.first.then(|| view! { <div class="row-facts"><Tag label=words::FIRST tone=Tone::Info/></div> })}
                <div class="buttons">{put_first}{remove}</div>
            </div>
        </li>
    }
    .into_any()
}

/// Who asks for this account, and for which other one this one asks.
pub fn claims(contacts: Contacts, claims: &[ClaimView]) -> AnyView {
    let offset = contacts.ui.utc_offset.get_untracked();
    let shown = claims.iter().map(|claim| {
        let id = claim.id;
        let ripe = format::moment_words(claim.ripe_at, offset);
        let (tone, title, text) = if claim.mine {
            (Tone::Info, words::CLAIM_MINE, words::CLAIM_MINE_TEXT)
        } else if claim.at_window {
            (Tone::Attention, words::CLAIM_AGAINST, words::CLAIM_AGAINST_WINDOW)
        } else {
            (Tone::Attention, words::CLAIM_AGAINST, words::CLAIM_AGAINST_TEXT)
        };
        let stop = Callback::new(move |()| contacts.wish(Wish::Stop(id)));
        let take = Callback::new(move |()| contacts.wish(Wish::TakeUp(id)));
        let take = claim
            .mine
            .then(|| view! { <Button label=words::CLAIM_TAKE busy=contacts.busy on_press=take/> });
        let weight = if claim.mine { Weight::Quiet } else { Weight::Danger };
        view! {
            <Notice tone=tone title=title>
                <p>{text.with([ripe])}</p>
                <div class="buttons">
                    {take}
                    <Button label=words::CLAIM_STOP weight=weight busy=contacts.busy on_press=stop/>
                </div>
            </Notice>
        }
    });
    shown.collect_view().into_any()
}

/// What an event of the account says.
fn event_words(event: &AccountEvent) -> Words {
    let deed = match event.what {
        AccountDeed::ContactAdded => words::EVENT_ADDED,
        AccountDeed::ContactRemoved => words::EVENT_REMOVED,
        AccountDeed::ContactFirst => words::EVENT_FIRST,
        AccountDeed::Merged => words::EVENT_MERGED,
        AccountDeed::Claimed => words::EVENT_CLAIMED,
        AccountDeed::ClaimedAtWindow => words::EVENT_CLAIMED_AT_WINDOW,
        AccountDeed::ClaimStopped => words::EVENT_CLAIM_STOPPED,
        AccountDeed::NumberLost => words::EVENT_LOST,
    };
    deed.with([event.shown.clone().unwrap_or_default().into()])
}

/// What was done with the account.
pub fn history(contacts: Contacts, events: &[AccountEvent]) -> AnyView {
    if events.is_empty() {
        return ().into_any();
    }
    let offset = contacts.ui.utc_offset.get_untracked();
    let rows = events.iter().map(|event| {
        let at = format::moment_words(event.at, offset);
        let about = words::EVENT_AT.with([at, terminal_words(event.terminal)]);
        view! {
            <li class="row">
                <div class="row-body">
                    <p class="row-title">{event_words(event)}</p>
                    <p class="row-text">{about}</p>
                </div>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! { <Section id="events" title=words::EVENTS><ul class="rows">{rows}</ul></Section> }.into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_names_what_it_was_about() {
        let event = json!({ "what": "contact_removed", "at": "2026-11-26T01:00:00.000Z", "shown": "138****0001",
            "terminal": "browser" });
        let event: AccountEvent = serde_json::from_value(event).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(event_words(&event).get(Language::ZhCn), "移除 138****0001");
        assert_eq!(event_words(&event).get(Language::En), "138****0001 was removed");
    }
}
