//! What must hold once the network has healed and all is quiet.
//!
//! Here is what terminals show; what they and the hall were told is judged in `answers` (of drafts), `rows` (of groups),
//! `submissions`, and `log` (of changes).

mod answers;
mod log;
mod rows;
mod submissions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use onehall_client::{Queued, QueuedState, Request, SaveState, citizen};
use onehall_protocol::cases::CaseView;
use onehall_protocol::drafts::{Answers, DraftView};
use onehall_protocol::{CaseId, DraftId};
use tokio::time::sleep;

use crate::Finding;
use crate::chance::Chance;
use crate::history::History;
use crate::machines::Client;
use crate::person::log_in;
use crate::terminal::{Terminal, name_of};
use crate::world::World;

/// How long after the network has healed everything must be in its place.
pub(crate) const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// How long after that the copies of the terminals must be as the hall has it, also where pokes were lost: a terminal looks
/// by itself after 80 seconds at most.
pub(crate) const COPIES_WITHIN: Duration = Duration::from_secs(85);

/// How often a terminal may ask in half of that, where nobody does anything.
pub(crate) const ASKS_AT_REST: u64 = 20;

/// What a terminal shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Seen {
    drafts: BTreeMap<DraftId, DraftView>,
    cases: BTreeMap<CaseId, CaseView>,
}

impl Seen {
    /// How each draft ended that can still be looked at: as it is open, or as the case has it that it became.
    fn ends(&self, history: &History) -> BTreeMap<DraftId, End<'_>> {
        let open = self.drafts.iter().map(|(id, draft)| {
            let (answers, is_open) = (&draft.answers, true);
            (*id, End { answers, is_open })
        });
        let became = history.attempts.values().filter_map(|attempt| {
            let made = attempt
                .answered
                .iter()
                .flatten()
                .find_map(|answer| answer.as_ref().ok());
            let answers = &self.cases.get(made?)?.answers;
            let is_open = false;
            Some((attempt.draft?, End { answers, is_open }))
        });
        became.chain(open).collect()
    }
}

/// How a draft ended.
struct End<'a> {
    answers: &'a Answers,
    is_open: bool,
}

/// What was found, and how often each promise was looked at that only some of what happens puts to the test.
pub(crate) struct Judgement {
    pub(crate) findings: Vec<Finding>,
    pub(crate) looked: BTreeMap<&'static str, u64>,
}

/// Lets everything settle, and looks.
pub(crate) async fn judge(world: &Arc<World>) -> Judgement {
    world.heal();
    let mut findings = Findings::default();
    let mut cores = Vec::new();
    for terminal in &world.terminals() {
        let core = terminal.switch_on();
        let mut chance = Chance::new(world.plan.seed, "the end");
        if !log_in(world, &core, &mut chance).await {
            findings.add("a terminal works again", format!("t{} cannot log in", terminal.index));
        }
        cores.push(core);
    }
    sleep(SETTLES_WITHIN / 2).await;
    let asked = world.network.asked();
    sleep(SETTLES_WITHIN / 2).await;
    for (terminal, (before, after)) in asked.into_iter().zip(world.network.asked()).enumerate() {
        if after - before > ASKS_AT_REST {
            findings.add(
                "a terminal at rest asks little",
                format!("t{terminal} asked {} times", after - before),
            );
        }
    }
    let mut waiting = Vec::new();
    let terminals = world.terminals();
    for (terminal, core) in terminals.iter().zip(&cores) {
        match ask(core, citizen::ListQueued {}).await {
            Ok(queued) => waiting.push(queued),
            Err(code) => findings.add("a terminal works again", format!("t{}: {code}", terminal.index)),
        }
    }
    for (terminal, queued) in terminals.iter().zip(&waiting) {
        nothing_stuck(terminal, queued, &terminal.unsent().await, &mut findings);
    }
    let views = all_look(&cores, "all terminals are equal", &mut findings).await;
    let Some(truth) = views.into_iter().next() else {
        return findings.judgement();
    };
    compare(world, &waiting, &truth, &mut findings).await;
    // What they show by themselves is the same, too.
    sleep(COPIES_WITHIN).await;
    world.network.cut_all();
    copies_equal(&cores, &truth, &mut findings).await;
    findings.judgement()
}

/// What the hall has is what people were told, and all of it.
pub(crate) async fn compare(world: &World, waiting: &[Vec<Queued>], truth: &Seen, findings: &mut Findings) {
    {
        let mut history = world.history();
        history.follow_what_became();
        let ends = truth.ends(&history);
        submissions::none_lost(&history, waiting, truth, findings);
        submissions::none_doubled(&history, truth, findings);
        answers::none_lost(world, &history, truth, findings);
        answers::the_right_one_stands(&history, &ends, findings);
        answers::losers_are_kept(&history, truth, findings);
        rows::stay(&history, &ends, findings);
        rows::go(&history, &ends, findings);
    }
    log::is_whole(world, findings).await;
}

/// Cut off from the hall, all show what the hall has.
pub(crate) async fn copies_equal(cores: &[Client], truth: &Seen, findings: &mut Findings) {
    let copies = all_look(cores, "all copies are equal", findings).await;
    if let Some(what) = copies.first().and_then(|copy| differences(truth, copy)) {
        findings.add("all copies are equal", format!("the hall and t0 differ in {what}"));
    }
}

/// What every terminal shows; where they differ, it is told.
pub(crate) async fn all_look(cores: &[Client], promise: &'static str, findings: &mut Findings) -> Vec<Seen> {
    let mut views = Vec::new();
    for (index, core) in cores.iter().enumerate() {
        match look(core).await {
            Ok(seen) => views.push(seen),
            Err(code) => findings.add(promise, format!("t{index} shows nothing: {code}")),
        }
    }
    alike(&views, promise, findings);
    views
}

