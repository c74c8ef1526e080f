//! A region, chosen level by level: lists below each other, on a kiosk large buttons.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_forms::whole_label;
use onehall_protocol::catalog::ListedEntry;
use onehall_protocol::{CoreError, ListCode, Text};
use serde_json::Value;

use super::lists::{Source, below, failed};
use super::{Answering, Asked, typed};
use crate::design::button::{Button, Weight};
use crate::design::choices::{ChoiceOption, Select, SelectProps};
use crate::design::field::{FieldGroup, FieldGroupProps};
use crate::design::icon::Icon;
use crate::shell::{Profile, document, use_ui};
use crate::texts::{Phrase, Words, fill};
use crate::view::{effect, keyed, live, memo, view};

/// What the levels are called (GB/T 2260, GB/T 10114), the highest first.
const LEVELS: [Phrase; 5] = [
    fill::REGION_LEVEL_1,
    fill::REGION_LEVEL_2,
    fill::REGION_LEVEL_3,
    fill::REGION_LEVEL_4,
    fill::REGION_LEVEL_5,
];

fn level_name(at: usize) -> Phrase {
    LEVELS[at.min(LEVELS.len() - 1)]
}

/// The entries of a level, once they are there.
#[derive(Clone, PartialEq)]
enum Entries {
    Loading,
    There(Vec<ListedEntry>),
    Failed(CoreError),
}

/// A level of the way.
#[derive(Clone)]
struct Level {
    /// The entry that it is below.
    parent: Option<String>,
    entries: Entries,
    chosen: Option<ListedEntry>,
}

impl Level {
    fn new(parent: Option<String>, entries: Entries) -> Level {
        Level {
            parent,
            entries,
            chosen: None,
        }
    }
}

/// The way from the top to a region, as far as it is gone.
#[derive(Clone, Default)]
struct Way(Vec<Level>);

impl Way {
    /// What is to be read of the region once the way is at its end: at the level that is asked for, or where nothing is
    /// below.
    fn whole(&self, depth: Option<u8>) -> Option<(&str, Text)> {
        let last = self.0.last()?.chosen.as_ref()?;
        let deep = depth.is_some_and(|depth| self.0.len() >= usize::from(depth));
        let labels = self.0.iter().filter_map(|level| Some(&level.chosen.as_ref()?.label));
        (last.leaf || deep).then(|| (last.code.as_str(), whole_label(labels)))
    }

    /// Chooses at a level; what was chosen below does not count any more.
    fn choose(&mut self, at: usize, code: &str) {
        self.0.truncate(at + 1);
        if let Some(level) = self.0.get_mut(at) {
            level.chosen = match &level.entries {
                Entries::There(entries) => entries.iter().find(|entry| entry.code == code).cloned(),
                _ => None,
            };
        }
    }
}

/// A question with its way. Cheap to copy.
#[derive(Clone, Copy)]
struct Picker {
    source: Source,
    answering: Answering,
    path: StoredValue<String>,
    id: StoredValue<String>,
    depth: Option<u8>,
    way: RwSignal<Way>,
}

impl Picker {
    fn code(self) -> Option<String> {
        let whole = |way: &Way| way.whole(self.depth).map(|(code, _)| code.to_owned());
        self.way.with_untracked(whole)
    }

    /// Goes the way to a region again, where the list is at hand; begins anew where nothing is chosen.
    fn begin(self, code: Option<&str>) {
        let mut way = Way::default();
        if let Some(code) = code {
            let Some(entries) = self.source.at_hand() else {
                return self.way.set(way);
            };
            let mut parent = None;
            for entry in entries.way(code) {
                let below = Entries::There(below(&entries, parent.as_deref()));
                way.0.push(Level::new(parent, below));
                way.choose(way.0.len() - 1, &entry.code);
                parent = Some(entry.code.clone());
            }
        }
        let anew = way.0.is_empty();
        self.way.set(way);
        if anew {
            self.add_level(None);
        }
    }

    /// Adds a level and loads its entries.
    fn add_level(self, parent: Option<String>) {
        let at = self.way.with_untracked(|way| way.0.len());
        self.way.update(|way| way.0.push(Level::new(parent, Entries::Loading)));
        self.load(at);
    }

    fn load(self, at: usize) {
        let Some(parent) = self
            .way
            .with_untracked(|way| way.0.get(at).map(|level| level.parent.clone()))
        else {
            return;
        };
        self.set_entries(at, &parent, Entries::Loading);
        spawn_local(async move {
            let (entries, only) = match self.source.below(parent.clone()).await {
                Ok(entries) => {
                    let only = match entries.as_slice() {
                        [only] if !only.leaf => Some(only.code.clone()),
                        _ => None,
                    };
                    (Entries::There(entries), only)
                }
                Err(error) => (Entries::Failed(error), None),
            };
            let there = self.set_entries(at, &parent, entries);
            let deep = self.depth.is_some_and(|depth| at + 1 >= usize::from(depth));
            // Where there is one way only it is gone, but not to its end: that is the citizen's to say.
            if let Some(only) = only.filter(|_| there && !deep) {
                self.choose(at, &only);
            }
        });
    }

