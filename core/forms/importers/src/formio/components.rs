//! Components: what is asked, what lays it out, what is only read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use onehall_forms::{Kind, NoteTone, Question};
use onehall_protocol::Text;
use serde_json::json;

use super::inputs::{explained, is_needed};
use super::{DEEP, boxes};
use crate::draft::{Draft, Heading, SECTIONS};
use crate::finding::{ImportFinding, Report, refused};
use crate::json::{At, Json};
use crate::json_logic::Kept;
use crate::known::{Answer, Known};
use crate::names::Names;

/// A question as conditions name it: its key, the keys of the data around it, and what it became.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) known: Known,
    /// Page, question, question in the group …
    pub(super) steps: Vec<usize>,
    /// The id that is kept for whether it is ticked, where it is a box.
    pub(super) ticked: Option<String>,
    /// Where the source says that its answer stays while it is hidden.
    pub(super) stays: Option<String>,
}

/// Rules that wait until every field is known.
pub(super) struct Waiting<'a> {
    /// Page, question, question in the group …; a page alone.
    pub(super) steps: Vec<usize>,
    pub(super) groups: Vec<String>,
    /// The keys of the data around.
    pub(super) keys: Vec<String>,
    /// The components whose conditions have to hold: its own, and those that lay it out.
    pub(super) of: Vec<At<'a>>,
}

/// A rule at one component that waits until every field is known.
pub(super) struct Ruled<'a> {
    pub(super) at: At<'a>,
    pub(super) steps: Vec<usize>,
    pub(super) groups: Vec<String>,
    /// The keys of the data around.
    pub(super) keys: Vec<String>,
}

/// What is asked where a value cannot be computed, and what is told of it then.
pub(super) struct Instead {
    pub(super) question: Question,
    pub(super) report: Report,
}

/// Everything that was found in the tree.
#[derive(Default)]
pub(super) struct Tree<'a> {
    pub(super) fields: Vec<Field>,
    pub(super) by_key: BTreeMap<String, Vec<usize>>,
    pub(super) waiting: Vec<Waiting<'a>>,
    /// The steps of those, each with the number of groups around it.
    pub(super) waiting_at: BTreeMap<Vec<usize>, usize>,
    /// Values that are computed, to be put in when every field is known.
    pub(super) computed: Vec<(Ruled<'a>, Option<Instead>)>,
    /// Checks that are JsonLogic.
    pub(super) checked: Vec<Ruled<'a>>,
    /// The names of the boxes that make radios, each with the keys of the data around.
    pub(super) radio_names: BTreeSet<String>,
    /// What the source keeps of answers where it is something else, by groups and ids.
    pub(super) kept: BTreeMap<String, Kept>,
    /// The boxes of which rules ask whether they are ticked, where it is not sure that they are seen: places in `fields`.
    pub(super) asked_boxes: RefCell<BTreeSet<usize>>,
    /// The fields whose answers stay in the source while they are hidden, and that rules may read then.
    pub(super) asked_hidden: RefCell<BTreeSet<usize>>,
}

