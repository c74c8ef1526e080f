//! One file with the result: chosen, and uploaded at once.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::UploadResult;
use onehall_client::{Event, FileContent};
use onehall_protocol::files::{FILE_TYPES, MAX_FILE_BYTES};
use onehall_protocol::{CaseId, ErrorCode};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::filled::{FILE, Filled};
use crate::console::desk::use_desk;
use crate::design::file_field::{FileField, FileRow, FileState};
use crate::texts::{Words, console, fill, format};
use crate::view::view;

/// The result's file.
#[component]
pub(super) fn ResultFile(
    /// The case.
    case: CaseId,
    /// What is filled in.
    filled: Filled,
    /// It may be left: the hall makes a notice.
    optional: bool,
    /// What is wrong, if anything.
    #[prop(into)]
    error: Signal<Option<Words>>,
) -> impl IntoView {
    let desk = use_desk();
    let transfers = StoredValue::new(0_u32);
    let chosen: StoredValue<Option<File>, LocalStorage> = StoredValue::new_local(None);
    let set_state = move |state: FileState| {
        let _ = filled.file_row.try_update(|rows| {
            if let Some(row) = rows.first_mut() {
                row.state = state;
            }
        });
    };
    desk.core.on_event(move |event| {
        if let Event::Upload {
            transfer,
            sent,
            total,
            waiting,
        } = event
            && transfer == transfers.get_value()
            && filled.file.with_untracked(Option::is_none)
        {
            let percent = (sent * 100).checked_div(total).unwrap_or(0).min(99);
            let percent = u8::try_from(percent).unwrap_or(99);
            set_state(if waiting {
                FileState::Waiting(percent)
            } else {
                FileState::Uploading(percent)
            });
        }
    });
    let send = move |file: File| {
        transfers.update_value(|number| *number = number.wrapping_add(1));
        let transfer = transfers.get_value();
        let name = file.name();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A file's size is a whole number.
        let size = file.size() as u64;
        filled.file.set(None);
        let row = |state| {
            vec![FileRow {
                key: "result".to_owned(),
                name: name.clone(),
                size,
                state,
                from: None,
            }]
        };
        chosen.set_value(Some(file.clone()));
        if size > MAX_FILE_BYTES {
            filled
                .file_row
                .set(row(FileState::Refused(words_of(ErrorCode::FileTooLarge))));
            return;
        }
        filled.file_row.set(row(FileState::Uploading(0)));
        spawn_local(async move {
            let mine = move || transfers.try_get_value() == Some(transfer);
            let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
                if mine() {
                    set_state(FileState::Refused(fill::FILE_UNREADABLE.into()));
                }
                return;
            };
            let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
            let content = FileContent {
                name: file.name(),
                media_type: file.type_(),
                bytes,
            };
            let answer = desk
                .core
                .ask(UploadResult {
                    id: case,
                    file: content,
                    transfer,
                })
                .await;
            // A file that was taken away or replaced meanwhile is no longer anybody's.
            if !mine() {
                return;
            }
            match answer {
                Ok(view) => {
                    let _ = filled.file.try_set(Some(view));
                    set_state(FileState::Done);
                }
                Err(error) => set_state(FileState::not_taken(&error)),
            }
        });
    };
    let choose = Callback::new(move |files: Vec<File>| {
        if let Some(file) = files.into_iter().next() {
            send(file);
        }
    });
    let again = Callback::new(move |_: String| {
        if let Some(file) = chosen.get_value() {
            send(file);
        }
    });
    let remove = Callback::new(move |_: String| {
        transfers.update_value(|number| *number = number.wrapping_add(1));
        chosen.set_value(None);
        filled.file.set(None);
        filled.file_row.set(Vec::new());
    });
    let full = Signal::derive(move || filled.file_row.with(|rows| rows.iter().any(|row| row.state.counts())));
    let hint = console::ACT_FILE_HINT.with([format::size(MAX_FILE_BYTES).into()]);
    view! {
        <FileField id=FILE label=console::ACT_FILE hint=hint files=filled.file_row on_files=choose
            on_remove=remove on_retry=again accept=FILE_TYPES.join(",") full=full error=error optional=optional/>
    }
    .into_any()
}

fn words_of(code: ErrorCode) -> Words {
    Words::made(move |language| code.text(language).to_owned())
}
