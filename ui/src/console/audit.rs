//! The audit: who logged in and what was administered. Filtered, read page by page, exported; nothing in it can be changed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{CheckAudit, ExportAudit, ListAudit};
use onehall_protocol::Date;
use onehall_protocol::staff::{AuditChain, AuditLine, AuditPage, AuditPerson, AuditQuery, Role};

use super::desk::use_desk;
use super::{not_allowed, routes};
use crate::citizen::place::Wide;
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::choices::{ChoiceOption, Select};
use crate::design::content::{Column, Table};
use crate::design::date_field::DateField;
use crate::design::notice::{Notice, Tone};
use crate::design::states::{EmptyState, SkeletonKind, error_words};
use crate::design::text_field::{InputKind, TextField, Width};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{PageHeading, document, load, use_ui};
use crate::texts::{Phrase, Words, audit as words, format};
use crate::view::view;

/// What can be in the audit, and what it is called.
const ACTIONS: [(&str, Phrase); 15] = [
    ("logged_in", words::LOGGED_IN),
    ("logged_out", words::LOGGED_OUT),
    ("password_refused", words::PASSWORD_REFUSED),
    ("password_taken", words::PASSWORD_TAKEN),
    ("second_factor_refused", words::SECOND_FACTOR_REFUSED),
    ("second_factor_enrolled", words::SECOND_FACTOR_ENROLLED),
    ("passkey_added", words::PASSKEY_ADDED),
    ("passkey_removed", words::PASSKEY_REMOVED),
    ("password_changed", words::PASSWORD_CHANGED),
    ("account_created", words::ACCOUNT_CREATED),
    ("account_changed", words::ACCOUNT_CHANGED),
    ("identity_checked", words::IDENTITY_CHECKED),
    ("recovery_begun", words::RECOVERY_BEGUN),
    ("stepped_up", words::STEPPED_UP),
    ("audit_exported", words::AUDIT_EXPORTED),
];

/// The audit.
#[component]
pub(super) fn AuditLogPage() -> impl IntoView {
    let desk = use_desk();
    if untrack(|| desk.has(Role::Administrator)) {
        log_view()
    } else {
        not_allowed(words::TITLE)
    }
}

fn address(query: &AuditQuery) -> String {
    let days = [query.from, query.to].map(|day| day.map(|day| day.to_string()));
    let [from, to] = days;
    let parts = [
        ("account", query.account.clone()),
        ("action", query.action.clone()),
        ("from", from),
        ("to", to),
        ("before", query.before.clone()),
    ];
    let asked = parts.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("{name}={}", crate::citizen::routes::encode(&value)))
    });
    let asked: Vec<String> = asked.collect();
    if asked.is_empty() {
        routes::AUDIT.to_owned()
    } else {
        format!("{}?{}", routes::AUDIT, asked.join("&"))
    }
}

fn log_view() -> AnyView {
    let (desk, ui, navigate, query) = (use_desk(), use_ui(), use_navigate(), use_query_map());
    // What is asked for stands in the address: one comes back to it, and shows it to others.
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let some = |name: &str| query.get(name).filter(|value| !value.is_empty());
            let day = |name: &str| some(name).and_then(|day| day.parse::<Date>().ok());
            AuditQuery {
                account: some("account"),
                action: some("action"),
                from: day("from"),
                to: day("to"),
                before: some("before"),
            }
        })
    });
    let page = load(move || desk.core.ask(ListAudit { query: asked.get() }));
    let whole_hall = desk
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.authority.is_none()));
    let chain = whole_hall.then(|| {
        let chain = load(move || desk.core.ask(CheckAudit {}));
        chain.view(SkeletonKind::Text, chain_view)
    });
    let first = asked.get_untracked();
    let account = RwSignal::new(first.account.unwrap_or_default());
    let action = RwSignal::new(first.action.unwrap_or_default());
    let day = |day: Option<Date>| RwSignal::new(day.map(|day| day.to_string()).unwrap_or_default());
    let (from, to) = (day(first.from), day(first.to));
    let wrong = RwSignal::new([false; 2]);
    let find = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let days = [from, to].map(|day| day.get_untracked());
        let read = days.clone().map(|day| day.parse::<Date>().ok());
        let [from_wrong, to_wrong] = [0, 1].map(|at: usize| !days[at].is_empty() && read[at].is_none());
        wrong.set([from_wrong, to_wrong]);
        if from_wrong || to_wrong {
            return;
        }
        let query = AuditQuery {
            account: Some(account.get_untracked()),
            action: Some(action.get_untracked()),
            from: read[0],
            to: read[1],
            before: None,
        };
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&address(&query), options);
    };
    let error = move |at: usize| Signal::derive(move || wrong.get()[at].then(|| Words::from(words::DATE_WRONG)));
    let exporting = RwSignal::new(false);
    let export = Callback::new(move |()| {
        exporting.set(true);
        let query = AuditQuery {
            before: None,
            ..asked.get_untracked()
        };
        spawn_local(async move {
            match desk.core.ask(ExportAudit { query }).await {
                Ok(file) => {
                    document::save_file(&file.name, &file.media_type, &file.bytes);
                    ui.say(words::EXPORTED);
                }
                Err(error) => ui.say_failure(error_words(&error)),
            }
            let _ = exporting.try_set(false);
        });
    });
    let mut options = vec![ChoiceOption::new("", words::ACTION_ALL)];
    options.extend(ACTIONS.iter().map(|(name, words)| ChoiceOption::new(*name, *words)));
    view! {
        <Wide>
            <PageHeading title=words::TITLE/>
            <p class="lead">{words::TEXT}</p>
            {chain}
            <form class="stack audit-filter" novalidate on:submit=find>
                <TextField
                    id="audit-account"
                    label=words::ACCOUNT
                    kind=InputKind::Account
                    width=Width::Medium
                    value=account
                    on_input=Callback::new(move |value| account.set(value))
                />
                <Select
                    id="audit-action"
                    label=words::ACTION
                    options=Signal::stored(options)
                    value=action
                    on_change=Callback::new(move |value| action.set(value))
                />
                <DateField
                    id="audit-from"
                    label=words::FROM
                    value=from
                    on_input=Callback::new(move |value| from.set(value))
                    error=error(0)
                />
                <DateField
                    id="audit-to"
                    label=words::TO
                    value=to
                    on_input=Callback::new(move |value| to.set(value))
                    error=error(1)
                />
                <div class="buttons">
                    <Button label=words::FIND icon="search" weight=Weight::Primary submit=true/>
                    <Button label=words::EXPORT icon="download" busy=exporting on_press=export/>
                </div>
            </form>
            {page.view(SkeletonKind::Rows, move |page| lines_view(page, asked))}
        </Wide>
    }
    .into_any()
}

