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
