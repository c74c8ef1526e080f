//! A share is stable, grows without losing anybody, and is drawn anew for each release; what is stopped is stopped.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Block, Halts, InstallId, Offer, Policy, Running, Terminal, Version};
use crate::{Hash, canonical};

fn manifest(release: u64) -> Hash {
    Hash::of(&release.to_be_bytes())
}

fn offer(release: u64, share: u8) -> Offer {
    Offer {
        release,
        manifest: manifest(release),
        channels: Vec::new(),
        share,
        salt: format!("salt of {release}"),
        regions: Vec::new(),
        halls: Vec::new(),
        terminals: Vec::new(),
        core_first: None,
        core_last: None,
        forced: false,
    }
}

fn terminal(install: u128) -> Terminal {
    Terminal {
        channel: "stable".to_owned(),
        region: "620100".to_owned(),
        hall: "lanchuan-01".to_owned(),
        kind: "kiosk".to_owned(),
        core: Version([1, 2, 0]),
        install: InstallId(install.to_be_bytes()),
    }
}

fn running(release: u64) -> Running {
    Running {
        release,
        manifest: Some(manifest(release)),
    }
}

fn policy(offers: Vec<Offer>) -> Policy {
    Policy {
        offers,
        ..Policy::default()
    }
}

/// The release that a terminal should have.
fn wanted(policy: &Policy, running: Running) -> Option<u64> {
    let decision = policy.decide(&Halts::default(), &terminal(1), running);
    decision.wanted.map(|offer| offer.release)
}

/// How many of ten thousand terminals get it.
fn reached(offer: &Offer) -> usize {
    (0..10_000).filter(|install| offer.is_for(&terminal(*install))).count()
}

#[test]
fn a_share_reaches_about_that_share_of_terminals() {
    assert_eq!((reached(&offer(1, 0)), reached(&offer(1, 100))), (0, 10_000));
    for share in [1, 10, 25, 50, 90] {
        let (reached, expected) = (reached(&offer(1, share)), usize::from(share) * 100);
        // Five times the standard deviation of ten thousand draws; the draw is the same in each run.
        assert!(reached.abs_diff(expected) < 250, "{share} %: {reached}");
    }
}

#[test]
fn the_draw_is_even() {
    let mut buckets = [0_u32; 20];
    for install in 0..10_000 {
        let place = super::place("a salt", InstallId(u128::to_be_bytes(install)));
        buckets[usize::try_from(place / 500).unwrap_or_default()] += 1;
    }
    let squared: f64 = buckets
        .iter()
        .map(|count| (f64::from(*count) - 500.0).powi(2) / 500.0)
        .sum();
    // Of 19 degrees of freedom: more than 43.8 would happen to one in a thousand draws. This draw is always the same one.
    assert!(squared < 43.8, "{squared}");
}

#[test]
fn who_is_first_in_one_release_is_not_first_in_the_next() {
    let both = (0..10_000).filter(|install| {
        let terminal = terminal(*install);
        offer(1, 10).is_for(&terminal) && offer(2, 10).is_for(&terminal)
    });
    assert!(
        both.count() < 200,
        "about 100 of ten thousand are in two draws of a tenth"
    );
}

#[test]
fn each_condition_has_to_hold() {
    let mine = terminal(1);
    for (what, change, matches) in [
        ("channels", json!(["beta", "stable"]), true),
        ("channels", json!(["beta"]), false),
        ("regions", json!(["620100"]), true),
        ("regions", json!(["620200"]), false),
        ("halls", json!(["lanchuan-01"]), true),
        ("halls", json!(["lanchuan-02"]), false),
        ("terminals", json!(["desktop", "kiosk"]), true),
        ("terminals", json!(["desktop"]), false),
        ("core_first", json!("1.2.0"), true),
        ("core_first", json!("1.2.1"), false),
        ("core_last", json!("1.2.0"), true),
        ("core_last", json!("1.1.9"), false),
    ] {
        let mut value: Value = serde_json::from_slice(&policy(vec![offer(1, 100)]).to_bytes()).unwrap_or_default();
        value["offers"][0][what] = change.clone();
        let read = Policy::read(&canonical(&value).unwrap_or_default()).unwrap_or_else(|mistake| panic!("{mistake}"));
        assert_eq!(read.offers[0].is_for(&mine), matches, "{what} {change}");
    }
}

#[test]
fn the_highest_release_that_is_for_it_is_wanted_and_never_a_lower_one() {
    let offered = policy(vec![offer(3, 100), offer(1, 100), offer(2, 100), offer(4, 0)]);
    assert_eq!(wanted(&offered, running(1)), Some(3));
    assert_eq!(wanted(&offered, running(3)), None, "it runs the best");
    assert_eq!(wanted(&offered, running(5)), None, "a lower one is no update");
    assert_eq!(wanted(&policy(Vec::new()), running(1)), None);
}

#[test]
fn what_is_halted_is_not_wanted_and_who_runs_it_stays() {
    let mut offered = policy(vec![offer(1, 100), offer(2, 100)]);
    offered.blocks.push(Block::Halted(manifest(2)));
    assert_eq!(wanted(&offered, running(0)), Some(1));
    let decision = offered.decide(&Halts::default(), &terminal(1), running(2));
    assert_eq!(
        (decision.wanted, decision.revoked, decision.forced),
        (None, false, false)
    );
}