    /// Puts the entries in their level, if one is still on that way.
    fn set_entries(self, at: usize, parent: &Option<String>, entries: Entries) -> bool {
        let set = self.way.try_update(|way| {
            let level = way.0.get_mut(at).filter(|level| level.parent == *parent);
            level.map(|level| level.entries = entries).is_some()
        });
        set == Some(true)
    }

    fn choose(self, at: usize, code: &str) {
        self.way.update(|way| way.choose(at, code));
        let (whole, on) = self.way.with_untracked(|way| {
            let whole = way
                .whole(self.depth)
                .map(|(code, label)| typed::entry_answer(code, &label));
            let on = way.0.last().and_then(|level| level.chosen.as_ref());
            (whole, on.map(|entry| entry.code.clone()))
        });
        self.path.with_value(|path| match whole {
            Some(answer) => {
                self.answering.change(path, answer);
                self.answering.left(path);
            }
            None => {
                if self.answering.answer_now(path).is_some() {
                    self.answering.change(path, Value::Null);
                }
                if on.is_some() {
                    self.add_level(on);
                }
            }
        });
    }

    fn level_id(self, at: usize) -> String {
        let id = self.id.get_value();
        if at == 0 { id } else { format!("{id}.{}", at + 1) }
    }

    fn options(self, at: usize) -> Vec<ListedEntry> {
        self.way.with(|way| match way.0.get(at).map(|level| &level.entries) {
            Some(Entries::There(entries)) => entries.clone(),
            _ => Vec::new(),
        })
    }

    fn chosen(self, at: usize) -> Option<ListedEntry> {
        self.way.with(|way| way.0.get(at)?.chosen.clone())
    }
}

/// A region.
pub(super) fn region(answering: Answering, asked: &Asked, list: &ListCode, depth: Option<u8>) -> AnyView {
    let answer = answering.answer(asked.path.clone());
    let picker = Picker {
        source: Source::of(answering, list),
        answering,
        path: StoredValue::new(asked.path.clone()),
        id: StoredValue::new(asked.id.clone()),
        depth,
        way: RwSignal::new(Way::default()),
    };
    let code = memo(move |_| typed::part(answer.get().as_ref(), "code"));
    let begun = StoredValue::new(false);
    effect(move || {
        // What is chosen elsewhere comes in; what was chosen here is there already.
        let code = Some(code.get()).filter(|code| !code.is_empty());
        if !begun.get_value() || (code.is_some() && picker.code() != code) {
            begun.set_value(true);
            picker.begin(code.as_deref());
        }
    });
    let label = memo(move |_| typed::entry_label(answer.get().as_ref()));
    let kiosk = use_ui().profile.get_untracked() == Profile::Kiosk;
    let levels = move || picker.way.with(|way| (0..way.0.len()).collect::<Vec<_>>());
    let known = memo(move |_| picker.way.with(|way| !way.0.is_empty()));
    let id = asked.id.clone();
    let body = move || {
        let again = move |()| {
            picker.begin(None);
            let id = picker.level_id(0);
            request_animation_frame(move || document::focus_into_view(&id));
        };
        let (again, summary_id) = (Callback::new(again), id.clone());
        view! {
            <p class="region-chosen" role="status">
                {move || label.get().map(|label| view! { <Icon name="check"/><span>{fill::REGION_CHOSEN.with([label.into()])}</span> })}
            </p>
            {live(move || (!known.get()).then(|| view! {
                <div id=summary_id.clone() tabindex="-1">
                    <Button label=fill::REGION_AGAIN icon="rotate-ccw" on_press=again/>
                </div>
            }))}
            <div class="group-parts" class:region-large=kiosk>
                {keyed(
                    levels,
                    move |at| picker.way.with(|way| format!("{at} {:?}", way.0.get(*at).map(|level| &level.parent))),
                    move |at| level_view(picker, at, kiosk),
                )}
            </div>
        }
        .into_any()
    };
    let props = FieldGroupProps::builder()
        .id(asked.id.clone())
        .label(asked.label())
        .hint(asked.hint(answering))
        .error(asked.error)
        .optional(asked.optional)
        .children(Box::new(body));
    FieldGroup(props.build()).into_any()
}

