//! What a clerk can do with a case now: one dialog for every action, with what that action needs.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{Act, UploadResult};
use onehall_client::{Event, FileContent};
use onehall_protocol::cases::{ActOnCase, ActionInput, StaffAction, SupplementItem};
use onehall_protocol::files::{FILE_TYPES, FileView};
use onehall_protocol::{CaseId, ErrorCode};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::case::{Opened, label_of};
use super::desk::use_desk;
use crate::citizen::questions::shown::ShownLine;
use crate::design::button::{Button, Weight};
use crate::design::choices::{Checkbox, Checkboxes, ChoiceOption};
use crate::design::content::Section;
use crate::design::dialog::Dialog;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::file_field::{FileField, FileRow, FileState};
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::design::text_field::{TextArea, TextField};
use crate::shell::{Loaded, document, use_ui};
use crate::texts::{Words, console, fill, general};

const REASON: &str = "act-reason";
const ITEMS: &str = "act-items";
const DOCUMENT: &str = "act-document";
const FILE: &str = "act-file";
const SURE: &str = "act-sure";

/// The actions that the clerk can take now.
#[component]
pub fn Actions(
    /// The case.
    now: Opened,
    /// Where it is loaded.
    opened: Loaded<Opened>,
) -> impl IntoView {
    let chosen: RwSignal<Option<StaffAction>> = RwSignal::new(None);
    let actions = now.case.actions.clone();
    let body = if actions.is_empty() {
        view! { <p class="quiet">{console::NO_ACTIONS}</p> }.into_any()
    } else {
        // What goes on comes first; what refuses comes last, in red.
        let buttons = actions.into_iter().enumerate().map(|(at, action)| {
            let weight = match (action.adverse, at) {
                (true, _) => Weight::Danger,
                (false, 0) => Weight::Primary,
                (false, _) => Weight::Secondary,
            };
            let label = Words::from(&action.name);
            let press = Callback::new(move |()| chosen.set(Some(action.clone())));
            view! { <Button label=label weight=weight wide=true on_press=press/> }
        });
        view! { <div class="console-actions">{buttons.collect_view()}</div> }.into_any()
    };
    view! {
        <Section id="actions" title=console::ACTIONS>
            {body}
            {move || chosen.get().map(|action| view! { <ActDialog action=action now=now.clone() opened=opened chosen=chosen/> })}
        </Section>
    }
    .into_any()
}

/// What the clerk has filled in.
#[derive(Clone, Copy)]
struct Filled {
    reason: RwSignal<String>,
    ticked: RwSignal<Vec<String>>,
    reasons: RwSignal<Vec<(String, String)>>,
    document_number: RwSignal<String>,
    file: RwSignal<Option<FileView>>,
    file_row: RwSignal<Vec<FileRow>>,
    sure: RwSignal<bool>,
}

impl Filled {
    fn new() -> Filled {
        Filled {
            reason: RwSignal::new(String::new()),
            ticked: RwSignal::new(Vec::new()),
            reasons: RwSignal::new(Vec::new()),
            document_number: RwSignal::new(String::new()),
            file: RwSignal::new(None),
            file_row: RwSignal::new(Vec::new()),
            sure: RwSignal::new(false),
        }
    }

    fn reason_of(self, path: &str) -> String {
        let of_path = |(known, _): &&(String, String)| known == path;
        self.reasons.with(|reasons| reasons.iter().find(of_path).map(|(_, reason)| reason.clone()).unwrap_or_default())
    }

    fn set_reason_of(self, path: &str, reason: String) {
        self.reasons.update(|reasons| {
            reasons.retain(|(known, _)| known != path);
            reasons.push((path.to_owned(), reason));
        });
    }

    /// What is missing for this action.
    fn missing(self, action: &StaffAction, label_of: impl Fn(&str) -> Words) -> Vec<SummaryLine> {
        let mut lines = Vec::new();
        let mut add = |field: &str, words: Words| lines.push(SummaryLine { field: Some(field.to_owned()), words });
        for input in &action.required {
            match input {
                ActionInput::Reason if self.reason.with_untracked(|text| text.trim().is_empty()) => {
                    add(REASON, console::ACT_MISSING_REASON.into());
                }
                ActionInput::SupplementItems if self.ticked.with_untracked(Vec::is_empty) => {
                    add(ITEMS, console::ACT_MISSING_ITEMS.into());
                }
                ActionInput::DocumentNumber if self.document_number.with_untracked(|text| text.trim().is_empty()) => {
                    add(DOCUMENT, console::ACT_MISSING_DOCUMENT.into());
                }
                ActionInput::ResultFile if self.file.with_untracked(Option::is_none) => {
                    add(FILE, console::ACT_MISSING_FILE.into());
                }
                _ => {}
            }
        }
        for (at, path) in self.ticked.get_untracked().iter().enumerate() {
            if untrack(|| self.reason_of(path)).trim().is_empty() {
                add(&item_id(at), console::ACT_MISSING_ITEM_REASON.with([label_of(path)]));
            }
        }
        let uploading = |row: &FileRow| matches!(row.state, FileState::Uploading(_));
        if self.file_row.with_untracked(|rows| rows.iter().any(uploading)) {
            add(FILE, console::ACT_FILE_WAIT.into());
        }
        if action.adverse && !self.sure.get_untracked() {
            add(SURE, console::ACT_MISSING_SURE.into());
        }
        lines
    }

