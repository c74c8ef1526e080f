//! Promises of the tokens of a terminal, under whatever a network does, against a model of the hall.

use std::collections::VecDeque;

use proptest::prelude::*;

use super::*;

/// For how long the hall answers a used refresh token alike, in milliseconds.
const GRACE: i64 = 10_000;
const LASTS: i64 = 600_000;
/// How long a host waits for an answer, in milliseconds.
const HOST_MS: i64 = 20_000;

/// What the hall knows of a login: when each refresh token was used, and whether the login lives.
struct Model {
    used: Vec<Option<i64>>,
    lives: bool,
    /// Whether it knows by the key of this terminal that nobody else asks.
    bound: bool,
}

impl Model {
    fn new(bound: bool) -> Model {
        Model {
            used: vec![None],
            lives: true,
            bound,
        }
    }

    fn tokens(number: usize, until: i64) -> Tokens {
        Tokens {
            access: format!("access-{number}"),
            refresh: format!("{number}"),
            until,
        }
    }

    fn ask(&mut self, refresh: &str, now: i64) -> Heard {
        let number: usize = refresh.parse().unwrap_or(usize::MAX);
        match self.used.get(number).copied() {
            Some(None) if self.lives => {
                self.used[number] = Some(now);
                self.used.push(None);
                Heard::Next(Model::tokens(number + 1, now + LASTS))
            }
            Some(Some(at)) if self.lives && now < at + GRACE => Heard::Next(Model::tokens(number + 1, at + LASTS)),
            Some(Some(_)) if self.lives && self.bound && self.used[number + 1].is_none() => {
                self.used[number] = Some(now);
                Heard::Next(Model::tokens(number + 1, now + LASTS))
            }
            _ => {
                self.lives = false;
                Heard::Ended
            }
        }
    }
}

/// What becomes of one request for the next tokens.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Answered,
    /// It never arrived, which shows after so many milliseconds.
    Lost(i64),
    /// It arrived, and its answer did not, which shows after so many milliseconds.
    Unheard(i64),
    /// It arrived twice, the second time so many milliseconds later, and the later answer is the one that is heard.
    Doubled(i64),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Answered),
        1 => (0..=HOST_MS).prop_map(Fate::Lost),
        3 => (0..=HOST_MS).prop_map(Fate::Unheard),
        2 => (0_i64..3_000).prop_map(Fate::Doubled),
    ]
}

