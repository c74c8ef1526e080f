//! The core under the previewed form: answers what the citizen's pages ask, keeps what is typed in this page alone, and
//! sends nothing anywhere.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::str::FromStr;

use futures::future::LocalBoxFuture;
use gloo_timers::future::TimeoutFuture;
use onehall_client::citizen::{Command, Reply, SearchList, UploadFile};
use onehall_client::{CoreClient, Event, Preferences, SaveState, Subscription};
use onehall_forms::{Definition, Inputs, ListSearch};
use onehall_protocol::catalog::{Catalog, City, FormReference, ListPage};
use onehall_protocol::drafts::{AnswerChange, Answers, DraftSaved, DraftSummary, DraftView};
use onehall_protocol::files::FileView;
use onehall_protocol::identity::{AssuranceLevel, PersonKind, PersonView, Session, TerminalKind};
use onehall_protocol::{CoreError, Date, DraftId, ErrorCode, ItemCode, ListCode, Text, Timestamp};
use wasm_bindgen_futures::spawn_local;

use super::talk::{FromForm, Look, Show, say_to_desk};
use crate::citizen::apply::CHECK;
use crate::citizen::routes;

/// The most entries that a look into a list gives.
const MOST_ENTRIES: usize = 100;

/// The core. Cheap to clone.
#[derive(Clone)]
pub struct PreviewCore(Rc<Inner>);

type Listener = Rc<dyn Fn(Event)>;

struct Inner {
    shown: RefCell<Shown>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    /// The number of what is named next: a listener, a file, an attempt.
    next: Cell<u64>,
}

/// What is shown.
struct Shown {
    turn: u32,
    definition: Definition,
    inputs: Inputs,
    /// The lists among the inputs, prepared to be looked in.
    searches: Vec<(ListCode, ListSearch)>,
    answers: Answers,
    page: Option<String>,
    look: Look,
    revision: u64,
}

impl PreviewCore {
    /// Over a form; none where it cannot be read, which the desk has found out before.
    pub fn new(show: Show) -> Option<PreviewCore> {
        let shown = Shown {
            turn: show.turn,
            definition: serde_json::from_value(show.definition).ok()?,
            searches: searches(&show.inputs, &show.pinyin),
            inputs: show.inputs,
            answers: show.answers.unwrap_or_default(),
            page: show.page,
            look: show.look,
            revision: 1,
        };
        let core = PreviewCore(Rc::new(Inner {
            shown: RefCell::new(shown),
            listeners: RefCell::default(),
            // Larger than what an earlier page of this form numbered its files by.
            next: Cell::new(js_sys::Date::now() as u64),
        }));
        core.leave_a_page_that_is_gone();
        Some(core)
    }

    /// Takes another form, other answers or another day; what is on the page is to be drawn anew.
    pub fn show(&self, show: Show) {
        {
            let mut shown = self.0.shown.borrow_mut();
            let Ok(definition) = serde_json::from_value(show.definition) else {
                return;
            };
            (shown.turn, shown.definition, shown.look) = (show.turn, definition, show.look);
            shown.revision += 1;
            if shown.inputs != show.inputs {
                shown.searches = searches(&show.inputs, &show.pinyin);
                shown.inputs = show.inputs;
            }
            if let Some(answers) = show.answers {
                shown.answers = answers;
            }
            if show.page.is_some() || show.from_the_start {
                shown.page = show.page;
            }
        }
        self.leave_a_page_that_is_gone();
        self.tell_answers();
    }

    /// Looks otherwise at it.
    pub fn look(&self, look: Look) {
        self.0.shown.borrow_mut().look = look;
    }

    fn leave_a_page_that_is_gone(&self) {
        let mut shown = self.0.shown.borrow_mut();
        let known = |page: &String| page == CHECK || shown.definition.pages.iter().any(|known| known.id == *page);
        if !shown.page.as_ref().is_some_and(known) {
            shown.page = None;
        }
    }

    /// The address of a page; of the one on which one is, where none is named.
    pub fn address(&self, page: Option<&str>) -> String {
        let shown = self.0.shown.borrow();
        let draft = draft_id(shown.turn);
        match page.or(shown.page.as_deref()) {
            Some(page) => routes::draft_page(draft, page),
            None => routes::draft(draft),
        }
    }

    fn number(&self) -> u64 {
        self.0.next.replace(self.0.next.get() + 1)
    }

    fn emit(&self, event: &Event) {
        let all: Vec<Listener> = self
            .0
            .listeners
            .borrow()
            .iter()
            .map(|(_, listener)| listener.clone())
            .collect();
        for listener in all {
            listener(event.clone());
        }
    }

    fn tell_answers(&self) {
        let shown = self.0.shown.borrow();
        say_to_desk(&FromForm::Filled {
            turn: shown.turn,
            answers: shown.answers.clone(),
            page: shown.page.clone(),
        });
    }

