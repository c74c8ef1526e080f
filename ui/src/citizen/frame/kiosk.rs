//! The kiosk's bar: the way home, the time that is left, the end of the session.
//!
//! A person who walks away must leave nothing behind: after a while without a touch the session ends by itself. Before
//! that the kiosk asks.

use std::time::Duration;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Preferences;
use onehall_client::citizen::LogOut;

use super::Cover;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, Weight};
use crate::design::dialog::Dialog;
use crate::design::icon::Icon;
use crate::router::{use_location, use_navigate};
use crate::shell::{kiosk, use_ui};
use crate::texts::{Words, frame};
use crate::view::{memo, view};

/// Seconds without a touch after which the session ends.
pub const IDLE_SECONDS: u32 = 120;
/// Seconds before the end at which the kiosk asks.
pub const ASK_SECONDS: u32 = 30;

/// What a second without a touch leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tick {
    Wait,
    Ask,
    End,
}

fn tick(left: u32) -> Tick {
    match left {
        0 => Tick::End,
        left if left <= ASK_SECONDS => Tick::Ask,
        _ => Tick::Wait,
    }
}

/// What is said of the seconds that are left: each ten. Each single one would leave no time to hear anything else.
fn said(left: u32) -> u32 {
    left.div_ceil(10) * 10
}

/// The button that goes on.
const STAY: &str = "kiosk-stay";
/// What is asked, with the time that is left.
const STILL_THERE: &str = "kiosk-still-there-text";

/// For how long it is said what to take along, once a visit has ended.
const OVER_MILLIS: u32 = 3_000;

/// The kiosk's bar.
#[component]
pub fn KioskBar(
    /// What covers the pages.
    cover: RwSignal<Cover>,
) -> impl IntoView {
    let idle = kiosk::idle_seconds().unwrap_or(IDLE_SECONDS);
    let ui = use_ui();
    let hall = use_hall();
    let navigate = use_navigate();
    let left = RwSignal::new(idle);
    let asking = RwSignal::new(false);
    // Where nobody touched anything nobody was there: a visit that was none does not end.
    let used = StoredValue::new(false);

    let end = Callback::new(move |()| {
        if cover.get_untracked() == Cover::Over {
            return;
        }
        asking.set(false);
        left.set(idle);
        // A kiosk's own shell ends all that this page is; a browser goes on with it.
        let ends = used.get_value() && kiosk::hall().is_some();
        if ends {
            cover.set(Cover::Over);
        }
        spawn_local(async move {
            let told = TimeoutFuture::new(if ends { OVER_MILLIS } else { 0 });
            // Also where the backend cannot be reached: what this terminal knew is forgotten by the core either way.
            let _ = hall.client.ask(LogOut { discard_unsent: true }).await;
            if ends {
                told.await;
                if kiosk::over() {
                    return;
                }
                cover.set(Cover::Attract);
            }
            ui.preferences.set(Preferences::default());
            ui.language.set(Default::default());
            navigate(routes::HOME, Default::default());
        });
    });

    // Where nobody has begun anything there is nothing to ask about: at the start, with nobody logged in.
    let location = use_location();
    let at_the_start = move || {
        cover.get_untracked() != Cover::None
            || hall.session.with_untracked(Option::is_none)
                && location.pathname.with_untracked(|path| path == routes::HOME)
    };
    let clock = set_interval_with_handle(
        move || {
            let now = left.get_untracked().saturating_sub(1);
            left.set(now);
            match tick(now) {
                Tick::Wait => {}
                // What somebody chose there goes with the others, unasked.
                Tick::Ask if at_the_start() => {}
                Tick::Ask => {
                    if !asking.get_untracked() {
                        asking.set(true);
                    }
                }
                Tick::End => end.run(()),
            }
        },
        Duration::from_secs(1),
    );
    let touched = move || {
        used.set_value(true);
        if !asking.get_untracked() {
            left.set(idle);
        }
    };
    let pointer = window_event_listener(leptos::ev::pointerdown, move |_| touched());
    let keys = window_event_listener(leptos::ev::keydown, move |_| touched());
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
        pointer.remove();
        keys.remove();
    });
    // Closed by the cross or by Escape is an answer too: somebody is there.
    Effect::new(move |was: Option<bool>| {
        let open = asking.get();
        if was == Some(true) && !open {
            left.set(idle);
        }
        open
    });

    let seconds = Words::made(move |_| left.get().to_string());
    let tens = memo(move |_| said(left.get()));
    let tens = Words::made(move |_| tens.get().to_string());
    view! {
        <div class="kiosk-bar" role="region" aria-label=frame::KIOSK_END>
            <a class="button button-secondary" href=routes::HOME><Icon name="house"/><span class="button-label">{frame::HOME}</span></a>
            <p class="kiosk-left" aria-hidden="true"><Icon name="timer"/>{frame::KIOSK_LEFT.with([seconds.clone()])}</p>
            <Button label=frame::KIOSK_END icon="log-out" weight=Weight::Danger on_press=end/>
        </div>
        <Dialog id="kiosk-still-there" title=frame::KIOSK_STILL_THERE open=asking first=STAY described_by=STILL_THERE>
            <p class="lead" id=STILL_THERE>{frame::KIOSK_STILL_THERE_TEXT.with([seconds])}</p>
            <p class="visually-hidden" role="status">{frame::KIOSK_LEFT.with([tens])}</p>
            <div class="buttons">
                <Button
                    id=STAY
                    label=frame::KIOSK_STAY
                    weight=Weight::Primary
                    on_press=Callback::new(move |()| asking.set(false))
                />
                <Button label=frame::KIOSK_END on_press=end/>
            </div>
        </Dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kiosk_asks_before_it_ends() {
        assert_eq!(tick(IDLE_SECONDS), Tick::Wait);
        assert_eq!(tick(ASK_SECONDS + 1), Tick::Wait);
        assert_eq!(tick(ASK_SECONDS), Tick::Ask);
        assert_eq!(tick(1), Tick::Ask);
        assert_eq!(tick(0), Tick::End);
    }

    #[test]
    fn the_time_that_is_left_is_said_each_ten_seconds() {
        assert_eq!(said(ASK_SECONDS), ASK_SECONDS, "as it is asked");
        let heard: Vec<u32> = (0..=ASK_SECONDS).rev().filter(|left| said(*left) == *left).collect();
        assert_eq!(heard, [30, 20, 10, 0]);
        assert_eq!((said(29), said(21), said(1)), (30, 30, 10), "nothing new in between");
    }
}
