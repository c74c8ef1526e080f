//! Reads a workflow file. Everything wrong is reported at once, each with its line.

use std::ops::Range;

use onehall_protocol::cases::{ActionInput, CaseState, CitizenAction, ResultKind, WaitsFor};
use onehall_protocol::staff::Role;
use onehall_protocol::{ActionCode, StateCode, Text};
use serde::Deserialize;
use toml::Spanned;

use super::check;
use super::definition::{Action, By, ClockMode, End, Finding, State, Workflow};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkflowFile {
    name: Spanned<Text>,
    start: Spanned<String>,
    #[serde(default, rename = "state")]
    states: Vec<Spanned<StateFile>>,
    #[serde(default, rename = "action")]
    actions: Vec<Spanned<ActionFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateFile {
    code: Spanned<String>,
    name: Spanned<Text>,
    is: CaseState,
    waits_for: WaitsFor,
    clock: ClockMode,
    due_days: Option<Spanned<u16>>,
    next: Spanned<Text>,
    result: Option<ResultKind>,
    notice: Option<Spanned<Text>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionFile {
    code: Spanned<String>,
    name: Spanned<Text>,
    from: Vec<Spanned<String>>,
    to: Spanned<String>,
    roles: Option<Vec<Spanned<String>>>,
    citizen: Option<CitizenAction>,
    system: Option<SystemFile>,
    #[serde(default)]
    required: Vec<ActionInput>,
    #[serde(default)]
    optional: Vec<ActionInput>,
    #[serde(default)]
    adverse: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SystemFile {
    Overdue,
}

/// Where things stand in the file, for the findings of the check.
#[derive(Default)]
pub(super) struct Places {
    pub(super) start: usize,
    pub(super) states: Vec<usize>,
    pub(super) actions: Vec<usize>,
}

struct Reader<'a> {
    text: &'a str,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn find(&mut self, span: &Range<usize>, reason: impl Into<String>) {
        self.findings.push((self.line(span), reason.into()));
    }

    fn text(&mut self, text: Spanned<Text>, what: &str) -> Text {
        let missing: Vec<_> = text.get_ref().missing().map(|language| language.tag()).collect();
        if !missing.is_empty() {
            self.find(&text.span(), format!("{what} is blank in {}", missing.join(" and ")));
        }
        text.into_inner()
    }

    fn code<C: std::str::FromStr<Err = onehall_protocol::InvalidCode>>(&mut self, code: &Spanned<String>) -> Option<C> {
        match code.get_ref().parse() {
            Ok(parsed) => Some(parsed),
            Err(reason) => {
                self.find(&code.span(), format!("{:?} is {reason}", code.get_ref()));
                None
            }
        }
    }

    fn state(&mut self, file: StateFile) -> Option<State> {
        let code: Option<StateCode> = self.code(&file.code);
        let name = self.text(file.name, "the state's name");
        let next = self.text(file.next, "the sentence to the citizen (next)");
        let due_days = file.due_days.map(|days| {
            if *days.get_ref() == 0 {
                self.find(&days.span(), "due_days is 0: a step takes at least one working day");
            }
            days.into_inner()
        });
        let notice = file
            .notice
            .map(|notice| (notice.span(), self.text(notice, "the notice's title")));
        let end = match (file.result, notice) {
            (Some(result), notice) => Some(End {
                result,
                notice: notice.map(|(_, title)| title),
            }),
            (None, Some((span, _))) => {
                self.find(
                    &span,
                    "a notice is made only where the matter ends, but this state has no result",
                );
                None
            }
            (None, None) => None,
        };
        Some(State {
            code: code?,
            name,
            is: file.is,
            waits_for: file.waits_for,
            clock: file.clock,
            due_days,
            next,
            end,
        })
    }

    fn roles(&mut self, roles: Vec<Spanned<String>>) -> Vec<Role> {
        let mut known = Vec::new();
        for role in roles {
            match Role::ALL.into_iter().find(|known| known.as_str() == role.get_ref()) {
                Some(found) => known.push(found),
                None => {
                    let all = Role::ALL.map(Role::as_str).join(", ");
                    self.find(
                        &role.span(),
                        format!("{:?} is no role: the roles are {all}", role.get_ref()),
                    );
                }
            }
        }
        known
    }

    fn action(&mut self, span: &Range<usize>, file: ActionFile) -> Option<Action> {
        let code: Option<ActionCode> = self.code(&file.code);
        let to: Option<StateCode> = self.code(&file.to);
        let from: Vec<StateCode> = file.from.iter().filter_map(|state| self.code(state)).collect();
        let name = self.text(file.name, "the action's name");
        let by = match (file.roles, file.citizen, file.system) {
            (Some(roles), None, None) => {
                let empty = roles.is_empty();
                let roles = self.roles(roles);
                if empty {
                    self.find(span, "no role may take this action");
                }
                Some(By::Staff(roles))
            }
            (None, Some(kind), None) => Some(By::Citizen(kind)),
            (None, None, Some(SystemFile::Overdue)) => Some(By::Overdue),
            _ => {
                self.find(
                    span,
                    "say who takes this action: exactly one of roles, citizen and system",
                );
                None
            }
        };
        Some(Action {
            code: code?,
            name,
            from,
            to: to?,
            by: by?,
            required: file.required,
            optional: file.optional,
            adverse: file.adverse,
        })
    }
}

impl Workflow {
    /// Reads and checks a workflow file.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line: first what cannot be read, then (once all can be read) what would
    /// leave a case stuck, without an end, or with two.
    pub fn parse(text: &str) -> Result<Workflow, Vec<Finding>> {
        let mut reader = Reader {
            text,
            findings: Vec::new(),
        };
        let file: WorkflowFile = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| reader.line(&span));
            vec![(line, error.message().trim().replace('\n', "; "))]
        })?;
        let mut places = Places {
            start: reader.line(&file.start.span()),
            ..Places::default()
        };
        let name = reader.text(file.name, "the workflow's name");
        let start: Option<StateCode> = reader.code(&file.start);
        let mut states = Vec::new();
        for state in file.states {
            let line = reader.line(&state.get_ref().code.span());
            if let Some(state) = reader.state(state.into_inner()) {
                places.states.push(line);
                states.push(state);
            }
        }
        let mut actions = Vec::new();
        for action in file.actions {
            let span = action.get_ref().code.span();
            if let Some(action) = reader.action(&span, action.into_inner()) {
                places.actions.push(reader.line(&span));
                actions.push(action);
            }
        }
        let mut findings = reader.findings;
        if let (Some(start), true) = (start, findings.is_empty()) {
            let workflow = Workflow {
                name,
                start,
                states,
                actions,
            };
            findings = check::check(&workflow, &places);
            if findings.is_empty() {
                return Ok(workflow);
            }
        }
        findings.sort();
        findings.dedup();
        Err(findings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
