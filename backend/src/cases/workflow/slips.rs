//! Slips of an editor of workflow files: each is told with its line, and why it would harm a case.

use super::{Finding, Workflow};

const SIMPLE: &str = include_str!("../../../demo-city/workflows/simple.toml");

/// The text after `edit`, which must change it, and what is found in it.
fn findings(edit: impl Fn(&str) -> String) -> (String, Vec<Finding>) {
    let text = edit(SIMPLE);
    assert_ne!(text, SIMPLE, "the edit changes nothing");
    let found = Workflow::parse(&text).err().unwrap_or_default();
    (text, found)
}

fn line_of(text: &str, part: &str) -> usize {
    text.lines()
        .position(|line| line.contains(part))
        .unwrap_or_else(|| panic!("{part}"))
        + 1
}

#[track_caller]
fn refused(edit: impl Fn(&str) -> String, at: &str, reason: &str) {
    let (text, found) = findings(edit);
    let wanted = line_of(&text, at);
    assert!(
        found.iter().any(|(line, why)| *line == wanted && why.contains(reason)),
        "no finding on line {wanted} that says {reason:?}: {found:#?}"
    );
}

fn replaced(from: &'static str, to: &'static str) -> impl Fn(&str) -> String {
    move |text| text.replacen(from, to, 1)
}

/// The text without the block (state or action) of this code.
fn without(code: &'static str, kind: &'static str) -> impl Fn(&str) -> String {
    move |text| {
        let marker = format!("[[{kind}]]\ncode = \"{code}\"\n");
        let start = text.find(&marker).unwrap_or_else(|| panic!("{code}"));
        let rest = &text[start + marker.len()..];
        let end = rest.find("[[").map_or(text.len(), |next| start + marker.len() + next);
        format!("{}{}", &text[..start], &text[end..])
    }
}

/// The text with `from` replaced in the block of this code only.
fn within(kind: &'static str, code: &'static str, from: &'static str, to: &'static str) -> impl Fn(&str) -> String {
    move |text| {
        let marker = format!("[[{kind}]]\ncode = \"{code}\"\n");
        let start = text.find(&marker).unwrap_or_else(|| panic!("{code}"));
        format!("{}{}", &text[..start], text[start..].replacen(from, to, 1))
    }
}

#[test]
fn what_cannot_be_read_is_named_by_its_line() {
    refused(
        replaced("waits_for = \"authority\"", "waits_for = \"everybody\""),
        "everybody",
        "everybody",
    );
    refused(replaced("due_days = 1\n", "due_dayz = 1\n"), "due_dayz", "due_dayz");
    refused(
        replaced("due_days = 1\n", "due_days = 0\n"),
        "due_days = 0",
        "at least one working day",
    );
    refused(
        replaced("code = \"accept\"", "code = \"Accept it\""),
        "Accept it",
        "not a code",
    );
    refused(
        replaced("en = \"In review\"", "en = \" \""),
        "en = \" \"",
        "blank in en",
    );
    refused(
        within("action", "accept", "[\"window_clerk\"]", "[\"window_cleaner\"]"),
        "window_cleaner",
        "the roles are window_clerk, reviewer, approver, issuer, administrator",
    );
    refused(
        within("action", "accept", "[\"window_clerk\"]", "[]"),
        "code = \"accept\"",
        "no role",
    );
    refused(
        within("action", "accept", "roles = ", "citizen = \"withdraw\"\nroles = "),
        "code = \"accept\"",
        "exactly one",
    );
    assert!(matches!(Workflow::parse("name = 1").err().as_deref(), Some([(1, _)])));
    assert!(Workflow::parse("").is_err());
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let (_, found) = findings(|text| {
        let text = text.replacen("due_days = 1\n", "due_days = 0\n", 1);
        text.replacen("roles = [\"issuer\"]", "roles = [\"printer\"]", 1)
    });
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.is_sorted());
}