fn chain_view(chain: &AuditChain) -> AnyView {
    let (tone, said) = match (chain.broken_at, chain.lines) {
        (Some(line), _) => (Tone::Bad, words::BROKEN.with([line.to_string().into()])),
        (None, 0) => (Tone::Info, words::EMPTY.into()),
        (None, lines) => (Tone::Good, words::WHOLE.with([lines.to_string().into()])),
    };
    let head = chain.head.clone().map(|head| {
        let head = words::HEAD.with([head.into()]);
        view! { <p class="small audit-head">{head}</p> }
    });
    view! { <Notice tone=tone><p>{said}</p>{head}</Notice> }.into_any()
}

fn lines_view(page: &AuditPage, asked: Memo<AuditQuery>) -> AnyView {
    if page.lines.is_empty() {
        return view! { <EmptyState icon="search-x" title=words::NONE/> }.into_any();
    }
    let offset = use_ui().utc_offset.get_untracked();
    let columns = vec![
        Column::new(words::NUMBER).with_class("narrow"),
        Column::new(words::AT),
        Column::new(words::ACTION),
        Column::new(words::ACTOR),
        Column::new(words::SUBJECT),
        Column::new(words::DETAILS),
    ];
    let rows = page.lines.iter().map(|line| row(line, offset)).collect();
    let older = page.next.clone().map(|next| {
        let query = AuditQuery {
            before: Some(next),
            ..asked.get_untracked()
        };
        view! { <div class="buttons"><ButtonLink href=address(&query) label=words::OLDER icon_after="arrow-right"/></div> }
    });
    view! {
        <Table caption=words::TITLE caption_hidden=true columns=columns rows=rows/>
        {older}
    }
    .into_any()
}

fn row(line: &AuditLine, offset: i32) -> Vec<AnyView> {
    let number = line
        .number
        .map_or_else(|| words::NOBODY.into(), |number| Words::from(number.to_string()));
    let person = |person: &Option<AuditPerson>| match person {
        Some(person) => Words::from(format!("{} {}", person.account, person.name)),
        None => words::NOBODY.into(),
    };
    let known = ACTIONS.iter().find(|(name, _)| *name == line.action);
    let action = known.map_or_else(|| Words::from(line.action.as_str()), |(_, words)| Words::from(*words));
    vec![
        view! { {number} }.into_any(),
        view! { {format::moment_words(line.at, offset)} }.into_any(),
        view! { {action} }.into_any(),
        view! { {person(&line.actor)} }.into_any(),
        view! { {person(&line.subject)} }.into_any(),
        view! { {details(line)} }.into_any(),
    ]
}

/// What changed, where it is said.
fn details(line: &AuditLine) -> Words {
    let details = line.details.clone();
    let is = |name: &str| details[name] == true;
    let mut parts: Vec<Phrase> = Vec::new();
    if is("name") {
        parts.push(words::CHANGED_NAME);
    }
    if details["roles"].is_array() {
        parts.push(words::CHANGED_ROLES);
    }
    match details["active"].as_bool() {
        Some(true) => parts.push(words::CHANGED_ON),
        Some(false) => parts.push(words::CHANGED_OFF),
        None => {}
    }
    if is("password") {
        parts.push(words::CHANGED_PASSWORD);
    }
    if is("second_factor") {
        parts.push(words::CHANGED_SECOND);
    }
    if is("passkeys") {
        parts.push(words::CHANGED_PASSKEYS);
    }
    if is("passkey") {
        parts.push(words::BY_PASSKEY);
    }
    Words::made(move |language| {
        let parts: Vec<&str> = parts.iter().map(|part| part.get(language)).collect();
        parts.join(" · ")
    })
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn what_is_asked_for_is_an_address() {
        assert_eq!(address(&AuditQuery::default()), "/console/audit");
        let query = AuditQuery {
            account: Some("ps-window".to_owned()),
            action: Some(String::new()),
            from: "2026-11-26".parse().ok(),
            ..AuditQuery::default()
        };
        assert_eq!(address(&query), "/console/audit?account=ps-window&from=2026-11-26");
    }

    #[test]
    fn what_changed_is_said_in_words() {
        let line = serde_json::json!({"at": "2026-11-26T01:00:00.000Z", "action": "account_changed",
            "details": {"name": false, "roles": ["reviewer"], "active": false, "password": true, "second_factor": false}});
        let line: AuditLine = serde_json::from_value(line).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            details(&line).get(Language::En),
            "Roles · Switched off · Password reset"
        );
    }
}