/// A level: on its way, not there, or its entries.
fn level_view(picker: Picker, at: usize, kiosk: bool) -> AnyView {
    let failure = memo(move |_| {
        picker.way.with(|way| match way.0.get(at).map(|level| &level.entries) {
            Some(Entries::There(_)) | None => None,
            Some(Entries::Loading) => Some(None),
            Some(Entries::Failed(error)) => Some(Some(error.clone())),
        })
    });
    let retry = Callback::new(move |()| picker.load(at));
    live(move || match failure.get() {
        Some(None) => view! { <p class="field-hint" role="status">{fill::REGION_LOADING}</p> }.into_any(),
        Some(Some(error)) => failed(fill::REGION_FAILED, &error, retry),
        None if kiosk => buttons(picker, at),
        None => list(picker, at),
    })
}

/// The entries of a level in a native list.
fn list(picker: Picker, at: usize) -> AnyView {
    let options = Signal::derive(move || {
        let entries = picker.options(at).into_iter();
        entries
            .map(|entry| ChoiceOption::new(entry.code, entry.label))
            .collect::<Vec<_>>()
    });
    let value = Signal::derive(move || picker.chosen(at).map(|entry| entry.code).unwrap_or_default());
    let props = SelectProps::builder()
        .id(picker.level_id(at))
        .label(level_name(at))
        .options(options)
        .value(value)
        .on_change(Callback::new(move |code: String| picker.choose(at, &code)));
    Select(props.build()).into_any()
}

/// The entries of a level as large buttons; once one is chosen, it alone, to change it.
fn buttons(picker: Picker, at: usize) -> AnyView {
    let title_id = format!("{}.title", picker.level_id(at));
    let chosen = memo(move |_| picker.chosen(at));
    let body = live(move || match chosen.get() {
        // There is nothing else to choose.
        Some(entry) if picker.options(at).len() == 1 => {
            let fact = fill::REGION_ONLY.with([level_name(at).into(), entry.label.into()]);
            view! { <p class="region-level">{fact}</p> }.into_any()
        }
        Some(entry) => {
            let change = move |()| {
                picker.choose(at, "");
                focus_level(picker, at);
            };
            let label = fill::REGION_CHANGE.with([level_name(at).into(), entry.label.into()]);
            view! { <Button label=label icon="pencil" weight=Weight::Quiet on_press=Callback::new(change)/> }.into_any()
        }
        None => {
            let entries = picker.options(at).into_iter();
            let button = |entry: ListedEntry| {
                let choose = move |()| {
                    picker.choose(at, &entry.code);
                    focus_level(picker, at + 1);
                };
                view! { <Button label=Words::from(entry.label) on_press=Callback::new(choose)/> }.into_any()
            };
            view! {
                <p class="region-level" id=title_id.clone()>{level_name(at)}</p>
                <div class="region-buttons" role="group" aria-labelledby=title_id.clone()>{entries.map(button).collect_view()}</div>
            }
            .into_any()
        }
    });
    view! { <div id=picker.level_id(at) tabindex="-1">{body}</div> }.into_any()
}

/// What was pressed is gone: the focus goes where it goes on; to the whole, where the way is at its end.
fn focus_level(picker: Picker, at: usize) {
    let last = picker.way.with_untracked(|way| way.0.len().saturating_sub(1));
    let id = picker.level_id(at.min(last));
    request_animation_frame(move || document::focus_into_view(&id));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(code: &str, label: &str, leaf: bool) -> ListedEntry {
        ListedEntry {
            code: code.to_owned(),
            label: Text::new(label, code),
            parent: None,
            whole: None,
            leaf,
        }
    }

    fn way() -> Way {
        let level = |entries: Vec<ListedEntry>| Level::new(None, Entries::There(entries));
        let mut way = Way(vec![level(vec![entry("99", "云岭省", false)])]);
        way.choose(0, "99");
        way.0.push(level(vec![
            entry("9901", "锦屏市", false),
            entry("9902", "直辖镇", true),
        ]));
        way
    }

    #[test]
    fn a_way_ends_where_nothing_is_below_or_at_the_level_that_is_asked_for() {
        let mut way = way();
        assert_eq!(way.whole(None), None);
        way.choose(1, "9901");
        assert_eq!(way.whole(None), None, "there is a level below");
        assert_eq!(
            way.whole(Some(2)).map(|(code, label)| (code, label.zh_cn)),
            Some(("9901", "云岭省锦屏市".to_owned()))
        );
        way.choose(1, "9902");
        assert_eq!(
            way.whole(Some(3)).map(|(code, _)| code),
            Some("9902"),
            "the branch ends before"
        );
    }

    #[test]
    fn another_choice_above_takes_back_what_was_chosen_below() {
        let mut way = way();
        way.choose(1, "9902");
        way.choose(0, "99");
        assert_eq!(way.0.len(), 1);
        way.choose(0, "");
        assert!(way.0[0].chosen.is_none());
        assert_eq!(way.whole(Some(1)), None);
    }
}
