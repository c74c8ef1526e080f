//! A form being filled: answers, what follows from them, and what a change of one reaches.

mod answer;
mod fault;
mod parts;
mod run;
mod slots;
mod transcript;
mod unknown;
mod view;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use onehall_protocol::FieldError;
use onehall_protocol::drafts::{AnswerChange, Answers};
use serde_json::Value;

pub(crate) use answer::{bound, is_blank};
pub use fault::{AnswerCode, AnswerFault};
pub(crate) use parts::parts;
use slots::{Row, Slot};
pub use transcript::{Evaluation, evaluate};
pub use unknown::UnknownRule;
pub use view::{PageView, Progress, QuestionView, RowView};

use crate::context::Context;
use crate::definition::Kind;
use crate::form::{Aspect, Form, is_row_id};

/// A form with answers. Holds no clock and does no I/O; a change evaluates only what it reaches.
///
/// ```
/// use std::sync::Arc;
/// use onehall_forms::{Context, Filling, Form};
/// use serde_json::json;
///
/// let form = Form::parse(r#"{"schema": "onehall-form/1", "code": "demo", "version": 1,
///     "title": {"zh-CN": "示例", "en": "Demo"},
///     "pages": [{"id": "you", "title": {"zh-CN": "您", "en": "You"}, "questions": [
///         {"id": "married", "kind": "yes_no", "label": {"zh-CN": "是否已婚", "en": "Married?"}, "required": true},
///         {"id": "spouse", "kind": "text", "label": {"zh-CN": "配偶", "en": "Spouse"}, "required": true,
///          "visible_when": {"var": "married"}}]}]}"#).map_err(|findings| format!("{findings:?}"))?;
/// let context = Context::on("2026-11-23".parse()?);
/// let mut filling = Filling::new(Arc::new(form), Default::default(), context);
/// let changed = filling.set("married", json!(true));
/// assert_eq!(changed.paths, ["married", "spouse"]);
/// assert!(!filling.is_complete());
/// filling.set("spouse", json!("李雷"));
/// assert!(filling.is_complete());
/// filling.set("married", json!(false));
/// assert!(!filling.submitted_answers().contains_key("spouse"), "kept, but hidden: never submitted");
/// assert!(filling.answers().contains_key("spouse"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Filling {
    form: Arc<Form>,
    context: Context,
    slots: Vec<Slot>,
    rows: Vec<Row>,
    /// Rows that were removed and may be used again, with their first slot, by the node of the group.
    spare: BTreeMap<u32, Vec<(u32, u32)>>,
    /// Answers without a slot: of rows that are not listed, or of questions that the form does not have.
    apart: Answers,
    pages: Vec<PageCount>,
    /// Which change is under way, and how many pages it brought on the path or took from it.
    change: u32,
    moved: usize,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
    evaluations: u64,
}

/// What is known of a page without looking at its questions.
#[derive(Debug, Clone, Copy, Default)]
struct PageCount {
    /// Shown questions outside groups.
    seen: usize,
    /// Faults.
    wrong: usize,
    /// Questions that need an answer.
    required: usize,
    /// Those of them that have a sound one.
    done: usize,
    /// Whether it is on the path.
    on_path: bool,
    /// Whether it was before a change, and which that was.
    was_on_path: (u32, bool),
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changed {
    /// The questions that a person sees differently now (shown, value, required, errors, options), by path; sections that
    /// their rule shows or hides, and pages, by their id. A section also comes and goes with what stands in it.
    pub paths: Vec<String>,
    /// Whether the path of pages is another one now.
    pub pages: bool,
    /// What to save.
    pub answers: Vec<AnswerChange>,
}

impl Filling {
    /// A filling with these answers. Whatever they are: what does not fit becomes an error or is kept apart.
    #[must_use]
    pub fn new(form: Arc<Form>, answers: Answers, context: Context) -> Filling {
        let pages = vec![PageCount::default(); form.definition().pages.len()];
        let mut filling = Filling {
            form,
            context,
            slots: Vec::new(),
            rows: Vec::new(),
            spare: BTreeMap::new(),
            apart: Answers::new(),
            pages,
            change: 0,
            moved: 0,
            queue: BinaryHeap::new(),
            evaluations: 0,
        };
        filling.take_in(answers);
        for slot in 0..filling.form.top_count() as u32 {
            for aspect in [Aspect::Shown, Aspect::Value, Aspect::State] {
                filling.wake(slot, aspect);
            }
        }
        filling.run();
        filling
    }

