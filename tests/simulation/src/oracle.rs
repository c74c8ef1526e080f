//! What must hold once the network has healed and all is quiet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use onehall_client::{Queued, QueuedState, Request, SaveState, citizen};
use onehall_core::Core;
use onehall_protocol::cases::CaseView;
use onehall_protocol::drafts::DraftView;
use onehall_protocol::{CaseId, DraftId};
use serde_json::Value;
use tokio::time::sleep;

use crate::Finding;
use crate::chance::Chance;
use crate::history::{Edit, Outcome, Write};
use crate::person::{ROWS, log_in, names, rows_of};
use crate::terminal::{Terminal, name_of};
use crate::world::World;

/// How long after the network has healed everything must be in its place.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// How long after that the copies of the terminals must be as the hall has it, also where pokes were lost: a terminal looks
/// by itself after 80 seconds at most.
const COPIES_WITHIN: Duration = Duration::from_secs(85);

/// How often a terminal may ask in half of that, where nobody does anything.
const ASKS_AT_REST: u64 = 20;

/// What a terminal shows.
#[derive(Debug, Clone, PartialEq, Default)]
struct Seen {
    drafts: BTreeMap<DraftId, DraftView>,
    cases: BTreeMap<CaseId, CaseView>,
}

/// Lets everything settle, and looks.
pub(crate) async fn judge(world: &Arc<World>) -> Vec<Finding> {
    world.heal();
    let mut findings = Findings::default();
    let mut cores = Vec::new();
    for terminal in &world.terminals() {
        let (core, _) = terminal.switch_on();
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
    let views = all_look(&cores, "all terminals are equal", &mut findings).await;
    let Some(truth) = views.into_iter().next() else {
        return findings.0;
    };
    for (terminal, queued) in terminals.iter().zip(&waiting) {
        nothing_stuck(terminal, queued, &mut findings);
    }
    no_submission_lost(world, &waiting, &truth, &mut findings);
    nothing_lost(world, &truth, &mut findings);
    the_right_one_stands(world, &truth, &mut findings);
    rows_stay(world, &truth, &mut findings);
    nothing_doubled(world, &truth, &mut findings);
    // What they show by themselves is the same, too.
    sleep(COPIES_WITHIN).await;
    world.network.cut_all();
    let copies = all_look(&cores, "all copies are equal", &mut findings).await;
    if let Some(what) = copies.first().and_then(|copy| differences(&truth, copy)) {
        findings.add("all copies are equal", format!("the hall and t0 differ in {what}"));
    }
    findings.0
}

/// What every terminal shows; where they differ, it is told.
async fn all_look(cores: &[Core], promise: &'static str, findings: &mut Findings) -> Vec<Seen> {
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
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, promise: &'static str, what: String) {
        self.0.push(Finding { promise, what });
    }
}

async fn ask<R>(core: &Core, request: R) -> Result<R::Reply, String>
where
    R: Request<Command = citizen::Command, AnyReply = citizen::Reply>,
{
    let reply = core.dispatch(request.into_command()).await;
    let reply = reply.map_err(|error| error.code.as_str().to_owned())?;
    R::from_reply(reply).ok_or_else(|| "another reply".to_owned())
}

