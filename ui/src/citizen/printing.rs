//! Paper at a kiosk: a slip or a document from its printers. Where a printer cannot, the page says so in its place, and what
//! else one can do; nothing is printed later, when somebody else stands there.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::ReadFile;
use onehall_protocol::files::FileView;

use super::Hall;
use crate::design::button::Button;
use crate::design::notice::{Notice, Tone};
use crate::design::states::error_words;
use crate::shell::kiosk::{self, DeviceState, Devices, Fault, NotDone, Slip};
use crate::shell::use_ui;
use crate::texts::{Phrase, Words, devices as words};
use crate::view::{live, view};

/// A button that prints a slip, where this kiosk has a printer of slips. `slip` makes it in the language of the page.
pub fn slip_button(label: Phrase, slip: impl Fn() -> Slip + Clone + 'static) -> AnyView {
    let print = move || {
        let slip = slip();
        async move { kiosk::print_slip(&slip).await }
    };
    button(
        |devices| devices.slips,
        label.into(),
        words::PRINTED.into(),
        print,
        None,
    )
}

/// A button that prints a file of the hall, where this kiosk has a printer of documents and the file is a PDF; else `instead`.
pub fn file_button(hall: Hall, file: FileView, instead: Words) -> AnyView {
    if file.media_type != "application/pdf" {
        return view! { <span class="file-elsewhere">{instead}</span> }.into_any();
    }
    let (id, name) = (file.id, Words::from(file.name));
    let print = move || async move {
        let content = hall.client.ask(ReadFile { id }).await.map_err(NotDone::Refused)?;
        kiosk::print_document(&content.bytes).await
    };
    let (label, done) = (words::PRINT_FILE.with([name.clone()]), words::PRINTED_FILE.with([name]));
    button(|devices| devices.documents, label, done, print, Some(instead))
}

fn button<F: Future<Output = Result<(), NotDone>> + 'static>(
    which: fn(Devices) -> Option<DeviceState>,
    label: Words,
    done: Words,
    print: impl Fn() -> F + Clone + 'static,
    instead: Option<Words>,
) -> AnyView {
    let state = RwSignal::new(None::<DeviceState>);
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<Words>));
    let look = move || {
        spawn_local(async move {
            let _ = state.try_set(which(kiosk::devices().await));
        });
    };
    look();
    let ui = use_ui();
    let print = StoredValue::new_local(print);
    let press = Callback::new(move |()| {
        busy.set(true);
        failed.set(None);
        let (printing, done) = (print.with_value(|print| print()), done.clone());
        spawn_local(async move {
            let printed = printing.await;
            if busy.try_set(false).is_some() {
                return;
            }
            match printed {
                Ok(()) => ui.say(done),
                Err(NotDone::Refused(error)) => failed.set(Some(error_words(&error))),
                Err(NotDone::Fault(fault)) => failed.set(Some(not_printed(fault).into())),
            }
            // Somebody may have put paper in, or taken the plug out.
            look();
        });
    });
    live(move || {
        let why = failed.get();
        let told = why.map(|why| view! { <Notice tone=Tone::Attention role="alert"><p>{why}</p></Notice> });
        match state.get() {
            None => instead
                .clone()
                .map(|instead| view! { <span class="file-elsewhere">{instead}</span> })
                .into_any(),
            Some(DeviceState::Ready | DeviceState::Busy) => {
                view! { {told}<Button label=label.clone() icon="printer" busy=busy on_press=press/> }.into_any()
            }
            // What a printer says of itself is of the last time: somebody may have put paper in.
            Some(other) => {
                let known = told.is_none().then(|| {
                    let why = not_printed(fault_of(other));
                    view! { <Notice tone=Tone::Attention role="status"><p>{why}</p></Notice> }
                });
                view! { {told}{known}<Button label=label.clone() icon="printer" busy=busy on_press=press/> }.into_any()
            }
        }
    })
}

fn fault_of(state: DeviceState) -> Fault {
    match state {
        DeviceState::OutOfPaper => Fault::OutOfPaper,
        DeviceState::Jammed => Fault::Jammed,
        DeviceState::Busy => Fault::Busy,
        _ => Fault::Missing,
    }
}

/// Why nothing was printed, and what to do.
fn not_printed(fault: Fault) -> Phrase {
    match fault {
        Fault::OutOfPaper => words::PRINTER_OUT_OF_PAPER,
        Fault::Jammed => words::PRINTER_JAMMED,
        Fault::Busy => words::PRINTER_BUSY,
        Fault::TimedOut => words::PRINTER_SLOW,
        _ => words::PRINTER_MISSING,
    }
}
