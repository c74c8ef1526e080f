//! Which steps of a citizen's cases are news to them: for terminals that tell of them while nobody looks at their pages.

use std::collections::HashMap;

use onehall_protocol::cases::CaseSummary;
use onehall_protocol::{CaseId, StateCode, Text};

/// What a terminal knows of where its citizen's cases stand.
#[derive(Debug, Default)]
pub struct Steps(Option<HashMap<CaseId, StateCode>>);

/// A case that stands elsewhere than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStep {
    /// Which.
    pub case: CaseId,
    /// The name of its service item.
    pub item: Text,
    /// Where it stands now.
    pub step: Text,
}

impl Steps {
    /// Compares the cases with those of the look before; gives what moved. The first look gives nothing, and a case that is seen
    /// for the first time has not moved: its citizen has just handed it in.
    pub fn look(&mut self, cases: &[CaseSummary]) -> Vec<NewStep> {
        let before = self
            .0
            .replace(cases.iter().map(|case| (case.id, case.status.step.clone())).collect());
        let Some(before) = before else { return Vec::new() };
        let moved = cases
            .iter()
            .filter(|case| before.get(&case.id).is_some_and(|step| *step != case.status.step));
        let news = moved.map(|case| NewStep {
            case: case.id,
            item: case.item_name.clone(),
            step: case.status.step_name.clone(),
        });
        news.collect()
    }

    /// Somebody left: the next look is a first one.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case(id: u8, step: &str) -> CaseSummary {
        let text = |text: &str| json!({ "zh-CN": text, "en": text });
        let case = json!({
            "id": format!("0192e4c1-7a55-7c10-8f00-0000000000{id:02}"),
            "number": "OH2026112700001",
            "item": "identity-card-renewal",
            "item_name": text("Renewal"),
            "authority": "public-security",
            "principal": { "id": "0192e4c1-7a55-7c10-8f00-000000000099", "kind": "citizen", "name": "张敏" },
            "status": {
                "state": "submitted", "step": step, "step_name": text(step), "waits_for": "authority",
                "next": text("next"), "clock_paused": false
            },
            "submitted_at": "2026-11-20T08:00:00Z",
            "updated_at": "2026-11-20T08:00:00Z",
            "version": 1
        });
        serde_json::from_value(case).unwrap_or_else(|error| panic!("{error}"))
    }

    fn told(news: &[NewStep]) -> Vec<(&str, &str)> {
        news.iter()
            .map(|news| (news.item.en.as_str(), news.step.en.as_str()))
            .collect()
    }

    #[test]
    fn a_step_is_told_of_once_and_only_to_whoever_knew_the_one_before() {
        let mut steps = Steps::default();
        assert_eq!(steps.look(&[case(1, "submitted")]), []);
        let news = steps.look(&[case(1, "received"), case(2, "submitted")]);
        assert_eq!(told(&news), [("Renewal", "received")]);
        assert_eq!(steps.look(&[case(1, "received"), case(2, "submitted")]), []);
        assert_eq!(told(&steps.look(&[case(2, "received")])), [("Renewal", "received")]);
    }

    #[test]
    fn who_comes_next_is_told_nothing_of_who_was_there() {
        let mut steps = Steps::default();
        steps.look(&[case(1, "submitted")]);
        steps.forget();
        assert_eq!(steps.look(&[case(1, "received")]), []);
    }
}
