//! The files of a case, looked at in place: pictures one after the other, turned and enlarged; a PDF in a window of its
//! own. Nothing is fetched before somebody asks to see it: each look is recorded.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::FileContent;
use onehall_client::staff::ReadFile;
use onehall_protocol::FileId;
use onehall_protocol::files::FileSource;

use super::reading::NamedFile;
use crate::console::desk::use_desk;
use crate::design::button::{Button, Weight};
use crate::design::dialog::Dialog;
use crate::design::icon::Icon;
use crate::design::states::{ErrorState, Skeleton, SkeletonKind};
use crate::shell::{Remote, document};
use crate::texts::{Words, console, format, general};
use crate::view::view;

/// Which file of a case is looked at. In context on the page of a case.
#[derive(Clone, Copy)]
pub(super) struct Viewing(RwSignal<Option<FileId>>);

impl Viewing {
    /// Nothing is looked at yet.
    pub fn provide() -> Viewing {
        let viewing = Viewing(RwSignal::new(None));
        provide_context(viewing);
        viewing
    }
}

/// A file that can be looked at: its name is the button.
#[component]
pub(super) fn FileLine(
    /// The file, and what it is of.
    named: NamedFile,
) -> impl IntoView {
    let viewing: Viewing = expect_context();
    let NamedFile { label, file } = named;
    let id = file.id;
    let icon = if file.media_type.starts_with("image/") {
        "image"
    } else {
        "file-text"
    };
    let look = console::LOOK_AT_FILE.with([label, file.name.as_str().into()]);
    view! {
        <li class="console-file">
            <button type="button" class="button button-quiet" aria-label=look on:click=move |_| viewing.0.set(Some(id))>
                <Icon name=icon/><span class="button-label">{file.name.clone()}</span>
            </button>
            <span class="quiet">{format::size(file.size)}</span>
            {file.source.as_ref().map(|source| view! { <span class="quiet">{from(source)}</span> })}
        </li>
    }
    .into_any()
}

/// Where a file comes from that was not uploaded for this case, and how far it can be trusted.
fn from(source: &FileSource) -> Words {
    match source {
        FileSource::ECertificate { number, .. } => {
            console::FILE_OF_CERTIFICATE.with([number.as_deref().unwrap_or("—").into()])
        }
        FileSource::Case { number, .. } => console::FILE_OF_CASE.with([number.0.clone().into()]),
    }
}

/// A file that was fetched, with an address for as long as it is shown.
#[derive(Clone, PartialEq)]
struct Fetched {
    content: FileContent,
    address: String,
}

