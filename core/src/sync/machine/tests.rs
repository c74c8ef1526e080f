//! The machine against a model of a hall, over a network that loses answers and a terminal that is switched off.

use proptest::prelude::*;
use uuid::Uuid;

use super::super::mirror::{kept, taken_up};
use super::*;
use onehall_protocol::sync::Entity;

fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_u128(u128::from(number)))
}

/// A hall: what there is, and a log for each principal.
#[derive(Debug, Default)]
struct Hall {
    things: BTreeMap<Key, (PersonId, u64)>,
    logs: BTreeMap<PersonId, Vec<Key>>,
    trimmed: BTreeMap<PersonId, usize>,
    mandates: BTreeSet<PersonId>,
    versions: u64,
}

fn view(key: Key, (principal, version): (PersonId, u64)) -> Change {
    let view = format!("{{\"id\":\"{}\"}}", key.1);
    let now = Some(Held {
        principal,
        version,
        view: view.into(),
    });
    Change { key, principal, now }
}

impl Hall {
    fn change(&mut self, principal: PersonId, key: Key, there: bool, logged: bool) {
        // A thing stays with whom it was begun for.
        let principal = self.things.get(&key).map_or(principal, |(of, _)| *of);
        self.versions += 1;
        if there {
            self.things.insert(key, (principal, self.versions));
        } else {
            self.things.remove(&key);
        }
        if logged {
            self.logs.entry(principal).or_default().push(key);
        }
    }

    fn theirs(&self) -> impl Iterator<Item = (Key, (PersonId, u64))> + '_ {
        let things = self.things.iter().map(|(key, thing)| (*key, *thing));
        things.filter(|(_, (principal, _))| self.mandates.contains(principal))
    }

    fn heads(&self) -> String {
        let heads: Vec<_> = self
            .mandates
            .iter()
            .map(|of| (*of, self.logs.get(of).map_or(0, Vec::len)))
            .collect();
        serde_json::to_string(&heads).unwrap_or_default()
    }

    fn pull(&self, cursor: &str, checksums: bool) -> Happened {
        let read: Vec<(PersonId, usize)> = serde_json::from_str(cursor).unwrap_or_default();
        let read: BTreeMap<PersonId, usize> = read.into_iter().collect();
        let (mut changes, mut next, mut more) = (Vec::new(), Vec::new(), false);
        for principal in &self.mandates {
            let from = read.get(principal).copied().unwrap_or(0);
            if from < self.trimmed.get(principal).copied().unwrap_or(0) {
                return Happened::Failed(Failure::Snapshot);
            }
            let log = self.logs.get(principal).map(Vec::as_slice).unwrap_or_default();
            // Two at a time: pages end wherever they can.
            let to = log.len().min(from + 2 - changes.len().min(2));
            for key in &log[from..to] {
                let now = self.things.get(key).filter(|(of, _)| of == principal);
                changes.push(match now {
                    Some(thing) => view(*key, *thing),
                    None => Change {
                        key: *key,
                        principal: *principal,
                        now: None,
                    },
                });
            }
            more |= to < log.len();
            next.push((*principal, to));
        }
        let sums = self.mandates.iter().map(|principal| {
            let mut sum = Checksum::default();
            for ((entity, id), (_, version)) in self.things.iter().filter(|(_, (of, _))| of == principal) {
                sum.add(*entity, *id, *version);
            }
            (*principal, sum)
        });
        Happened::Pulled(Pulled {
            changes,
            cursor: serde_json::to_string(&next).unwrap_or_default(),
            more,
            principals: self.mandates.clone(),
            checksums: if checksums && !more {
                sums.collect()
            } else {
                BTreeMap::new()
            },
        })
    }

    /// Two things a page; the page names the last thing and the heads of when it began.
    fn page(&self, asked: Option<&str>) -> Happened {
        let (after, begun): (Option<u128>, String) = match asked {
            Some(page) => serde_json::from_str(page).unwrap_or_default(),
            None => (None, self.heads()),
        };
        let mut there: Vec<_> = self.theirs().collect();
        there.sort_by_key(|(key, _)| key.1);
        there.retain(|(key, _)| after.is_none_or(|after| key.1.as_u128() > after));
        let more = there.len() > 2;
        there.truncate(2);
        let end = match there.last().filter(|_| more) {
            Some((key, _)) => End::Next(serde_json::to_string(&(key.1.as_u128(), begun)).unwrap_or_default()),
            None => End::Cursor(begun),
        };
        let changes = there.into_iter().map(|(key, thing)| view(key, thing)).collect();
        Happened::Page(Page {
            changes,
            end,
            principals: self.mandates.clone(),
        })
    }
}

