//! The page of a guide.

use leptos::prelude::*;
use onehall_client::citizen::GetItem;
use onehall_protocol::catalog::{Catalog, ServiceItem};
use onehall_protocol::{CoreError, ErrorCode, ItemCode, Language};

use super::facts::at_a_glance;
use super::materials::materials_table;
use super::parts;
use crate::citizen::items::{OnlineTag, authority_name};
use crate::citizen::later::expect_later;
use crate::citizen::not_found::NotFound;
use crate::citizen::place::{Wide, WithAside};
use crate::citizen::{routes, use_hall};
use crate::design::button::{ButtonLink, Weight};
use crate::design::content::{Facts, Section};
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::SkeletonKind;
use crate::router::use_params_map;
use crate::shell::{PageHeading, Remote, load};
use crate::texts::{Phrase, Words, frame, guide};
use crate::view::{memo, view};

/// The guide of a service item.
#[component]
pub fn GuidePage() -> impl IntoView {
    let hall = use_hall();
    let parameters = use_params_map();
    let code = memo(move |_| parameters.with(|parameters| parameters.get("code").unwrap_or_default()));
    let item = load(move || {
        let code = code.get().parse::<ItemCode>();
        async move {
            match code {
                Ok(code) => hall.client.ask(GetItem { code }).await,
                Err(_) => Err(CoreError::new(ErrorCode::NotFound, Language::default())),
            }
        }
    });
    // Another guide starts with its outline, not with the one before.
    Effect::new(move |shown: Option<String>| {
        let code = code.get();
        if shown.is_some_and(|shown| shown != code) {
            item.state().set(Remote::Loading);
        }
        code
    });
    let missing = move || {
        item.state()
            .with(|state| matches!(state, Remote::Failed(error) if error.code == ErrorCode::NotFound))
    };
    view! {
        <Wide>
            {move || {
                if missing() {
                    return view! { <NotFound/> }.into_any();
                }
                item.view(SkeletonKind::Text, move |item| {
                    let item = item.clone();
                    hall.catalog.view(SkeletonKind::Text, move |catalog| guide_view(&item, catalog))
                })
            }}
        </Wide>
    }
    .into_any()
}

/// The parts of a guide that have something to say: id, title, content.
fn contents(item: &ServiceItem, catalog: &Catalog) -> Vec<(&'static str, Phrase, AnyView)> {
    let mut contents = Vec::new();
    if !item.conditions.is_empty() {
        contents.push(("conditions", guide::CONDITIONS, parts::conditions(&item.conditions)));
    }
    contents.push(("materials", guide::MATERIALS, materials_table(&item.materials)));
    contents.push(("fees", guide::FEES, parts::fees(&item.fees)));
    if !item.steps.is_empty() {
        contents.push(("steps", guide::STEPS, parts::steps(item)));
    }
    contents.push(("result", guide::RESULT, parts::result(&item.output)));
    if !item.halls.is_empty() {
        contents.push(("halls", guide::HALLS, parts::halls(item, catalog)));
    }
    if !item.legal_basis.is_empty() {
        contents.push(("law", guide::LAW, parts::law(&item.legal_basis)));
    }
    if !item.questions.is_empty() {
        contents.push(("questions", guide::QUESTIONS, parts::questions(&item.questions)));
    }
    contents.push(("codes", guide::CODES, parts::codes(item, catalog)));
    contents
}

fn guide_view(item: &ServiceItem, catalog: &Catalog) -> AnyView {
    let summary = &item.summary;
    let mut way = vec![(routes::HOME.to_owned(), frame::HOME.into())];
    let theme = summary
        .themes
        .first()
        .and_then(|code| catalog.themes.iter().find(|theme| theme.code == *code));
    if let Some(theme) = theme {
        way.push((routes::theme(&theme.code), (&theme.name).into()));
    }
    let what: Words = (&summary.summary).into();
    let contents = contents(item, catalog);
    let ways: Vec<_> = contents.iter().map(|(id, title, _)| (*id, *title)).collect();
    let online = summary.online && item.form.is_some();
    if online {
        expect_later();
    }
    let heading: Words = (&summary.name).into();
    let above = authority_name(catalog, &summary.authority).map_or_else(|| guide::GUIDE.into(), Words::from);
    let sections = contents
        .into_iter()
        .map(|(id, title, content)| view! { <Section id=id title=title>{content}</Section> });
    view! {
        <Crumbs way=way/>
        <div class="guide-head">
            <PageHeading title=heading above=above/>
            <p class="lead">{what}</p>
            <div class="tags"><OnlineTag online=online/></div>
        </div>
        <WithAside aside=aside(item, online, &ways)>
            {(!online).then(|| view! {
                <Notice tone=Tone::Attention title=guide::NOT_ONLINE_TITLE><p>{guide::NOT_ONLINE_TEXT}</p></Notice>
            })}
            {sections.collect_view()}
        </WithAside>
    }
    .into_any()
}

fn aside(item: &ServiceItem, online: bool, ways: &[(&'static str, Phrase)]) -> AnyView {
    let apply = online.then(|| {
        view! {
            <div class="apply">
                <ButtonLink
                    href=routes::apply(&item.summary.code)
                    label=guide::APPLY
                    weight=Weight::Primary
                    icon_after="arrow-right"
                    wide=true
                />
                <p class="small muted apply-hint">{guide::APPLY_HINT}</p>
            </div>
        }
    });
    let ways = ways.iter().map(|(id, title)| {
        let id = *id;
        let lead = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            crate::shell::document::reveal(id);
        };
        view! { <li><a href=format!("#{id}") on:click=lead>{*title}</a></li> }.into_any()
    });
    view! {
        {apply}
        <section class="card glance" aria-labelledby="glance-title">
            <h2 class="card-title" id="glance-title">{guide::AT_A_GLANCE}</h2>
            <Facts facts=at_a_glance(item)/>
        </section>
        <nav class="on-this-page" aria-label=guide::ON_THIS_PAGE>
            <h2 class="small muted">{guide::ON_THIS_PAGE}</h2>
            <ul>{ways.collect_view()}</ul>
        </nav>
    }
    .into_any()
}
