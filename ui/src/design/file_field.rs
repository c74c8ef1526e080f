//! Files to hand in: chosen or dropped, with their progress.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use onehall_protocol::{CoreError, ErrorCode};
use web_sys::{DragEvent, File, FileList, HtmlInputElement};

use super::field::{Field, described_by};
use super::icon::Icon;
use super::states::error_words;
use crate::shell::document;
use crate::texts::{Words, format, general};
use crate::view::{keyed, view};

/// A file of the field, as it is shown.
#[derive(Clone)]
pub struct FileRow {
    /// What tells it from the others.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Where it comes from, where it was not uploaded here.
    pub from: Option<Words>,
}

/// Where a file stands.
#[derive(Clone)]
pub enum FileState {
    /// On its way: 0 to 100.
    Uploading(u8),
    /// On its way so far, and waiting for the network.
    Waiting(u8),
    /// With the hall.
    Done,
    /// It did not arrive, and why: it can be sent again.
    Failed(Words),
    /// It is not taken, and why: another one has to be chosen.
    Refused(Words),
}

impl FileState {
    /// What became of a file that was sent and not taken: some errors are of the way, others of the file.
    #[must_use]
    pub fn not_taken(error: &CoreError) -> FileState {
        let words = error_words(error);
        match error.code {
            ErrorCode::FileTooLarge
            | ErrorCode::FileTypeNotAllowed
            | ErrorCode::FileContentMismatch
            | ErrorCode::FileInfected
            | ErrorCode::FileEmpty => FileState::Refused(words),
            _ => FileState::Failed(words),
        }
    }

    /// Whether it takes up a place: it is with the hall or on its way.
    #[must_use]
    pub fn counts(&self) -> bool {
        !matches!(self, FileState::Failed(_) | FileState::Refused(_))
    }
}

fn files_of(list: Option<FileList>) -> Vec<File> {
    let list = list.as_ref();
    (0..list.map_or(0, FileList::length))
        .filter_map(|at| list.and_then(|list| list.get(at)))
        .collect()
}

/// Files to hand in. The page uploads them and says in `files` where each stands.
#[component]
pub fn FileField(
    /// The id of the control.
    #[prop(into)]
    id: String,
    /// What is asked for.
    #[prop(into)]
    label: Words,
    /// The files.
    #[prop(into)]
    files: Signal<Vec<FileRow>>,
    /// Called with files that were chosen or dropped.
    #[prop(into)]
    on_files: Callback<Vec<File>>,
    /// Called with the key of a file to take away (or whose upload to end).
    #[prop(into)]
    on_remove: Callback<String>,
    /// Called with the key of a file that was not taken, to send it again.
    #[prop(optional, into)]
    on_retry: Option<Callback<String>>,
    /// Media types that are taken, for the browser's dialog.
    #[prop(into)]
    accept: String,
    /// Several may be chosen at once.
    #[prop(optional)]
    multiple: bool,
    /// No more are taken: the picker is away.
    #[prop(optional, into)]
    full: Signal<bool>,
    /// What is offered beside the picker.
    #[prop(optional)]
    beside: Option<AnyView>,
    /// What helps to fill it: types and size.
    #[prop(optional, into)]
    hint: Option<Words>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: Signal<Option<Words>>,
    /// Says that it may be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let has_hint = hint.is_some();
    let described = {
        let id = id.clone();
        move || described_by(&id, has_hint, error.with(Option::is_some))
    };
    let chosen = move |event: web_sys::Event| {
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        let files = files_of(input.files());
        // The same file can be chosen again after it was taken away.
        input.set_value("");
        if !files.is_empty() {
            on_files.run(files);
        }
    };
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = files_of(event.data_transfer().and_then(|transfer| transfer.files()));
        if !files.is_empty() && !full.get_untracked() {
            on_files.run(files);
        }
    };
    let drag = move |event: DragEvent| {
        event.prevent_default();
        over.set(true);
    };
    let for_label = id.clone();
    let elsewhere = document::cannot("files");
    let refused = move || files.with(|files| files.iter().any(|file| matches!(file.state, FileState::Refused(_))));
    let choose = move || {
        if refused() {
            general::FILE_CHOOSE_OTHER
        } else {
            general::FILE_CHOOSE
        }
    };
    view! {
        <Field id=for_label label=label hint=hint error=error optional=optional>
            {elsewhere.then(|| view! { <p class="file-elsewhere">{general::FILE_ELSEWHERE}</p> })}
            <ul class="files" class:is-empty=move || files.with(Vec::is_empty)>
                {keyed(
                    move || files.get(),
                    |file| file.key.clone(),
                    move |file| file_row(file, files, on_remove, on_retry),
                )}
            </ul>
            {beside}
            <div
                class="file-drop"
                class:file-drop-over=move || over.get()
                hidden=move || elsewhere || full.get()
                on:dragover=drag
                on:dragleave=move |_| over.set(false)
                on:drop=dropped
            >
                <input
                    id=id
                    class="file-input"
                    type="file"
                    accept=accept
                    multiple=multiple
                    aria-describedby=described
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    on:change=chosen
                />
                <span class="file-drop-face" aria-hidden="true">
                    <Icon name="cloud-upload" class="icon-large"/>
                    <span class="file-drop-choose">{move || view! { <span>{choose()}</span> }}</span>
                    <span class="file-drop-hint">{general::FILE_DROP}</span>
                </span>
            </div>
        </Field>
    }
    .into_any()
}

