//! What an update does next, as a pure function: no clock, no disk, no network.
//!
//! [`step`] takes a state, what happened and the time, and gives the next state and what is to be done. The host does it
//! and tells what came of it as the next event. A state is kept (see [`Kept`]) as often as [`Effect::Write`] says so, and
//! never before: whoever is killed between two effects starts again from the last kept one.
//!
//! ```text
//! check -> download -> staged -> trial -> committed
//!                                  |  two strikes
//!                                  +-> refused, and the last good one is back
//! ```
//!
//! - A trial is written down before its first byte is served, so one that never draws a page cannot be tried for ever.
//! - It is good once its own page said so: by the nonce of this boot, which only the page of this boot was given.
//! - Whatever is missing, damaged, refused or no longer fits the native core, the bundle inside the application is there.

mod kept;
#[cfg(test)]
mod tests;
mod words;

pub use kept::{Kept, Refused, Release, Trial};
pub use words::{Boot, Effect, Event, Native, Nonce, Shows, Told, Unfit, Work};

use onehall_bundle::Hash;

/// How often a bundle may fail to show a page.
pub const STRIKES: u8 = 2;

/// How long a bundle that failed is not tried again, in seconds, unless the policy forgives it.
pub const REFUSED_FOR: i64 = 30 * 24 * 3600;

/// The whole state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// This program.
    pub native: Native,
    /// What is written down.
    pub kept: Kept,
    /// A boot whose attempt is being written down.
    pub arming: Option<Boot>,
    /// The boot of the page that is shown.
    pub boot: Option<Boot>,
    /// What is under way.
    pub work: Work,
}

/// The state of a program that starts.
#[must_use]
pub fn start(native: Native, kept: Kept) -> State {
    State {
        native,
        kept,
        arming: None,
        boot: None,
        work: Work::Idle,
    }
}

/// What follows from an event. `now` is in seconds since 1970; a clock that was set back counts from the last time that was
/// verified.
#[must_use]
pub fn step(mut state: State, event: Event, now: i64) -> (State, Vec<Effect>) {
    let now = now.max(state.kept.latest);
    let mut effects = Vec::new();
    match event {
        Event::Boot(nonce) => boot(&mut state, nonce, now, &mut effects),
        Event::Written => {
            if let Some(armed) = state.arming.take() {
                show(&mut state, armed, &mut effects);
            }
        }
        Event::NotWritten => {
            // Nothing that cannot be written down is tried: its strikes would not count.
            if let Some(armed) = state.arming.take() {
                let shows = last_good(&state);
                show(&mut state, Boot { shows, ..armed }, &mut effects);
            }
        }
        Event::Damaged(manifest) => damaged(&mut state, manifest, &mut effects),
        Event::Ready(nonce) => {
            // Of the boot that is shown, whatever has been staged or written since.
            if let Some(release) = tried(&state).filter(|_| current(&state, nonce).is_some()) {
                state.kept.trial = None;
                state.kept.committed = Some(release);
                state.boot = Some(Boot {
                    shows: Shows::Committed(release),
                    nonce,
                });
                effects.extend([
                    Effect::Write,
                    Effect::Tell(Told::Committed(release.number)),
                    Effect::Collect,
                ]);
            }
        }
        Event::Failed(nonce) | Event::Late(nonce) => {
            if let Some(Boot {
                shows: Shows::Trial(_), ..
            }) = current(&state, nonce)
            {
                // The boot that follows counts the strike.
                state.boot = None;
                effects.push(Effect::Rebuild);
            }
        }
        Event::CheckDue => {
            if state.work == Work::Idle {
                state.work = Work::Checking;
                effects.push(Effect::Check);
            }
        }
        Event::Checked {
            wanted,
            forced,
            revoked,
        } => {
            if state.work == Work::Checking {
                state.work = Work::Idle;
                checked(&mut state, wanted, forced, revoked, now, &mut effects);
            }
        }
        Event::Forgiven(manifest) => {
            let before = state.kept.refused.len();
            state.kept.refused.retain(|refused| refused.manifest != manifest);
            if state.kept.refused.len() < before {
                effects.push(Effect::Write);
            }
        }
        Event::NotChecked => {
            if state.work == Work::Checking {
                state.work = Work::Idle;
            }
        }
        Event::Downloaded(manifest) => {
            if let Work::Downloading { release, forced } = state.work
                && release.manifest == manifest
            {
                state.work = Work::Idle;
                state.kept.staged = Some(release);
                effects.extend([Effect::Write, Effect::Tell(Told::Staged(release.number))]);
                if forced {
                    interrupt(&mut state, manifest, &mut effects);
                }
            }
        }
        Event::NotDownloaded(manifest) => {
            if let Work::Downloading { release, .. } = state.work
                && release.manifest == manifest
            {
                state.work = Work::Idle;
                effects.push(Effect::Tell(Told::NotDownloaded(release.number)));
            }
        }
        Event::Quiet => {
            // A trial is not disturbed: it would count as a strike.
            let trying = tried(&state).is_some();
            let stale = state.boot.is_some_and(|boot| boot.shows != last_good(&state));
            if state.arming.is_none() && !trying && state.boot.is_some() && (state.kept.staged.is_some() || stale) {
                state.boot = None;
                effects.push(Effect::Rebuild);
            }
        }
    }
    (state, effects)
}

/// The boot that is shown, where it has this number.
fn current(state: &State, nonce: Nonce) -> Option<Boot> {
    state.boot.filter(|boot| boot.nonce == nonce)
}

