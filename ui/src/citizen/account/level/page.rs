//! `/account/level`: `?next=` holds where to go back to, `?need=` the level that is asked for there.

use leptos::prelude::*;
use onehall_client::citizen::GetLevel;
use onehall_protocol::assurance::{LevelView, LevelWay};
use onehall_protocol::identity::AssuranceLevel;

use super::document::document_form;
use super::face::face_form;
use super::window::at_the_window;
use super::{Raising, assurance_name};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{ButtonLink, Weight};
use crate::design::content::{Fact, Facts, Section};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::SkeletonKind;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{HEADING, PageHeading, document, load, use_ui};
use crate::texts::{Phrase, Words, format, level as words, login};
use crate::view::view;

const LEVELS: [(AssuranceLevel, Phrase); 3] = [
    (AssuranceLevel::L1, words::ALLOWS_L1),
    (AssuranceLevel::L2, words::ALLOWS_L2),
    (AssuranceLevel::L3, words::ALLOWS_L3),
];

fn level_of(name: &str) -> Option<AssuranceLevel> {
    serde_json::from_value(name.into()).ok()
}

/// The page.
#[component]
pub fn LevelPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn page() -> AnyView {
    let (hall, ui, query, navigate) = (use_hall(), use_ui(), use_query_map(), use_navigate());
    let next = query.with_untracked(|query| {
        let next = query.get("next");
        next.map(|next| routes::safe_next(Some(&next)).to_owned())
    });
    let need = query.with_untracked(|query| query.get("need").as_deref().and_then(level_of));
    let need = need.unwrap_or(AssuranceLevel::L2);
    let level = load(move || hall.client.ask(GetLevel {}));
    let way_back = next.clone();
    let go_back = Callback::new(move |reached: AssuranceLevel| match &way_back {
        Some(next) if reached >= need => {
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(next, options);
        }
        // What comes next stands below the heading.
        _ => request_animation_frame(|| document::focus(HEADING)),
    });
    let raising = Raising {
        hall,
        ui,
        level,
        go_back,
    };
    let crumbs = vec![(routes::ACCOUNT.to_owned(), Words::from(login::ACCOUNT_TITLE))];
    let back = next.clone().map(|next| {
        view! {
            <p class="muted">{words::BACK_HINT}</p>
            <div class="buttons"><ButtonLink href=next label=words::GO_BACK icon="arrow-left"/></div>
        }
        .into_any()
    });
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=words::TITLE/>
            <p class="lead">{words::LEAD}</p>
            {back}
            {level.view(SkeletonKind::Text, move |level| level_view(raising, level))}
        </Reading>
    }
    .into_any()
}

fn level_view(raising: Raising, view: &LevelView) -> AnyView {
    let mut facts = vec![Fact::new(words::YOURS, assurance_name(view.level))];
    if let Some(raised) = &view.raised {
        let by = match raised.way {
            LevelWay::Document => words::BY_DOCUMENT,
            LevelWay::Face => words::BY_FACE,
            LevelWay::Hall => words::BY_HALL,
        };
        facts.push(Fact::new(words::RAISED_BY, by));
        let offset = raising.ui.utc_offset.get_untracked();
        facts.push(Fact::new(words::RAISED_AT, format::moment_words(raised.at, offset)));
    }
    let (here, highest) = (view.level, view.ways.is_empty());
    let ways: Vec<AnyView> = view.ways.iter().filter_map(|way| way_view(raising, *way)).collect();
    view! {
        <div class="card"><Facts facts=facts/></div>
        {highest.then(|| view! { <Notice tone=Tone::Good><p>{words::HIGHEST}</p></Notice> })}
        {ways}
        <Section id="levels" title=words::ALL_LEVELS>{levels_view(here)}</Section>
    }
    .into_any()
}

/// A way to a higher level. A public machine opens no dialog of files.
fn way_view(raising: Raising, way: LevelWay) -> Option<AnyView> {
    let (id, title, body) = match way {
        LevelWay::Document => ("document", words::DOCUMENT_TITLE, document_form(raising)),
        LevelWay::Face if document::cannot("files") => return None,
        LevelWay::Face => ("face", words::FACE_TITLE, face_form(raising)),
        LevelWay::Hall => ("window", words::HALL_TITLE, at_the_window(raising)),
    };
    Some(view! { <Section id=id title=title><div class="stack">{body}</div></Section> }.into_any())
}

fn levels_view(here: AssuranceLevel) -> AnyView {
    let facts = LEVELS.map(|(level, allows)| {
        let value = view! {
            {allows}
            {(level == here).then(|| view! { " " <Tag label=words::HERE tone=Tone::Good icon="circle-check"/> })}
        };
        Fact::drawn(assurance_name(level), value.into_any())
    });
    view! { <Facts facts=facts.into()/> }.into_any()
}

/// Says that a service asks for a higher level than there is, and leads to it and back to `next`.
pub fn too_low(required: AssuranceLevel, has: AssuranceLevel, next: &str) -> AnyView {
    let href = routes::level_for(next, required);
    view! {
        <Notice tone=Tone::Attention title=words::TOO_LOW_TITLE>
            <p>{words::TOO_LOW_TEXT.with([assurance_name(required).into(), assurance_name(has).into()])}</p>
            <div class="buttons">
                <ButtonLink
                    href=href
                    label=words::TOO_LOW_GO
                    weight=Weight::Primary
                    icon="shield-check"
                />
            </div>
        </Notice>
    }
    .into_any()
}
