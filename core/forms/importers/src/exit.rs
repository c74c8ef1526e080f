//! Where a source turns somebody away, nobody can submit here either.

use onehall_forms::{ComputedFormat, Kind};
use onehall_protocol::Text;
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::finding::ImportFinding;
use crate::rules::{fails, var};

/// Refuses whoever the rule leads to the page that was made of `path`: a line on that page says that there is no going on,
/// and its check fails for as long as the rule holds. Only there is it sure to be asked: each of the questions that lead
/// there may be hidden, or left without an answer.
pub(crate) fn stop(draft: &mut Draft, rule: &Value, title: Option<Text>, path: &str) {
    // Everybody comes here: nobody could send the form at all.
    if *rule == Value::Bool(true) || put(draft, rule, title, path).is_err() {
        leave_open(draft, path);
        return;
    }
    let message =
        "the source ends here without a submission: who comes here cannot submit, and the page's title says why";
    draft.report.differs(path, "exit_page", message);
}

/// Tells that who comes to the page can submit all the same.
pub(crate) fn leave_open(draft: &mut Draft, path: &str) {
    let message = "the source ends here without a submission; here the form can still be sent";
    draft.report.lost(path, "exit_page", message);
}

fn put(draft: &mut Draft, rule: &Value, title: Option<Text>, path: &str) -> Result<(), ImportFinding> {
    let id = draft.question_names.take("may_go_on", "may_go_on");
    let label = Text::new("可以继续申请", "You can go on");
    let kind = Kind::Computed {
        value: fails(rule.clone()),
        format: ComputedFormat::Plain,
    };
    let mut line = draft.question(id.clone(), &[], label, kind, path)?;
    let message = title.unwrap_or_else(|| Text::new("不能继续。", "You cannot go on."));
    line.valid_when.push(draft::check(var(&id), message.clone()));
    draft.count_rule(rule, path)?;
    let origins = &draft.origins;
    let made_of = |id: &str| origins.get(&format!("page:{id}")).is_some_and(|origin| origin == path);
    match draft.pages.iter_mut().find(|page| made_of(&page.id)) {
        Some(page) => page.questions.push(line),
        // The source says nothing on it: the title is what there is to read.
        None => {
            let mut page = draft.page("exit", message, path);
            page.visible_when = Some(rule.clone());
            page.questions.push(line);
            draft.pages.push(page);
        }
    }
    Ok(())
}