    /// The form.
    #[must_use]
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// What the evaluation hangs on besides the answers.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// How many single evaluations were made so far: what a change costs, whatever the machine.
    #[must_use]
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Sets an answer; null takes it away. At a group's path the value is the list of its row ids. A path that the form
    /// does not have is kept and told as `unknown_path`.
    pub fn set(&mut self, path: &str, value: Value) -> Changed {
        self.begin();
        let slots = self.put(path, value.clone());
        let answers = vec![AnswerChange {
            path: path.to_owned(),
            value,
        }];
        self.changed(slots, answers)
    }

    /// Sets several answers at once, such as those that another terminal saved.
    pub fn set_all(&mut self, changes: impl IntoIterator<Item = (String, Value)>) -> Changed {
        self.begin();
        let mut slots = Vec::new();
        let mut answers = Vec::new();
        for (path, value) in changes {
            slots.extend(self.put(&path, value.clone()));
            answers.push(AnswerChange { path, value });
        }
        self.changed(slots, answers)
    }

    /// Adds a row at the end of a group. Nothing happens where there is no such group, or a row of this id already.
    pub fn add_row(&mut self, group: &str, id: &str) -> Changed {
        let mut ids = self.row_ids(group);
        if !is_row_id(id) || self.group_at(group).is_none() || ids.iter().any(|row| row == id) {
            return Changed::default();
        }
        ids.push(id.to_owned());
        self.set(group, ids.into())
    }

    /// Removes a row and its answers for good.
    pub fn remove_row(&mut self, group: &str, id: &str) -> Changed {
        let mut ids = self.row_ids(group);
        let Some(at) = ids.iter().position(|row| row == id) else {
            return Changed::default();
        };
        ids.remove(at);
        let mut changed = self.set(group, ids.into());
        // The row's answers wait apart now; this time nobody is to find them again.
        let prefix = format!("{group}/{id}/");
        let gone: Vec<String> = self
            .apart
            .range(prefix.clone()..)
            .map(|(path, _)| path.clone())
            .take_while(|path| path.starts_with(&prefix))
            .collect();
        for path in gone {
            self.apart.remove(&path);
            changed.answers.push(AnswerChange {
                path,
                value: Value::Null,
            });
        }
        changed
    }

    /// Moves a row to a place among the others, counted from 0.
    pub fn move_row(&mut self, group: &str, id: &str, to: usize) -> Changed {
        let mut ids = self.row_ids(group);
        let Some(at) = ids.iter().position(|row| row == id) else {
            return Changed::default();
        };
        let row = ids.remove(at);
        ids.insert(to.min(ids.len()), row);
        self.set(group, ids.into())
    }

    /// An id for a new row. `random` keeps two terminals that add a row at once from choosing the same one: take 64
    /// random bits of the host.
    #[must_use]
    pub fn new_row_id(&self, group: &str, random: u64) -> String {
        let taken = self.row_ids(group);
        (0..)
            .map(|step| format!("r{:016x}", random.wrapping_add(step)))
            .find(|id| !taken.contains(id) && !self.has_apart(&format!("{group}/{id}/")))
            .unwrap_or_default()
    }

    /// All answers, also those of hidden questions and of rows that are not listed: what a draft keeps.
    #[must_use]
    pub fn answers(&self) -> Answers {
        let mut answers = self.apart.clone();
        for (at, slot) in self.slots.iter().enumerate() {
            if let (Some(answer), true) = (&slot.answer, slot.row != slots::NOWHERE) {
                answers.insert(self.path_of(at as u32), answer.clone());
            }
        }
        answers
    }

