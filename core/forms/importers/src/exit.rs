//! Where a source turns somebody away, nobody can submit here either.

use onehall_forms::{Kind, Page};
use onehall_protocol::Text;
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::rules::{self, fails};

/// Adds to the question that a rule reads last a check that fails where the rule holds.
pub(crate) fn stop(draft: &mut Draft, rule: &Value, title: Option<Text>, path: &str) {
    let question = deciding(draft, rule, 0).and_then(|id| {
        let mut pages = draft.pages.iter_mut();
        pages.find_map(|page| draft::named_mut(&mut page.questions, &id))
    });
    let Some(question) = question else {
        draft.report.lost(
            path,
            "exit_page",
            "the source ends here without a submission; here the form can still be sent",
        );
        return;
    };
    let message = title.unwrap_or_else(|| Text::new("不能继续。", "You cannot go on."));
    question.valid_when.push(draft::check(fails(rule.clone()), message));
    let message =
        "the source ends here without a submission: the answer that leads here is refused with the page's title";
    draft.report.differs(path, "exit_page", message);
}

/// The question that a rule reads last, also by way of what is computed.
fn deciding(draft: &Draft, rule: &Value, depth: usize) -> Option<String> {
    let mut read = Vec::new();
    rules::reads(rule, &mut read);
    for id in read.iter().rev() {
        let mut all = draft.pages.iter().flat_map(Page::asked);
        match all.find(|question| question.id == *id).map(|question| &question.kind) {
            Some(Kind::Computed { value, .. }) if depth < 20 => {
                if let Some(found) = deciding(draft, value, depth + 1) {
                    return Some(found);
                }
            }
            Some(Kind::Computed { .. }) | None => {}
            Some(_) => return Some(id.clone()),
        }
    }
    None
}