async fn look(core: &Core) -> Result<Seen, String> {
    let mut seen = Seen::default();
    for draft in ask(core, citizen::ListDrafts {}).await? {
        let id = draft.id;
        let mut draft = ask(core, citizen::GetDraft { id }).await?;
        // The hall's clock goes on.
        draft.clock = 0;
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
fn nothing_stuck(terminal: &Terminal, queued: &[Queued], findings: &mut Findings) {
    let shown = terminal.shown();
    let under_way = |state: &QueuedState| matches!(state, QueuedState::Waiting | QueuedState::Sending);
    for one in queued.iter().filter(|one| under_way(&one.state)) {
        findings.add(
            "nothing is stuck",
            format!("t{}: {} is {:?}", terminal.index, one.id, one.state),
        );
    }
    for (draft, state) in &shown {
        if matches!(state, SaveState::Saving | SaveState::Waiting { .. }) {
            findings.add(
                "nothing is stuck",
                format!("t{} still shows {draft} as {}", terminal.index, name_of(state)),
            );
        }
    }
    for key in terminal.disk.unsent() {
        let parked = shown
            .iter()
            .any(|(draft, state)| matches!(state, SaveState::Refused { .. }) && key.contains(&draft.to_string()));
        if !parked && !queued.iter().any(|one| key.contains(&one.id.to_string())) {
            findings.add("nothing is stuck", format!("t{} still keeps {key}", terminal.index));
        }
    }
}

/// What was acknowledged reached the hall, or stands where the citizen sees it.
fn nothing_lost(world: &World, truth: &Seen, findings: &mut Findings) {
    let history = world.history();
    let mut by_place: BTreeMap<(usize, DraftId, &str), Vec<&Edit>> = BTreeMap::new();
    for edit in &history.edits {
        let place = (edit.terminal, edit.draft, edit.path.as_str());
        by_place.entry(place).or_default().push(edit);
    }
    let mut taken: BTreeMap<(DraftId, &str), Vec<&Value>> = BTreeMap::new();
    for write in history.writes.iter().filter(|write| write.taken == Some(true)) {
        taken
            .entry((write.draft, write.path.as_str()))
            .or_default()
            .push(&write.value);
    }
    for ((terminal, draft, path), edits) in by_place {
        if path == ROWS || history.discarded.contains(&draft) {
            continue;
        }
        let Some(last) = edits.iter().rposition(|edit| edit.outcome == Outcome::Done) else {
            continue;
        };
        let arrived = taken.get(&(draft, path)).cloned().unwrap_or_default();
        if edits[last..].iter().any(|edit| arrived.contains(&&edit.value)) {
            continue;
        }
        let shown = world.terminals()[terminal].shown();
        let parked = matches!(shown.get(&draft), Some(SaveState::Refused { .. }));
        if !parked {
            let open = if truth.drafts.contains_key(&draft) {
                "open"
            } else {
                "closed"
            };
            findings.add(
                "no acknowledged edit is lost",
                format!(
                    "{} of t{terminal} at {path} of the {open} draft {draft}",
                    edits[last].value
                ),
            );
        }
    }
}

/// A submission that was left to a terminal reached the hall, or stands where the citizen sees it, or was taken back; and what
/// was taken back in time made no case.
fn no_submission_lost(world: &World, waiting: &[Vec<Queued>], truth: &Seen, findings: &mut Findings) {
    let history = world.history();
    for (key, attempt) in &history.attempts {
        let mut answered = attempt.answered.iter().flatten();
        let made = answered.any(Result::is_ok);
        if attempt.taken_back == Some(true) && made {
            findings.add("what was taken back is not submitted", format!("attempt {key}"));
        }
        let shown = waiting
            .get(attempt.terminal)
            .into_iter()
            .flatten()
            .any(|one| one.id.to_string() == *key);
        let gone = attempt.draft.is_some_and(|draft| history.discarded.contains(&draft));
        if attempt.queued && attempt.taken_back.is_none() && !made && !shown && !gone {
            let open = attempt.draft.is_some_and(|draft| truth.drafts.contains_key(&draft));
            let open = if open { "open" } else { "closed" };
            findings.add(
                "no acknowledged submission is lost",
                format!(
                    "attempt {key} at t{} of the {open} draft {:?}",
                    attempt.terminal, attempt.draft
                ),
            );
        }
    }
}

/// How far the clocks of the replicas may be off, and the hall lets a stamp be ahead of them, in milliseconds.
const MOST_SKEW: u64 = 2_000;
const MOST_AHEAD: u64 = 60_000;

/// Of all that was taken, that answer stands which was given last: by its stamp, but after whatever its giver had in sight.
///
/// The rule is written down here once more, and more simply than the product has it: in the order of revisions, each answer
/// counts as given when its stamp says, at the earliest after what was seen, and not in the future. Where the hall's own
/// clock decided, any time counts that it can have shown.
fn the_right_one_stands(world: &World, truth: &Seen, findings: &mut Findings) {
    let history = world.history();
    let mut by_place: BTreeMap<(DraftId, &str), Vec<&Write>> = BTreeMap::new();
    for write in history.writes.iter().filter(|write| write.taken != Some(false)) {
        by_place
            .entry((write.draft, write.path.as_str()))
            .or_default()
            .push(write);
    }
    for ((draft, path), mut writes) in by_place {
        let Some(view) = truth.drafts.get(&draft).filter(|_| path != ROWS) else {
            continue;
        };
        // A row that was taken away has no answers.
        if let Some(row) = row_of(path)
            && !rows_of(&view.answers).contains(&row)
        {
            continue;
        }
        let stands = view.answers.get(path).cloned().unwrap_or_default();
        let maybe: Vec<&Value> = writes
            .iter()
            .filter(|write| write.taken.is_none())
            .map(|write| &write.value)
            .collect();
        writes.retain(|write| write.taken == Some(true));
        writes.sort_by_key(|write| write.revision);
        let mut given: Vec<Given> = Vec::new();
        for write in writes {
            if given.iter().any(|one| one.write.stamp == write.stamp) {
                continue;
            }
            let one = Given::of(write, &given);
            given.push(one);
        }
        let latest = given.iter().max_by(|one, other| one.earliest.cmp(&other.earliest));
        let right = maybe.contains(&&stands)
            || given
                .iter()
                .any(|one| one.write.value == stands && latest.is_none_or(|latest| one.latest >= latest.earliest));
        if !right {
            findings.add(
                "the last answer stands",
                format!(
                    "{stands} stands at {path} of {draft}, not {:?}",
                    latest.map(|one| &one.write.value)
                ),
            );
        }
    }
}

/// A row that was added is there, unless somebody took it away who had it in sight.
fn rows_stay(world: &World, truth: &Seen, findings: &mut Findings) {
    let history = world.history();
    let lists: Vec<&Edit> = history.edits.iter().filter(|edit| edit.path == ROWS).collect();
    for (place, edit) in lists.iter().enumerate() {
        let Some(view) = truth.drafts.get(&edit.draft) else {
            continue;
        };
        if edit.outcome != Outcome::Done || history.discarded.contains(&edit.draft) {
            continue;
        }
        let mine = format!("t{}n", edit.terminal);
        let there = rows_of(&view.answers);
        for row in names(&edit.value)
            .into_iter()
            .filter(|row| row.starts_with(&mine) && !there.contains(row))
        {
            let taken_away = lists[place + 1..].iter().any(|other| {
                other.draft == edit.draft
                    && history.has_seen(other.terminal, &row)
                    && !names(&other.value).contains(&row)
            });
            if !taken_away {
                let what = format!("{row} of t{} in {}", edit.terminal, edit.draft);
                findings.add("a row that was added stays", what);
            }
        }
    }
}

/// The row in which an answer is.
fn row_of(path: &str) -> Option<String> {
    let (row, _) = path.strip_prefix(ROWS)?.strip_prefix('/')?.split_once('/')?;
    Some(row.to_owned())
}

/// When an answer counts as given: between these.
struct Given<'a> {
    write: &'a Write,
    earliest: Moment,
    latest: Moment,
}

/// A time with what decides within it.
type Moment = (u64, u64, String);

impl<'a> Given<'a> {
    fn of(write: &'a Write, before: &[Given<'a>]) -> Given<'a> {
        let (at, count, writer) = write.stamp.clone();
        let at_once = |at: u64| (at, count, writer.clone());
        let (arrived, answered) = write.in_hand;
        let (mut earliest, mut latest) = (at_once(at), at_once(at));
        if at > arrived.saturating_sub(MOST_SKEW) + MOST_AHEAD {
            earliest = earliest.min(at_once(arrived.saturating_sub(MOST_SKEW)));
            latest = latest.min(at_once(answered + MOST_SKEW + MOST_AHEAD));
        }
        for one in before
            .iter()
            .filter(|one| one.write.revision.is_some_and(|revision| revision <= write.seen))
        {
            let after = |(at, count, _): &Moment| (*at, count + 1, writer.clone());
            earliest = earliest.max(after(&one.earliest));
            latest = latest.max(after(&one.latest));
        }
        Given {
            write,
            earliest,
            latest,
        }
    }
}