/// The place where components are read to: a page, or the rows of a group.
pub(super) struct Sheet<'b> {
    pub(super) groups: Vec<String>,
    pub(super) steps: Vec<usize>,
    /// The keys of the data around.
    pub(super) path_of_keys: Vec<String>,
    pub(super) names: &'b mut Names,
    pub(super) questions: Vec<Question>,
    /// How many sections stand around, on the page or in the row.
    pub(super) sections: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn components(
        &mut self,
        listed: &[At<'a>],
        sheet: &mut Sheet<'_>,
        around: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        let radios = boxes::radios(listed);
        for component in listed {
            let radio = boxes::name(component).and_then(|name| radios.get_key_value(name));
            match radio {
                Some((name, boxes)) if boxes.first().is_some_and(|first| first.path == component.path) => {
                    self.radio(name, boxes, sheet, around, draft)?;
                }
                // It is an option of the first one.
                Some(_) => {}
                None => self.component(component, sheet, around, draft, depth)?,
            }
        }
        Ok(())
    }

    pub(super) fn wait_page(&mut self, place: usize, panel: &At<'a>) {
        if super::conditions::has_any(panel) {
            self.waiting_at.insert(vec![place], 0);
        }
        self.waiting.push(Waiting {
            steps: vec![place],
            groups: Vec::new(),
            keys: Vec::new(),
            of: vec![panel.clone()],
        });
    }

    pub(super) fn component(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        around: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        if depth > DEEP {
            return Err(refused(&at.path, "too_deep", "components nest absurdly deep"));
        }
        if !at.is_map() {
            draft.report.lost(&at.path, "no_component", "this is no component");
            return Ok(());
        }
        let kind = canonical(at.get("type").word().unwrap_or("textfield"));
        // What lays out hands its own conditions on to what stands in it.
        let mut chain = around.to_vec();
        if super::conditions::has_any(at) {
            chain.push(at.clone());
        }
        if kind == "tabs" {
            self.lost_of_layout(at, draft);
            for tab in at.get("components").items() {
                self.lost_of_layout(&tab, draft);
                let mut chain = chain.clone();
                if super::conditions::has_any(&tab) {
                    chain.push(tab.clone());
                }
                self.part(&tab, &tab.get("components").items(), sheet, &chain, draft, depth)?;
            }
            return Ok(());
        }
        if let Some(inner) = laid_out(at, &kind) {
            self.lost_of_layout(at, draft);
            if kind == "table"
                && let Some(text) = draft.texts.content(&at.get("caption"))
            {
                self.note(at, text, NoteTone::Plain, sheet, &chain, draft)?;
            }
            if kind == "panel" || kind == "fieldset" {
                return self.part(at, &inner, sheet, &chain, draft, depth);
            }
            return self.components(&inner, sheet, &chain, draft, depth + 1);
        }
        if is_foreign(&kind) && !at.get("components").items().is_empty() {
            return self.foreign(at, &kind, sheet, &chain, draft, depth);
        }
        match kind.as_str() {
            "button" => {
                let action = at.get("action");
                let own = ["custom", "event", "url", "oauth", "saveState"];
                if action.word().is_some_and(|action| own.contains(&action)) {
                    let message = "what the button does is the source's own code; the hall has its own buttons";
                    draft.report.lost(&action.path, "button", message);
                }
                return Ok(());
            }
            "captcha" | "recaptcha" | "turnstile" => {
                let message = "whether a person fills the form is asked by the hall, not by a form";
                draft.report.lost(&at.path, "captcha", message);
                return Ok(());
            }
            "container" | "form" => {
                self.lost_of_layout(at, draft);
                return self.container(at, sheet, &chain, draft, depth);
            }
            "content" | "htmlelement" | "html" | "header" | "paragraph" => {
                self.lost_of_layout(at, draft);
                return self.content(at, sheet, &chain, draft);
            }
            "datagrid" | "editgrid" | "datatable" | "dynamicwizard" => {
                return self.grid(at, sheet, &chain, draft, depth);
            }
            "datamap" => return self.map(at, sheet, &chain, draft, depth),
            "stripe" | "stripecheckout" => {
                draft
                    .report
                    .lost(&at.path, "payment", "a payment is part of a case here, not of a form");
                return Ok(());
            }
            "survey" => return self.survey(at, sheet, &chain, draft),
            "hidden" => return self.hidden(at, sheet, &chain, draft),
            "tree" | "custom" | "unknown" | "datasource" | "tagpad" | "sketchpad" | "reviewpage" => {
                draft.report.lost(
                    &at.path,
                    "component_not_carried",
                    format!("there is nothing like `{kind}` here"),
                );
                return Ok(());
            }
            _ => {}
        }
        if at.get("multiple").is_true() && !matches!(kind.as_str(), "select" | "file" | "selectboxes" | "tags") {
            return self.several(at, &kind, sheet, &chain, draft);
        }
        let radio = boxes::name(at);
        if let Some(name) = radio {
            self.same_radio(at, name, sheet, draft);
        }
        let question = self.question(at, &kind, sheet, draft)?;
        self.push(at, &kind, question, sheet, &chain);
        if let Some(key) = at.get("key").word().filter(|_| radio.is_some()) {
            self.name_also(key, sheet);
        }
        Ok(())
    }

    pub(super) fn push(
        &mut self,
        at: &At<'a>,
        kind: &str,
        question: Question,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
    ) {
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let required = question.required;
        let known = Known {
            id: question.id.clone(),
            groups: sheet.groups.clone(),
            answer: match (&question.kind, kind) {
                (Kind::Computed { .. }, "number" | "currency") => Answer::Number,
                (Kind::Computed { .. }, "checkbox") => Answer::Bool,
                (Kind::Computed { value, .. }, _) if value.is_boolean() => Answer::Bool,
                (asked, _) => Answer::of(asked),
            },
            required,
            // A box that nobody ticked is `false` in the source.
            starts_false: matches!(kind, "checkbox"),
        };
        let kept = kept(at, &known.answer);
        if kept != Kept::Same {
            self.kept.insert(place_of(&known), kept);
        }
        let is_box = kind == "checkbox" && known.answer == Answer::Bool;
        let ticked = is_box.then(|| sheet.names.take(&format!("{} ticked", known.id), "ticked"));
        self.remember(at, known, steps.clone(), ticked, sheet);
        self.wait(&steps, sheet, chain);
        let check = at.get("validate").get("json");
        if check.is_map() || check.written().is_some() {
            self.checked.push(sheet.ruled(at, steps.clone()));
        }
        sheet.questions.push(question);
    }

    fn wait(&mut self, steps: &[usize], sheet: &Sheet<'_>, chain: &[At<'a>]) {
        if !chain.is_empty() {
            self.waiting_at.insert(steps.to_vec(), sheet.groups.len());
            self.waiting.push(Waiting {
                steps: steps.to_vec(),
                groups: sheet.groups.clone(),
                keys: sheet.path_of_keys.clone(),
                of: chain.to_vec(),
            });
        }
    }

    fn remember(&mut self, at: &At<'a>, known: Known, steps: Vec<usize>, ticked: Option<String>, sheet: &Sheet<'_>) {
        let key = boxes::name(at).or(at.get("key").word());
        let key = key.unwrap_or(&known.id).to_owned();
        let path: Vec<&str> = sheet
            .path_of_keys
            .iter()
            .map(String::as_str)
            .chain([key.as_str()])
            .collect();
        let path = path.join(".");
        let number = self.fields.len();
        for name in [path.clone(), key] {
            let list = self.by_key.entry(name).or_default();
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
        let stays = at.get("clearOnHide");
        let stays = matches!(stays.value, Json::Bool(false)).then_some(stays.path);
        self.fields.push(Field {
            path,
            known,
            steps,
            ticked,
            stays,
        });
    }

    /// Another name by which conditions ask for the field that was remembered last.
    pub(super) fn name_also(&mut self, name: &str, sheet: &Sheet<'_>) {
        let Some(number) = self.fields.len().checked_sub(1) else {
            return;
        };
        let around = sheet.path_of_keys.iter().map(String::as_str);
        let path = around.chain([name]).collect::<Vec<_>>().join(".");
        for name in [path, name.to_owned()] {
            let list = self.by_key.entry(name).or_default();
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
    }

    /// A panel inside a page, a field set or a tab: a section, where it has a title.
    fn part(
        &mut self,
        at: &At<'a>,
        inner: &[At<'a>],
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        let heading = heading(at, draft).filter(|_| !inner.is_empty());
        self.under(at, heading, sheet, chain, draft, |tree, sheet, chain, draft| {
            tree.components(inner, sheet, chain, draft, depth + 1)
        })
    }

    /// What `read` puts on the sheet, as a section where there is a heading over it.
    pub(super) fn under(
        &mut self,
        at: &At<'a>,
        heading: Option<Heading<'_>>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        read: impl FnOnce(&mut Self, &mut Sheet<'_>, &[At<'a>], &mut Draft) -> Result<(), ImportFinding>,
    ) -> Result<(), ImportFinding> {
        let Some(heading) = heading else {
            return read(self, sheet, chain, draft);
        };
        if sheet.sections == SECTIONS {
            let message = "parts with a title nest at most three deep here: this title is only read";
            draft.report.differs(&at.path, "sections_too_deep", message);
            self.note(at, heading.in_one(), NoteTone::Plain, sheet, chain, draft)?;
            return read(self, sheet, chain, draft);
        }
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let mut part = Sheet {
            groups: sheet.groups.clone(),
            steps: steps.clone(),
            path_of_keys: sheet.path_of_keys.clone(),
            names: &mut *sheet.names,
            questions: Vec::new(),
            sections: sheet.sections + 1,
        };
        // What hides the section hides all in it: nothing is handed on.
        read(self, &mut part, &[], draft)?;
        let questions = part.questions;
        if questions.is_empty() {
            return Ok(());
        }
        let groups = sheet.groups.clone();
        let section = draft.section(sheet.names, &groups, heading, questions, &at.path)?;
        self.wait(&steps, sheet, chain);
        sheet.questions.push(section);
        Ok(())
    }

    fn note(
        &mut self,
        at: &At<'a>,
        text: Text,
        tone: NoteTone,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let mut steps = sheet.steps.clone();
        steps.push(sheet.questions.len());
        let groups = sheet.groups.clone();
        let note = draft.note(sheet.names, &groups, text, tone, &at.path)?;
        sheet.questions.push(note);
        self.wait(&steps, sheet, chain);
        Ok(())
    }

    fn content(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let body = at.any(&["html", "content", "text", "label"]);
        if body.text().is_some_and(|text| text.contains("{{")) {
            let message = "the source fills parts of this text in from answers; they are carried as they are written";
            draft.report.differs(&body.path, "template", message);
        }
        let attribute = |name: &str| {
            let all = at.get("attrs").items();
            let own = all.into_iter().find(|one| one.get("attr").word() == Some(name));
            own.map(|one| one.get("value"))
        };
        let text = match (at.get("tag").word(), attribute("href"), attribute("alt")) {
            (Some("a"), Some(address), _) => draft.texts.link(&body, &address),
            (Some("img"), _, words) => draft.texts.picture(at, &words.unwrap_or_else(|| at.get("alt"))),
            _ => draft.texts.content(&body),
        };
        let Some(text) = text else {
            return Ok(());
        };
        let warns = at
            .get("className")
            .text()
            .is_some_and(|class| class.contains("warning") || class.contains("danger"));
        let tone = if warns { NoteTone::Warning } else { NoteTone::Plain };
        self.note(at, text, tone, sheet, chain, draft)
    }

    /// Data inside of data, without rows: its questions stand here, under its key.
    fn container(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        let inner = at.get("components").items();
        if inner.is_empty() {
            let message = "another form stands here, which is not in the file";
            draft.report.lost(&at.path, "other_form", message);
            return Ok(());
        }
        if is_needed(at) {
            let message = "that something in it is answered is not demanded: only its own questions say what is needed";
            let required = at.get("validate").get("required");
            draft.report.lost(&required.path, "rule_not_carried", message);
        }
        let key = at.get("key").word().unwrap_or("container").to_owned();
        sheet.path_of_keys.push(key);
        let read = self.components(&inner, sheet, chain, draft, depth + 1);
        sheet.path_of_keys.pop();
        read
    }

    /// A part of a kind that is not known, in which other components stand: they are asked for, as those of a container.
    fn foreign(
        &mut self,
        at: &At<'a>,
        kind: &str,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
        depth: usize,
    ) -> Result<(), ImportFinding> {
        let message = if at.get("multiple").is_true() {
            format!("there is nothing like `{kind}` here: what stands in it is asked for once, by itself")
        } else {
            format!("there is nothing like `{kind}` here: what stands in it is asked for by itself")
        };
        draft.report.lost(&at.path, "component_not_carried", message);
        self.lost_of_layout(at, draft);
        self.container(at, sheet, chain, draft, depth)
    }

    /// A value that nobody sees: computed by a rule, or always the same.
    fn hidden(
        &mut self,
        at: &At<'a>,
        sheet: &mut Sheet<'_>,
        chain: &[At<'a>],
        draft: &mut Draft,
    ) -> Result<(), ImportFinding> {
        let key = at.get("key").word().unwrap_or("hidden");
        let computes = at.get("calculateValue").is_map();
        let constant = at.get("defaultValue");
        let value = constant
            .scalar()
            .filter(|value| !value.is_empty())
            .map(|_| constant.value.to_value());
        if !computes && value.is_none() {
            draft.report.lost(
                &at.path,
                "hidden_field",
                "a hidden field is filled by the source's own code",
            );
            return Ok(());
        }
        let label = draft.texts.first(&[at.get("label")], key);
        let id = sheet.names.take(key, "hidden");
        let groups = sheet.groups.clone();
        // What is computed takes the place of what stands there at first.
        let value = value.filter(|_| !computes).unwrap_or_else(|| json!(""));
        let question = draft.hidden(id, &groups, label, value, &at.path)?;
        self.computes(at, None, sheet);
        self.lost(at, "hidden", draft);
        self.push(at, "hidden", question, sheet, chain);
        Ok(())
    }

    pub(super) fn computes(&mut self, at: &At<'a>, instead: Option<Instead>, sheet: &Sheet<'_>) {
        if at.get("calculateValue").is_map() {
            let mut steps = sheet.steps.clone();
            steps.push(sheet.questions.len());
            self.computed.push((sheet.ruled(at, steps), instead));
        }
    }
}

impl Sheet<'_> {
    fn ruled<'a>(&self, at: &At<'a>, steps: Vec<usize>) -> Ruled<'a> {
        Ruled {
            at: at.clone(),
            steps,
            groups: self.groups.clone(),
            keys: self.path_of_keys.clone(),
        }
    }
}

/// What the source keeps of an answer to a component.
fn kept(at: &At<'_>, answer: &Answer) -> Kept {
    // The questions of a survey, and boxes that make a radio, have another type: they keep the texts of their options.
    match canonical(at.get("type").word().unwrap_or_default()).as_str() {
        "radio" | "select" | "resource" if !matches!(at.get("dataType").word(), Some("string" | "object")) => {
            Kept::Typed
        }
        "day" if *answer == Answer::Date => Kept::Day {
            day_first: at.get("dayFirst").is_true(),
        },
        "day" => Kept::Month,
        "selectboxes" => Kept::Always,
        "datagrid" if !at.get("initEmpty").is_true() => Kept::Always,
        _ => Kept::Same,
    }
}

/// How a rule that stands at a question in these groups names it.
pub(super) fn own_name(id: &str, groups: &[String]) -> String {
    if groups.is_empty() {
        id.to_owned()
    } else {
        format!("row.{id}")
    }
}

/// A question by the groups around it and its id.
pub(super) fn place_of(known: &Known) -> String {
    let names = known.groups.iter().chain([&known.id]).map(String::as_str);
    names.collect::<Vec<_>>().join("/")
}

/// What stands over a part of a page; none where nobody sees it, or where it is what the builder puts there by itself.
pub(super) fn heading<'a>(at: &At<'a>, draft: &mut Draft) -> Option<Heading<'a>> {
    let place = at.any(&["legend", "title", "label"]);
    let is_generic = |text: &str| {
        let numbered = ["Page ", "Tab "].into_iter().find_map(|name| text.strip_prefix(name));
        matches!(text, "Panel" | "Field Set" | "Fieldset" | "Survey")
            || numbered.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    place
        .word()
        .filter(|text| !at.get("hideLabel").is_true() && !is_generic(text))?;
    let title = draft.texts.label(&place)?;
    let help = explained(&[at.get("description"), at.get("tooltip")], draft);
    let name = at.get("key");
    let name = name.word().unwrap_or("part");
    Some(Heading { name, title, help })
}

