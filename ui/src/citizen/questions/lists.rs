//! An entry of a list that the hall serves, found by typing.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::SearchList;
use onehall_forms::{Entries, ListEntry};
use onehall_protocol::catalog::{ListPage, ListedEntry};
use onehall_protocol::{CoreError, ListCode};
use serde_json::Value;

use super::{Answering, Asked, typed};
use crate::citizen::{Client, use_hall};
use crate::design::button::Button;
use crate::design::choices::ChoiceOption;
use crate::design::combobox::{Combobox, ComboboxProps};
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::shell::use_ui;
use crate::texts::{Phrase, Words, counted, fill, general};
use crate::view::{effect, live, memo, view};

/// How long the hands rest before it is looked for what they typed.
const REST: Duration = Duration::from_millis(200);

/// Where the entries of a list come from. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Source {
    client: Client,
    answering: Answering,
    list: StoredValue<ListCode>,
}

impl Source {
    pub(super) fn of(answering: Answering, list: &ListCode) -> Source {
        Source {
            client: use_hall().client,
            answering,
            list: StoredValue::new(list.clone()),
        }
    }

    /// The entries, where they came with the form.
    pub(super) fn at_hand(self) -> Option<Entries> {
        self.answering.filling.with_untracked(|filling| {
            let list = self
                .list
                .with_value(|list| filling.context().lists.get(list.as_str()).cloned());
            list?.entries
        })
    }

    /// The entries right below one, or those at the top.
    pub(super) async fn below(self, parent: Option<String>) -> Result<Vec<ListedEntry>, CoreError> {
        match self.at_hand() {
            Some(entries) => Ok(below(&entries, parent.as_deref())),
            None => self.ask(None, parent).await.map(|page| page.entries),
        }
    }

    /// What fits some words; the first entries for none.
    async fn search(self, query: String) -> Result<ListPage, CoreError> {
        let query = query.trim().to_owned();
        self.ask((!query.is_empty()).then_some(query), None).await
    }

    async fn ask(self, query: Option<String>, parent: Option<String>) -> Result<ListPage, CoreError> {
        let list = self.list.get_value();
        self.client.ask(SearchList { list, query, parent }).await
    }
}

/// The entries right below one of those at hand.
pub(super) fn below(entries: &Entries, parent: Option<&str>) -> Vec<ListedEntry> {
    entries.below(parent).map(|entry| listed(entries, entry)).collect()
}

fn listed(entries: &Entries, entry: &ListEntry) -> ListedEntry {
    ListedEntry {
        code: entry.code.clone(),
        label: entry.label.clone(),
        parent: entry.parent.clone(),
        whole: None,
        leaf: entries.is_leaf(&entry.code),
    }
}

/// Says that entries did not come, with a way to try again.
pub(super) fn failed(phrase: Phrase, error: &CoreError, again: Callback<()>) -> AnyView {
    let words = phrase.with([error_words(error)]);
    view! {
        <div class="list-failed">
            <Notice tone=Tone::Attention role="status">
                <p>{words}</p>
                <Button label=general::RETRY icon="refresh-cw" on_press=again/>
            </Notice>
        </div>
    }
    .into_any()
}

/// Where a search stands.
#[derive(Clone, PartialEq)]
enum Standing {
    Searching,
    Found { count: usize, more: bool },
    Failed(CoreError),
}

/// A question with its search. Cheap to copy.
#[derive(Clone, Copy)]
struct Search {
    source: Source,
    path: StoredValue<String>,
    text: RwSignal<String>,
    found: RwSignal<Vec<ListedEntry>>,
    standing: RwSignal<Standing>,
    /// Something was typed that is no entry, and left.
    unchosen: RwSignal<bool>,
    turn: StoredValue<u32>,
}

impl Search {
    fn change(self, answer: Value) {
        self.path.with_value(|path| self.source.answering.change(path, answer));
    }

    fn is_answered(self) -> bool {
        self.path
            .with_value(|path| self.source.answering.answer_now(path))
            .is_some()
    }

