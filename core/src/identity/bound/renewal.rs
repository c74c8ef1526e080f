//! The tokens of this terminal, as a machine without I/O: which one a request shows, and how the next is come by.
//!
//! A refresh token counts once; the hall answers the same one alike for ten seconds. Later it does so only to whoever holds the
//! key, and until the next one was used. So a request for the next tokens whose answer does not come is made again, several times
//! within ten seconds of the first, and nobody waits for the first until the host gives it up.

use serde::{Deserialize, Serialize};

/// How long before its end an access token is not shown any more, in milliseconds: the request is still under way then.
const EARLY_MS: i64 = 30_000;
/// When the hall is asked again that did not answer, after the first time, in milliseconds: well within ten seconds.
const AGAIN_MS: [i64; 3] = [500, 2_000, 5_000];
/// After so long another request begins anew, in milliseconds.
const LONG_AGO_MS: i64 = 10_000;
/// How long an answer is waited for that can still be asked for again, in milliseconds. So the last time is six seconds after the
/// first at the latest.
const PATIENCE_MS: u32 = 2_000;

/// What the hall gave.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tokens {
    /// What a request shows.
    pub access: String,
    /// What the next ones are asked for with.
    pub refresh: String,
    /// Until when `access` counts, by the clock of this terminal.
    pub until: i64,
}

impl std::fmt::Debug for Tokens {
    /// Without them: they must not reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// What a request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Show this.
    Show(String),
    /// Get the next ones first, with this, after so many milliseconds.
    Renew {
        /// The refresh token.
        refresh: String,
        /// Milliseconds to wait before.
        after: u32,
        /// Milliseconds to wait for the answer; as long as the host does where there are none.
        patience: Option<u32>,
    },
    /// Nothing: the hall cannot be asked now. The next request tries again.
    Unreachable,
    /// Nothing: nobody is logged in any more.
    Ended,
}

/// What the hall answered to a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The next ones.
    Next(Tokens),
    /// The login has ended.
    Ended,
    /// No answer came.
    Nothing,
}

/// The tokens of a login, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renewal {
    tokens: Option<Tokens>,
    /// What the hall refused when the login had ended.
    refused_last: Option<String>,
    /// An access token that the hall did not take, though it should count.
    refused: bool,
    /// How often the hall was asked, and when first.
    tries: Option<(usize, i64)>,
}

impl Renewal {
    /// A login with these.
    pub fn of(tokens: Tokens) -> Renewal {
        Renewal {
            tokens: Some(tokens),
            refused_last: None,
            refused: false,
            tries: None,
        }
    }

    /// A request comes at `now`: what was asked for another one long ago says nothing of the hall any more.
    pub fn requested(&mut self, now: i64) {
        self.tries = self.tries.filter(|(_, first)| now - first < LONG_AGO_MS);
    }

    /// What a request at `now` does. One at a time: whoever waits for the next tokens asks again once they are there.
    pub fn ask(&mut self, now: i64) -> Ask {
        let Some(tokens) = &self.tokens else { return Ask::Ended };
        if !self.refused && now < tokens.until - EARLY_MS {
            return Ask::Show(tokens.access.clone());
        }
        let (after, last) = match self.tries {
            None => (0, false),
            Some((tries, first)) => match AGAIN_MS.get(tries - 1) {
                // A clock that was put back makes nobody wait.
                Some(after) => ((first + after - now).clamp(0, *after), tries == AGAIN_MS.len()),
                None => {
                    self.tries = None;
                    return Ask::Unreachable;
                }
            },
        };
        Ask::Renew {
            refresh: tokens.refresh.clone(),
            after: u32::try_from(after).unwrap_or(0),
            // On a slow line the last one is heard all the same.
            patience: (!last).then_some(PATIENCE_MS),
        }
    }

    /// The hall is asked at `now`. That it does not answer is known later: until then it may have answered long ago.
    pub fn asks(&mut self, now: i64) {
        let (tries, first) = self.tries.unwrap_or((0, now));
        self.tries = Some((tries + 1, first));
    }

    /// What was asked for with `refresh` came to this. An answer to another token than the one that is held came late: the login
    /// has gone on since.
    pub fn heard(&mut self, refresh: &str, heard: Heard) {
        if self.tokens.as_ref().is_none_or(|tokens| tokens.refresh != refresh) {
            return;
        }
        match heard {
            Heard::Next(tokens) => *self = Renewal::of(tokens),
            Heard::Ended => self.refused_last = self.tokens.take().map(|tokens| tokens.refresh),
            Heard::Nothing => {}
        }
    }

    /// The hall did not take this access token.
    pub fn refused(&mut self, access: &str) {
        if self.tokens.as_ref().is_some_and(|tokens| tokens.access == access) {
            self.refused = true;
        }
    }

    /// With what the hall is asked why the login has ended: the refresh token, which counts no more.
    pub fn ended(&self) -> Option<&str> {
        self.refused_last.as_deref()
    }

    /// What is to be kept; none where nobody is logged in any more.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }
}

#[cfg(test)]
mod tests;
