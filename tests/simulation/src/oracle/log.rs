//! The log of changes: without gaps, whole, and told whole to whoever pulls.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::PersonId;
use onehall_protocol::sync::Entity;
use uuid::Uuid;

use super::Findings;
use crate::history::Pulled;
use crate::witness::{Kept, Saw};
use crate::world::World;

/// What was logged of each principal, by number.
type Logs = BTreeMap<PersonId, Vec<(Entity, Uuid)>>;

/// Looks at the log as it was written, as it is kept, and as it was told.
pub(super) async fn is_whole(world: &World, findings: &mut Findings) {
    let (saw, kept) = world.hall.log().await;
    let logs = written(&saw, findings);
    for log in &kept {
        is_kept(log, logs.get(&log.principal).map_or(0, Vec::len) as u64, findings);
    }
    for pulled in &world.history().pulls {
        findings.looked("pulls");
        is_told(pulled, &logs, findings);
    }
}

/// Each change is logged before anything else is, and each principal's numbers follow one another in the order of commits.
fn written(saw: &[Saw], findings: &mut Findings) -> Logs {
    let mut logs = Logs::new();
    let mut unlogged: BTreeSet<(Entity, Uuid)> = BTreeSet::new();
    for one in saw {
        let Some(number) = one.logged_as else {
            unlogged.insert(one.thing);
            continue;
        };
        findings.looked("changes in the log");
        let log = logs.entry(one.principal).or_default();
        if number != log.len() as u64 + 1 {
            findings.add(
                "the log has no gaps",
                format!("{number} of {} follows {}", one.principal, log.len()),
            );
            // From here on by what the numbers say.
            log.resize(usize::try_from(number).unwrap_or(1).max(1) - 1, one.thing);
        }
        log.push(one.thing);
        unlogged.remove(&one.thing);
    }
    for (entity, id) in unlogged {
        findings.add(
            "each change is logged",
            format!("the last one of {entity:?} {id} is not"),
        );
    }
    logs
}

/// What is kept of a log is all behind what was trimmed.
fn is_kept(log: &Kept, written: u64, findings: &mut Findings) {
    let whole = log.last == written
        && log.count == log.last - log.trimmed
        && log.from.is_none_or(|from| from == log.trimmed + 1)
        && log.to.is_none_or(|to| to == log.last);
    if !whole {
        findings.add("the log has no gaps", format!("{log:?}, of {written}"));
    }
}

/// Whoever pulls is told of all that was logged up to where they have read then.
fn is_told(pulled: &Pulled, logs: &Logs, findings: &mut Findings) {
    for (principal, from, to) in &pulled.read {
        let log = logs.get(principal).map_or(&[][..], Vec::as_slice);
        let place = |number: &u64| usize::try_from(*number).unwrap_or(usize::MAX).min(log.len());
        let (from, to) = (place(from), place(to));
        if from > to {
            findings.add("a pull tells all", format!("{principal}: from {from} back to {to}"));
            continue;
        }
        for thing in &log[from..to] {
            // Where there is more, a thing that changed once more comes with that.
            let comes = pulled.more && log[to..].contains(thing);
            if !pulled.told.contains(thing) && !comes {
                let (entity, id) = thing;
                findings.add(
                    "a pull tells all",
                    format!("{from} to {to} of {principal}: not of {entity:?} {id}"),
                );
            }
        }
    }
}