/// The release that is shown and has not proved itself. One that was revoked meanwhile is no longer tried.
fn tried(state: &State) -> Option<Release> {
    match state.boot?.shows {
        Shows::Trial(release) => state
            .kept
            .trial
            .filter(|trial| trial.release == release)
            .map(|trial| trial.release),
        _ => None,
    }
}

/// What is shown where nothing is tried.
fn last_good(state: &State) -> Shows {
    state.kept.committed.map_or(Shows::Inside, Shows::Committed)
}

fn boot(state: &mut State, nonce: Nonce, now: i64, effects: &mut Vec<Effect>) {
    state.boot = None;
    let before = state.kept.clone();
    drop_unfit(state, effects);
    state.kept.refused.retain(|refused| refused.until > now);
    // A trial that is still written down did not become good: its page failed, hung, or its program was killed.
    if let Some(trial) = state.kept.trial
        && trial.attempts >= STRIKES
    {
        state.kept.trial = None;
        state.kept.refused.push(Refused {
            manifest: trial.release.manifest,
            core: state.native.core,
            until: now.saturating_add(REFUSED_FOR),
        });
        effects.extend([Effect::Tell(Told::RolledBack(trial.release.number)), Effect::Collect]);
    }
    if state.kept.trial.is_none()
        && let Some(release) = state.kept.staged.take()
    {
        state.kept.trial = Some(Trial { release, attempts: 0 });
    }
    let shows = match &mut state.kept.trial {
        Some(trial) => {
            trial.attempts += 1;
            Shows::Trial(trial.release)
        }
        None => last_good(state),
    };
    let boot = Boot { shows, nonce };
    if state.kept == before {
        show(state, boot, effects);
    } else {
        state.arming = Some(boot);
        effects.push(Effect::Write);
    }
}

fn show(state: &mut State, boot: Boot, effects: &mut Vec<Effect>) {
    state.boot = Some(boot);
    effects.push(Effect::Show(boot));
}

/// Lets go what this program no longer takes.
fn drop_unfit(state: &mut State, effects: &mut Vec<Effect>) {
    let native = state.native.clone();
    let mut keep = |release: Option<Release>| {
        let release = release?;
        match native.fits(&release) {
            Ok(()) => Some(release),
            Err(unfit) => {
                effects.push(Effect::Tell(Told::Dropped(release.number, unfit)));
                None
            }
        }
    };
    state.kept.committed = keep(state.kept.committed);
    state.kept.staged = keep(state.kept.staged);
    let trial = state.kept.trial;
    state.kept.trial = keep(trial.map(|trial| trial.release)).and(trial);
}

/// A bundle is not whole: it is let go wherever it was, and the next one is shown. It may be fetched again.
fn damaged(state: &mut State, manifest: Hash, effects: &mut Vec<Effect>) {
    let is = |release: Option<Release>| release.filter(|release| release.manifest == manifest);
    let kept = &mut state.kept;
    let found = [kept.committed, kept.staged, kept.trial.map(|trial| trial.release)]
        .into_iter()
        .find_map(is);
    let Some(release) = found else { return };
    kept.committed = kept.committed.filter(|release| release.manifest != manifest);
    kept.staged = kept.staged.filter(|release| release.manifest != manifest);
    kept.trial = kept.trial.filter(|trial| trial.release.manifest != manifest);
    effects.extend([Effect::Write, Effect::Tell(Told::Damaged(release.number))]);
    if let Some(boot) = state.boot.filter(|boot| is(boot.shows.release()).is_some()) {
        // The one that is next is the last good one, which needs no attempt. Whether the loss was written down changes nothing.
        let shows = last_good(state);
        show(state, Boot { shows, ..boot }, effects);
    }
}

fn checked(
    state: &mut State,
    wanted: Option<Release>,
    forced: bool,
    revoked: bool,
    now: i64,
    effects: &mut Vec<Effect>,
) {
    let before = state.kept.clone();
    state.kept.latest = now;
    if revoked && let Some(release) = state.boot.and_then(|boot| boot.shows.release()) {
        // Gone at the next start, even where that comes before another one is here.
        let kept = &mut state.kept;
        kept.committed = kept.committed.filter(|committed| *committed != release);
        kept.trial = kept.trial.filter(|trial| trial.release != release);
        effects.push(Effect::Tell(Told::Revoked(release.number)));
    }
    let staged = state.kept.staged;
    let refused = |release: &Release| state.kept.refuses(release.manifest, state.native.core, now);
    match wanted.filter(|release| state.native.fits(release).is_ok() && !refused(release)) {
        Some(release) if staged == Some(release) => {
            if forced {
                interrupt(state, release.manifest, effects);
            }
        }
        Some(release) if state.kept.trial.is_some_and(|trial| trial.release == release) => {}
        Some(release) => {
            // What waits is no longer wanted. Its files stay as long as this one may be made of them.
            state.kept.staged = None;
            state.work = Work::Downloading { release, forced };
            effects.push(Effect::Download(release));
        }
        None => {
            // What waits is no longer wanted: it was halted, revoked or taken from this terminal.
            state.kept.staged = None;
            if revoked && let Some(boot) = state.boot.and_then(|boot| boot.shows.release()) {
                interrupt(state, boot.manifest, effects);
            }
        }
    }
    if state.kept != before {
        effects.insert(0, Effect::Write);
    }
}

/// Asks for a restart that disturbs somebody: once for a release.
fn interrupt(state: &mut State, manifest: Hash, effects: &mut Vec<Effect>) {
    if state.kept.interrupted != Some(manifest) {
        state.kept.interrupted = Some(manifest);
        if !effects.contains(&Effect::Write) {
            effects.push(Effect::Write);
        }
        effects.push(Effect::Interrupt);
    }
}