    fn action(self, action: &StaffAction, version: u64) -> ActOnCase {
        let text = |signal: RwSignal<String>| {
            let text = signal.get_untracked().trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let items = self.ticked.get_untracked().into_iter().map(|path| {
            let reason = untrack(|| self.reason_of(&path)).trim().to_owned();
            SupplementItem { path, reason }
        });
        ActOnCase {
            action: action.code.clone(),
            version,
            reason: text(self.reason),
            items: items.collect(),
            document_number: text(self.document_number),
            file: self.file.with_untracked(|file| file.as_ref().map(|file| file.id)),
        }
    }
}

fn item_id(at: usize) -> String {
    format!("act-item-{at}")
}

#[component]
fn ActDialog(
    /// The action.
    action: StaffAction,
    /// The case.
    now: Opened,
    /// Where it is loaded.
    opened: Loaded<Opened>,
    /// Which action's dialog is open.
    chosen: RwSignal<Option<StaffAction>>,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let open = RwSignal::new(true);
    Effect::new(move || {
        if !open.get() {
            chosen.set(None);
        }
    });
    let filled = Filled::new();
    let lines: RwSignal<Vec<SummaryLine>> = RwSignal::new(Vec::new());
    let busy = RwSignal::new(false);
    let id = now.case.case.summary.id;
    let version = now.case.case.summary.version;
    let takes = {
        let action = action.clone();
        move |input: ActionInput| action.required.contains(&input) || action.optional.contains(&input)
    };
    let needs_reason = action.required.contains(&ActionInput::Reason);
    let needs_file = action.required.contains(&ActionInput::ResultFile);
    let name = Words::from(&action.name);
    let error_of = move |field: String| {
        Signal::derive(move || {
            let of_field = |line: &&SummaryLine| line.field.as_deref() == Some(&field);
            lines.with(|lines| lines.iter().find(of_field).map(|line| line.words.clone()))
        })
    };

    let pages = now.pages.clone();
    let labels = pages.clone();
    let send_action = action.clone();
    let send = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        let missing = filled.missing(&send_action, |path| label_of(&labels, path));
        let complete = missing.is_empty();
        lines.set(missing);
        if !complete {
            return;
        }
        busy.set(true);
        let act = filled.action(&send_action, version);
        let done = Words::from(&send_action.name);
        spawn_local(async move {
            let answer = desk.core.ask(Act { id, action: act }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(_) => {
                    open.set(false);
                    ui.say(console::ACT_DONE.with([done]));
                    opened.reload();
                    request_animation_frame(|| document::focus_into_view(crate::shell::HEADING));
                }
                Err(error) if matches!(error.code, ErrorCode::CaseMoved | ErrorCode::ActionOutOfState) => {
                    open.set(false);
                    ui.say_failure(console::CASE_MOVED);
                    opened.reload();
                }
                Err(error) => lines.set(vec![SummaryLine { field: None, words: error_words(&error) }]),
            }
        });
    });

    let reason = takes(ActionInput::Reason).then(|| {
        let (label, hint) = if needs_reason {
            (Words::from(console::ACT_REASON), console::ACT_REASON_HINT)
        } else {
            (Words::from(console::ACT_NOTE), console::ACT_REASON_HINT)
        };
        view! {
            <TextArea id=REASON label=label hint=hint value=filled.reason optional=!needs_reason
                on_input=Callback::new(move |text| filled.reason.set(text)) error=error_of(REASON.to_owned())/>
        }
    });
    let items = takes(ActionInput::SupplementItems).then(|| {
        let answers = pages.iter().flat_map(|page| &page.lines).filter_map(|line| match line {
            ShownLine::Answer(answer) => Some(ChoiceOption::new(answer.path.clone(), Words::from(&answer.label))),
            ShownLine::Row { .. } => None,
        });
        let options: Vec<ChoiceOption> = answers.collect();
        let labels = pages.clone();
        view! {
            <Checkboxes id=ITEMS label=console::ACT_ITEMS hint=console::ACT_ITEMS_HINT options=options values=filled.ticked
                on_change=Callback::new(move |ticked| filled.ticked.set(ticked)) error=error_of(ITEMS.to_owned())/>
            {move || filled.ticked.get().into_iter().enumerate().map(|(at, path)| {
                let label = console::ACT_ITEM_REASON.with([label_of(&labels, &path)]);
                let (read, write) = (path.clone(), path);
                view! {
                    <TextField id=item_id(at) label=label value=Signal::derive(move || filled.reason_of(&read))
                        on_input=Callback::new(move |text| filled.set_reason_of(&write, text)) error=error_of(item_id(at))/>
                }
            }).collect_view()}
        }
    });
    let number = takes(ActionInput::DocumentNumber).then(|| {
        view! {
            <TextField id=DOCUMENT label=console::ACT_DOCUMENT value=filled.document_number
                on_input=Callback::new(move |text| filled.document_number.set(text)) error=error_of(DOCUMENT.to_owned())/>
        }
    });
    let file = takes(ActionInput::ResultFile).then(|| {
        view! { <ResultFile case=id filled=filled optional=!needs_file error=error_of(FILE.to_owned())/> }
    });
    let adverse = action.adverse.then(|| {
        view! {
            <Notice tone=Tone::Attention><p>{console::ACT_ADVERSE}</p></Notice>
            <Checkbox id=SURE label=console::ACT_ADVERSE_SURE.with([name.clone()]) checked=filled.sure
                on_change=Callback::new(move |sure| filled.sure.set(sure)) error=error_of(SURE.to_owned())/>
        }
    });
    let weight = if action.adverse { Weight::Danger } else { Weight::Primary };
    view! {
        <Dialog id="act" title=name.clone() open=open>
            <ErrorSummary errors=lines/>
            {items}
            {reason}
            {number}
            {file}
            {adverse}
            <div class="buttons">
                <Button label=name weight=weight busy=busy on_press=send/>
                <Button label=general::CANCEL weight=Weight::Secondary on_press=Callback::new(move |()| open.set(false))/>
            </div>
        </Dialog>
    }
    .into_any()
}

