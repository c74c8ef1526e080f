//! Files on their way to the hall.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{AttachFile, CancelUpload, ListUploads, RemoveFile, UploadFile, UploadTo};
use onehall_client::{Event, FileContent};
use onehall_protocol::files::{FileLimits, FileType, FileView};
use onehall_protocol::{ErrorCode, Language};
use serde_json::Value;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::Answering;
use super::prefilled::file_source_words;
use crate::citizen::{Client, use_hall};
use crate::design::file_field::{FileRow, FileState};
use crate::shell::{Ui, use_ui};
use crate::texts::{Words, fill, format};

/// Files on their way, whatever question they answer. They go on while one is on another page of the same draft.
#[derive(Clone, Copy)]
pub struct Uploads {
    to: StoredValue<UploadTo>,
    client: Client,
    ui: Ui,
    under_way: RwSignal<Vec<Transfer>, LocalStorage>,
}

#[derive(Clone)]
struct Transfer {
    number: u32,
    path: String,
    name: String,
    size: u64,
    state: FileState,
    /// What was chosen here; none where the core goes on with what was chosen before.
    file: Option<File>,
}

thread_local! {
    /// Numbers name an upload to the core, which knows those of every page.
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

impl Uploads {
    /// Nothing under way yet.
    pub fn new(to: UploadTo) -> Uploads {
        let client = use_hall().client;
        let under_way = RwSignal::new_local(Vec::<Transfer>::new());
        client.on_event(move |event| {
            let (transfer, state) = match event {
                Event::Upload {
                    transfer,
                    sent,
                    total,
                    waiting,
                } => (transfer, Some(on_the_way(sent, total, waiting))),
                Event::UploadEnded {
                    transfer, error, taken, ..
                } => {
                    // The core puts it into the answer, which is read anew.
                    let done = taken.then_some(FileState::Done);
                    (transfer, error.map(|error| FileState::not_taken(&error)).or(done))
                }
                _ => return,
            };
            let _ = under_way.try_update(|transfers| match state {
                // What was chosen on this page is put into the answer by it, and is not shown twice.
                Some(FileState::Done) => {
                    transfers.retain(|one| one.number != transfer || one.file.is_none());
                    for one in transfers.iter_mut().filter(|one| one.number == transfer) {
                        one.state = FileState::Done;
                    }
                }
                Some(state) => {
                    for one in transfers.iter_mut().filter(|one| one.number == transfer) {
                        one.state = state.clone();
                    }
                }
                None => transfers.retain(|one| one.number != transfer),
            });
        });
        spawn_local(async move {
            // What an earlier page or an earlier start left on its way. Where it cannot be asked, it is only not shown.
            let Ok(left) = client.ask(ListUploads { to }).await else {
                return;
            };
            let _ = under_way.try_update(|transfers| {
                // What was chosen here meanwhile is known.
                let known: Vec<u32> = transfers.iter().map(|one| one.number).collect();
                transfers.extend(
                    left.into_iter()
                        .filter(|one| !known.contains(&one.transfer))
                        .map(|one| Transfer {
                            number: one.transfer,
                            path: one.path,
                            name: one.name,
                            size: one.size,
                            state: on_the_way(one.sent, one.size, one.waiting),
                            file: None,
                        }),
                );
            });
        });
        Uploads {
            to: StoredValue::new(to),
            client,
            ui: use_ui(),
            under_way,
        }
    }

    /// Where files go.
    pub(super) fn to(self) -> UploadTo {
        self.to.get_value()
    }

    /// Who is asked.
    pub(super) fn client(self) -> Client {
        self.client
    }

    /// Who says short things.
    pub(super) fn ui(self) -> Ui {
        self.ui
    }

    /// Whether a file is on its way.
    pub fn running(self) -> bool {
        self.under_way.with(|transfers| any_running(transfers))
    }

    /// Whether a file is on its way, without following it.
    pub fn running_now(self) -> bool {
        self.under_way
            .try_with_untracked(|transfers| any_running(transfers))
            .unwrap_or(false)
    }

    /// The answers are as they are now: files that the core put there are shown as theirs.
    pub fn forget_arrived(self) {
        let done = |one: &Transfer| matches!(one.state, FileState::Done);
        if self
            .under_way
            .try_with_untracked(|transfers| transfers.iter().any(done))
            == Some(true)
        {
            self.under_way.update(|transfers| transfers.retain(|one| !done(one)));
        }
    }

    fn state(self, number: u32, state: FileState) {
        let _ = self.under_way.try_update(|transfers| {
            for one in transfers.iter_mut().filter(|one| one.number == number) {
                one.state = state.clone();
            }
        });
    }

    fn end(self, number: u32) {
        let _ = self
            .under_way
            .try_update(|transfers| transfers.retain(|transfer| transfer.number != number));
    }
}

fn any_running(transfers: &[Transfer]) -> bool {
    transfers
        .iter()
        .any(|transfer| matches!(transfer.state, FileState::Uploading(_) | FileState::Waiting(_)))
}

/// The share of an upload that is done. Sent is not taken: 100 stays for the hall's own answer.
fn percent(sent: u64, total: u64) -> u8 {
    let share = sent.saturating_mul(100).checked_div(total).unwrap_or(0);
    u8::try_from(share.min(99)).unwrap_or(99)
}

/// Where an upload stands that has not ended.
fn on_the_way(sent: u64, total: u64, waiting: bool) -> FileState {
    let percent = percent(sent, total);
    if waiting {
        FileState::Waiting(percent)
    } else {
        FileState::Uploading(percent)
    }
}

/// What is wrong with a file before it is sent.
fn fault(limits: &FileLimits, name: &str, media_type: &str, size: u64) -> Option<Words> {
    let words = match limits.refuses(name, media_type, size)? {
        ErrorCode::FileEmpty => fill::FILE_EMPTY.into(),
        ErrorCode::FileTooLarge => fill::FILE_TOO_LARGE.with([format::size(limits.bytes).into()]),
        _ if limits.types.len() < FileType::ALL.len() => fill::FILE_OTHER_TYPE.with([type_names(limits)]),
        _ => fill::FILE_WRONG_TYPE.into(),
    };
    Some(words)
}

/// The types of files that are taken, as people call them.
pub(super) fn type_names(limits: &FileLimits) -> Words {
    let names: Vec<&str> = limits.types.iter().map(|one| one.name()).collect();
    Words::made(move |language| match (language, names.split_last()) {
        (Language::En, Some((last, [_, ..]))) => format!("{} or {last}", names[..names.len() - 1].join(", ")),
        (Language::En, _) => names.join(", "),
        (Language::ZhCn, _) => names.join("、"),
    })
}

/// The files of an answer.
pub fn files_of(answer: Option<&Value>) -> Vec<FileView> {
    let files = answer.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    files
        .iter()
        .filter_map(|file| serde_json::from_value(file.clone()).ok())
        .collect()
}

fn answer_of(files: &[FileView]) -> Value {
    if files.is_empty() {
        return Value::Null;
    }
    serde_json::to_value(files).unwrap_or_default()
}

impl Answering {
    /// The rows of a question's files: those that the hall has, then those under way.
    pub fn file_rows(self, path: String) -> Signal<Vec<FileRow>> {
        let (answer, ui) = (self.answer(path.clone()), self.uploads.ui);
        Signal::derive(move || {
            let done = files_of(answer.get().as_ref()).into_iter().map(|file| FileRow {
                key: file.id.to_string(),
                name: file.name,
                size: file.size,
                state: FileState::Done,
                from: file.source.as_ref().map(|source| file_source_words(source, ui)),
            });
            let mut rows: Vec<FileRow> = done.collect();
            self.uploads.under_way.with(|transfers| {
                rows.extend(transfers.iter().filter(|one| one.path == path).map(|one| FileRow {
                    key: one.number.to_string(),
                    name: one.name.clone(),
                    size: one.size,
                    state: one.state.clone(),
                    from: None,
                }));
            });
            rows
        })
    }

    /// The number of the next scan of an answer: as many files as it has or awaits, and one more.
    pub(super) fn next_scan(self, path: &str) -> usize {
        let there = files_of(self.answer_now(path).as_ref()).len();
        let under_way = self.uploads.under_way;
        there + 1 + under_way.with_untracked(|transfers| transfers.iter().filter(|one| one.path == path).count())
    }

    /// What a file may be that answers a question.
    pub(super) fn file_limits(self, path: &str) -> FileLimits {
        let limits = self.filling.try_with_untracked(|filling| {
            let question = filling.form().question(path);
            question.and_then(|question| question.kind.file_limits())
        });
        limits.flatten().unwrap_or_default()
    }

    /// Takes chosen files: those that can be are sent, for the others it is said why not.
    pub fn upload(self, path: &str, files: Vec<File>, most: usize) {
        let there = files_of(self.answer_now(path).as_ref()).len();
        let on_the_way = self.uploads.under_way.with_untracked(|transfers| {
            let counts = |one: &&Transfer| one.path == path && one.state.counts();
            transfers.iter().filter(counts).count()
        });
        let room = most.saturating_sub(there + on_the_way);
        // What is chosen now takes the place of what was not taken, where there is no other.
        let crowded = files.len().min(room) == room;
        self.uploads.under_way.update(|transfers| {
            transfers.retain(|one| {
                let goes = match one.state {
                    FileState::Refused(_) => true,
                    FileState::Failed(_) => crowded,
                    _ => false,
                };
                one.path != path || !goes
            });
        });
        if files.len() > room {
            self.uploads
                .ui
                .say_failure(fill::FILES_TOO_MANY.with([most.to_string().into()]));
        }
        let limits = self.file_limits(path);
        for file in files.into_iter().take(room) {
            let number = NEXT.replace(NEXT.get().wrapping_add(1));
            let size = file.size() as u64;
            let fault = fault(&limits, &file.name(), &file.type_(), size);
            let sound = fault.is_none();
            let transfer = Transfer {
                number,
                path: path.to_owned(),
                name: file.name(),
                size,
                state: fault.map_or(FileState::Uploading(0), FileState::Refused),
                file: Some(file),
            };
            self.uploads.under_way.update(|transfers| transfers.push(transfer));
            if sound {
                self.send(number);
            }
        }
    }

    fn send(self, number: u32) {
        let transfer = self
            .uploads
            .under_way
            .with_untracked(|transfers| transfers.iter().find(|one| one.number == number).cloned());
        let Some(Transfer {
            path,
            name,
            file: Some(file),
            ..
        }) = transfer
        else {
            return;
        };
        let (client, to) = (self.uploads.client, self.uploads.to.get_value());
        spawn_local(async move {
            let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
                self.uploads
                    .state(number, FileState::Refused(fill::FILE_UNREADABLE.into()));
                return;
            };
            let content = FileContent {
                name,
                media_type: file.type_(),
                bytes: js_sys::Uint8Array::new(&buffer).to_vec(),
            };
            let asked = UploadFile {
                to,
                path: path.clone(),
                file: content,
                transfer: number,
            };
            match client.ask(asked).await {
                Ok(view) => {
                    self.uploads.end(number);
                    match to {
                        // Its page is gone: the file belongs into the answer all the same.
                        UploadTo::Draft(draft) if self.is_gone() => {
                            let _ = client
                                .ask(AttachFile {
                                    draft,
                                    path,
                                    file: view,
                                })
                                .await;
                        }
                        _ => self.add_file(&path, view),
                    }
                }
                Err(error) if error.code == ErrorCode::Cancelled => self.uploads.end(number),
                Err(error) => self.uploads.state(number, FileState::not_taken(&error)),
            }
        });
    }

    /// Adds a file that the hall has to an answer.
    pub(super) fn add_file(self, path: &str, view: FileView) {
        let mut files = files_of(self.answer_now(path).as_ref());
        files.push(view);
        self.change(path, answer_of(&files));
    }

    /// Sends a file again that was not taken. One that was chosen before this page was opened has to be chosen again.
    pub fn upload_again(self, key: &str) {
        let Ok(number) = key.parse() else { return };
        let here = |one: &Transfer| one.number == number && one.file.is_some();
        if self
            .uploads
            .under_way
            .with_untracked(|transfers| transfers.iter().any(here))
        {
            self.uploads.state(number, FileState::Uploading(0));
            self.send(number);
        } else {
            self.uploads.end(number);
            self.uploads.ui.say(fill::FILE_CHOOSE_AGAIN);
        }
    }

    /// Takes a file away, or ends its upload.
    pub fn take_file_away(self, path: &str, key: &str) {
        let client = self.uploads.client;
        if let Ok(transfer) = key.parse::<u32>() {
            spawn_local(async move {
                // Nothing depends on it: an upload that has just ended is simply not listed any more.
                let _ = client.ask(CancelUpload { transfer }).await;
                self.uploads.end(transfer);
            });
            return;
        }
        let mut files = files_of(self.answer_now(path).as_ref());
        let Some(at) = files.iter().position(|file| file.id.to_string() == key) else {
            return;
        };
        let gone = files.remove(at);
        self.change(path, answer_of(&files));
        if let UploadTo::Draft(draft) = self.uploads.to.get_value() {
            spawn_local(async move {
                // The answer is what counts: a file that nothing names any more goes with the draft at the latest.
                let _ = client.ask(RemoveFile { draft, file: gone.id }).await;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_the_hall_would_refuse_is_not_sent() {
        let all = FileLimits::default();
        let said = |limits: &FileLimits, name: &str, media_type: &str, size: u64| {
            let words = fault(limits, name, media_type, size)?;
            Some(Language::ALL.map(|language| words.get(language)))
        };
        assert!(said(&all, "a.pdf", "application/pdf", 10).is_none());
        assert!(said(&all, "A.JPG", "", 10).is_none());
        assert!(said(&all, "a.exe", "", 10).is_some());
        assert!(said(&all, "a.svg", "image/svg+xml", 10).is_some());
        assert!(said(&all, "a.pdf", "application/pdf", 0).is_some());
        assert!(said(&all, "a.pdf", "application/pdf", all.bytes + 1).is_some());
        let photo = FileLimits {
            types: vec![FileType::Jpeg, FileType::Png],
            bytes: 200 * 1024,
        };
        let [zh, en] = said(&photo, "a.pdf", "application/pdf", 10).unwrap_or_default();
        assert_eq!(
            (zh.as_str(), en.as_str()),
            ("这里只接受 JPG、PNG 文件。", "Only JPG or PNG is accepted here.")
        );
        let [zh, en] = said(&photo, "a.png", "image/png", 200 * 1024 + 1).unwrap_or_default();
        assert_eq!(
            (zh.as_str(), en.as_str()),
            ("文件超过 200 KB，请压缩后再上传。", "The file is larger than 200 KB.")
        );
    }

    #[test]
    fn an_upload_is_not_called_done_before_the_hall_says_so() {
        assert_eq!(percent(0, 0), 0);
        assert_eq!(percent(50, 200), 25);
        assert_eq!(percent(200, 200), 99);
        assert!(matches!(on_the_way(200, 200, true), FileState::Waiting(99)));
    }
}