#[test]
fn who_runs_what_was_revoked_goes_back_to_the_best_that_is_left() {
    let mut offered = policy(vec![offer(1, 100), offer(2, 100)]);
    offered.blocks.push(Block::Revoked(manifest(2)));
    let decision = offered.decide(&Halts::default(), &terminal(1), running(2));
    assert_eq!(decision.wanted.map(|offer| offer.release), Some(1));
    assert!(decision.revoked && decision.forced);
    offered.offers.clear();
    let decision = offered.decide(&Halts::default(), &terminal(1), running(2));
    assert_eq!(
        (decision.wanted, decision.revoked),
        (None, true),
        "to the one inside the application"
    );
}

#[test]
fn the_key_that_can_only_block_blocks_and_offers_nothing() {
    let offered = policy(vec![offer(1, 100), offer(2, 100)]);
    let halts = Halts {
        blocks: vec![Block::Halted(manifest(2))],
    };
    let decision = offered.decide(&halts, &terminal(1), running(0));
    assert_eq!(decision.wanted.map(|offer| offer.release), Some(1));
    assert!(
        Halts::read(&offered.to_bytes()).is_err(),
        "a policy is no list of halts"
    );
    assert!(Policy::read(&halts.to_bytes()).is_err());
    assert_eq!(Halts::read(&halts.to_bytes()), Ok(halts));
}

#[test]
fn the_bundle_inside_the_application_cannot_be_revoked() {
    let mut offered = policy(Vec::new());
    offered.blocks = (0..3).map(|release| Block::Revoked(manifest(release))).collect();
    let floor = Running {
        release: 1,
        manifest: None,
    };
    assert!(!offered.decide(&Halts::default(), &terminal(1), floor).revoked);
}

#[test]
fn a_forced_release_stays_forced_when_a_later_one_came() {
    let mut mends = offer(2, 100);
    mends.forced = true;
    let offered = policy(vec![mends, offer(3, 100)]);
    let decide = |at| offered.decide(&Halts::default(), &terminal(1), running(at));
    assert!(decide(1).forced, "3 mends what 2 mended");
    assert!(!decide(2).forced && decide(2).wanted.is_some());
}

#[test]
fn a_policy_is_read_as_it_was_written_and_its_mistakes_have_places() {
    let mut written = policy(vec![offer(1, 25)]);
    written.offers[0].halls = vec!["lanchuan-01".to_owned()];
    written.offers[0].core_last = Some(Version([1, 9, 0]));
    written.blocks = vec![Block::Halted(manifest(2)), Block::Revoked(manifest(3))];
    written.forgiven = vec![manifest(4)];
    assert_eq!(Policy::read(&written.to_bytes()), Ok(written.clone()));
    let said = |change: fn(&mut Value)| {
        let mut value: Value = serde_json::from_slice(&written.to_bytes()).unwrap_or_default();
        change(&mut value);
        Policy::read(&canonical(&value).unwrap_or_default())
            .map_or_else(|mistake| mistake.to_string(), |_| "nothing".to_owned())
    };
    assert_eq!(
        said(|value| value["offers"][0]["share"] = 101.into()),
        "offers[0].share: is more than there may be"
    );
    assert_eq!(
        said(|value| value["offers"][0]["share"] = json!("25")),
        "offers[0].share: is not a whole number"
    );
    assert_eq!(
        said(|value| value["offers"][0]["url"] = json!("https://else")),
        "offers[0].url: is not known here"
    );
    assert_eq!(
        said(|value| value["offers"][0]["core_first"] = json!("2.0.0")),
        "offers[0]: begins after its end"
    );
    assert_eq!(
        said(|value| value["blocks"][1]["revoked"] = Value::Null),
        "blocks[1].revoked: is not true or false"
    );
    assert_eq!(
        said(|value| value["format"] = 2.into()),
        "format: is of a format that this version does not know"
    );
    assert_eq!(
        said(|value| drop(value.as_object_mut().map(|all| all.remove("offers")))),
        "offers: is missing"
    );
}

#[test]
fn the_number_that_a_terminal_drew_is_not_shown() {
    assert_eq!(format!("{:?}", InstallId([7; 16])), "InstallId");
    assert!(!format!("{:?}", terminal(77)).contains("77"));
}

proptest! {
    #[test]
    fn who_got_it_keeps_it_while_the_share_grows(install: u128, share in 0_u8..100, more in 1_u8..100) {
        let terminal = terminal(install);
        let grown = share.saturating_add(more).min(100);
        prop_assert!(!offer(1, share).is_for(&terminal) || offer(1, grown).is_for(&terminal));
    }

    #[test]
    fn no_block_ever_offers_a_release(releases in prop::collection::vec(0_u64..6, 0..6), blocked in prop::collection::vec((0_u64..6, any::<bool>()), 0..6), at in 0_u64..6) {
        let offered = policy(releases.iter().map(|release| offer(*release, 100)).collect());
        let halts = Halts {
            blocks: blocked.iter().map(|(release, revoked)| if *revoked { Block::Revoked(manifest(*release)) } else { Block::Halted(manifest(*release)) }).collect(),
        };
        let decision = offered.decide(&halts, &terminal(1), running(at));
        if let Some(wanted) = decision.wanted {
            prop_assert!(!halts.blocks.iter().any(|block| block.manifest() == wanted.manifest));
            prop_assert!(releases.contains(&wanted.release));
            prop_assert!(wanted.release > at || decision.revoked);
        }
    }
}