/// What lies on the terminal's disk.
#[derive(Debug, Default)]
struct Disk {
    things: BTreeMap<Key, Vec<u8>>,
    cursor: Option<String>,
    at: i64,
    full: bool,
}

#[derive(Debug, Default)]
struct Terminal {
    machine: Machine,
    disk: Disk,
    /// What is under way.
    asked: Option<Do>,
    waits: bool,
    told: Vec<Key>,
}

impl Terminal {
    fn hear(&mut self, happened: Happened, now: i64) {
        let mut todo: std::collections::VecDeque<Do> = self.machine.step(happened, now).into();
        while let Some(next) = todo.pop_front() {
            match next {
                Do::Keep(_) if self.disk.full => todo.extend(self.machine.step(Happened::NotKept, now)),
                Do::Keep(keep) => {
                    if keep.all {
                        self.disk.things.clear();
                    }
                    self.disk.things.retain(|key, _| !keep.gone.contains(key));
                    self.disk
                        .things
                        .extend(keep.put.iter().map(|(key, held)| (*key, kept(held))));
                    self.disk.cursor = Some(keep.cursor);
                    self.disk.at = keep.at.unwrap_or(self.disk.at);
                }
                Do::Tell(keys) => self.told.extend(keys),
                Do::Wait(_) => self.waits = true,
                ask => {
                    assert!(
                        self.asked.is_none(),
                        "two requests at a time: {:?} and {ask:?}",
                        self.asked
                    );
                    (self.asked, self.waits) = (Some(ask), false);
                }
            }
        }
    }

    fn begin(&mut self, now: i64) {
        let things = self
            .disk
            .things
            .iter()
            .filter_map(|(key, bytes)| Some((*key, taken_up(bytes.clone())?)));
        let began = Happened::Began {
            mirror: Mirror::of(things),
            cursor: self.disk.cursor.clone(),
            at: self.disk.at,
        };
        (self.machine, self.asked, self.waits) = (Machine::default(), None, false);
        self.hear(began, now);
    }

    fn answer(&mut self, hall: &Hall, arrives: bool, now: i64) {
        let answer = match self.asked.take() {
            _ if !arrives => Happened::Failed(Failure::Later),
            Some(Do::Pull { cursor, checksums }) => hall.pull(&cursor, checksums),
            Some(Do::Snapshot(page)) => hall.page(page.as_deref()),
            _ => return,
        };
        self.hear(answer, now);
    }
}

#[derive(Debug, Clone)]
enum Move {
    /// Something of a principal changes, comes or goes; not always logged as it should be.
    Change {
        of: u8,
        thing: u8,
        there: bool,
        logged: bool,
    },
    Trim,
    Mandate {
        of: u8,
        given: bool,
    },
    Nudge,
    Wait,
    Answer {
        arrives: bool,
    },
    Restart,
    Fill {
        full: bool,
    },
}

fn moves(drift: bool) -> impl Strategy<Value = Vec<Move>> {
    let logged = if drift {
        any::<bool>().boxed()
    } else {
        Just(true).boxed()
    };
    let change = (1u8..4, 0u8..6, any::<bool>(), logged);
    let one = prop_oneof![
        6 => change.prop_map(|(of, thing, there, logged)| Move::Change { of, thing, there, logged }),
        1 => Just(Move::Trim),
        1 => (2u8..4, any::<bool>()).prop_map(|(of, given)| Move::Mandate { of, given }),
        2 => Just(Move::Nudge),
        2 => Just(Move::Wait),
        8 => prop::bool::weighted(0.8).prop_map(|arrives| Move::Answer { arrives }),
        1 => Just(Move::Restart),
        1 => prop::bool::weighted(0.3).prop_map(|full| Move::Fill { full }),
    ];
    prop::collection::vec(one, 0..60)
}

