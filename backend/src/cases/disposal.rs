//! The end of a case's records.
//!
//! The law has the records of a case kept for some years from its end. As long as its citizen has an account they are theirs to
//! read as well, and stay. Those that outlived the account are destroyed when their term is over: answers, files, history, and
//! who looked at them. A register says for good which case that was, of which authority, and when; nothing in it says of whom.

use std::time::Duration;

use onehall_protocol::Date;

use super::view;
use crate::clock::{self, begin_of};
use crate::error::Result;
use crate::state::AppState;

/// How long the records of a case are kept at least, in years from its end: the shortest term that the rules for records of
/// services know.
const KEPT_YEARS: i32 = 10;

/// How often the hall looks for what has been kept long enough. Days count.
const EVERY: Duration = Duration::from_secs(3600);

/// The most cases that one command destroys: others want to write, too.
const AT_ONCE: u32 = 100;

/// The last day on which the records of a case must be there that ended on this one.
pub fn kept_until(ended: Date) -> Date {
    years_later(ended, KEPT_YEARS)
}

/// The same day, so many years later; the last of February for its 29th.
fn years_later(day: Date, years: i32) -> Date {
    let from = day.calendar();
    let month = u8::from(from.month());
    let later = |day| Date::new(from.year() + years, month, day);
    later(from.day()).or_else(|_| later(28)).unwrap_or(day)
}

/// Destroys what has been kept long enough, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        match dispose(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "destroyed the records of cases whose term was over"),
            Err(error) => tracing::error!(%error, "could not destroy records whose term was over"),
        }
    })
    .await;
}

/// Destroys the records of cases whose term was over before today and whose citizen has no account any more. The bytes of
/// their files are nobody's then, and go as such do ([`crate::files::sweep`]). Gives how many cases it were.
///
/// # Errors
/// What the engine says.
pub async fn dispose(state: &AppState) -> Result<usize> {
    let now = state.clock.now();
    // One that ended on the 29th of February is kept until the 28th, and a day more does no harm.
    let first = years_later(view::today(state, now), -KEPT_YEARS);
    let before = begin_of(first, state.city.catalog.city.utc_offset_minutes);
    let mut all = 0;
    loop {
        let disposed = state.storage.dispose_cases(before, now, AT_ONCE).await?;
        metrics::counter!("onehall_cases_disposed_total").increment(disposed as u64);
        all += disposed;
        if disposed == 0 {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_ends_on_the_same_day_or_on_the_last_of_february() {
        let day = |text: &str| text.parse::<Date>().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(kept_until(day("2026-11-26")), day("2036-11-26"));
        assert_eq!(kept_until(day("2028-02-29")), day("2038-02-28"));
    }
}
