//! What must hold of a workflow before a case may follow it.

use std::collections::{BTreeSet, HashMap, HashSet};

use onehall_protocol::StateCode;
use onehall_protocol::cases::{ActionInput, CaseState, CitizenAction, ResultKind, WaitsFor};

use super::definition::{Action, By, ClockMode, Finding, State, Workflow};
use super::parse::Places;

/// Everything that is wrong with a workflow. Empty means that it may be used.
pub(super) fn check(workflow: &Workflow, places: &Places) -> Vec<Finding> {
    let mut check = Check {
        workflow,
        places,
        findings: Vec::new(),
    };
    check.codes();
    if check.findings.is_empty() {
        check.start();
        check.reachability();
        for (index, state) in workflow.states.iter().enumerate() {
            check.state(places.states[index], state);
        }
        for (index, action) in workflow.actions.iter().enumerate() {
            check.action(places.actions[index], action);
        }
    }
    check.findings
}

struct Check<'a> {
    workflow: &'a Workflow,
    places: &'a Places,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn find(&mut self, line: usize, reason: String) {
        self.findings.push((line, reason));
    }

    /// Codes are unique and lead somewhere. The other checks rely on it.
    fn codes(&mut self) {
        let mut states = HashSet::new();
        for (index, state) in self.workflow.states.iter().enumerate() {
            if !states.insert(&state.code) {
                self.find(
                    self.places.states[index],
                    format!("the state {} stands here twice", state.code),
                );
            }
        }
        if !states.contains(&self.workflow.start) {
            self.find(
                self.places.start,
                format!("start: there is no state {}", self.workflow.start),
            );
        }
        let mut actions = HashSet::new();
        for (index, action) in self.workflow.actions.iter().enumerate() {
            let line = self.places.actions[index];
            if !actions.insert(&action.code) {
                self.find(line, format!("the action {} stands here twice", action.code));
            }
            if action.from.is_empty() {
                self.find(line, format!("{}: from names no state", action.code));
            }
            for unknown in action
                .from
                .iter()
                .chain([&action.to])
                .filter(|code| !states.contains(code))
            {
                self.find(line, format!("{}: there is no state {unknown}", action.code));
            }
        }
    }

    fn start(&mut self) {
        let start = self.workflow.start.clone();
        let fits = self
            .workflow
            .state(&start)
            .is_some_and(|state| state.waits_for == WaitsFor::Authority && state.clock == ClockMode::Stopped);
        if !fits {
            let reason = "a submitted case waits for the authority, and its promised days begin with the acceptance \
                          only: start must be a state that waits for the authority with the clock stopped";
            self.find(self.places.start, reason.to_owned());
        }
    }

    fn reachability(&mut self) {
        let forward = self.closure([&self.workflow.start], |action, code| {
            if action.from.contains(code) {
                vec![&action.to]
            } else {
                Vec::new()
            }
        });
        let ends: Vec<&StateCode> = self
            .workflow
            .states
            .iter()
            .filter(|s| s.ended())
            .map(|s| &s.code)
            .collect();
        let backward = self.closure(ends, |action, code| {
            if action.to == *code {
                action.from.iter().collect()
            } else {
                Vec::new()
            }
        });
        for (index, state) in self.workflow.states.iter().enumerate() {
            let line = self.places.states[index];
            if !forward.contains(&state.code) {
                self.find(line, format!("{}: no case can ever reach this state", state.code));
            }
            if !backward.contains(&state.code) {
                self.find(line, format!("{}: from here no case can ever end", state.code));
            }
        }
    }

    fn closure<'a>(
        &self,
        from: impl IntoIterator<Item = &'a StateCode>,
        next: impl Fn(&'a Action, &StateCode) -> Vec<&'a StateCode>,
    ) -> HashSet<StateCode>
    where
        Self: 'a,
    {
        let workflow: &'a Workflow = self.workflow;
        let mut open: Vec<&StateCode> = from.into_iter().collect();
        let mut seen: HashSet<StateCode> = HashSet::new();
        while let Some(code) = open.pop() {
            if seen.insert(code.clone()) {
                open.extend(workflow.actions.iter().flat_map(|action| next(action, code)));
            }
        }
        seen
    }

    fn state(&mut self, line: usize, state: &State) {
        let code = &state.code;
        match (state.clock, state.waits_for) {
            (ClockMode::Running, waits) if waits != WaitsFor::Authority => {
                self.find(
                    line,
                    format!("{code}: the clock runs although the authority need not act"),
                );
            }
            (ClockMode::Paused, WaitsFor::Authority) => {
                self.find(
                    line,
                    format!("{code}: the clock stands although the authority must act"),
                );
            }
            _ => {}
        }
        match (&state.end, state.waits_for) {
            (Some(_), WaitsFor::Nobody) | (None, WaitsFor::Authority | WaitsFor::Citizen | WaitsFor::ThirdParty) => {}
            (Some(_), _) => self.find(line, format!("{code}: has a result, so it must wait for nobody")),
            (None, _) => self.find(line, format!("{code}: waits for nobody, so it must say its result")),
        }
        if let Some(end) = &state.end {
            if state.clock != ClockMode::Stopped {
                self.find(
                    line,
                    format!("{code}: the matter has ended, so the clock must be stopped"),
                );
            }
            if state.due_days.is_some() {
                self.find(line, format!("{code}: the matter has ended, so nothing is due"));
            }
            if !fits(state.is, end.result) {
                self.find(
                    line,
                    format!("{code}: the common state and the result do not belong together"),
                );
            }
        } else if !open(state.is) {
            self.find(
                line,
                format!("{code}: its common state is one of an ended matter, but it has no result"),
            );
        } else {
            self.way_out(line, state);
        }
        self.own_actions(line, state);
    }

    /// Whoever is waited for can act, and a citizen who does not is not waited for without end.
    fn way_out(&mut self, line: usize, state: &State) {
        let code = &state.code;
        let any = |wanted: fn(&By) -> bool| self.workflow.actions_from(code).any(|action| wanted(&action.by));
        let (staff, citizen, overdue) = (
            any(|by| matches!(by, By::Staff(_))),
            any(|by| matches!(by, By::Citizen(CitizenAction::Supplement))),
            any(|by| *by == By::Overdue),
        );
        match state.waits_for {
            WaitsFor::Authority if !staff => {
                self.find(line, format!("{code}: waits for the authority, but no role can act"));
            }
            WaitsFor::ThirdParty if !staff && !overdue => {
                self.find(
                    line,
                    format!("{code}: waits for somebody outside, but nobody can take it up again"),
                );
            }
            WaitsFor::Citizen if !citizen => {
                self.find(
                    line,
                    format!("{code}: waits for the citizen, who can hand in nothing here"),
                );
            }
            WaitsFor::Citizen if !overdue => {
                let reason = "waits for the citizen without end: it needs a system action for when that is overdue";
                self.find(line, format!("{code}: {reason}"));
            }
            _ => {}
        }
        if overdue && state.due_days.is_none() {
            self.find(
                line,
                format!("{code}: without due_days it is never overdue, but an action waits for that"),
            );
        }
    }

    /// A state offers one action of each kind that is not chosen by its code.
    fn own_actions(&mut self, line: usize, state: &State) {
        for kind in [CitizenAction::Supplement, CitizenAction::Withdraw, CitizenAction::Rate] {
            let count = self
                .workflow
                .actions_from(&state.code)
                .filter(|a| a.by == By::Citizen(kind))
                .count();
            if count > 1 {
                self.find(line, format!("{}: two actions of the citizen of one kind", state.code));
            }
        }
        if self
            .workflow
            .actions_from(&state.code)
            .filter(|action| action.by == By::Overdue)
            .count()
            > 1
        {
            self.find(line, format!("{}: two actions for when it is overdue", state.code));
        }
    }

    fn action(&mut self, line: usize, action: &Action) {
        let code = &action.code;
        let by_code: HashMap<&StateCode, &State> = self.workflow.states.iter().map(|s| (&s.code, s)).collect();
        let to = by_code[&action.to];
        for from in action.from.iter().map(|from| by_code[from]) {
            self.passage(line, action, from, to);
        }
        let rating = action.by == By::Citizen(CitizenAction::Rate);
        if rating && !action.from.iter().all(|from| by_code[from].ended()) {
            self.find(line, format!("{code}: only what has ended can be rated"));
        }
        if rating && action.from.iter().any(|from| by_code[from].is == CaseState::Rated) {
            self.find(line, format!("{code}: what is rated cannot be rated again"));
        }
        if rating && to.is != CaseState::Rated {
            self.find(
                line,
                format!("{code}: a rated case stands in a state that is rated, so that it is rated once"),
            );
        }
        if !rating && to.is == CaseState::Rated {
            self.find(line, format!("{code}: leads to a rated state, but is no rating"));
        }
        self.inputs(line, action, to);
    }

    fn passage(&mut self, line: usize, action: &Action, from: &State, to: &State) {
        let (code, here) = (&action.code, &from.code);
        match (&from.end, &to.end) {
            (Some(before), Some(after)) if action.by == By::Citizen(CitizenAction::Rate) => {
                if before.result != after.result {
                    self.find(line, format!("{code}: a rating must not change the result of {here}"));
                }
            }
            (Some(_), _) => self.find(
                line,
                format!("{code}: the matter has ended in {here}; only a rating may follow"),
            ),
            (None, None) => match (from.clock, to.clock) {
                (ClockMode::Running | ClockMode::Paused, ClockMode::Stopped) => {
                    self.find(
                        line,
                        format!("{code}: the promised days have begun in {here}; here they are forgotten"),
                    );
                }
                (ClockMode::Stopped, ClockMode::Paused) => {
                    self.find(line, format!("{code}: pauses a clock that has not begun in {here}"));
                }
                _ => {}
            },
            (None, Some(_)) => {}
        }
    }

    fn inputs(&mut self, line: usize, action: &Action, to: &State) {
        let code = &action.code;
        let given = |input: ActionInput| action.required.contains(&input) || action.optional.contains(&input);
        let unique: BTreeSet<_> = action.required.iter().chain(&action.optional).collect();
        if unique.len() != action.required.len() + action.optional.len() {
            self.find(line, format!("{code}: names an input twice"));
        }
        if !matches!(action.by, By::Staff(_)) && (!action.required.is_empty() || !action.optional.is_empty()) {
            self.find(line, format!("{code}: only an action of a clerk names inputs"));
        }
        if matches!(action.by, By::Staff(_)) && action.adverse && !action.required.contains(&ActionInput::Reason) {
            self.find(
                line,
                format!("{code}: is adverse, so the citizen must be told a reason"),
            );
        }
        let asks = action.required.contains(&ActionInput::SupplementItems);
        if given(ActionInput::SupplementItems) && !asks {
            self.find(
                line,
                format!("{code}: either asks for a supplement or does not; it cannot be optional"),
            );
        }
        let handed_in = self
            .workflow
            .citizen_action(&to.code, CitizenAction::Supplement)
            .is_some();
        if asks != handed_in {
            let reason = "an action asks for a supplement exactly if the citizen can hand one in where it leads";
            self.find(line, format!("{code}: {reason}"));
        }
        let result = to.end.as_ref().map(|end| end.result);
        let documents = given(ActionInput::DocumentNumber) || given(ActionInput::ResultFile);
        if documents && result.is_none() {
            self.find(line, format!("{code}: takes a document, but does not end the matter"));
        }
        let silent = to
            .end
            .as_ref()
            .is_some_and(|end| end.result == ResultKind::Issued && end.notice.is_none());
        let ends = !matches!(action.by, By::Citizen(CitizenAction::Rate));
        if silent && ends && !action.required.contains(&ActionInput::ResultFile) {
            self.find(
                line,
                format!("{code}: issues a result with neither a file nor a notice"),
            );
        }
    }
}

/// Whether a matter that is open can be in this common state.
fn open(state: CaseState) -> bool {
    use CaseState as S;
    match state {
        S::Submitted | S::PreReviewReturned | S::PreReviewPassed | S::Received | S::SupplementRequired => true,
        S::Accepted | S::InReview | S::SpecialProcedure | S::Approved | S::CertificateIssued | S::Reopened => true,
        S::Delivered | S::NotAccepted | S::Rejected | S::Closed | S::Rated => false,
        S::Withdrawn | S::SupplementLapsed | S::Terminated | S::Transferred => false,
    }
}

/// Whether an ended matter in this common state can have this result.
fn fits(state: CaseState, result: ResultKind) -> bool {
    match state {
        CaseState::Closed | CaseState::Rated => true,
        CaseState::Delivered => result == ResultKind::Issued,
        CaseState::NotAccepted => result == ResultKind::NotAccepted,
        CaseState::Rejected => result == ResultKind::Rejected,
        CaseState::Withdrawn => result == ResultKind::Withdrawn,
        CaseState::SupplementLapsed => result == ResultKind::SupplementLapsed,
        CaseState::Terminated => result == ResultKind::Terminated,
        CaseState::Transferred => result == ResultKind::Transferred,
        _ => false,
    }
}