/// One file with the result: chosen, uploaded at once.
#[component]
fn ResultFile(
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
    let set_state = move |state: FileState| {
        let _ = filled.file_row.try_update(|rows| {
            if let Some(row) = rows.first_mut() {
                row.state = state;
            }
        });
    };
    desk.core.on_event(move |event| {
        if let Event::Upload { transfer, sent, total } = event {
            if transfer == transfers.get_value() && filled.file.with_untracked(Option::is_none) {
                let percent = (sent * 100).checked_div(total).unwrap_or(0).min(99);
                set_state(FileState::Uploading(u8::try_from(percent).unwrap_or(99)));
            }
        }
    });
    let choose = Callback::new(move |files: Vec<File>| {
        let Some(file) = files.into_iter().next() else { return };
        transfers.update_value(|number| *number = number.wrapping_add(1));
        let transfer = transfers.get_value();
        let name = file.name();
        filled.file.set(None);
        let row = FileRow { key: "result".to_owned(), name: name.clone(), size: file.size() as u64, state: FileState::Uploading(0) };
        filled.file_row.set(vec![row]);
        spawn_local(async move {
            let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
                set_state(FileState::Failed(fill::FILE_UNREADABLE.into()));
                return;
            };
            let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
            let content = FileContent { name, media_type: file.type_(), bytes };
            match desk.core.ask(UploadResult { id: case, file: content, transfer }).await {
                Ok(view) if transfer == transfers.get_value() => {
                    let _ = filled.file.try_set(Some(view));
                    set_state(FileState::Done);
                }
                Ok(_) => {}
                Err(error) => set_state(FileState::Failed(error_words(&error))),
            }
        });
    });
    let remove = Callback::new(move |_: String| {
        transfers.update_value(|number| *number = number.wrapping_add(1));
        filled.file.set(None);
        filled.file_row.set(Vec::new());
    });
    let full = Signal::derive(move || filled.file_row.with(|rows| !rows.is_empty()));
    view! {
        <FileField id=FILE label=console::ACT_FILE hint=console::ACT_FILE_HINT files=filled.file_row on_files=choose
            on_remove=remove accept=FILE_TYPES.join(",") full=full error=error optional=optional/>
    }
    .into_any()
}