proptest! {
    /// One of four answers is heard: then nobody is logged out, however many were lost, doubled or overtaken before, and for
    /// however long the host would have waited for each. Also where the hall answers alike for ten seconds and no longer.
    #[test]
    fn nobody_is_logged_out_because_of_what_a_network_did_within_the_time_for_that(
        rounds in proptest::collection::vec(proptest::collection::vec(fate(), 0..4), 1..12),
        idle in 0_i64..3_600_000,
    ) {
        let mut hall = Model::new(false);
        let mut renewal = Renewal::of(Model::tokens(0, LASTS));
        let mut now = 0;
        for fates in rounds {
            now += LASTS + idle;
            let mut fates: VecDeque<Fate> = fates.into();
            // Copies of requests that are still under way.
            let mut late: Vec<(i64, String)> = Vec::new();
            loop {
                match renewal.ask(now) {
                    Ask::Show(_) => break,
                    Ask::Ended => prop_assert!(false, "logged out"),
                    Ask::Unreachable => prop_assert!(false, "it gave up though the next one would have been heard"),
                    Ask::Renew { refresh, after, patience } => {
                        now += i64::from(after);
                        renewal.asks(now);
                        let waits = |millis: i64| patience.map_or(millis, |patience| millis.min(i64::from(patience)));
                        let heard = match fates.pop_front().unwrap_or(Fate::Answered) {
                            Fate::Answered => hall.ask(&refresh, now),
                            Fate::Lost(millis) => {
                                now += waits(millis);
                                Heard::Nothing
                            }
                            Fate::Unheard(millis) => {
                                hall.ask(&refresh, now);
                                now += waits(millis);
                                Heard::Nothing
                            }
                            Fate::Doubled(later) => {
                                hall.ask(&refresh, now);
                                late.push((now + later, refresh.clone()));
                                Heard::Nothing
                            }
                        };
                        renewal.heard(&refresh, heard);
                        // What was overtaken arrives, and its answer comes to a login that has gone on.
                        for (_, refresh) in late.extract_if(.., |(at, _)| *at <= now) {
                            let heard = hall.ask(&refresh, now);
                            renewal.heard(&refresh, heard);
                        }
                    }
                }
            }
            for (at, refresh) in late {
                let heard = hall.ask(&refresh, at);
                renewal.heard(&refresh, heard);
                now = now.max(at);
            }
            prop_assert!(hall.lives && renewal.tokens().is_some());
        }
    }

    /// A terminal that holds its key stays logged in, whatever happens to answers, also where it sleeps for hours meanwhile or is
    /// killed before it has kept what it was given.
    #[test]
    fn who_holds_the_key_is_logged_out_by_no_lost_answer_sleep_or_kill(
        requests in proptest::collection::vec((fate(), 0_i64..86_400_000, any::<bool>()), 1..24),
    ) {
        let mut hall = Model::new(true);
        let mut kept = Model::tokens(0, LASTS);
        let mut renewal = Renewal::of(kept.clone());
        let mut now = 0;
        for (fate, asleep, killed) in requests {
            now += asleep;
            let Ask::Renew { refresh, after, .. } = renewal.ask(now) else { continue };
            now += i64::from(after);
            renewal.asks(now);
            let answer = match fate {
                Fate::Lost(_) => Heard::Nothing,
                Fate::Answered | Fate::Unheard(_) => hall.ask(&refresh, now),
                Fate::Doubled(later) => {
                    hall.ask(&refresh, now);
                    now += later;
                    hall.ask(&refresh, now)
                }
            };
            let unheard = matches!(fate, Fate::Unheard(_));
            renewal.heard(&refresh, if unheard { Heard::Nothing } else { answer });
            if killed {
                renewal = Renewal::of(kept.clone());
            } else if let Some(tokens) = renewal.tokens() {
                kept = tokens.clone();
            }
            prop_assert!(hall.lives && renewal.tokens().is_some());
        }
    }

    /// Somebody has copies of a refresh token and of the key, and goes on with them, whoever is first: in the end neither of the
    /// two does.
    #[test]
    fn a_theft_ends_the_login_for_both(stolen_after in 0_usize..4, thief_first: bool, apart in GRACE..3_600_000) {
        let mut hall = Model::new(true);
        let mut renewal = Renewal::of(Model::tokens(0, LASTS));
        let mut now = 0;
        let renew = |renewal: &mut Renewal, hall: &mut Model, now: i64| {
            if let Ask::Renew { refresh, .. } = renewal.ask(now) {
                renewal.asks(now);
                let heard = hall.ask(&refresh, now);
                renewal.heard(&refresh, heard);
            }
        };
        for _ in 0..stolen_after {
            now += LASTS;
            renew(&mut renewal, &mut hall, now);
        }
        let stolen = renewal.tokens().map(|tokens| tokens.refresh.clone()).unwrap_or_default();
        now += LASTS;
        if thief_first {
            let Heard::Next(next) = hall.ask(&stolen, now) else {
                return Err(TestCaseError::fail("the thief was not first"));
            };
            prop_assert!(matches!(hall.ask(&next.refresh, now), Heard::Next(_)));
            now += apart;
            renew(&mut renewal, &mut hall, now);
        } else {
            for _ in 0..2 {
                renew(&mut renewal, &mut hall, now);
                now += LASTS;
            }
            now += apart;
            prop_assert_eq!(hall.ask(&stolen, now), Heard::Ended);
            now += LASTS;
            renew(&mut renewal, &mut hall, now);
        }
        prop_assert!(!hall.lives);
        prop_assert_eq!(renewal.ask(now), Ask::Ended);
    }
}

#[test]
fn a_hall_that_does_not_answer_is_asked_four_times_within_ten_seconds_and_then_with_the_next_request() {
    // One that refuses at once, and one that says nothing.
    for (silent, times) in [(false, [0, 500, 2_000, 5_000]), (true, [0, 2_000, 4_000, 6_000])] {
        let mut renewal = Renewal::of(Model::tokens(0, 0));
        let (mut now, mut asked) = (1_000, Vec::new());
        while let Ask::Renew {
            refresh,
            after,
            patience,
        } = renewal.ask(now)
        {
            now += i64::from(after);
            asked.push(now - 1_000);
            renewal.asks(now);
            now += if silent { patience.map_or(HOST_MS, i64::from) } else { 0 };
            renewal.heard(&refresh, Heard::Nothing);
        }
        assert_eq!(asked, times);
        assert!(matches!(renewal.ask(now), Ask::Renew { after: 0, .. }));
    }
}