    fn change(&self, id: DraftId, changes: Vec<AnswerChange>, page: Option<String>) {
        {
            let mut shown = self.0.shown.borrow_mut();
            // What a page still says that was drawn before the last turn is over.
            if id != draft_id(shown.turn) {
                return;
            }
            for AnswerChange { path, value } in changes {
                if value.is_null() {
                    shown.answers.remove(&path);
                } else {
                    shown.answers.insert(path, value);
                }
            }
            if page.is_some() {
                shown.page = page;
            }
            shown.revision += 1;
        }
        self.tell_answers();
        let core = self.clone();
        spawn_local(async move {
            // As with a real hall, it is saved a moment after it was taken.
            TimeoutFuture::new(0).await;
            let state = SaveState::Saved { at: now() };
            core.emit(&Event::DraftSaving { id, state });
        });
    }

    fn upload(&self, asked: UploadFile) -> FileView {
        let size = asked.file.bytes.len() as u64;
        self.emit(&Event::Upload {
            transfer: asked.transfer,
            sent: size,
            total: size,
            waiting: false,
        });
        say_to_desk(&FromForm::Pretended {
            name: asked.file.name.clone(),
        });
        pretended_file(self.number(), asked.file.name, asked.file.media_type, size, now())
    }

    fn answer(&self, command: Command) -> Result<Reply, CoreError> {
        let refused = |code| Err(CoreError::new(code, self.0.shown.borrow().look.language));
        Ok(match command {
            Command::GetPreferences(_) => Reply::GetPreferences(self.preferences()),
            Command::SetPreferences(ask) => {
                self.prefer(ask.preferences);
                Reply::SetPreferences(())
            }
            Command::RestoreSession(_) => Reply::RestoreSession(Some(session())),
            // Whoever ends a session at the kiosk finds it open again: the preview goes on.
            Command::LogOut(_) => Reply::LogOut(()),
            Command::GetCatalog(_) => Reply::GetCatalog(catalog()),
            Command::SearchCatalog(_) => Reply::SearchCatalog(Vec::new()),
            Command::GetForm(_) => Reply::GetForm(self.0.shown.borrow().definition.clone()),
            Command::GetFormInputs(_) => Reply::GetFormInputs(self.0.shown.borrow().inputs.clone()),
            Command::SearchList(ask) => match self.search(&ask) {
                Some(page) => Reply::SearchList(page),
                None => return refused(ErrorCode::NotFound),
            },
            Command::ListDrafts(_) => Reply::ListDrafts(vec![self.draft().summary]),
            Command::ListCases(_) => Reply::ListCases(Vec::new()),
            Command::OpenDraft(_) => Reply::OpenDraft(self.draft()),
            Command::GetDraft(_) => Reply::GetDraft(self.draft()),
            Command::ChangeAnswers(ask) => {
                self.change(ask.id, ask.changes, ask.page);
                Reply::ChangeAnswers(())
            }
            Command::FlushDraft(_) => Reply::FlushDraft(DraftSaved {
                revision: self.0.shown.borrow().revision,
                saved_at: now(),
                clock: 0,
                others: Vec::new(),
                lost: Vec::new(),
            }),
            Command::UploadFile(ask) => Reply::UploadFile(self.upload(ask)),
            Command::ListUploads(_) => Reply::ListUploads(Vec::new()),
            Command::AttachFile(_) => Reply::AttachFile(()),
            Command::CancelUpload(_) => Reply::CancelUpload(()),
            Command::RemoveFile(_) => Reply::RemoveFile(()),
            Command::NewKey(_) => Reply::NewKey(numbered(self.number())),
            Command::Submit(ask) => {
                // Nobody takes it. What would have been sent is for the author to see.
                say_to_desk(&FromForm::Submitted(
                    serde_json::to_value(ask.submission).unwrap_or_default(),
                ));
                return refused(ErrorCode::Cancelled);
            }
            // The rest of a hall is not here.
            _ => return refused(ErrorCode::NotFound),
        })
    }

    fn search(&self, asked: &SearchList) -> Option<ListPage> {
        let shown = self.0.shown.borrow();
        let (_, search) = shown.searches.iter().find(|(code, _)| *code == asked.list)?;
        let list = shown.inputs.lists.iter().find(|list| list.code == asked.list)?;
        let query = asked.query.as_deref().unwrap_or_default();
        let (entries, more) = search.find(query, asked.parent.as_deref(), MOST_ENTRIES);
        Some(ListPage {
            version: list.version.clone(),
            entries,
            more,
        })
    }

    fn preferences(&self) -> Preferences {
        let look = self.0.shown.borrow().look;
        Preferences {
            language: Some(look.language),
            elder: look.elder,
            theme: look.theme,
            // Nothing is counted here, and nobody is asked.
            analytics: Some(false),
            ..Preferences::default()
        }
    }