/// The components in one that only lays them out; none for one that does more.
fn laid_out<'a>(at: &At<'a>, kind: &str) -> Option<Vec<At<'a>>> {
    match kind {
        "columns" => Some(
            at.get("columns")
                .items()
                .iter()
                .flat_map(|column| column.get("components").items())
                .collect(),
        ),
        "table" => Some(
            at.get("rows")
                .items()
                .iter()
                .flat_map(At::items)
                .flat_map(|cell| cell.get("components").items())
                .collect(),
        ),
        "panel" | "fieldset" | "well" | "simplecols" | "row" | "section" | "layout" => {
            Some(at.get("components").items())
        }
        "datagrid" | "editgrid" | "datatable" | "dynamicwizard" | "container" | "form" | "address" | "tree"
        | "datamap" => None,
        // A kind that is not known, with components and without a value: it lays out.
        _ if !at.get("components").items().is_empty() && !at.get("input").is_true() => {
            Some(at.get("components").items())
        }
        _ => None,
    }
}

/// The kinds that ask something by themselves, are read, or are left out as a whole, whatever stands in them.
const KNOWN: &str = "textfield text string password textarea tags number currency checkbox boolean selectboxes radio \
    select resource survey email phonenumber phone url datetime date calendar day time address location file signature \
    hidden datagrid editgrid datatable dynamicwizard datamap container form tree content htmlelement html button captcha \
    recaptcha turnstile stripe stripecheckout tagpad sketchpad reviewpage";

/// Whether nothing is known of a kind: neither what it asks nor what it lays out.
fn is_foreign(kind: &str) -> bool {
    !KNOWN.split_whitespace().any(|known| known == kind)
}

/// A kind by the name that the importer knows it by: some builders put `simple` before it or `advanced` behind it.
pub(super) fn canonical(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    let bare = lower
        .strip_prefix("simple")
        .filter(|bare| !bare.is_empty())
        .unwrap_or(&lower);
    let bare = bare
        .strip_suffix("advanced")
        .filter(|bare| !bare.is_empty())
        .unwrap_or(bare);
    match bare {
        "checkboxes" => "selectboxes",
        "radios" | "radiobuttons" => "radio",
        "heading" | "header" | "paragraph" => "content",
        "cols2" | "cols3" | "cols4" => "columns",
        "buttonsubmit" | "buttonreset" | "btnsubmit" | "btnreset" | "submit" | "reset" => "button",
        "bcaddress" => "address",
        bare => bare,
    }
    .to_owned()
}