#[test]
fn a_code_that_leads_nowhere_is_refused() {
    refused(
        within("action", "accept", "to = \"in-review\"", "to = \"nowhere\""),
        "code = \"accept\"",
        "no state nowhere",
    );
    refused(
        replaced("start = \"submitted\"", "start = \"begin\""),
        "start = ",
        "no state begin",
    );
    let (_, found) = findings(replaced("code = \"refuse-acceptance\"", "code = \"accept\""));
    assert!(
        found.iter().any(|(_, why)| why.contains("accept stands here twice")),
        "{found:#?}"
    );
    let (_, found) = findings(replaced("code = \"rejected\"", "code = \"closed\""));
    assert!(
        found.iter().any(|(_, why)| why.contains("closed stands here twice")),
        "{found:#?}"
    );
}

#[test]
fn a_case_can_always_end_and_every_state_has_a_use() {
    refused(
        without("approve", "action"),
        "code = \"approved\"",
        "no case can ever reach",
    );
    refused(
        |text| {
            let text = within("action", "reject", "to = \"rejected\"", "to = \"approved\"")(text);
            within("action", "issue", "to = \"closed\"", "to = \"approved\"")(&text)
        },
        "code = \"approved\"",
        "no case can ever end",
    );
    refused(without("issue", "action"), "code = \"approved\"", "no role can act");
}

#[test]
fn the_clock_cannot_be_told_to_run_against_the_citizen_or_to_stand_for_the_authority() {
    refused(
        within(
            "state",
            "supplement-in-review",
            "clock = \"paused\"",
            "clock = \"running\"",
        ),
        "code = \"supplement-in-review\"",
        "the clock runs although",
    );
    refused(
        within("state", "in-review", "clock = \"running\"", "clock = \"paused\""),
        "code = \"in-review\"",
        "the clock stands although",
    );
    refused(
        within("state", "approved", "clock = \"running\"", "clock = \"stopped\""),
        "code = \"approve\"",
        "forgotten",
    );
    refused(
        within(
            "state",
            "supplement-required",
            "clock = \"stopped\"",
            "clock = \"paused\"",
        ),
        "code = \"ask-supplement\"",
        "has not begun",
    );
    refused(
        replaced("clock = \"stopped\"", "clock = \"running\""),
        "start = ",
        "begin with the acceptance",
    );
}

#[test]
fn an_end_has_one_result_and_nothing_but_a_rating_follows_it() {
    refused(
        within("state", "closed", "result = \"issued\"\n", ""),
        "notice = { zh-CN = \"办结通知书\"",
        "no result",
    );
    refused(
        within("state", "withdrawn", "result = \"withdrawn\"\n", ""),
        "code = \"withdrawn\"",
        "must say its result",
    );
    refused(
        within("state", "rejected", "result = \"rejected\"", "result = \"withdrawn\""),
        "code = \"rejected\"",
        "do not belong together",
    );
    refused(
        within(
            "action",
            "approve",
            "from = [\"in-review\"]",
            "from = [\"in-review\", \"rejected\"]",
        ),
        "code = \"approve\"",
        "only a rating may follow",
    );
    refused(
        within(
            "action",
            "rate-rejection",
            "to = \"rejected-rated\"",
            "to = \"closed-rated\"",
        ),
        "code = \"rate-rejection\"",
        "must not change the result",
    );
    refused(
        within(
            "action",
            "rate",
            "from = [\"closed\"]",
            "from = [\"closed\", \"closed-rated\"]",
        ),
        "code = \"rate\"\n".trim_end(),
        "cannot be rated again",
    );
}

#[test]
fn the_citizen_is_never_waited_for_without_end_or_asked_for_nothing() {
    refused(without("lapse", "action"), "code = \"returned\"", "without end");
    refused(
        without("correct", "action"),
        "code = \"returned\"",
        "can hand in nothing",
    );
    refused(
        within("state", "returned", "due_days = 10\n", ""),
        "code = \"returned\"",
        "never overdue",
    );
    refused(
        within("action", "ask-supplement", "required = [\"supplement_items\"]\n", ""),
        "code = \"ask-supplement\"",
        "exactly if the citizen can hand one in",
    );
    refused(
        within("action", "reject", "required = [\"reason\"]\n", ""),
        "code = \"reject\"",
        "told a reason",
    );
    refused(
        within(
            "state",
            "closed",
            "notice = { zh-CN = \"办结通知书\", en = \"Notice of completion\" }\n",
            "",
        ),
        "code = \"issue\"",
        "neither a file nor a notice",
    );
}