    fn look(self, words: String, rest: Duration) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.standing.set(Standing::Searching);
        spawn_local(async move {
            sleep(rest).await;
            // What was overtaken is not asked for, and what comes too late is dropped.
            let current = || self.turn.try_get_value() == Some(turn);
            if !current() {
                return;
            }
            let found = self.source.search(words).await;
            if !current() {
                return;
            }
            let (entries, standing) = match found {
                Ok(page) => {
                    let standing = Standing::Found {
                        count: page.entries.len(),
                        more: page.more,
                    };
                    (page.entries, standing)
                }
                Err(error) => (Vec::new(), Standing::Failed(error)),
            };
            self.found.set(entries);
            self.standing.set(standing);
        });
    }

    /// Looks for what stands in the field; for everything, where that is the entry that is chosen.
    fn look_again(self) {
        let words = if self.is_answered() {
            String::new()
        } else {
            self.text.get_untracked()
        };
        self.look(words, Duration::ZERO);
    }

    fn typed(self, text: String) {
        self.unchosen.set(false);
        self.text.set(text.clone());
        if self.is_answered() {
            // What stands there now is not what was chosen.
            self.change(Value::Null);
        }
        self.look(text, REST);
    }

    fn choose(self, fits: impl Fn(&ListedEntry) -> bool) -> bool {
        let entry = self
            .found
            .with_untracked(|found| found.iter().find(|entry| fits(entry)).cloned());
        let Some(entry) = entry else { return false };
        self.unchosen.set(false);
        self.change(typed::entry_answer(&entry.code, &entry.label));
        self.path.with_value(|path| self.source.answering.left(path));
        true
    }

    /// The field was left. Who typed an entry in full has chosen it.
    fn left(self) {
        let text = self.text.get_untracked().trim().to_lowercase();
        if self.is_answered() || text.is_empty() {
            return;
        }
        let same = |name: &str| name.to_lowercase() == text;
        if !self.choose(|entry| same(&entry.code) || same(&entry.label.zh_cn) || same(&entry.label.en)) {
            self.unchosen.set(true);
        }
    }

    fn said(self) -> Option<Words> {
        match self.standing.get() {
            Standing::Searching => Some(fill::LIST_SEARCHING.into()),
            Standing::Found { count: 0, .. } => Some(fill::LIST_NOTHING.into()),
            Standing::Found { count, more: true } => Some(fill::LIST_MORE.with([count.to_string().into()])),
            Standing::Found { count, .. } => Some(counted(count, fill::LIST_FOUND_ONE, fill::LIST_FOUND)),
            Standing::Failed(_) => None,
        }
    }
}

/// One entry of a list.
pub(super) fn choice(answering: Answering, asked: &Asked, list: &ListCode) -> AnyView {
    let ui = use_ui();
    let answer = answering.answer(asked.path.clone());
    let label = memo(move |_| {
        let label = typed::entry_label(answer.get().as_ref());
        label.map_or_else(String::new, |label| label.get(ui.language.get()).to_owned())
    });
    let search = Search {
        source: Source::of(answering, list),
        path: StoredValue::new(asked.path.clone()),
        text: RwSignal::new(label.get_untracked()),
        found: RwSignal::new(Vec::new()),
        standing: RwSignal::new(Standing::Searching),
        unchosen: RwSignal::new(false),
        turn: StoredValue::new(0),
    };
    let before = StoredValue::new(label.get_untracked());
    effect(move || {
        // What is chosen elsewhere comes in, and another language; what is just being typed stays.
        let now = label.get();
        let before = before.try_update_value(|before| std::mem::replace(before, now.clone()));
        if !now.is_empty() || before == Some(search.text.get_untracked()) {
            search.text.set(now);
        }
    });
    let failure = memo(move |_| match search.standing.get() {
        Standing::Failed(error) => Some(error),
        _ => None,
    });
    effect(move || {
        if ui.online.get() && failure.with_untracked(Option::is_some) {
            search.look_again();
        }
    });
    let found = Signal::derive(move || {
        let entries = search.found.get().into_iter();
        let option = |entry: ListedEntry| {
            let note = entry.whole.map_or_else(|| entry.code.as_str().into(), Words::from);
            ChoiceOption::new(entry.code, entry.label).with_hint(Some(note))
        };
        entries.map(option).collect::<Vec<_>>()
    });
    let error = asked.error;
    let error = Signal::derive(move || {
        let unchosen = search.unchosen.get().then(|| Words::from(fill::LIST_NOT_CHOSEN));
        unchosen.or_else(|| error.get())
    });
    let props = ComboboxProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .text(search.text)
        .on_input(Callback::new(move |text| search.typed(text)))
        .found(found)
        .said(Signal::derive(move || search.said()))
        .on_open(Callback::new(move |()| search.look_again()))
        .on_choose(Callback::new(move |code: String| {
            search.choose(|entry| entry.code == code);
        }))
        .on_leave(Callback::new(move |()| search.left()))
        .hint(Some(asked.hint(answering).unwrap_or_else(|| fill::LIST_HINT.into())))
        .error(error)
        .optional(asked.optional);
    let again = Callback::new(move |()| search.look_again());
    view! {
        {Combobox(props.build())}
        {live(move || failure.get().map(|error| failed(fill::LIST_FAILED, &error, again)))}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Text;

    use super::*;

    fn entries() -> Entries {
        let entry = |code: &str, zh_cn: &str, en: &str, parent: Option<&str>| ListEntry {
            code: code.to_owned(),
            label: Text::new(zh_cn, en),
            parent: parent.map(str::to_owned),
        };
        Entries::from(vec![
            entry("2", "专业技术人员", "Professionals", None),
            entry("2-02", "工程技术人员", "Engineers", Some("2")),
            entry("2-08", "教学人员", "Teachers", Some("2")),
        ])
    }

    #[test]
    fn the_entries_below_say_whether_others_are_below_them() {
        let entries = entries();
        let below = |parent| {
            let below = below(&entries, parent).into_iter();
            below.map(|entry| (entry.code, entry.leaf)).collect::<Vec<_>>()
        };
        assert_eq!(below(None), [("2".to_owned(), false)]);
        assert_eq!(below(Some("2")), [("2-02".to_owned(), true), ("2-08".to_owned(), true)]);
        assert!(below(Some("2-02")).is_empty());
    }
}
