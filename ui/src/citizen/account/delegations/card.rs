//! A delegation, as one of the two reads it.

use leptos::prelude::*;
use onehall_protocol::account::{DelegationRole, DelegationState, DelegationView, Side};
use onehall_protocol::identity::PersonView;

use crate::citizen::{Hall, use_hall};
use crate::design::content::{Fact, Facts};
use crate::design::notice::{Tag, Tone};
use crate::texts::{Phrase, Words, account as words, contacts, format};
use crate::view::view;

pub(super) fn role_words(role: DelegationRole) -> Phrase {
    match role {
        DelegationRole::Guardian => words::ROLE_GUARDIAN,
        DelegationRole::Helper => words::ROLE_HELPER,
        DelegationRole::Agent => words::ROLE_AGENT,
        DelegationRole::Other => words::ROLE_OTHER,
    }
}

/// The name of a person, with the number by which two of one name are told apart.
fn person_words(person: &PersonView) -> String {
    match &person.number {
        Some(number) => format!("{}（{number}）", person.name),
        None => person.name.clone(),
    }
}

/// The name of the other one of the two, where it is known.
pub(super) fn other_name(delegation: &DelegationView) -> Words {
    let other = match delegation.side {
        Side::Principal => &delegation.actor,
        Side::Actor => &delegation.principal,
    };
    match other {
        Some(person) => person.name.as_str().into(),
        None => other_words(delegation),
    }
}

/// The other one of the two.
pub(super) fn other_words(delegation: &DelegationView) -> Words {
    let other = match delegation.side {
        Side::Principal => &delegation.actor,
        Side::Actor => &delegation.principal,
    };
    let open = delegation.state == DelegationState::Open;
    match (other, &delegation.phone) {
        (Some(person), _) => person_words(person).into(),
        (None, Some(phone)) if open => words::NOT_YET.with([phone.as_str().into()]),
        (None, Some(phone)) => phone.as_str().into(),
        (None, None) if open => words::BY_CODE.into(),
        (None, None) => words::ACCOUNT_GONE.into(),
    }
}

fn state_tag(delegation: &DelegationView) -> (Phrase, Tone, &'static str) {
    match (delegation.state, delegation.ended.map(|end| end.by)) {
        (DelegationState::Open, _) if delegation.to_answer => (words::STATE_OPEN_YOU, Tone::Attention, "bell"),
        (DelegationState::Open, _) => (words::STATE_OPEN, Tone::Info, "hourglass"),
        (DelegationState::Active, _) => (words::STATE_ACTIVE, Tone::Good, "circle-check"),
        (DelegationState::Declined, _) => (words::STATE_DECLINED, Tone::Plain, "minus"),
        (DelegationState::Withdrawn, _) => (words::STATE_WITHDRAWN, Tone::Plain, "minus"),
        (DelegationState::Expired, _) => (words::STATE_EXPIRED, Tone::Plain, "minus"),
        (DelegationState::Ended, Some(Side::Actor)) => (words::STATE_ENDED_ACTOR, Tone::Plain, "minus"),
        (DelegationState::Ended, _) => (words::STATE_ENDED_PRINCIPAL, Tone::Plain, "minus"),
    }
}

/// The services of a delegation, by their names in the catalog.
fn items_words(hall: Hall, delegation: &DelegationView) -> Words {
    let Some(items) = delegation.scope.items.clone() else {
        return words::ITEMS_ALL.into();
    };
    Words::made(move |language| {
        let catalog = hall.catalog_now();
        let name = |code: &onehall_protocol::ItemCode| {
            let known = catalog.as_ref().and_then(|catalog| {
                let item = catalog.items.iter().find(|item| item.code == *code)?;
                Some(item.name.get(language).to_owned())
            });
            known.unwrap_or_else(|| code.to_string())
        };
        items.iter().map(name).collect::<Vec<_>>().join("\n")
    })
}

/// Who, as what, for what, how far, until when, and where it stands.
pub(super) fn facts(delegation: &DelegationView) -> AnyView {
    let hall = use_hall();
    let (label, tone, icon) = state_tag(delegation);
    let who = match delegation.side {
        Side::Principal => words::ACTOR,
        Side::Actor => words::PRINCIPAL,
    };
    let mut facts = Vec::new();
    // For a company it is said which one.
    if delegation.side == Side::Principal
        && let Some(principal) = &delegation.principal
        && hall
            .session
            .with_untracked(|session| session.as_ref().is_some_and(|session| session.actor.id != principal.id))
    {
        facts.push(Fact::new(words::PRINCIPAL, person_words(principal)));
    }
    let rights = if delegation.scope.submits {
        words::RIGHTS_SUBMIT
    } else {
        words::RIGHTS_FILL
    };
    let role = if delegation.by_register {
        contacts::CHILD_FACT
    } else {
        role_words(delegation.scope.role)
    };
    facts.extend([
        Fact::new(who, other_words(delegation)),
        Fact::new(words::ROLE, role),
        Fact::new(words::ITEMS, items_words(hall, delegation)),
        Fact::new(words::RIGHTS, rights),
        Fact::new(words::UNTIL, format::date_words(delegation.scope.until)),
        Fact::drawn(
            words::STATE,
            view! { <Tag label=label tone=tone icon=icon/> }.into_any(),
        ),
    ]);
    view! { <Facts facts=facts/> }.into_any()
}