/// The file that is looked at, over the page.
#[component]
pub(super) fn FileViewer(
    /// All files of the case, in the order in which one goes through them.
    #[prop(into)]
    files: Signal<Vec<NamedFile>>,
) -> impl IntoView {
    let desk = use_desk();
    let Viewing(viewing) = expect_context();
    let open = RwSignal::new(false);
    let at = Memo::new(move |_| {
        let id = viewing.get()?;
        files.with(|files| files.iter().position(|named| named.file.id == id))
    });
    let current = Memo::new(move |_| at.get().and_then(|at| files.with(|files| files.get(at).cloned())));
    let fetched: RwSignal<Remote<Fetched>> = RwSignal::new(Remote::Loading);
    let turned = RwSignal::new(0_u16);
    let enlarged = RwSignal::new(false);
    let forget = move || {
        if let Some(Remote::Ready(fetched)) = fetched.try_get_untracked() {
            let _ = web_sys::Url::revoke_object_url(&fetched.address);
        }
    };
    let fetch = Callback::new(move |id: FileId| {
        forget();
        fetched.set(Remote::Loading);
        spawn_local(async move {
            let answer = desk.core.ask(ReadFile { id }).await;
            if viewing.try_get_untracked().flatten() != Some(id) {
                return;
            }
            let _ = fetched.try_set(match answer {
                Ok(content) => {
                    let address = address_of(&content);
                    Remote::Ready(Fetched { content, address })
                }
                Err(error) => Remote::Failed(error),
            });
        });
    });
    Effect::new(move || {
        let current = viewing.get();
        open.set(current.is_some());
        turned.set(0);
        enlarged.set(false);
        if let Some(id) = current {
            fetch.run(id);
        }
    });
    Effect::new(move |was: Option<bool>| {
        let now = open.get();
        if was == Some(true) && !now {
            viewing.set(None);
            forget();
            fetched.set(Remote::Loading);
        }
        now
    });
    on_cleanup(forget);

    let step = move |by: isize| {
        let next = at.get().and_then(|at| at.checked_add_signed(by));
        next.and_then(|next| files.with(|files| files.get(next).map(|named| named.file.id)))
    };
    let go = move |by: isize| {
        Callback::new(move |()| {
            if let Some(id) = untrack(|| step(by)) {
                viewing.set(Some(id));
            }
        })
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            _ => return,
        };
        // An enlarged picture is moved by the same keys.
        if !enlarged.get_untracked() {
            go(by).run(());
        }
    };
    let title = Words::made(move |language| current.get().map(|named| named.label.get(language)).unwrap_or_default());
    let place = Words::made(move |language| {
        let (at, all) = (at.get().map_or(0, |at| at + 1), files.with(Vec::len));
        console::FILE_PLACE
            .with([at.to_string().into(), all.to_string().into()])
            .get(language)
    });
    let name = move || {
        current
            .get()
            .map(|named| format!("{} · {}", named.file.name, format::size(named.file.size)))
    };
    let is_picture = Memo::new(move |_| {
        current
            .get()
            .is_some_and(|named| named.file.media_type.starts_with("image/"))
    });
    let save = Callback::new(move |()| {
        if let Remote::Ready(fetched) = fetched.get_untracked() {
            let content = fetched.content;
            document::save_file(&content.name, &content.media_type, &content.bytes);
        }
    });
    let not_there = Signal::derive(move || fetched.with(|fetched| !matches!(fetched, Remote::Ready(_))));
    let tools = move || {
        is_picture.get().then(|| {
            let fit = Words::made(move |language| {
                let phrase = if enlarged.get() {
                    console::FILE_FIT
                } else {
                    console::FILE_ENLARGE
                };
                phrase.get(language).to_owned()
            });
            view! {
                <Button label=console::FILE_TURN icon="rotate-ccw" disabled=not_there
                    on_press=Callback::new(move |()| turned.update(|turned| *turned = (*turned + 270) % 360))/>
                <Button label=fit icon="zoom-in" disabled=not_there
                    on_press=Callback::new(move |()| enlarged.update(|enlarged| *enlarged = !*enlarged))/>
            }
        })
    };
    let for_dialog = title.clone();
    let face = move || match fetched.get() {
        Remote::Loading => view! { <Skeleton kind=SkeletonKind::Text/> }.into_any(),
        Remote::Failed(error) => {
            let again = Callback::new(move |()| {
                if let Some(id) = viewing.get_untracked() {
                    fetch.run(id);
                }
            });
            view! { <ErrorState error=error retry=again/> }.into_any()
        }
        Remote::Ready(fetched) if is_picture.get_untracked() => {
            let alt = current
                .get_untracked()
                .map_or_else(|| "".into(), |named| console::FILE_PICTURE_OF.with([named.label]));
            view! {
                <div class="viewer-picture" class:is-enlarged=move || enlarged.get() tabindex=move || enlarged.get().then_some("0")
                    role="group" aria-label=title.clone()>
                    <img src=fetched.address alt=alt data-turned=move || turned.get().to_string()/>
                </div>
            }
            .into_any()
        }
        Remote::Ready(fetched) => view! {
            <div class="viewer-document">
                <Icon name="file-text" class="icon-huge"/>
                <p>{console::FILE_DOCUMENT}</p>
                <a class="button button-primary" href=fetched.address target="_blank">
                    <Icon name="external-link"/><span class="button-label">{console::FILE_OPEN}</span>
                    <span class="visually-hidden">"（"{general::OPENS_NEW_WINDOW}"）"</span>
                </a>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="viewer" on:keydown=keys>
            <Dialog id="viewer" title=for_dialog open=open>
                <p class="viewer-where"><span role="status">{place}</span>" · "{name}</p>
                <div class="viewer-tools">
                    <Button label=console::FILE_PREVIOUS icon="chevron-left" on_press=go(-1)
                        disabled=Signal::derive(move || step(-1).is_none())/>
                    <Button label=console::FILE_NEXT icon_after="chevron-right" on_press=go(1)
                        disabled=Signal::derive(move || step(1).is_none())/>
                    {tools}
                    <Button label=general::DOWNLOAD icon="download" weight=Weight::Quiet disabled=not_there on_press=save/>
                </div>
                {face}
            </Dialog>
        </div>
    }
    .into_any()
}

/// An address of the bytes within this page; empty where the browser gives none.
fn address_of(content: &FileContent) -> String {
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(content.bytes.as_slice()));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(&content.media_type);
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options);
    blob.and_then(|blob| web_sys::Url::create_object_url_with_blob(&blob))
        .unwrap_or_default()
}