#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) found: Vec<Finding>,
    looked: BTreeMap<&'static str, u64>,
}

impl Findings {
    pub(crate) fn add(&mut self, promise: &'static str, what: String) {
        self.found.push(Finding { promise, what });
    }

    fn looked(&mut self, at: &'static str) {
        *self.looked.entry(at).or_default() += 1;
    }

    pub(crate) fn judgement(self) -> Judgement {
        Judgement {
            findings: self.found,
            looked: self.looked,
        }
    }
}

pub(crate) async fn ask<R>(core: &Client, request: R) -> Result<R::Reply, String>
where
    R: Request<Command = citizen::Command, AnyReply = citizen::Reply>,
{
    let reply = core.dispatch(request.into_command()).await;
    let reply = reply.map_err(|error| error.code.as_str().to_owned())?;
    R::from_reply(reply).ok_or_else(|| "another reply".to_owned())
}

async fn look(core: &Client) -> Result<Seen, String> {
    let mut seen = Seen::default();
    for draft in ask(core, citizen::ListDrafts {}).await? {
        // One that was begun there and that the hall does not have is that terminal's alone.
        if draft.revision == 0 {
            continue;
        }
        let id = draft.id;
        let mut draft = ask(core, citizen::GetDraft { id }).await?;
        // The hall's clock goes on, and each terminal says of other answers that they are its own.
        draft.clock = 0;
        draft.latest.iter_mut().for_each(|origin| origin.own = false);
        seen.drafts.insert(id, draft);
    }
    for case in ask(core, citizen::ListCases {}).await? {
        let id = case.id;
        seen.cases.insert(id, ask(core, citizen::GetCase { id }).await?);
    }
    Ok(seen)
}

/// All terminals show the same.
fn alike(views: &[Seen], promise: &'static str, findings: &mut Findings) {
    let Some((first, others)) = views.split_first() else {
        return;
    };
    for (index, other) in others.iter().enumerate() {
        if let Some(what) = differences(first, other) {
            findings.add(promise, format!("t0 and t{} differ in {what}", index + 1));
        }
    }
}

/// In what two differ; nothing where they are equal.
fn differences(one: &Seen, other: &Seen) -> Option<String> {
    let drafts = differing(&one.drafts, &other.drafts).map(|(id, one, other)| {
        let revision = |draft: Option<&DraftView>| draft.map(|draft| draft.summary.revision);
        format!(
            "the draft {id} ({:?}, {:?}){}",
            revision(one),
            revision(other),
            first_field(one, other)
        )
    });
    let cases = differing(&one.cases, &other.cases).map(|(id, one, other)| {
        let version = |case: Option<&CaseView>| case.map(|case| case.summary.version);
        format!(
            "the case {id} ({:?}, {:?}){}",
            version(one),
            version(other),
            first_field(one, other)
        )
    });
    let all: Vec<String> = drafts.chain(cases).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn differing<'a, K: Ord + Copy, V: PartialEq>(
    one: &'a BTreeMap<K, V>,
    other: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (K, Option<&'a V>, Option<&'a V>)> {
    let all: BTreeSet<K> = one.keys().chain(other.keys()).copied().collect();
    let pairs = all.into_iter().map(|key| (key, one.get(&key), other.get(&key)));
    pairs.filter(|(_, one, other)| one != other)
}

/// The first field in which two differ that both are there.
fn first_field(one: Option<&impl serde::Serialize>, other: Option<&impl serde::Serialize>) -> String {
    let (Some(one), Some(other)) = (one, other) else {
        return String::new();
    };
    let one = serde_json::to_value(one).unwrap_or_default();
    let other = serde_json::to_value(other).unwrap_or_default();
    let fields = one.as_object().into_iter().flatten();
    let found = fields
        .map(|(name, value)| (name, value, &other[name]))
        .find(|(_, one, other)| one != other);
    found.map_or_else(String::new, |(name, one, other)| format!(": {name} {one} and {other}"))
}

/// Nothing is still on its way: it arrived, or stands where the citizen sees it.
pub(crate) fn nothing_stuck(terminal: &Terminal, queued: &[Queued], unsent: &[String], findings: &mut Findings) {
    let shown = terminal.shown();
    let under_way = |state: &QueuedState| matches!(state, QueuedState::Waiting | QueuedState::Sending);
    for one in queued.iter().filter(|one| under_way(&one.state)) {
        findings.add(
            "nothing is stuck",
            format!("t{}: {} is {:?}", terminal.index, one.id, one.state),
        );
    }
    // Of a draft that was thrown away nobody looks at the last that was shown.
    let (thrown_away, became) = (terminal.thrown_away(), terminal.became_others());
    let looked_at = |draft: &&DraftId| !thrown_away.contains(*draft) && !became.contains(*draft);
    for (draft, state) in shown.iter().filter(|(draft, _)| looked_at(draft)) {
        if matches!(state, SaveState::Saving | SaveState::Waiting { .. }) {
            findings.add(
                "nothing is stuck",
                format!("t{} still shows {draft} as {}", terminal.index, name_of(state)),
            );
        }
    }
    for key in unsent {
        let parked = shown
            .iter()
            .any(|(draft, state)| matches!(state, SaveState::Refused { .. }) && key.contains(&draft.to_string()));
        // It is known for a while what became of it.
        let known = became.iter().any(|draft| key.contains(&format!("/begun/{draft}/")));
        if !parked && !known && !queued.iter().any(|one| key.contains(&one.id.to_string())) {
            findings.add("nothing is stuck", format!("t{} still keeps {key}", terminal.index));
        }
    }
}
