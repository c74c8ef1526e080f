//! What terminals tell, counted.

use std::cmp::Reverse;

use onehall_protocol::Timestamp;
use onehall_protocol::updates::{ReleaseHealth, ReleaseOffer, ReleaseStop, UpdateOutcome, UpdateReport};
use onehall_publisher::{Published, Stopped};

/// Counts what a terminal tells.
#[derive(Debug, Clone)]
pub struct TakeReports {
    /// Keyed hash of the client's address, for the limit alone: it is not kept with the counts.
    pub client: [u8; 32],
    /// How many reports one address may send in an hour.
    pub per_client_hour: u32,
    /// The role that signs for this kind of terminal.
    pub app: String,
    /// What it tells.
    pub reports: Vec<UpdateReport>,
    /// Now.
    pub now: Timestamp,
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
}

impl ReleaseCount {
    /// How often an outcome was told.
    #[must_use]
    pub fn of(&self, outcome: UpdateOutcome) -> u64 {
        self.outcomes
            .iter()
            .find(|(other, _)| *other == outcome)
            .map_or(0, |(_, count)| *count)
    }
}

/// Whether a release is to be stopped: enough terminals have tried it, and too many of them went back.
pub(super) fn fails(count: &ReleaseCount, after: u32, percent: u32) -> bool {
    let back = count.of(UpdateOutcome::RolledBack);
    let tried = back + count.of(UpdateOutcome::Committed);
    tried > 0 && tried >= u64::from(after) && back * 100 > tried * u64::from(percent)
}

/// What was counted and what is published, together: by kind of terminal, the newest release first.
pub(super) fn together(
    counts: Vec<ReleaseCount>,
    published: Vec<Published>,
    after: u32,
    percent: u32,
) -> Vec<ReleaseHealth> {
    let mut all: Vec<ReleaseHealth> = counts
        .into_iter()
        .map(|count| ReleaseHealth {
            fails: fails(&count, after, percent),
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

    #[test]
    fn a_release_fails_where_enough_have_tried_it_and_too_many_went_back() {
        let fails = |committed, rolled_back| {
            let outcomes = vec![
                (UpdateOutcome::Committed, committed),
                (UpdateOutcome::RolledBack, rolled_back),
            ];
            let count = ReleaseCount {
                outcomes,
                ..ReleaseCount::default()
            };
            fails(&count, 50, 2)
        };
        assert!(!fails(0, 0) && !fails(0, 49), "too few");
        assert!(!fails(49, 1), "one of fifty is two of a hundred, which is not more");
        assert!(fails(48, 2) && fails(0, 50));
        assert!(!fails(980, 20) && fails(979, 21));
    }
}