fn key(thing: u8) -> Key {
    let entity = if thing.is_multiple_of(2) {
        Entity::Draft
    } else {
        Entity::Case
    };
    (entity, Uuid::from_u128(u128::from(thing)))
}

fn play(moves: Vec<Move>) -> (Hall, Terminal, i64) {
    let mut hall = Hall {
        mandates: [person(1), person(2)].into(),
        ..Hall::default()
    };
    let (mut terminal, mut now) = (Terminal::default(), 1_000);
    terminal.begin(now);
    for next in moves {
        now += 10_000;
        match next {
            Move::Change {
                of,
                thing,
                there,
                logged,
            } => hall.change(person(of), key(thing), there, logged),
            Move::Trim => hall.trimmed = hall.logs.iter().map(|(of, log)| (*of, log.len())).collect(),
            Move::Mandate { of, given: true } => drop(hall.mandates.insert(person(of))),
            Move::Mandate { of, given: false } => drop(hall.mandates.remove(&person(of))),
            Move::Nudge => terminal.hear(Happened::Nudged, now),
            Move::Wait if terminal.waits => terminal.hear(Happened::Waited, now),
            Move::Wait => {}
            Move::Answer { arrives } => terminal.answer(&hall, arrives, now),
            Move::Restart => terminal.begin(now),
            Move::Fill { full } => terminal.disk.full = full,
        }
        assert!(
            terminal.waits != terminal.asked.is_some(),
            "it waits or asks: {terminal:?}"
        );
    }
    (hall, terminal, now)
}

/// Lets a terminal go on over a good network for so many waits.
fn settle(hall: &Hall, terminal: &mut Terminal, now: &mut i64, waits: usize) {
    terminal.hear(Happened::Nudged, *now);
    for _ in 0..waits {
        for round in 0.. {
            if terminal.asked.is_none() {
                break;
            }
            assert!(round < 500, "it asks without end");
            terminal.answer(hall, true, *now);
        }
        // Half a day: whatever was put off is due.
        *now += 43_200_000;
        terminal.hear(Happened::Waited, *now);
    }
    while terminal.asked.is_some() {
        terminal.answer(hall, true, *now);
    }
}

fn as_the_hall_has_it(hall: &Hall) -> Mirror {
    Mirror::of(
        hall.theirs()
            .filter_map(|(key, thing)| Some((key, view(key, thing).now?))),
    )
}

proptest! {
    #[test]
    fn whatever_is_lost_on_the_way_the_copy_becomes_what_the_hall_has(moves in moves(false)) {
        let (hall, mut terminal, mut now) = play(moves);
        settle(&hall, &mut terminal, &mut now, 1);
        prop_assert_eq!(terminal.machine.mirror(), &as_the_hall_has_it(&hall));
        prop_assert_eq!(terminal.machine.as_of(), Some(now));
        // And so does the next start's, which has nothing but the disk.
        terminal.disk.full = false;
        terminal.begin(now);
        settle(&hall, &mut terminal, &mut now, 1);
        prop_assert_eq!(terminal.machine.mirror(), &as_the_hall_has_it(&hall));
        let on_disk = terminal.disk.things.iter().filter_map(|(key, bytes)| Some((*key, taken_up(bytes.clone())?)));
        prop_assert_eq!(&Mirror::of(on_disk), terminal.machine.mirror());
    }

    #[test]
    fn what_a_hall_forgot_to_log_is_found_by_its_checksum(moves in moves(true)) {
        let (hall, mut terminal, mut now) = play(moves);
        settle(&hall, &mut terminal, &mut now, PULLS_PER_CHECKSUM as usize + 4);
        prop_assert_eq!(terminal.machine.mirror(), &as_the_hall_has_it(&hall));
    }

    #[test]
    fn what_is_on_the_disk_is_whole_of_a_time(moves in moves(false)) {
        // Whatever was kept when the terminal was switched off: what the log says since then makes it what the hall has.
        let (mut hall, mut terminal, mut now) = play(moves);
        hall.trimmed.clear();
        terminal.disk.full = false;
        terminal.begin(now);
        if terminal.machine.cursor().is_some() {
            while let Some(Do::Pull { cursor, .. }) = terminal.asked.clone() {
                let pulled = hall.pull(&cursor, false);
                terminal.asked = None;
                now += 1;
                terminal.hear(pulled, now);
            }
            prop_assert_eq!(terminal.machine.mirror(), &as_the_hall_has_it(&hall));
        }
    }
}

