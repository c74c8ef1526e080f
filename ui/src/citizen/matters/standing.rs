//! Where a case stands, in words: who waits for what until when. Said of what the backend derived, never guessed.

use onehall_protocol::cases::{CaseStatus, CaseSummary, CaseView, ResultKind, WaitsFor};
use onehall_protocol::{Date, Language};

use crate::texts::{Words, counted, format, matters as words};

/// How a case stands at a glance; decides the colour of its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glance {
    /// It waits for the citizen.
    You,
    /// The authority is late.
    Late,
    /// The authority, or somebody else, has it.
    Running,
    /// The clock stands still.
    Paused,
    /// It ended well.
    Good,
    /// It ended with a refusal.
    Refused,
    /// It ended otherwise.
    Over,
}

/// How a case stands at a glance.
#[must_use]
pub fn glance(status: &CaseStatus) -> Glance {
    use onehall_protocol::cases::CaseState as S;
    let late = status.days_left.is_some_and(|days| days < 0);
    match status.waits_for {
        WaitsFor::Citizen => Glance::You,
        WaitsFor::Authority | WaitsFor::ThirdParty if late => Glance::Late,
        WaitsFor::Authority | WaitsFor::ThirdParty if status.clock_paused => Glance::Paused,
        WaitsFor::Authority | WaitsFor::ThirdParty => Glance::Running,
        WaitsFor::Nobody => match status.state {
            S::Rejected | S::NotAccepted => Glance::Refused,
            S::Withdrawn | S::SupplementLapsed | S::Terminated | S::Transferred => Glance::Over,
            _ => Glance::Good,
        },
    }
}

/// The words of the tag: what the citizen has to know first, else the step.
#[must_use]
pub fn tag(status: &CaseStatus) -> Words {
    match glance(status) {
        Glance::You => words::TAG_YOU.into(),
        Glance::Late => words::TAG_OVERDUE.into(),
        _ => Words::from(&status.step_name),
    }
}

/// One line for lists: who waits, until when, and how much time that leaves.
#[must_use]
pub fn line(case: &CaseSummary, authority: &Words, offset_minutes: i32) -> Words {
    let status = &case.status;
    let who = authority.clone();
    let said = match (status.waits_for, status.due) {
        (WaitsFor::Citizen, Some(due)) => words::LINE_YOU.with([day(due)]),
        (WaitsFor::Citizen, None) => words::LINE_YOU_OPEN.into(),
        (WaitsFor::Authority, Some(due)) => words::LINE_AUTHORITY.with([who, day(due)]),
        (WaitsFor::Authority, None) => words::LINE_AUTHORITY_OPEN.with([who]),
        (WaitsFor::ThirdParty, Some(due)) => words::LINE_THIRD.with([day(due)]),
        (WaitsFor::ThirdParty, None) => words::LINE_THIRD_OPEN.into(),
        (WaitsFor::Nobody, _) => return words::LINE_ENDED.with([day(case.updated_at.at_offset(offset_minutes).0)]),
    };
    match status.due.and(status.days_left) {
        Some(days) => joined(said, days_left(days)),
        None => said,
    }
}

/// The first thing that the case page says.
#[must_use]
pub fn headline(case: &CaseView, authority: &Words) -> Words {
    if let Some(result) = &case.result {
        return match result.kind {
            ResultKind::Issued => words::HEAD_ISSUED,
            ResultKind::Rejected => words::HEAD_REJECTED,
            ResultKind::NotAccepted => words::HEAD_NOT_ACCEPTED,
            ResultKind::SupplementLapsed => words::HEAD_LAPSED,
            ResultKind::Withdrawn => words::HEAD_WITHDRAWN,
            ResultKind::Terminated => words::HEAD_TERMINATED,
            ResultKind::Transferred => words::HEAD_TRANSFERRED,
        }
        .into();
    }
    let status = &case.summary.status;
    match status.waits_for {
        WaitsFor::Citizen => {
            let asked = case.supplement.as_ref().map_or(0, |supplement| supplement.items.len());
            let what = match asked {
                0 => words::LINE_YOU_OPEN.into(),
                count => counted(count, words::HEAD_SUPPLEMENT_ONE, words::HEAD_SUPPLEMENT_MORE),
            };
            match status.due {
                Some(due) => words::HEAD_SUPPLEMENT_UNTIL.with([what, day(due)]),
                None => what,
            }
        }
        WaitsFor::Authority => words::HEAD_AUTHORITY.with([authority.clone()]),
        WaitsFor::ThirdParty => words::HEAD_THIRD.into(),
        WaitsFor::Nobody => Words::from(&status.step_name),
    }
}

/// What is to be said about time, sentence by sentence: what is late first.
#[must_use]
pub fn about_time(status: &CaseStatus, hotline: &str) -> Vec<Words> {
    let late = status.days_left.is_some_and(|days| days < 0);
    let mut said = Vec::new();
    match (status.waits_for, status.due) {
        (WaitsFor::Nobody, _) => return said,
        (WaitsFor::Citizen, Some(due)) if late => said.push(words::OVERDUE_YOU.with([day(due)])),
        (_, Some(due)) if late => said.push(words::OVERDUE.with([day(due), hotline.to_owned().into()])),
        (WaitsFor::Authority, Some(due)) => {
            let left = status.days_left.map_or_else(|| Words::from(""), days_left);
            said.push(words::DUE_NEXT.with([day(due), left]));
        }
        _ => {}
    }
    if status.clock_paused {
        let yours = status.waits_for == WaitsFor::Citizen;
        said.push(if yours { words::PAUSED } else { words::PAUSED_OTHER }.into());
    } else if let Some(until) = status.promised_until {
        said.push(words::PROMISED.with([day(until)]));
    }
    said
}

