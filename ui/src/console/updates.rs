//! Hot updates: each release, whom it is for, and what became of it on the terminals that told of it.

use std::time::Duration;

use leptos::prelude::*;
use onehall_client::staff::GetUpdates;
use onehall_protocol::updates::{ReleaseHealth, ReleaseOffer, ReleaseStop, UpdateOutcome};

use super::desk::use_desk;
use super::not_allowed;
use crate::citizen::place::Wide;
use crate::design::content::{Column, Table};
use crate::design::notice::{Tag, Tone};
use crate::design::states::{EmptyState, SkeletonKind};
use crate::shell::{PageHeading, load, use_ui};
use crate::texts::{Phrase, Words, format, updates as words};
use crate::view::view;

/// The kinds of terminals that tell, in the order in which they are shown.
const APPS: [(&str, Phrase); 3] = [
    ("ui-kiosk", words::KIOSK),
    ("ui-desktop", words::DESKTOP),
    ("ui-mobile", words::MOBILE),
];

/// A release on its way is watched: so often it is looked what terminals told since.
const EVERY: Duration = Duration::from_secs(10);

/// What became of releases; for administrators of the whole hall.
#[component]
pub(super) fn UpdatesPage() -> impl IntoView {
    let desk = use_desk();
    if !untrack(|| desk.administers_the_hall()) {
        return not_allowed(words::TITLE);
    }
    let releases = load(move || desk.core.ask(GetUpdates {}));
    let clock = set_interval_with_handle(move || releases.reload(), EVERY);
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
    });
    view! {
        <Wide>
            <PageHeading title=words::TITLE/>
            <p>{words::TEXT}</p>
            {releases.view(SkeletonKind::Rows, |releases| shown(releases))}
        </Wide>
    }
    .into_any()
}

fn shown(releases: &[ReleaseHealth]) -> AnyView {
    if releases.is_empty() {
        return view! { <EmptyState icon="inbox" title=words::EMPTY text=words::EMPTY_TEXT/> }.into_any();
    }
    let tables = APPS.into_iter().filter_map(|(app, name)| {
        let of_app: Vec<_> = releases.iter().filter(|release| release.app == app).collect();
        (!of_app.is_empty()).then(|| table(name, &of_app))
    });
    tables.collect_view().into_any()
}

fn table(name: Phrase, releases: &[&ReleaseHealth]) -> AnyView {
    let columns = vec![
        Column::new(words::RELEASE),
        Column::new(words::STANDING),
        Column::new(words::OFFERED),
        Column::new(words::STAGED).with_class("number"),
        Column::new(words::COMMITTED).with_class("number"),
        Column::new(words::ROLLED_BACK).with_class("number"),
        Column::new(words::OTHERS),
    ];
    let offset = use_ui().utc_offset.get_untracked();
    let rows = releases.iter().map(|release| {
        let count = |outcome: UpdateOutcome| {
            let count = Words::from(format::grouped(&told(release, outcome).to_string()));
            view! { {count} }.into_any()
        };
        vec![
            named(release),
            standing(release, offset),
            offered(release),
            count(UpdateOutcome::Staged),
            count(UpdateOutcome::Committed),
            went_back(release),
            others(release),
        ]
    });
    view! { <div class="updates"><Table caption=name columns=columns rows=rows.collect()/></div> }.into_any()
}

fn told(release: &ReleaseHealth, outcome: UpdateOutcome) -> u64 {
    release.counts.get(&outcome).copied().unwrap_or_default()
}

/// What people call it, and its number.
fn named(release: &ReleaseHealth) -> AnyView {
    let number = words::NUMBER.with([release.release.to_string().into()]);
    match &release.version {
        Some(version) => {
            let version = version.clone();
            view! { {version}<span class="quiet updates-more">{number}</span> }.into_any()
        }
        None => view! { {number} }.into_any(),
    }
}