/// An attempt makes one case at most, and so does a draft; who was refused has no case by that attempt.
fn nothing_doubled(world: &World, truth: &Seen, findings: &mut Findings) {
    let history = world.history();
    let mut of_draft: BTreeMap<DraftId, BTreeSet<CaseId>> = BTreeMap::new();
    for (key, attempt) in &history.attempts {
        let answered = attempt.answered.iter().flatten();
        let made: BTreeSet<CaseId> = answered
            .clone()
            .filter_map(|answer| answer.as_ref().ok())
            .copied()
            .collect();
        if made.len() > 1 {
            findings.add("nothing is doubled", format!("attempt {key} made {made:?}"));
        }
        if let Some(draft) = attempt.draft {
            of_draft.entry(draft).or_default().extend(&made);
        }
        for told in attempt.told.iter().filter_map(|told| told.as_ref().ok()) {
            if !truth.cases.contains_key(told) {
                findings.add(
                    "what was registered is there",
                    format!("attempt {key} was told of {told}"),
                );
            }
        }
        // Once it made a case, each arrival gets that case's receipt.
        let first = attempt.answered.iter().position(|answer| matches!(answer, Some(Ok(_))));
        let later = attempt.answered.iter().skip(first.unwrap_or(usize::MAX)).flatten();
        for refused in later.filter_map(|answer| answer.as_ref().err()) {
            findings.add(
                "an attempt that made a case is not refused",
                format!("attempt {key}: {refused}"),
            );
        }
    }
    for (draft, cases) in of_draft {
        if cases.len() > 1 {
            findings.add("nothing is doubled", format!("the draft {draft} became {cases:?}"));
        }
        if !cases.is_empty() && truth.drafts.contains_key(&draft) {
            findings.add(
                "nothing is doubled",
                format!("the draft {draft} is open beside its case"),
            );
        }
    }
    let numbers: BTreeSet<_> = truth.cases.values().map(|case| &case.summary.number).collect();
    if numbers.len() != truth.cases.len() {
        findings.add("nothing is doubled", "two cases have one number".to_owned());
    }
}