/// How much time is left, in brackets.
#[must_use]
pub fn days_left(days: i32) -> Words {
    let count = usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX);
    match days {
        0 => words::DAYS_LAST.into(),
        1.. => counted(count, words::DAYS_LEFT_ONE, words::DAYS_LEFT_MORE),
        _ => counted(count, words::DAYS_OVER_ONE, words::DAYS_OVER_MORE),
    }
}

fn day(day: Date) -> Words {
    format::date_words(day)
}

/// One after the other, without a space between: the phrases bring their own.
fn joined(first: Words, second: Words) -> Words {
    Words::made(move |language: Language| format!("{}{}", first.get(language), second.get(language)))
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Text;
    use onehall_protocol::cases::CaseState;

    use super::*;

    fn status(waits_for: WaitsFor, due: Option<&str>, days_left: Option<i32>) -> CaseStatus {
        CaseStatus {
            state: CaseState::InReview,
            step: "in-review".parse().unwrap_or_else(|error| panic!("{error}")),
            step_name: Text::new("审核中", "In review"),
            waits_for,
            next: Text::new("无需操作", "Nothing to do"),
            due: due.and_then(|due| due.parse().ok()),
            promised_until: None,
            days_left,
            clock_paused: false,
        }
    }

    fn case(status: CaseStatus) -> CaseView {
        let json = serde_json::json!({
            "id": "01935a00-0000-7000-8000-000000000001", "number": "LC-1", "item": "a",
            "item_name": {"zh-CN": "一", "en": "one"}, "authority": "public-security",
            "principal": {"id": "01935a00-0000-7000-8000-000000000002", "kind": "citizen", "name": "张敏"},
            "status": status, "submitted_at": "2026-11-20T01:00:00.000Z", "updated_at": "2026-11-23T17:00:00.000Z",
            "version": 1, "form": {"code": "a", "version": 1}, "answers": {}, "history": [], "can": []
        });
        serde_json::from_value(json).unwrap_or_else(|error| panic!("{error}"))
    }

    fn authority() -> Words {
        Text::new("市公安局", "City Police").into()
    }

    #[test]
    fn who_waits_for_what_until_when_is_said_in_one_line() {
        let of = |status| line(&case(status).summary, &authority(), 480);
        let late = of(status(WaitsFor::Authority, Some("2026-11-20"), Some(-1)));
        assert_eq!(
            late.get(Language::En),
            "With City Police until 20 November 2026 (1 working day late)"
        );
        let today = of(status(WaitsFor::Citizen, Some("2026-11-23"), Some(0)));
        assert_eq!(
            today.get(Language::ZhCn),
            "等您处理，截止 2026年11月23日（今天是最后一天）"
        );
        // The day on which it ended is a day of the city's clock.
        let ended = of(status(WaitsFor::Nobody, None, None));
        assert_eq!(ended.get(Language::ZhCn), "2026年11月24日 结束");
    }

    #[test]
    fn what_waits_for_the_citizen_says_how_many_things_and_by_when() {
        let mut view = case(status(WaitsFor::Citizen, Some("2026-11-30"), Some(5)));
        let items = serde_json::json!({"requested_at": "2026-11-20T01:00:00.000Z", "due": "2026-11-30",
            "items": [{"path": "a", "reason": "x"}, {"path": "b", "reason": "y"}]});
        view.supplement = serde_json::from_value(items).ok();
        assert_eq!(
            headline(&view, &authority()).get(Language::En),
            "Waits for you: hand in 2 things by 30 November 2026"
        );
        assert_eq!(
            headline(&view, &authority()).get(Language::ZhCn),
            "等您补交 2 项内容，截止 2026年11月30日"
        );
        assert_eq!(glance(&view.summary.status), Glance::You);
    }

    #[test]
    fn a_late_authority_is_named_late_and_a_standing_clock_standing() {
        let late = status(WaitsFor::Authority, Some("2026-11-20"), Some(-2));
        assert_eq!(glance(&late), Glance::Late);
        assert!(about_time(&late, "12345")[0].get(Language::En).contains("is late"));
        let mut paused = status(WaitsFor::Citizen, Some("2026-11-30"), Some(5));
        paused.clock_paused = true;
        paused.promised_until = "2026-12-09".parse().ok();
        let said: Vec<_> = about_time(&paused, "12345")
            .iter()
            .map(|words| words.get(Language::ZhCn))
            .collect();
        assert_eq!(said, ["办理时限已暂停计算，您补交之后继续计算。"]);
    }

    #[test]
    fn every_end_of_a_case_has_words_of_its_own() {
        let mut said = std::collections::BTreeSet::new();
        let kinds = [
            "issued",
            "rejected",
            "not_accepted",
            "supplement_lapsed",
            "withdrawn",
            "terminated",
            "transferred",
        ];
        for kind in kinds {
            let mut view = case(status(WaitsFor::Nobody, None, None));
            let result = serde_json::json!({"kind": kind, "at": "2026-11-23T00:00:00.000Z"});
            view.result = serde_json::from_value(result).ok();
            said.insert(headline(&view, &authority()).get(Language::En));
        }
        assert_eq!(said.len(), kinds.len());
    }
}
