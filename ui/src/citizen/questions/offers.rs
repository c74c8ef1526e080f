//! Files that the hall has already, offered instead of an upload.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{OfferedFiles, ReuseOffered};
use onehall_protocol::files::{FileOffer, ReuseFile};
use onehall_protocol::{FileId, MaterialCode};

use super::prefilled::file_source_words;
use super::uploads::files_of;
use super::{Answering, control_id};
use crate::design::button::{Button, Weight};
use crate::design::icon::Icon;
use crate::design::states::error_words;
use crate::shell::document;
use crate::texts::{Words, reuse};
use crate::view::{keyed, live, memo, view};

/// What is offered for a question, once it is known.
#[derive(Clone, Copy)]
pub(super) struct Offers {
    all: RwSignal<Option<Vec<FileOffer>>>,
}

impl Offers {
    /// Asks for the offers of a material.
    pub(super) fn ask(answering: Answering, material: MaterialCode) -> Offers {
        let all = RwSignal::new(None);
        let (to, client) = (answering.uploads.to(), answering.uploads.client());
        spawn_local(async move {
            // Without them one uploads: a failure takes nothing away. Nor does a question that follows from another answer of a
            // supplement: nobody asked for it, so nothing is offered.
            let offers = client.ask(OfferedFiles { to, material }).await;
            let _ = all.try_set(Some(offers.unwrap_or_default()));
        });
        Offers { all }
    }

    /// Whether it is known that there is nothing.
    pub(super) fn none(self) -> bool {
        self.all.with(|all| all.as_ref().is_some_and(Vec::is_empty))
    }
}

/// The offers that are not taken yet, each with its button; nothing where no more files are taken.
pub(super) fn offers(answering: Answering, path: String, offers: Offers, full: Signal<bool>) -> AnyView {
    let taken = answering.answer(path.clone());
    let left = memo(move |_| {
        if full.get() {
            return Vec::new();
        }
        let taken = files_of(taken.get().as_ref());
        let is_taken = |offer: &FileOffer| taken.iter().any(|file| file.sha256 == offer.file.sha256);
        let all = offers.all.get().unwrap_or_default();
        all.into_iter().filter(|offer| !is_taken(offer)).collect::<Vec<_>>()
    });
    let busy = RwSignal::new(None::<FileId>);
    let path = StoredValue::new(path);
    live(move || {
        if left.with(Vec::is_empty) {
            return None;
        }
        let rows = keyed(
            move || left.get(),
            |offer| offer.file.id.to_string(),
            move |offer| row(answering, path, offer, busy),
        );
        Some(view! {
            <div class="offers">
                <p class="offers-title">{reuse::OFFERS_TITLE}</p>
                <ul class="files">{rows}</ul>
            </div>
        })
    })
}

fn row(answering: Answering, path: StoredValue<String>, offer: FileOffer, busy: RwSignal<Option<FileId>>) -> AnyView {
    let (id, name) = (offer.file.id, Words::from(offer.file.name.as_str()));
    let from = offer
        .file
        .source
        .as_ref()
        .map(|source| file_source_words(source, answering.uploads.ui()));
    let label = reuse::OFFER_USE_OF.with([name.clone()]);
    let under_way = Signal::derive(move || busy.get() == Some(id));
    let take = Callback::new(move |()| {
        if busy.get_untracked().is_some() {
            return;
        }
        busy.set(Some(id));
        let name = name.clone();
        spawn_local(async move {
            let path = path.get_value();
            let taken = answering.take_over(&path, id).await;
            if busy.try_set(None).is_some() {
                return;
            }
            let ui = answering.uploads.ui();
            match taken {
                Ok(()) => {
                    // The row is gone: whoever stood on its button goes on at the question.
                    document::focus(&control_id(&path));
                    ui.say(reuse::OFFER_USED.with([name]));
                }
                Err(error) => ui.say_failure(reuse::OFFER_FAILED.with([name, error_words(&error)])),
            }
        });
    });
    view! {
        <li class="file file-offer">
            <Icon name="history"/>
            <span class="file-what">
                <span class="file-name">{offer.file.name}</span>
                {from.map(|from| view! { <span class="file-note">{from}</span> })}
            </span>
            <Button label=label weight=Weight::Secondary icon="check" busy=under_way on_press=take/>
        </li>
    }
    .into_any()
}

impl Answering {
    /// Takes an offered file over: the hall keeps it for this draft or case, and the answer names it.
    async fn take_over(self, path: &str, file: FileId) -> Result<(), onehall_protocol::CoreError> {
        let reuse = ReuseFile {
            file,
            path: path.to_owned(),
        };
        let to = self.uploads.to();
        let view = self.uploads.client().ask(ReuseOffered { to, reuse }).await?;
        self.add_file(path, view);
        Ok(())
    }
}
