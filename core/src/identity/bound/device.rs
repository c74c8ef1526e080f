//! A login that a phone confirms (RFC 8628), as a machine without I/O: when to ask the hall, and what its answers mean.

/// How much longer the hall wants between two questions each time that it says so, in milliseconds.
const SLOWER_MS: i64 = 5_000;
/// The longest time between two questions where nobody answers.
const LONGEST_MS: i64 = 30_000;

/// What the hall answers to the question whether somebody has confirmed, while nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Not yet.
    Waiting,
    /// Not yet, and it was asked too early.
    TooEarly,
    /// Somebody refused, or pressed another number.
    Refused,
    /// Nobody did in time; or it does not count, which comes to the same.
    Expired,
    /// No answer came, or one that says nothing: perhaps the next one does.
    None,
}

/// How a login ended that nobody confirmed: one that somebody did is over with its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Somebody refused.
    Refused,
    /// Nobody answered.
    Expired,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Wait so many milliseconds, and then ask.
    AskAfter(u32),
    /// Nothing: it has ended.
    Ended(End),
}

/// A login that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DeviceLogin {
    /// When it ends, whatever happens.
    until: i64,
    wait: i64,
    /// When it was asked last.
    asked: i64,
    ended: Option<End>,
}

impl DeviceLogin {
    /// It was begun at `now`, counts for `lasts` and may be asked about each `interval`: all in milliseconds.
    pub fn begun(now: i64, lasts: i64, interval: i64) -> DeviceLogin {
        DeviceLogin {
            until: now.saturating_add(lasts.max(0)),
            wait: interval.clamp(1_000, 60_000),
            asked: now,
            ended: None,
        }
    }

    /// What is to be done at `now`.
    pub fn step(&mut self, now: i64) -> Step {
        // The clock of a terminal may be put back: then it is as if it had just asked.
        self.asked = self.asked.min(now);
        if self.ended.is_none() && now >= self.until {
            self.ended = Some(End::Expired);
        }
        match self.ended {
            Some(end) => Step::Ended(end),
            None => {
                let next = (self.asked + self.wait).min(self.until).max(now);
                Step::AskAfter(u32::try_from(next - now).unwrap_or(u32::MAX))
            }
        }
    }

    /// The hall is asked at `now`.
    pub fn asks(&mut self, now: i64) {
        self.asked = now;
    }

    /// The hall answered. What comes after the end, late or again, changes nothing.
    pub fn heard(&mut self, answer: Answer) {
        if self.ended.is_some() {
            return;
        }
        match answer {
            Answer::Waiting => {}
            Answer::TooEarly => self.wait += SLOWER_MS,
            // RFC 8628, section 3.5: where nobody answers, ask more seldom.
            Answer::None => self.wait = (self.wait * 2).min(LONGEST_MS).max(self.wait),
            Answer::Refused => self.ended = Some(End::Refused),
            Answer::Expired => self.ended = Some(End::Expired),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn begun() -> DeviceLogin {
        DeviceLogin::begun(0, 120_000, 5_000)
    }

    #[test]
    fn it_asks_at_the_pace_that_the_hall_wants_until_somebody_answers() {
        let mut login = begun();
        assert_eq!(login.step(0), Step::AskAfter(5_000));
        assert_eq!(login.step(2_000), Step::AskAfter(3_000));
        login.asks(5_000);
        login.heard(Answer::Waiting);
        assert_eq!(login.step(5_000), Step::AskAfter(5_000));
        login.asks(10_000);
        login.heard(Answer::TooEarly);
        assert_eq!(login.step(10_000), Step::AskAfter(10_000));
        login.asks(20_000);
        login.heard(Answer::Refused);
        assert_eq!(login.step(20_000), Step::Ended(End::Refused));
        // A doubled answer that was under way for long does not take it back.
        login.heard(Answer::Expired);
        assert_eq!(login.step(500_000), Step::Ended(End::Refused));
    }

    #[test]
    fn it_ends_when_the_code_does_though_nobody_answers() {
        let mut login = begun();
        login.heard(Answer::None);
        assert_eq!(login.step(0), Step::AskAfter(10_000));
        assert_eq!(login.step(119_000), Step::AskAfter(0));
        login.asks(119_000);
        assert_eq!(login.step(119_000), Step::AskAfter(1_000), "not later than its end");
        assert_eq!(login.step(120_000), Step::Ended(End::Expired));
        login.heard(Answer::Refused);
        assert_eq!(
            login.step(120_000),
            Step::Ended(End::Expired),
            "what was shown is not shown any more"
        );
    }

    #[test]
    fn a_clock_that_is_put_back_stops_nothing() {
        let mut login = DeviceLogin::begun(1_000_000, 120_000, 5_000);
        login.asks(1_050_000);
        assert_eq!(login.step(10_000), Step::AskAfter(5_000));
    }

    proptest! {
        #[test]
        fn it_never_asks_faster_than_the_hall_wants_and_always_ends(
            answers in proptest::collection::vec(
                prop_oneof![Just(Answer::Waiting), Just(Answer::TooEarly), Just(Answer::None)], 0..200),
            interval in 0_i64..20_000,
        ) {
            let mut login = DeviceLogin::begun(0, 120_000, interval);
            let (mut now, mut asked, mut pace) = (0_i64, 0_i64, interval.clamp(1_000, 60_000));
            let mut answers = answers.into_iter().chain(std::iter::repeat(Answer::Waiting));
            loop {
                match login.step(now) {
                    Step::Ended(end) => {
                        prop_assert_eq!(end, End::Expired);
                        prop_assert!(now >= 120_000);
                        break;
                    }
                    Step::AskAfter(millis) => {
                        now += i64::from(millis);
                        prop_assert!(now - asked >= pace || now == 120_000, "{now} {asked} {pace}");
                        prop_assert!(now <= 120_000);
                        if now == 120_000 {
                            continue;
                        }
                        login.asks(now);
                        asked = now;
                        let answer = answers.next().unwrap_or(Answer::Waiting);
                        if answer == Answer::TooEarly {
                            pace += SLOWER_MS;
                        }
                        login.heard(answer);
                    }
                }
            }
        }
    }
}