#[test]
fn a_copy_that_a_snapshot_does_not_mend_is_not_read_again_and_again() {
    let mut hall = Hall {
        mandates: [person(1)].into(),
        ..Hall::default()
    };
    hall.change(person(1), key(2), true, true);
    let mut terminal = Terminal::default();
    terminal.begin(0);
    let mut snapshots = 0;
    for round in 0..400 {
        snapshots += usize::from(terminal.asked == Some(Do::Snapshot(None)));
        let asked = terminal.asked.take();
        let now = round * i64::from(FALLBACK_MS);
        match asked {
            Some(Do::Pull { cursor, checksums }) => {
                let mut pulled = hall.pull(&cursor, checksums);
                if let Happened::Pulled(pulled) = &mut pulled {
                    // A hall that counts what it does not show.
                    pulled
                        .checksums
                        .values_mut()
                        .for_each(|sum| sum.add(Entity::Case, Uuid::nil(), 1));
                }
                terminal.hear(pulled, now);
            }
            Some(Do::Snapshot(page)) => {
                let page = hall.page(page.as_deref());
                terminal.hear(page, now);
            }
            _ => terminal.hear(Happened::Waited, now),
        }
    }
    assert!((2..=8).contains(&snapshots), "{snapshots} snapshots in six hours");
}

#[test]
fn a_hall_that_refuses_what_it_gave_is_asked_with_patience() {
    let mut machine = Machine::default();
    let began = Happened::Began {
        mirror: Mirror::default(),
        cursor: Some("old".to_owned()),
        at: 5,
    };
    assert!(matches!(machine.step(began, 9)[..], [Do::Pull { .. }]));
    assert_eq!(machine.as_of(), Some(5));
    assert_eq!(
        machine.step(Happened::Failed(Failure::Snapshot), 9),
        [Do::Snapshot(None)]
    );
    let page = || {
        Happened::Page(Page {
            changes: Vec::new(),
            end: End::Cursor("new".to_owned()),
            principals: BTreeSet::new(),
        })
    };
    machine.step(page(), 9);
    assert_eq!(
        machine.step(Happened::Failed(Failure::Snapshot), 9),
        [Do::Wait(RETRY_MS)]
    );
    machine.step(Happened::Waited, 9);
    machine.step(page(), 9);
    assert_eq!(
        machine.step(Happened::Failed(Failure::Snapshot), 9),
        [Do::Wait(RETRY_MS * 2)]
    );
    for _ in 0..20 {
        machine.step(Happened::Waited, 9);
        machine.step(Happened::Failed(Failure::Later), 9);
    }
    machine.step(Happened::Waited, 9);
    assert_eq!(
        machine.step(Happened::Failed(Failure::Later), 9),
        [Do::Wait(LONGEST_RETRY_MS)]
    );
    machine.step(Happened::Waited, 9);
    assert_eq!(
        machine.step(Happened::Failed(Failure::Refused), 9),
        [Do::Wait(REFUSED_MS)]
    );
}

#[test]
fn a_poke_while_something_is_under_way_is_looked_after_when_that_is_answered() {
    let mut machine = Machine::default();
    machine.step(
        Happened::Began {
            mirror: Mirror::default(),
            cursor: Some("a".to_owned()),
            at: 0,
        },
        0,
    );
    assert_eq!(machine.step(Happened::Nudged, 1), []);
    let pulled = || {
        Happened::Pulled(Pulled {
            changes: Vec::new(),
            cursor: "a".to_owned(),
            more: false,
            principals: BTreeSet::new(),
            checksums: BTreeMap::new(),
        })
    };
    assert!(matches!(machine.step(pulled(), 2)[..], [Do::Pull { .. }]));
    assert_eq!(machine.step(pulled(), 3), [Do::Wait(FALLBACK_MS)]);
    assert_eq!(machine.as_of(), Some(3));
}
