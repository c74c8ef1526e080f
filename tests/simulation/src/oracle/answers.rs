//! Answers: none is lost, the last one stands, and what did not stand is kept.

use std::collections::{BTreeMap, BTreeSet};

use onehall_client::SaveState;
use onehall_protocol::DraftId;
use serde_json::Value;

use super::rows::row_of;
use super::{End, Findings, Seen};
use crate::history::{Arrival, Edit, History, Outcome, Write};
use crate::person::{ROWS, rows_of};
use crate::world::World;

/// Of how many answers that did not stand a draft tells.
const MOST_LOST: usize = 50;

/// What was acknowledged reached the hall, or stands where the citizen sees it.
pub(super) fn none_lost(world: &World, history: &History, truth: &Seen, findings: &mut Findings) {
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
        if path == ROWS || history.threw_away(&draft) {
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
        // Where it was begun on that terminal it is shown by the id that it had there.
        let mut ids = history
            .became
            .iter()
            .filter(|(_, hall)| **hall == draft)
            .map(|(begun, _)| begun);
        let refused = |id: &DraftId| matches!(shown.get(id), Some(SaveState::Refused { .. }));
        if !refused(&draft) && !ids.any(refused) {
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

/// How far the clocks of the replicas may be off, and the hall lets a stamp be ahead of them, in milliseconds.
const MOST_SKEW: u64 = 2_000;
const MOST_AHEAD: u64 = 60_000;

/// Of all that was taken, that answer stands which was given last: by its stamp, but after whatever its giver had in sight.
///
/// The rule is written down here once more, and more simply than the product has it: in the order of revisions, each answer
/// counts as given when its stamp says, at the earliest after what was seen, and not in the future. Where the hall's own
/// clock decided, any time counts that it can have shown; and behind what was seen, any place (see [`Given::of`]).
pub(super) fn the_right_one_stands(history: &History, ends: &BTreeMap<DraftId, End<'_>>, findings: &mut Findings) {
    let mut by_place: BTreeMap<(DraftId, &str), Vec<&Write>> = BTreeMap::new();
    for write in history.writes.iter().filter(|write| write.taken != Some(false)) {
        by_place
            .entry((write.draft, write.path.as_str()))
            .or_default()
            .push(write);
    }
    for ((draft, path), mut writes) in by_place {
        let Some(end) = ends.get(&draft).filter(|_| path != ROWS) else {
            continue;
        };
        // A row that was taken away has no answers.
        if let Some(row) = row_of(path)
            && !rows_of(end.answers).contains(&row)
        {
            continue;
        }
        let stands = end.answers.get(path).cloned().unwrap_or_default();
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
        findings.looked("answers that stand");
        let latest = given.iter().max_by(|one, other| one.earliest.cmp(&other.earliest));
        let right = maybe.contains(&&stands)
            || (given.is_empty() && stands.is_null())
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

/// What did not stand is told of in the answer to the save by which that came out, and to each later one of the question; it
/// is there on the open draft in the end.
///
/// Of two answers whose time cannot be told apart one has to be told of. Where it cannot be said in which order two saves of
/// one question were taken, no more is asked of that question.
pub(super) fn losers_are_kept(history: &History, truth: &Seen, findings: &mut Findings) {
    for (draft, writes) in history.by_draft() {
        let mut by_path: BTreeMap<&str, Vec<&Write>> = BTreeMap::new();
        for write in writes.iter().filter(|write| write.taken != Some(false)) {
            by_path.entry(&write.path).or_default().push(write);
        }
        for (path, of_path) in by_path.into_iter().filter(|(path, _)| *path != ROWS) {
            let mut question = Question::default();
            let whole = in_order(&of_path, &writes, |write| {
                if question.take(write) {
                    findings.looked("answers that did not stand");
                }
                for value in question.lost.values() {
                    if !write.told_lost.contains(value) && write.lost_in_all < MOST_LOST {
                        let what = format!("{value} at {path} of {draft}");
                        findings.add("what did not stand is kept", what);
                    }
                }
            });
            let Some(view) = truth
                .drafts
                .get(&draft)
                .filter(|view| view.lost.len() < MOST_LOST && whole)
            else {
                continue;
            };
            let kept: Vec<&Value> = view
                .lost
                .iter()
                .filter(|lost| lost.path == path)
                .map(|lost| &lost.value)
                .collect();
            for value in question.lost.values().filter(|value| !kept.contains(value)) {
                let what = format!("{value} at {path} of the open draft {draft}");
                findings.add("what did not stand is kept", what);
            }
        }
    }
}

/// A question as saves come to it.
#[derive(Default)]
struct Question<'a> {
    given: Vec<Given<'a>>,
    /// Which of these stands.
    stands: usize,
    /// What did not stand, by who gave it: the last of each.
    lost: BTreeMap<&'a str, Value>,
}

impl<'a> Question<'a> {
    /// Takes a save; gives whether an answer was lost by it.
    fn take(&mut self, write: &'a Write) -> bool {
        let given = Given::of(write, &self.given);
        let loses = self.given.get(self.stands).and_then(|held| loser(held, &given));
        let held_stays = loses.is_some_and(|loses| std::ptr::eq(loses, write));
        if let Some(loses) = loses {
            self.lost.insert(loses.writer(), loses.value.clone());
        }
        if !held_stays {
            self.stands = self.given.len();
        }
        self.given.push(given);
        loses.is_some()
    }
}

/// Which of two answers does not stand without its giver's knowing; none where the one had the other in sight.
fn loser<'a>(held: &Given<'a>, given: &Given<'a>) -> Option<&'a Write> {
    let by = given.write;
    let seen = held.write.revision.is_some_and(|revision| revision <= by.seen) || held.write.writer() == by.writer();
    if seen {
        return None;
    }
    if given.earliest > held.latest {
        return Some(held.write);
    }
    // One of the two: what the hall says decides which, and that it says so is what is looked at.
    let clear = given.latest < held.earliest;
    Some(if clear || by.told_lost.contains(&by.value) {
        by
    } else {
        held.write
    })
}

/// Goes through the saves of one question in the order in which the hall took them, among all `writes` of its draft. Gives
/// whether it could be told for all of them.
fn in_order<'a>(of_path: &[&'a Write], writes: &[&'a Write], mut each: impl FnMut(&'a Write)) -> bool {
    if of_path
        .iter()
        .any(|write| write.taken.is_none() || write.value.is_null())
    {
        return false;
    }
    let mut of_path: Vec<&Write> = of_path.to_vec();
    of_path.sort_by_key(|write| (write.revision, write.in_hand));
    let (mut ordered, mut stamps, mut whole): (Vec<&Write>, _, _) = (Vec::new(), BTreeSet::new(), true);
    for write in of_path {
        if !stamps.insert(&write.stamp) {
            continue;
        }
        match write.arrival(writes) {
            Arrival::New => {}
            Arrival::BehindItsNext => continue,
            Arrival::Unclear => whole = false,
        }
        // A save of which nothing stands makes no revision of its own: either of the two may have been first.
        let either = |last: &&Write| last.revision == write.revision && last.in_hand.1 >= write.in_hand.0;
        if ordered.last().is_some_and(either) {
            ordered.pop();
            whole = false;
        }
        if !whole {
            break;
        }
        ordered.push(write);
    }
    ordered.into_iter().for_each(&mut each);
    whole
}

/// When an answer counts as given: between these.
struct Given<'a> {
    write: &'a Write,
    earliest: Moment,
    latest: Moment,
}

/// A time with what decides within it: the count, the writer, and how many answers it is right behind, each of which was given
/// with the one before in sight.
type Moment = (u64, u64, String, u64);

impl<'a> Given<'a> {
    /// A save that comes after those `before`.
    ///
    /// The hall puts a stamp right behind what its giver had in sight where that still stands. Where another answer took its
    /// place meanwhile, that one's stamp and the one as it was sent decide: it is later than what was seen, but it may be so by
    /// the writer alone, or have the very count that the stamp would be put right to. So what was seen says that an answer
    /// is later than it, and not by how much.
    fn of(write: &'a Write, before: &[Given<'a>]) -> Given<'a> {
        let (at, count, writer) = write.stamp.clone();
        let at_once = |at: u64| (at, count, writer.clone(), 0);
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
            let (at, count, by, behind) = one.earliest.clone();
            earliest = earliest.max((at, count, by, behind + 1));
            let (at, count, ..) = one.latest;
            latest = latest.max((at, count + 1, writer.clone(), 0));
        }
        Given {
            write,
            earliest,
            latest,
        }
    }
}