/// Where it stands, and when something was told of it last.
fn standing(release: &ReleaseHealth, offset: i32) -> AnyView {
    let share = release.offer.as_ref().map_or(0, |offer| offer.share);
    let (label, tone, icon) = match (release.stopped, release.fails) {
        (Some(ReleaseStop::Revoked), _) => (words::REVOKED, Tone::Bad, "undo-2"),
        (Some(ReleaseStop::Halted), true) => (words::STOPPED_BY_ITSELF, Tone::Bad, "circle-x"),
        (Some(ReleaseStop::Halted), false) => (words::STOPPED, Tone::Attention, "pause"),
        (None, true) => (words::FAILS, Tone::Bad, "triangle-alert"),
        // No repository is here: what is offered, others know.
        (None, false) if release.version.is_none() => (words::WELL, Tone::Good, "circle-check"),
        (None, false) if share == 0 => (words::NOT_OFFERED, Tone::Plain, "minus"),
        (None, false) if share < 100 => (words::GROWING, Tone::Info, "hourglass"),
        (None, false) => (words::WELL, Tone::Good, "circle-check"),
    };
    let last = release
        .last
        .map(|last| words::LAST.with([format::moment_words(last, offset)]));
    view! {
        <Tag label=label tone=tone icon=icon/>
        {last.map(|last| view! { <span class="quiet updates-more">{last}</span> })}
    }
    .into_any()
}

/// Whom it is for; a dash where it is for nobody.
fn offered(release: &ReleaseHealth) -> AnyView {
    let Some(offer) = release.offer.as_ref().filter(|offer| offer.share > 0) else {
        return view! { "—" }.into_any();
    };
    let terms = terms(offer);
    let share: Words = match offer.share {
        100 if terms.is_empty() => words::ALL.into(),
        share => words::SHARE.with([share.to_string().into()]),
    };
    let more = terms
        .into_iter()
        .map(|term| view! { <span class="quiet updates-more">{term}</span> });
    view! { {share}{more.collect_view()} }.into_any()
}

fn terms(offer: &ReleaseOffer) -> Vec<Words> {
    let lists = [
        (words::CHANNELS, &offer.channels),
        (words::REGIONS, &offer.regions),
        (words::HALLS, &offer.halls),
    ];
    let narrowed = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let mut terms: Vec<Words> = narrowed
        .map(|(name, list)| name.with([list.join(" ").into()]))
        .collect();
    terms.extend(offer.forced.then_some(words::FORCED.into()));
    terms
}

/// How many went back, and how many of a hundred that tried it.
fn went_back(release: &ReleaseHealth) -> AnyView {
    let back = told(release, UpdateOutcome::RolledBack);
    let tried = back + told(release, UpdateOutcome::Committed);
    let count = format::grouped(&back.to_string());
    let share = (back > 0).then(|| {
        let tenths = back * 1_000 / tried;
        let share = words::OF_TRIED.with([format!("{}.{}", tenths / 10, tenths % 10).into()]);
        view! { <span class="quiet updates-more">{share}</span> }
    });
    view! { {count}{share} }.into_any()
}

/// What seldom happens, in one cell; a dash where nothing of it did.
fn others(release: &ReleaseHealth) -> AnyView {
    let seldom = [
        (words::NOT_DOWNLOADED, UpdateOutcome::NotDownloaded),
        (words::DAMAGED, UpdateOutcome::Damaged),
        (words::DROPPED, UpdateOutcome::Dropped),
        (words::TAKEN_BACK, UpdateOutcome::Revoked),
    ];
    let happened: Vec<_> = seldom
        .into_iter()
        .filter_map(|(name, outcome)| {
            let count = told(release, outcome);
            (count > 0).then(|| name.with([format::grouped(&count.to_string()).into()]))
        })
        .map(|line| view! { <span class="updates-line">{line}</span> })
        .collect();
    if happened.is_empty() {
        return view! { "—" }.into_any();
    }
    view! { {happened.collect_view()} }.into_any()
}
