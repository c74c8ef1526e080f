//! A case as a page holds it: read once, and again whenever something happened to it.

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::citizen::GetCase;
use onehall_forms::Filling;
use onehall_protocol::cases::CaseView;
use onehall_protocol::{AuthorityCode, CaseId, CoreError, ErrorCode};

use crate::citizen::apply::{LoadedForm, load_form};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{ButtonLink, Weight};
use crate::design::states::{EmptyState, ErrorState, Skeleton, SkeletonKind, error_words};
use crate::router::use_params_map;
use crate::shell::{Loaded, PageHeading, Remote, load, use_ui};
use crate::texts::{Words, fill, matters as words};
use crate::view::{live, memo, view};

/// A case with the form that it was filled with.
#[derive(Clone)]
pub struct LoadedCase {
    /// The case.
    pub case: CaseView,
    /// Its form; none where it could not be read: the answers are then not shown, all else is.
    pub form: Option<LoadedForm>,
}

impl PartialEq for LoadedCase {
    /// A case is pinned to its form.
    fn eq(&self, other: &LoadedCase) -> bool {
        self.case == other.case && self.form.is_some() == other.form.is_some()
    }
}

impl LoadedCase {
    /// The answers, evaluated as of the day as of which they were submitted.
    #[must_use]
    pub fn filling(&self, offset_minutes: i32) -> Option<Filling> {
        let submitted = self.case.summary.submitted_at.at_offset(offset_minutes).0;
        let as_of = self.case.evaluated.as_ref().map_or(submitted, |with| with.as_of);
        Some(self.form.as_ref()?.filling(self.case.answers.clone(), as_of))
    }
}

/// The case of this address, kept in step with what happens to it. Cheap to copy.
#[derive(Clone, Copy)]
pub struct CaseHere {
    /// How it is read.
    pub loaded: Loaded<LoadedCase>,
    /// It, once it was read. Follows only real changes.
    pub now: Memo<Option<LoadedCase>>,
}

/// The case of this address. `live` says whether what happens to it is taken in, and told.
pub fn case_here(live: bool) -> CaseHere {
    let (hall, ui, params) = (use_hall(), use_ui(), use_params_map());
    let id = memo(move |_| params.with(|params| params.get("case").and_then(|id| id.parse::<CaseId>().ok())));
    let loaded = load(move || {
        let (id, language) = (id.get(), ui.language);
        async move {
            let id = id.ok_or_else(|| CoreError::new(ErrorCode::NotFound, language.get_untracked()))?;
            read(hall, id).await
        }
    });
    let now = memo(move |_| loaded.with_ready(Clone::clone));
    if live {
        hall.client.on_event(move |event| match event {
            Event::CaseChanged { id: changed } if id.try_get_untracked().flatten() == Some(changed) => loaded.reload(),
            Event::MayHaveMissed => loaded.reload(),
            _ => {}
        });
        // Said once for each step, by the polite voice of the short messages: nobody has to reload to hear of it.
        Effect::new(move |before: Option<Option<u64>>| {
            let version = now.with(|now| now.as_ref().map(|loaded| loaded.case.summary.version));
            if let (Some(Some(before)), Some(version)) = (before, version)
                && version > before
            {
                let step =
                    now.with_untracked(|now| now.as_ref().map(|loaded| loaded.case.summary.status.step_name.clone()));
                ui.say(words::UPDATED.with([step.unwrap_or_default().into()]));
            }
            version.or(before.flatten())
        });
    }
    CaseHere { loaded, now }
}

async fn read(hall: Hall, id: CaseId) -> Result<LoadedCase, CoreError> {
    let case = hall.client.ask(GetCase { id }).await?;
    let form = load_form(hall, case.form.clone()).await.ok();
    Ok(LoadedCase { case, form })
}

impl CaseHere {
    /// The page, once the case is there. `ready` is drawn once: what changes in it follows [`CaseHere::now`].
    pub fn view(self, ready: fn(CaseHere, LoadedCase) -> AnyView) -> AnyView {
        let phase = memo(move |_| {
            self.loaded.state().with(|state| match state {
                Remote::Loading => Phase::Loading,
                Remote::Ready(_) => Phase::Ready,
                Remote::Failed(error) => Phase::Failed(error.clone()),
            })
        });
        live(move || match phase.get() {
            Phase::Loading => view! { <div class="reading"><Skeleton kind=SkeletonKind::Text/></div> }.into_any(),
            Phase::Ready => self
                .now
                .get_untracked()
                .map_or_else(|| ().into_any(), |loaded| ready(self, loaded)),
            Phase::Failed(error) => failed(self, error),
        })
    }
}

#[derive(Clone, PartialEq)]
enum Phase {
    Loading,
    Ready,
    Failed(CoreError),
}

fn failed(here: CaseHere, error: CoreError) -> AnyView {
    let body = if error.code == ErrorCode::NotFound {
        view! {
            <EmptyState icon="file-text" title=error_words(&error)>
                <ButtonLink href=routes::MATTERS label=fill::TO_MATTERS weight=Weight::Primary/>
            </EmptyState>
        }
        .into_any()
    } else {
        let retry = Callback::new(move |()| here.loaded.restart());
        view! { <ErrorState error=error retry=retry/> }.into_any()
    };
    view! {
        <div class="reading">
            <PageHeading title=words::TITLE/>
            {body}
        </div>
    }
    .into_any()
}

/// What an authority is called.
pub fn authority_words(hall: Hall, code: AuthorityCode) -> Words {
    Words::made(move |language| {
        let catalog = hall.catalog_now();
        let authorities = catalog
            .as_ref()
            .map(|catalog| catalog.authorities.as_slice())
            .unwrap_or_default();
        let found = authorities.iter().find(|authority| authority.code == code);
        found.map_or_else(|| code.to_string(), |authority| authority.name.get(language).to_owned())
    })
}