#[cfg(test)]
mod tests {
    use onehall_core::ports::{HttpResponse, Method};
    use onehall_protocol::Timestamp;
    use onehall_protocol::drafts::Answers;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::replica::Parcel;

    /// When the saves arrive; a terminal's clock may be ahead of it by less than a minute, or by far.
    const NOW: u64 = 1_800_000_000_000;
    const AHEAD: u64 = NOW + 8_000;
    const FAR_AHEAD: u64 = NOW + 2_000_000;

    /// An answer: its value, its stamp and by which writer, what was seen, the revision that came of it, and what the hall told of
    /// that did not stand.
    type Save<'a> = (&'a str, (u64, u64, u128), u64, u64, &'a [&'a str]);

    fn draft() -> DraftId {
        DraftId(Uuid::from_u128(7))
    }

    /// The saves of one question, each taken half a second after the one before.
    fn history(saves: &[Save<'_>]) -> History {
        let mut history = History::default();
        for (place, &(value, (at, count, writer), seen, revision, lost)) in (0..).zip(saves) {
            let stamp = format!("{at}.{count}.{}", Uuid::from_u128(writer));
            let change = json!({ "path": "first", "value": value, "stamp": stamp, "seen": seen });
            let asked = Parcel {
                method: Method::Patch,
                path: format!("/api/v1/drafts/{}", draft()),
                headers: Vec::new(),
                body: json!({ "base_revision": seen, "changes": [change] })
                    .to_string()
                    .into_bytes(),
            };
            let lost: Vec<Value> = lost
                .iter()
                .map(|value| json!({ "path": "first", "value": value }))
                .collect();
            let said = HttpResponse {
                status: 200,
                headers: Vec::new(),
                body: json!({ "revision": revision, "lost": lost }).to_string().into_bytes(),
            };
            let at = |behind: i64| Timestamp::from_unix_millis(NOW.cast_signed() + place * 500 + behind);
            history.answered(&asked, Some(&said), (at(0), at(10)));
        }
        history
    }

    /// Which promises the oracle calls broken where this stands in the end.
    fn broken(saves: &[Save<'_>], stands: &str) -> Vec<&'static str> {
        let history = history(saves);
        let answers = Answers::from([("first".to_owned(), stands.into())]);
        let end = End {
            answers: &answers,
            is_open: false,
        };
        let mut findings = Findings::default();
        the_right_one_stands(&history, &BTreeMap::from([(draft(), end)]), &mut findings);
        losers_are_kept(&history, &Seen::default(), &mut findings);
        findings.found.iter().map(|finding| finding.promise).collect()
    }

    const STANDS: &str = "the last answer stands";
    const KEPT: &str = "what did not stand is kept";

    /// What everybody had in sight who answers after it.
    const SEEN: Save<'_> = ("seen", (AHEAD, 1, 1), 2, 3, &[]);

    /// An answer that was given with `SEEN` in sight, and whose stamp the hall puts right.
    fn put_right<'a>(lost: &'a [&'a str]) -> Save<'a> {
        ("put right", (FAR_AHEAD, 3, 9), 3, 4, lost)
    }

    #[test]
    fn of_two_answers_behind_one_that_was_seen_either_may_stand() {
        // What took the place of `SEEN` unseen: of its own giver, or of somebody else at the same time.
        let own: &[&str] = &[];
        for (stamp, lost) in [((AHEAD, 2, 1), own), ((AHEAD, 1, 2), &["seen"])] {
            let next = ("next", stamp, 2, 4, lost);
            let all = [&["put right"][..], lost].concat();
            assert_eq!(broken(&[SEEN, next, put_right(&all)], "next"), [""; 0], "{stamp:?}");
            assert_eq!(broken(&[SEEN, next, put_right(lost)], "next"), [KEPT], "{stamp:?}");
            // Where it arrives first, its stamp is put right behind `SEEN`.
            let next = ("next", stamp, 2, 4, &["next"][..]);
            assert_eq!(broken(&[SEEN, put_right(&[]), next], "put right"), [""; 0], "{stamp:?}");
        }
    }

    #[test]
    fn what_was_seen_does_not_stand_against_whoever_saw_it() {
        let once_more: Save<'_> = ("once more", (FAR_AHEAD, 3, 5), 4, 5, &[]);
        assert_eq!(broken(&[SEEN, put_right(&[])], "put right"), [""; 0]);
        assert_eq!(broken(&[SEEN, put_right(&[])], "seen"), [STANDS]);
        assert_eq!(broken(&[SEEN, put_right(&[]), once_more], "once more"), [""; 0]);
        assert_eq!(broken(&[SEEN, put_right(&[]), once_more], "seen"), [STANDS]);
    }
}
