//! Where a source turns somebody away, nobody can submit here either.

use onehall_forms::{ComputedFormat, Kind};
use onehall_protocol::Text;
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::finding::ImportFinding;
use crate::rules::{fails, var};

/// A page of the source on which somebody is refused.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    /// The page of the definition that was made of it, if one was.
    pub(crate) page: Option<usize>,
    pub(crate) path: &'a str,
}

/// Refuses whoever the rule leads to a page: a line on that page says that there is no going on, and its check fails for
/// as long as the rule holds. Only there is it sure to be asked: each of the questions that lead there may be hidden, or
/// left without an answer.
pub(crate) fn stop(draft: &mut Draft, rule: &Value, title: Option<Text>, spot: Spot<'_>) {
    let line = Line {
        shown_when: &Value::Bool(true),
        message: title.unwrap_or_else(|| Text::new("不能继续。", "You cannot go on.")),
        help: None,
    };
    if !refuse(draft, rule, line, spot) {
        leave_open(draft, spot.path);
        return;
    }
    let message =
        "the source ends here without a submission: who comes here cannot submit, and the page's title says why";
    draft.report.differs(spot.path, "exit_page", message);
}

/// Tells that who comes to the page can submit all the same.
pub(crate) fn leave_open(draft: &mut Draft, path: &str) {
    let message = "the source ends here without a submission; here the form can still be sent";
    draft.report.lost(path, "exit_page", message);
}

/// Refuses whoever gives answers with which the source leads back: nobody comes to its end with them. The line stands on
/// the page for as long as `here` says that they are given; `rule` says the same of everybody. `to` is the title of the page
/// that the source asks again; none is the page itself. False where nobody is refused.
pub(crate) fn turn_back(draft: &mut Draft, rule: &Value, here: &Value, to: Option<Text>, spot: Spot<'_>) -> bool {
    let message = match to {
        Some(to) => Text::new(
            format!("按您的回答应返回“{}”，请修改后再继续。", to.zh_cn),
            format!("Your answers lead back to “{}”: change them to go on.", to.en),
        ),
        None => Text::new(
            "按您的回答应重新填写本页，请修改后再继续。",
            "Your answers lead to this page again: change them to go on.",
        ),
    };
    let line = Line {
        shown_when: here,
        help: Some(message.clone()),
        message,
    };
    refuse(draft, rule, line, spot)
}

/// As [`turn_back`], where the source leads out of the form, to an address.
pub(crate) fn send_elsewhere(draft: &mut Draft, rule: &Value, here: &Value, address: &str, spot: Spot<'_>) -> bool {
    let message = Text::new(
        format!("按您的回答，不能在此申请，请前往：{address}"),
        format!("With your answers you cannot apply here. Go to {address}"),
    );
    let line = Line {
        shown_when: here,
        help: Some(message.clone()),
        message,
    };
    refuse(draft, rule, line, spot)
}

/// The line that refuses.
struct Line<'a> {
    /// When it stands on the page, for who sees the page.
    shown_when: &'a Value,
    /// What is said to who is refused.
    message: Text,
    help: Option<Text>,
}

/// False where everybody would be refused: nobody could send the form at all.
fn refuse(draft: &mut Draft, rule: &Value, line: Line<'_>, spot: Spot<'_>) -> bool {
    *rule != Value::Bool(true) && put(draft, rule, line, spot).is_ok()
}

fn put(draft: &mut Draft, rule: &Value, line: Line<'_>, spot: Spot<'_>) -> Result<(), ImportFinding> {
    let path = spot.path;
    draft.count_rule(rule, path)?;
    draft.count_rule(line.shown_when, path)?;
    let id = draft.question_names.take("may_go_on", "may_go_on");
    let label = Text::new("可以继续申请", "You can go on");
    let kind = Kind::Computed {
        value: fails(rule.clone()),
        format: ComputedFormat::Plain,
    };
    let mut question = draft.question(id.clone(), &[], label, kind, path)?;
    question.help = line.help;
    question.visible_when = Some(line.shown_when.clone()).filter(|rule| !rule.is_boolean());
    question.valid_when.push(draft::check(var(&id), line.message.clone()));
    match spot.page.and_then(|page| draft.pages.get_mut(page)) {
        Some(page) => page.questions.push(question),
        // The source says nothing on it: the title is what there is to read.
        None => {
            let mut page = draft.page("exit", line.message, path);
            page.visible_when = Some(rule.clone());
            page.questions.push(question);
            draft.pages.push(page);
        }
    }
    Ok(())
}
