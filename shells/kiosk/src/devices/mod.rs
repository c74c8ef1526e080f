//! What a kiosk reads and prints with: one trait for each kind of device, so that a driver of another vendor is one more
//! implementation. Each may be missing, busy or broken at any moment, in the middle of its work, too; whoever uses it gets a
//! [`Fault`] to act on and never waits without an end.

mod cups;
mod simulator;
mod slip;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use onehall_protocol::CitizenId;
pub use onehall_protocol::halls::DeviceState;
use serde::{Deserialize, Serialize};

use crate::config::{Devices, PrinterKind, Reader};
use cups::CupsPrinter;
use simulator::Simulator;
pub use slip::Slip;

/// Why a device did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It is not there, or was unplugged in the middle.
    #[error("is not there")]
    Missing,
    /// It works for somebody else.
    #[error("is busy")]
    Busy,
    /// No paper, or none any more.
    #[error("has no paper")]
    OutOfPaper,
    /// Paper is stuck, or the cover is open.
    #[error("is jammed")]
    Jammed,
    /// The card was taken away before it was read.
    #[error("lost the card while reading")]
    Removed,
    /// What lies there cannot be read.
    #[error("could not read")]
    Unreadable,
    /// Nobody put anything there.
    #[error("waited in vain")]
    TimedOut,
    /// Whoever asked wants it no more.
    #[error("was stopped")]
    Stopped,
    /// Something else.
    #[error("is broken")]
    Broken,
}

impl Fault {
    /// Why a device in this state does nothing; nothing where it can be used.
    pub fn of(state: DeviceState) -> Option<Fault> {
        match state {
            DeviceState::Ready => None,
            DeviceState::Busy => Some(Fault::Busy),
            DeviceState::Missing => Some(Fault::Missing),
            DeviceState::OutOfPaper => Some(Fault::OutOfPaper),
            DeviceState::Jammed => Some(Fault::Jammed),
            DeviceState::Broken => Some(Fault::Broken),
        }
    }
}

/// Counts what was begun, so that something that waits notices that it is wanted no more.
#[derive(Debug, Default)]
pub struct Stops(AtomicU64);

impl Stops {
    /// Ends all that waits now.
    pub fn stop(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// Something begins that waits for at most this long.
    pub fn patience(self: &Arc<Stops>, at_most: Duration) -> Patience {
        Patience {
            stops: Arc::clone(self),
            begun: self.0.load(Ordering::SeqCst),
            until: Instant::now() + at_most,
        }
    }
}

/// How long something waits, and whether it is still wanted.
#[derive(Debug, Clone)]
pub struct Patience {
    stops: Arc<Stops>,
    begun: u64,
    until: Instant,
}

impl Patience {
    /// Says whether to wait on.
    ///
    /// # Errors
    /// [`Fault::Stopped`] where nobody wants it any more, [`Fault::TimedOut`] where it took too long.
    pub fn check(&self) -> Result<(), Fault> {
        if self.stops.0.load(Ordering::SeqCst) != self.begun {
            return Err(Fault::Stopped);
        }
        if Instant::now() >= self.until {
            return Err(Fault::TimedOut);
        }
        Ok(())
    }
}

/// An identity card. Printed, it shows nothing of whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The number on it.
    pub citizen_id: CitizenId,
}

/// A picture of a paper or a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// What its bytes are: `image/jpeg`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads identity cards.
pub trait IdCardReader: Send + Sync {
    /// How it is now.
    fn state(&self) -> DeviceState;
    /// Waits for a card and reads it.
    ///
    /// # Errors
    /// There was none, or it could not be read.
    fn read(&self, patience: &Patience) -> Result<Card, Fault>;
}

/// Reads QR codes and barcodes.
pub trait CodeScanner: Send + Sync {
    /// How it is now.
    fn state(&self) -> DeviceState;
    /// Waits for a code; gives its text.
    ///
    /// # Errors
    /// There was none, or it could not be read.
    fn scan(&self, patience: &Patience) -> Result<String, Fault>;
}

/// Takes pictures: a scanner of papers, a camera.
pub trait Imager: Send + Sync {
    /// How it is now.
    fn state(&self) -> DeviceState;
    /// Takes one.
    ///
    /// # Errors
    /// It could not.
    fn take(&self, patience: &Patience) -> Result<Picture, Fault>;
}

/// What a printer is given.
pub enum Paper<'a> {
    /// The bytes of a printer of slips (ESC/POS).
    Slip(&'a [u8]),
    /// A PDF document.
    Document(&'a [u8]),
}

/// Prints.
pub trait Printer: Send + Sync {
    /// How it is now.
    fn state(&self) -> DeviceState;
    /// Prints, and comes back once the paper is there. Where it fails nothing waits to be printed later: somebody else would
    /// find it in the tray.
    ///
    /// # Errors
    /// It could not.
    fn print(&self, paper: &Paper<'_>, patience: &Patience) -> Result<(), Fault>;
    /// Forgets all that it was ever given.
    ///
    /// # Errors
    /// It could not: something may still wait there.
    fn purge(&self) -> Result<(), Fault>;
}

/// The devices of a kiosk.
#[derive(Default)]
pub struct Fitted {
    /// Reads identity cards.
    pub id_card: Option<Box<dyn IdCardReader>>,
    /// Reads codes.
    pub codes: Option<Box<dyn CodeScanner>>,
    /// Scans papers.
    pub scanner: Option<Box<dyn Imager>>,
    /// Takes pictures of people.
    pub camera: Option<Box<dyn Imager>>,
    /// Prints slips.
    pub slips: Option<Box<dyn Printer>>,
    /// Prints documents.
    pub documents: Option<Box<dyn Printer>>,
}

impl Fitted {
    /// The devices as a file names them.
    pub fn of(devices: &Devices, simulators: Option<PathBuf>) -> Fitted {
        let simulator = |part: &'static str| Simulator::new(part, simulators.clone());
        let printer = |kind: &PrinterKind, part| -> Box<dyn Printer> {
            match kind {
                PrinterKind::Cups { queue, server } => Box::new(CupsPrinter::new(queue, server.as_deref())),
                PrinterKind::Simulator => Box::new(simulator(part)),
            }
        };
        let imager = |kind: Reader, part| -> Box<dyn Imager> {
            match kind {
                Reader::Simulator => Box::new(simulator(part)),
            }
        };
        Fitted {
            id_card: devices
                .id_card
                .map(|Reader::Simulator| Box::new(simulator("id_card")) as _),
            codes: devices.codes.map(|Reader::Simulator| Box::new(simulator("codes")) as _),
            scanner: devices.scanner.map(|kind| imager(kind, "scanner")),
            camera: devices.camera.map(|kind| imager(kind, "camera")),
            slips: devices.slips.as_ref().map(|kind| printer(kind, "slips")),
            documents: devices.documents.as_ref().map(|kind| printer(kind, "documents")),
        }
    }

    /// Takes back what printers were given. Says whether nothing of it waits there any more.
    pub fn purge(&self) -> bool {
        let mut clean = true;
        for printer in [&self.slips, &self.documents].into_iter().flatten() {
            if let Err(fault) = printer.purge() {
                eprintln!("onehall-kiosk: a printer {fault}: what it was given could not be taken back");
                clean = false;
            }
        }
        clean
    }
}