    /// The answer at a path, hidden or not.
    #[must_use]
    pub fn answer(&self, path: &str) -> Option<&Value> {
        match self
            .slot_at(path)
            .and_then(|slot| self.slots[slot as usize].answer.as_ref())
        {
            None => self.apart.get(path),
            answer => answer,
        }
    }

    /// Everything that is wrong, in the order of the form; paths that the form does not have come last.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.pages.iter().any(|page| page.wrong > 0) {
            self.walk(&mut |slot| {
                if let Some(fault) = self.slots[slot as usize].fault {
                    errors.push(FieldError {
                        path: self.path_of(slot),
                        code: fault.code.as_str().to_owned(),
                    });
                }
            });
        }
        let code = AnswerCode::UnknownPath.as_str();
        errors.extend(self.unknown_paths().map(|path| FieldError {
            path: path.clone(),
            code: code.to_owned(),
        }));
        errors
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pages.iter().all(|page| page.wrong == 0) && self.unknown_paths().next().is_none()
    }

    fn begin(&mut self) {
        self.change = self.change.wrapping_add(1);
        self.moved = 0;
    }

    fn put(&mut self, path: &str, value: Value) -> Vec<u32> {
        let slot = self.slot_at(path).filter(|slot| self.is_answerable(*slot));
        let Some(slot) = slot else {
            if value.is_null() {
                self.apart.remove(path);
            } else {
                self.apart.insert(path.to_owned(), value);
            }
            return Vec::new();
        };
        let answer = Some(value).filter(|value| !value.is_null());
        if self.slots[slot as usize].answer == answer {
            return Vec::new();
        }
        self.slots[slot as usize].answer = answer;
        if self.is_group(slot) {
            self.match_rows(slot);
        }
        self.wake(slot, Aspect::Value);
        self.wake(slot, Aspect::State);
        let mut changed = self.run();
        if let Err(at) = changed.binary_search(&slot) {
            changed.insert(at, slot);
        }
        changed
    }

    fn changed(&self, mut slots: Vec<u32>, answers: Vec<AnswerChange>) -> Changed {
        slots.sort_unstable();
        slots.dedup();
        slots.retain(|slot| self.slots[*slot as usize].row != slots::NOWHERE);
        let paths = slots.into_iter().map(|slot| self.path_of(slot)).collect();
        Changed {
            paths,
            pages: self.moved > 0,
            answers,
        }
    }

    /// The pages on the path, by node.
    fn page_path(&self) -> Vec<u32> {
        let on_path = |(at, page): (usize, &PageCount)| page.on_path.then_some(at as u32);
        self.pages.iter().enumerate().filter_map(on_path).collect()
    }

    fn row_ids(&self, group: &str) -> Vec<String> {
        let Some(slot) = self.group_at(group) else {
            return Vec::new();
        };
        let (ids, _) = slots::row_ids(self.slots[slot as usize].answer.as_ref());
        ids.into_iter().map(str::to_owned).collect()
    }

    fn group_at(&self, path: &str) -> Option<u32> {
        self.slot_at(path).filter(|slot| self.is_group(*slot))
    }

    fn is_group(&self, slot: u32) -> bool {
        let question = self.form.question_of(self.slots[slot as usize].node);
        matches!(question.map(|question| &question.kind), Some(Kind::Group { .. }))
    }

    fn is_answerable(&self, slot: u32) -> bool {
        let question = self.form.question_of(self.slots[slot as usize].node);
        question.is_some_and(|question| question.kind.is_answered())
    }

    fn has_apart(&self, prefix: &str) -> bool {
        self.apart
            .range(prefix.to_owned()..)
            .next()
            .is_some_and(|(path, _)| path.starts_with(prefix))
    }

    /// Answers at paths that the form does not have. A row that is not listed is not unknown: another terminal removed it.
    fn unknown_paths(&self) -> impl Iterator<Item = &String> {
        let answerable = |path: &str| {
            let question = self.form.question(path);
            question.is_some_and(|question| question.kind.is_answered())
        };
        self.apart.keys().filter(move |path| !answerable(path))
    }
}
