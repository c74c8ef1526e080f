//! A paper on the scanner of the kiosk, as a file of a material. The picture goes from the device to the hall; nothing keeps it here.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Answering;
use crate::citizen::device::waits;
use crate::design::button::Button;
use crate::design::notice::{Notice, Tone};
use crate::shell::kiosk::{self, DeviceState, Fault, NotDone};
use crate::shell::use_ui;
use crate::texts::{Phrase, devices as words};
use crate::view::{live, view};

/// A button that scans a paper into the answer at `path`, where this kiosk has a scanner and the question takes more files.
pub(super) fn scan(answering: Answering, path: String, most: usize, full: Signal<bool>) -> AnyView {
    if kiosk::hall().is_none() {
        return ().into_any();
    }
    let ui = use_ui();
    let state = RwSignal::new(None::<DeviceState>);
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<Phrase>));
    let look = move || {
        spawn_local(async move {
            let _ = state.try_set(kiosk::devices().await.scanner);
        });
    };
    look();
    // Whoever goes elsewhere wants nothing scanned.
    on_cleanup(move || {
        if busy.try_get_untracked() == Some(true) {
            spawn_local(kiosk::stop());
        }
    });
    let press = Callback::new(move |()| {
        busy.set(true);
        failed.set(None);
        let number = answering.next_scan(&path);
        let (language, path) = (ui.language.get_untracked(), path.clone());
        spawn_local(async move {
            let name = words::PAPER_NAME.with([number.to_string().into()]).get(language);
            let scanned = kiosk::scan_paper(&name).await;
            // Who has left the page meanwhile gets no file.
            if busy.try_set(false).is_some() {
                return;
            }
            match scanned {
                Ok(file) => {
                    ui.say(words::PAPER_DONE);
                    answering.upload(&path, vec![file], most);
                }
                Err(why) => failed.set(not_scanned(&why)),
            }
            look();
        });
    });
    live(move || {
        let why = failed.get().or_else(|| state.get().and_then(missing));
        let told = why.map(|why| view! { <Notice tone=Tone::Attention role="alert"><p>{why}</p></Notice> });
        if state.get().is_none() || full.get() {
            return None;
        }
        Some(if busy.get() {
            waits("files", words::PAPER_WAITS, Some(words::PAPER_WAITS_TEXT))
        } else {
            view! { {told}<div class="buttons"><Button label=words::PAPER_GO icon="files" on_press=press/></div> }
                .into_any()
        })
    })
}

/// What is said of a scanner that cannot be used; what it says of itself may be over by the time that somebody presses.
fn missing(state: DeviceState) -> Option<Phrase> {
    match state {
        DeviceState::Ready | DeviceState::Busy => None,
        DeviceState::Jammed => Some(words::PAPER_JAMMED),
        DeviceState::Missing | DeviceState::OutOfPaper | DeviceState::Broken => Some(words::PAPER_MISSING),
    }
}

/// Why nothing was scanned, and what to do; nothing where its citizen wanted it so.
fn not_scanned(why: &NotDone) -> Option<Phrase> {
    match why {
        NotDone::Fault(Fault::Stopped) => None,
        NotDone::Fault(Fault::Busy) => Some(words::PAPER_BUSY),
        NotDone::Fault(Fault::Jammed) => Some(words::PAPER_JAMMED),
        NotDone::Fault(Fault::TimedOut) => Some(words::PAPER_TIMED_OUT),
        NotDone::Fault(Fault::Unreadable | Fault::Removed) => Some(words::PAPER_UNREADABLE),
        NotDone::Fault(Fault::Missing | Fault::OutOfPaper | Fault::Broken) | NotDone::Refused(_) => {
            Some(words::PAPER_MISSING)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn each_fault_of_the_scanner_is_told_with_what_to_do() {
        let faults = [
            Fault::Missing,
            Fault::Busy,
            Fault::Jammed,
            Fault::TimedOut,
            Fault::Unreadable,
        ];
        let said: BTreeSet<&str> = faults
            .into_iter()
            .filter_map(|fault| Some(not_scanned(&NotDone::Fault(fault))?.get(Language::En)))
            .collect();
        assert_eq!(said.len(), faults.len(), "{said:?}");
        assert!(not_scanned(&NotDone::Fault(Fault::Stopped)).is_none());
        assert!(missing(DeviceState::Ready).is_none() && missing(DeviceState::Missing).is_some());
    }
}