/// A row stays while its file moves on: whoever stands on its button keeps their place.
fn file_row(
    file: FileRow,
    files: Signal<Vec<FileRow>>,
    on_remove: Callback<String>,
    on_retry: Option<Callback<String>>,
) -> AnyView {
    let FileRow {
        key,
        name,
        size,
        state,
        from,
    } = file;
    let state = {
        let key = key.clone();
        move || {
            let now = files.with(|files| files.iter().find(|file| file.key == key).map(|file| file.state.clone()));
            now.unwrap_or_else(|| state.clone())
        }
    };
    let (for_class, for_icon, for_note, for_retry) = (state.clone(), state.clone(), state.clone(), state);
    let class = move || match for_class() {
        FileState::Uploading(_) => "file file-uploading",
        FileState::Waiting(_) => "file file-waiting",
        FileState::Done => "file file-done",
        FileState::Failed(_) | FileState::Refused(_) => "file file-failed",
    };
    let icon = move || {
        let name = match for_icon() {
            FileState::Uploading(_) => "file-up",
            FileState::Waiting(_) => "wifi-off",
            FileState::Done => "file-check",
            FileState::Failed(_) | FileState::Refused(_) => "circle-alert",
        };
        view! { <Icon name=name/> }
    };
    let label = general::FILE_UPLOADING.with([name.as_str().into()]);
    let note = move || match for_note() {
        FileState::Uploading(percent) => view! {
            <progress class="progress" max="100" value=percent.to_string() aria-label=label.clone()></progress>
            <span class="file-note">{general::FILE_PROGRESS.with([percent.to_string().into()])}</span>
        }
        .into_any(),
        FileState::Waiting(percent) => view! {
            <span class="file-note" role="status">{general::FILE_WAITING.with([percent.to_string().into()])}</span>
        }
        .into_any(),
        FileState::Done => view! {
            <span class="file-note">{format::size(size)}</span>
            {from.clone().map(|from| view! { <span class="file-note">{from}</span> })}
        }
        .into_any(),
        FileState::Failed(why) | FileState::Refused(why) => {
            view! { <span class="file-note file-why" role="alert">{why}</span> }.into_any()
        }
    };
    let remove = general::FILE_REMOVE.with([name.as_str().into()]);
    let again = general::FILE_RETRY.with([name.as_str().into()]);
    let retried = key.clone();
    let retry = move || {
        let on_retry = on_retry.filter(|_| matches!(for_retry(), FileState::Failed(_)))?;
        let key = retried.clone();
        Some(view! {
            <super::button::Button
                label=again.clone()
                icon="refresh-cw"
                icon_only=true
                weight=super::button::Weight::Quiet
                on_press=Callback::new(move |()| on_retry.run(key.clone()))
            />
        })
    };
    view! {
        <li class=class>
            {icon}
            <span class="file-what"><span class="file-name">{name}</span>{note}</span>
            {retry}
            <super::button::Button
                label=remove
                icon="x"
                icon_only=true
                weight=super::button::Weight::Quiet
                on_press=Callback::new(move |()| on_remove.run(key.clone()))
            />
        </li>
    }
    .into_any()
}
