//! What a kiosk reads and prints with: one trait for each kind of device, so that a driver of another vendor is one more
//! implementation. Each may be missing, busy or broken at any moment, in the middle of its work, too; whoever uses it gets a
//! [`Fault`] to act on and never waits without an end.

mod cups;
mod simulator;
mod slip;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onehall_protocol::CitizenId;
pub use onehall_protocol::halls::{DeviceState, KioskDevice};
use serde::{Deserialize, Serialize};

use crate::config::{Devices, Driver, PrinterKind};
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
            DeviceState::Busy | DeviceState::Open => Some(Fault::Busy),
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

/// Shows a person where to put something, and where to take it.
pub trait Light: Send + Sync {
    /// How it is now.
    fn state(&self) -> DeviceState;
    /// Shines at this device alone; at none where none is named.
    ///
    /// # Errors
    /// It could not.
    fn show(&self, device: Option<KioskDevice>) -> Result<(), Fault>;
}

/// Says whether the case is open, in which are paper and cables.
pub trait Door: Send + Sync {
    /// How it is now: [`DeviceState::Open`], or shut and [`DeviceState::Ready`].
    fn state(&self) -> DeviceState;
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
    /// Shows where to put something.
    pub light: Option<Box<dyn Light>>,
    /// Says whether the case is open.
    pub door: Option<Box<dyn Door>>,
    /// The device at which the light shines.
    pub lit: Mutex<Option<KioskDevice>>,
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
        let imager = |kind: Driver, part| -> Box<dyn Imager> {
            match kind {
                Driver::Simulator => Box::new(simulator(part)),
            }
        };
        Fitted {
            id_card: devices
                .id_card
                .map(|Driver::Simulator| Box::new(simulator("id_card")) as _),
            codes: devices.codes.map(|Driver::Simulator| Box::new(simulator("codes")) as _),
            scanner: devices.scanner.map(|kind| imager(kind, "scanner")),
            camera: devices.camera.map(|kind| imager(kind, "camera")),
            slips: devices.slips.as_ref().map(|kind| printer(kind, "slips")),
            documents: devices.documents.as_ref().map(|kind| printer(kind, "documents")),
            light: devices.light.map(|Driver::Simulator| Box::new(simulator("light")) as _),
            door: devices.door.map(|Driver::Simulator| Box::new(simulator("door")) as _),
            lit: Mutex::default(),
        }
    }

    /// Works with a device, at which the light shines meanwhile.
    ///
    /// # Errors
    /// Those of the work; [`Fault::Busy`] where the case is open: whoever is inside may hold what comes out.
    pub fn at<T>(&self, device: KioskDevice, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        if self.door.as_ref().is_some_and(|door| door.state() == DeviceState::Open) {
            return Err(Fault::Busy);
        }
        self.shine(Some(device));
        let done = work();
        // Where another device waits for somebody by now, the light is at that one.
        if *lit(&self.lit) == Some(device) {
            self.shine(None);
        }
        done
    }

    /// A light that fails keeps nobody from anything.
    pub fn shine(&self, device: Option<KioskDevice>) {
        *lit(&self.lit) = device;
        if let Some(light) = &self.light {
            let _ = light.show(device);
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

fn lit(lit: &Mutex<Option<KioskDevice>>) -> MutexGuard<'_, Option<KioskDevice>> {
    lit.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A light that remembers where it shone.
    #[derive(Clone, Default)]
    struct Shone(Arc<Mutex<Vec<Option<KioskDevice>>>>);

    impl Light for Shone {
        fn state(&self) -> DeviceState {
            DeviceState::Broken
        }

        fn show(&self, device: Option<KioskDevice>) -> Result<(), Fault> {
            if let Ok(mut shone) = self.0.lock() {
                shone.push(device);
            }
            Err(Fault::Broken)
        }
    }

    struct Case(DeviceState);

    impl Door for Case {
        fn state(&self) -> DeviceState {
            self.0
        }
    }

    #[test]
    fn the_light_shines_while_a_device_works_and_a_broken_one_keeps_nobody() {
        let shone = Shone::default();
        let seen = || shone.0.lock().map(|all| all.clone()).unwrap_or_default();
        let fitted = Fitted {
            light: Some(Box::new(shone.clone())),
            ..Fitted::default()
        };
        let read = fitted.at(KioskDevice::IdCard, || {
            assert_eq!(seen(), [Some(KioskDevice::IdCard)]);
            Ok("card")
        });
        assert_eq!(read, Ok("card"));
        assert_eq!(
            fitted.at(KioskDevice::Slips, || Err::<(), _>(Fault::Jammed)),
            Err(Fault::Jammed)
        );
        let (card, slips) = (Some(KioskDevice::IdCard), Some(KioskDevice::Slips));
        assert_eq!(
            seen(),
            [card, None, slips, None],
            "also where the work fails it is dark afterwards"
        );
        // A slip comes out while a card is waited for: the light stays where somebody is waited for last.
        let both = fitted.at(KioskDevice::Slips, || fitted.at(KioskDevice::IdCard, || Ok(())));
        assert_eq!((both, seen().split_off(4)), (Ok(()), vec![slips, card, None]));
        let late = fitted.at(KioskDevice::Slips, || {
            fitted.shine(card);
            Ok(())
        });
        assert_eq!((late, seen().split_off(7)), (Ok(()), vec![slips, card]));
    }

    #[test]
    fn nothing_is_done_while_the_case_is_open() {
        let with = |state| Fitted {
            door: Some(Box::new(Case(state))),
            ..Fitted::default()
        };
        let done = |fitted: &Fitted| fitted.at(KioskDevice::Documents, || Ok(()));
        assert_eq!(done(&with(DeviceState::Open)), Err(Fault::Busy));
        // A sensor that is gone says nothing of the door; the hall hears that it is gone.
        for state in [DeviceState::Ready, DeviceState::Missing, DeviceState::Broken] {
            assert_eq!(done(&with(state)), Ok(()));
        }
        assert_eq!(done(&Fitted::default()), Ok(()));
    }
}
