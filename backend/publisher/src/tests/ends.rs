//! What ends, what is said of it before, and what is taken out of what is published.

use std::fs;
use std::sync::PoisonError;

use onehall_bundle::{Block, Halts, Hash};
use onehall_updates::Outcome;

use super::{Terminal, day, program};
use crate::office::Failure;
use crate::testing::Place;

fn publish(place: &mut Place) {
    place.publish().unwrap_or_else(|error| panic!("{error}"));
}

fn status(place: &mut Place) -> String {
    place.person.said.clear();
    place.do_("status");
    place.person.said.join("\n")
}

fn at(terminal: &Terminal, days: i64) {
    *terminal.now.0.lock().unwrap_or_else(PoisonError::into_inner) = day(days);
}

/// The next release, published for all.
fn release(place: &mut Place, number: u64) {
    place.pages(&program(&format!("release {number}")));
    place.stage();
    place.do_(&format!("rollout ui-desktop {number} --share 100"));
    place.sign(&["d1", "d2"]);
    publish(place);
}

#[test]
fn a_role_is_renewed_as_it_is_before_it_ends_and_status_says_how() {
    let mut place = Place::founded("renew");
    release(&mut place, 1);
    let terminal = place.terminal("terminal");
    assert!(terminal.start(&place.repository()).1.is_ok());
    assert_eq!(terminal.start(&place.repository()), (1, Ok(Outcome::UpToDate)));
    place.person.now = day(80);
    place.do_("refresh --key @office/keys/online.json");
    let said = status(&mut place);
    for line in [
        "ENDS IN 10 DAYS: renew targets, sign, publish",
        "ENDS IN 10 DAYS: renew halts, sign, publish",
        "ENDS IN 10 DAYS: renew ui-desktop, sign, publish",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    for role in ["targets", "halts", "ui-desktop"] {
        place.do_(&format!("renew {role}"));
        assert!(
            matches!(place.run(&format!("renew {role}")), Err(Failure::Nothing(_))),
            "signatures of a draft that waits are not lost"
        );
    }
    assert!(status(&mut place).contains("ENDS IN 10 DAYS: sign, publish; a draft has 0 of 2 signatures"));
    place.sign(&["t1", "t2", "halt", "d1", "d3"]);
    publish(&mut place);
    place.person.now = day(120);
    at(&terminal, 120);
    place.do_("refresh --key @office/keys/online.json");
    assert!(!status(&mut place).contains("END"), "{:?}", place.person.said);
    assert_eq!(
        terminal.start(&place.repository()),
        (1, Ok(Outcome::UpToDate)),
        "what is offered has not changed"
    );
    for (line, nothing) in [("renew timestamp", true), ("renew nobody", false)] {
        let refused = place.run(line);
        assert_eq!(
            matches!(refused, Err(Failure::Nothing(_))),
            nothing,
            "{line}: {refused:?}"
        );
        assert!(refused.is_err(), "{line}");
    }
}

#[test]
fn whoever_holds_the_root_is_told_two_months_before() {
    let mut place = Place::founded("root");
    place.person.now = day(300);
    let root = |said: String| said.lines().find(|line| line.starts_with("root ")).map(str::to_owned);
    let said = status(&mut place);
    assert!(root(said).is_some_and(|line| line.contains("ends in 65 days")));
    place.person.now = day(310);
    let said = status(&mut place);
    assert!(root(said).is_some_and(|line| line.contains("ENDS IN 55 DAYS: renew root, sign, publish")));
    // Whoever publishes something else is told, too.
    for role in ["targets", "halts", "ui-desktop"] {
        place.do_(&format!("renew {role}"));
    }
    place.sign(&["t1", "t2", "halt", "d1", "d3"]);
    place.person.said.clear();
    publish(&mut place);
    assert!(
        place.person.said.iter().any(|line| line.contains("renew root")),
        "{:?}",
        place.person.said
    );
}

#[test]
fn a_draft_that_lay_until_its_time_was_over_is_not_published() {
    let mut place = Place::founded("stale");
    place.pages(&program("first"));
    place.stage();
    place.do_("rollout ui-desktop 1 --share 100");
    place.sign(&["d1", "d2"]);
    place.person.now = day(91);
    let before = fs::read(place.repository().join("metadata/timestamp.json")).unwrap_or_default();
    let refused = place.publish();
    let Err(error) = refused else { panic!("it is published") };
    assert!(
        error.to_string().starts_with("updates/ended: ui-desktop has ended"),
        "{error}"
    );
    assert_eq!(
        fs::read(place.repository().join("metadata/timestamp.json")).unwrap_or_default(),
        before
    );
    for role in ["targets", "halts", "ui-desktop"] {
        place.do_(&format!("renew {role}"));
    }
    place.sign(&["t1", "t2", "halt", "d1", "d2"]);
    publish(&mut place);
}

#[test]
fn what_terminals_would_refuse_goes_on_no_stick_and_a_stick_says_until_when_it_counts() {
    let mut place = Place::founded("stick");
    release(&mut place, 1);
    place.person.said.clear();
    place.do_("export @stick");
    assert_eq!(
        place.person.said[1],
        "Terminals take them for 1 days and 0 hours: timestamp ends first."
    );
    place.person.now = day(1);
    let refused = place.run("export @late");
    let Err(error) = refused else { panic!("it is exported") };
    assert_eq!(
        error.to_string(),
        "updates/ended: timestamp has ended, and terminals refuse it: `refresh` signs it anew"
    );
    place.person.now = day(91);
    place.do_("refresh --key @office/keys/online.json");
    let refused = place.run("export @late");
    let Err(error) = refused else { panic!("it is exported") };
    assert!(error.to_string().contains("`renew` writes it anew"), "{error}");
    assert!(!place.root.join("late").exists(), "nothing of it is written");
}

#[test]
fn a_file_of_the_repository_that_was_damaged_goes_on_no_stick() {
    for folder in ["blobs", "targets"] {
        let mut place = Place::founded(&format!("damaged-{folder}"));
        release(&mut place, 1);
        let files = fs::read_dir(place.repository().join(folder)).unwrap_or_else(|error| panic!("{error}"));
        for file in files {
            let path = file.unwrap_or_else(|error| panic!("{error}")).path();
            let mut content = fs::read(&path).unwrap_or_else(|error| panic!("{error}"));
            content[0] ^= 1;
            fs::write(&path, content).unwrap_or_else(|error| panic!("{error}"));
        }
        assert!(
            matches!(
                place.run("export @stick"),
                Err(Failure::Damaged { .. } | Failure::Mistake(..))
            ),
            "{folder}"
        );
        assert!(!place.root.join("stick").exists());
    }
}

#[test]
fn an_old_release_is_retired_with_a_yes_and_who_runs_it_goes_on() {
    let mut place = Place::founded("retire");
    release(&mut place, 1);
    let early = place.terminal("early");
    assert!(early.start(&place.repository()).1.is_ok());
    assert_eq!(early.start(&place.repository()).0, 1);
    let stays = |place: &mut Place, release: u64, why: &str| match place.run(&format!("retire ui-desktop {release}")) {
        Err(error @ Failure::Stays { .. }) => assert!(error.to_string().contains(why), "{error}"),
        other => panic!("{other:?}"),
    };
    stays(&mut place, 1, "the newest");
    place.pages(&program("release 2"));
    place.stage();
    place.do_("rollout ui-desktop 2 --share 100 --channel early");
    stays(&mut place, 2, "the newest");
    stays(&mut place, 1, "others go back to");
    place.do_("rollout ui-desktop 2 --share 100 --everywhere");
    place.sign(&["d1", "d2"]);
    publish(&mut place);
    place.person.agrees = false;
    assert!(matches!(place.run("retire ui-desktop 1"), Err(Failure::SaidNo)));
    place.person.agrees = true;
    place.do_("retire ui-desktop 1");
    place.sign(&["d1", "d2"]);
    publish(&mut place);
    assert!(matches!(place.run("halt ui-desktop 1"), Err(Failure::NoRelease(_, 1))));
    let late = place.terminal("late");
    assert!(matches!(
        late.start(&place.repository()).1,
        Ok(Outcome::Staged { release: 2, .. })
    ));
    // It still runs there, and is followed by the one that is offered.
    let (shown, outcome) = early.start(&place.repository());
    assert!(
        shown == 1 && matches!(outcome, Ok(Outcome::Staged { release: 2, .. })),
        "{outcome:?}"
    );
    place.pages(&program("release 3"));
    place.stage();
    assert!(
        place.root.join("office/targets/ui-desktop/ui-desktop.3.json").exists(),
        "no number comes again"
    );
    // One that never came to all is nobody's way back.
    place.do_("rollout ui-desktop 3 --share 10");
    place.pages(&program("release 4"));
    place.stage();
    stays(&mut place, 2, "others go back to");
    place.do_("retire ui-desktop 3");
}

#[test]
fn what_was_revoked_and_then_retired_is_left_all_the_same() {
    let mut place = Place::founded("revoked");
    release(&mut place, 1);
    let terminal = place.terminal("terminal");
    assert!(terminal.start(&place.repository()).1.is_ok());
    assert_eq!(terminal.start(&place.repository()).0, 1);
    place.do_("revoke ui-desktop 1");
    place.sign(&["halt"]);
    release(&mut place, 2);
    place.do_("rollout ui-desktop 2 --share 0");
    place.pages(&program("release 3"));
    place.stage();
    place.do_("retire ui-desktop 1");
    place.sign(&["d1", "d2"]);
    publish(&mut place);
    assert!(terminal.start(&place.repository()).1.is_ok());
    assert_eq!(
        terminal.start(&place.repository()).0,
        0,
        "it is back at the pages inside"
    );
}

#[test]
fn one_block_more_than_terminals_read_is_refused_and_those_before_it_stay() {
    let mut place = Place::founded("blocks");
    release(&mut place, 1);
    let full = Halts {
        blocks: (0..200_u32)
            .map(|number| Block::Halted(Hash::of(&number.to_be_bytes())))
            .collect(),
    };
    let folder = place.root.join("office/targets/halts");
    let file = folder.join("ui-desktop.halts.json");
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, full.to_bytes()));
    written.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(place.run("halt ui-desktop 1"), Err(Failure::Mistake(..))));
    assert_eq!(fs::read(&file).unwrap_or_default(), full.to_bytes());
}
