//! What terminals tell, counted.

use std::cmp::Reverse;

use onehall_protocol::Timestamp;
use onehall_protocol::updates::{ReleaseHealth, ReleaseOffer, ReleaseStop, UpdateOutcome, UpdateReport};
use onehall_publisher::{Published, Stopped};

use crate::config::Updates;

/// Counts what a terminal tells.
#[derive(Debug, Clone)]
pub struct TakeReports {
    /// Keyed hash of the client's address, for the limit alone: it is not kept with the counts.
    pub client: [u8; 32],
    /// How many reports one address may send in an hour.
    pub per_client_hour: u32,
    /// How many of those that say how a release was tried decide, of each network, on whether it is stopped.
    pub per_network: u32,
    /// The role that signs for this kind of terminal.
    pub app: String,
    /// What it tells.
    pub reports: Vec<NewReport>,
    /// Now.
    pub now: Timestamp,
}

/// A report that came.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// What it says.
    pub report: UpdateReport,
    /// Keyed hash of the client's address and the release: it ties nothing to what was told of another release.
    pub network: [u8; 32],
}

/// What became of a release, on how many terminals.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReleaseCount {
    /// The role that signs for this kind of terminal.
    pub app: String,
    /// Its number.
    pub release: u64,
    /// When it was first told of, in milliseconds since 1970.
    pub first: i64,
    /// When it was told of last.
    pub last: i64,
    /// By outcome.
    pub outcomes: Vec<(UpdateOutcome, u64)>,
    /// How many reports decide on whether it is stopped: those that it came up or was left, of each network only some.
    pub tried: u64,
    /// How many of these say that it was left.
    pub back: u64,
    /// How many of those came from one network at most.
    pub most: u64,
}

/// Whether a release is to be stopped: enough terminals have tried it, and too many of them went back, also without those of
/// the network from which most did.
pub(super) fn fails(count: &ReleaseCount, settings: &Updates) -> bool {
    let back = if settings.halt_networks > 1 {
        count.back.saturating_sub(count.most)
    } else {
        count.back
    };
    let enough = count.tried > 0 && count.tried >= u64::from(settings.halt_after);
    enough && back * 100 > count.tried * u64::from(settings.halt_percent)
}

/// What was counted and what is published, together: by kind of terminal, the newest release first.
pub(super) fn together(counts: Vec<ReleaseCount>, published: Vec<Published>, settings: &Updates) -> Vec<ReleaseHealth> {
    let mut all: Vec<ReleaseHealth> = counts
        .into_iter()
        .map(|count| ReleaseHealth {
            fails: fails(&count, settings),
            last: Some(Timestamp::from_unix_millis(count.last)),
            counts: count.outcomes.iter().copied().collect(),
            app: count.app,
            release: count.release,
            version: None,
            offer: None,
            stopped: None,
        })
        .collect();
    for one in published {
        let same = |health: &&mut ReleaseHealth| health.app == one.app && health.release == one.release;
        let version = Some(one.version.to_string());
        let offer = one.offer.map(|offer| ReleaseOffer {
            share: offer.share,
            channels: offer.channels,
            regions: offer.regions,
            halls: offer.halls,
            forced: offer.forced,
        });
        let stopped = one.stopped.map(|stopped| match stopped {
            Stopped::Halted => ReleaseStop::Halted,
            Stopped::Revoked => ReleaseStop::Revoked,
        });
        match all.iter_mut().find(same) {
            Some(health) => (health.version, health.offer, health.stopped) = (version, offer, stopped),
            None => all.push(ReleaseHealth {
                app: one.app,
                release: one.release,
                version,
                offer,
                stopped,
                counts: [].into(),
                last: None,
                fails: false,
            }),
        }
    }
    all.sort_by(|one, other| (&one.app, Reverse(one.release)).cmp(&(&other.app, Reverse(other.release))));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a release fails that so many terminals run and so many went back from, at most `most` of them in one network.
    fn fails_by(committed: u64, back: u64, most: u64, networks: u32) -> bool {
        let count = ReleaseCount {
            tried: committed + back,
            back,
            most,
            ..ReleaseCount::default()
        };
        let settings = Updates {
            halt_after: 50,
            halt_percent: 2,
            halt_networks: networks,
            ..Updates::default()
        };
        fails(&count, &settings)
    }

    #[test]
    fn a_release_fails_where_enough_have_tried_it_and_too_many_went_back() {
        let fails = |committed, back| fails_by(committed, back, back, 1);
        assert!(!fails(0, 0) && !fails(0, 49), "too few");
        assert!(!fails(49, 1), "one of fifty is two of a hundred, which is not more");
        assert!(fails(48, 2) && fails(0, 50));
        assert!(!fails(980, 20) && fails(979, 21));
    }

    #[test]
    fn what_one_network_says_is_left_out_where_others_have_to_say_it_too() {
        let fails = |committed, back, most| fails_by(committed, back, most, 3);
        assert!(!fails(0, 50, 50) && !fails(50, 17, 17), "one network alone");
        assert!(!fails(49, 2, 1) && fails(48, 3, 1));
        assert!(fails(0, 51, 17));
    }
}