    fn prefer(&self, preferences: Preferences) {
        let mut shown = self.0.shown.borrow_mut();
        let look = &mut shown.look;
        let language = preferences.language.unwrap_or(look.language);
        if (look.language, look.elder) != (language, preferences.elder) {
            (look.language, look.elder) = (language, preferences.elder);
            say_to_desk(&FromForm::Chose {
                language,
                elder: preferences.elder,
            });
        }
    }

    fn draft(&self) -> DraftView {
        let shown = self.0.shown.borrow();
        DraftView {
            summary: DraftSummary {
                id: draft_id(shown.turn),
                item: item(&shown.definition),
                item_name: shown.definition.title.clone(),
                principal: person(),
                updated_at: now(),
                terminal: TerminalKind::Browser,
                page: shown.page.clone(),
                form: FormReference {
                    code: shown.definition.code.clone(),
                    version: shown.definition.version,
                },
                revision: shown.revision,
            },
            answers: shown.answers.clone(),
            prefilled: Default::default(),
            form_change: None,
            clock: 0,
            lost: Vec::new(),
            latest: Vec::new(),
        }
    }
}

impl CoreClient for PreviewCore {
    fn dispatch(&self, command: Command) -> LocalBoxFuture<'static, Result<Reply, CoreError>> {
        Box::pin(std::future::ready(self.answer(command)))
    }

    fn subscribe(&self, listener: Box<dyn Fn(Event)>) -> Subscription {
        let number = self.number();
        self.0.listeners.borrow_mut().push((number, Rc::from(listener)));
        let inner = Rc::clone(&self.0);
        Subscription::new(move || inner.listeners.borrow_mut().retain(|(other, _)| *other != number))
    }
}

/// Found as at the hall. What spells Chinese in pinyin is no part of the page: the names come with it.
fn searches(inputs: &Inputs, pinyin: &BTreeMap<String, String>) -> Vec<(ListCode, ListSearch)> {
    let spell = |name: &str| pinyin.get(name).cloned().unwrap_or_default();
    let prepared = inputs.lists.iter().filter_map(|list| {
        let entries = list.entries.clone()?;
        Some((list.code.clone(), ListSearch::new(entries, &spell)))
    });
    prepared.collect()
}

/// A file as a hall would have taken it. Its content is not looked at and goes nowhere.
pub fn pretended_file(number: u64, name: String, media_type: String, size: u64, at: Timestamp) -> FileView {
    FileView {
        id: numbered(number),
        name,
        media_type,
        size,
        sha256: "0".repeat(64),
        uploaded_at: at,
        source: None,
    }
}

/// The item that the form would belong to has its code, where that is one.
fn item(definition: &Definition) -> ItemCode {
    let of_form = definition.code.as_str().parse();
    of_form
        .or_else(|_| "preview".parse())
        .unwrap_or_else(|_| unreachable!("a code of letters"))
}

/// Each turn is a draft of its own, so that the pages take the new form in hand.
fn draft_id(turn: u32) -> DraftId {
    numbered(u64::from(turn))
}

fn numbered<T: FromStr>(number: u64) -> T {
    let id = format!("00000000-0000-7000-8000-{number:012x}");
    id.parse()
        .unwrap_or_else(|_| unreachable!("an id of hexadecimal digits"))
}

fn person() -> PersonView {
    PersonView {
        id: numbered(1),
        kind: PersonKind::Citizen,
        name: "预览 Preview".to_owned(),
        number: None,
    }
}

fn session() -> Session {
    const A_DAY: i64 = 24 * 60 * 60 * 1000;
    Session {
        actor: person(),
        principals: vec![person()],
        phone: String::new(),
        assurance: AssuranceLevel::L2,
        expires_at: Timestamp::from_unix_millis(now().unix_millis() + A_DAY),
    }
}

fn catalog() -> Catalog {
    Catalog {
        version: String::new(),
        city: City {
            name: Text::new("预览", "Preview"),
            hall_name: Text::new("表单预览", "Form preview"),
            case_prefix: "YL".to_owned(),
            utc_offset_minutes: CITY_OFFSET,
            hotline: "12345".to_owned(),
        },
        authorities: Vec::new(),
        halls: Vec::new(),
        life_events: Vec::new(),
        themes: Vec::new(),
        items: Vec::new(),
    }
}

/// The offset of the previewed city from UTC, in minutes.
const CITY_OFFSET: i32 = 480;

/// Today, on the previewed city's calendar.
pub fn today() -> Date {
    now().at_offset(CITY_OFFSET).0
}

#[allow(clippy::cast_possible_truncation)] // Milliseconds since 1970 fit for the next 200,000 years.
fn now() -> Timestamp {
    Timestamp::from_unix_millis(js_sys::Date::now() as i64)
}
