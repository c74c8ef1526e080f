//! Devices that do what a file says, for developers and tests: ready, failing, slow, failing in the middle.
//!
//! ```json
//! {
//!   "id_card": { "card": { "citizen_id": "11010519491231002X" }, "after_ms": 800 },
//!   "slips": { "state": "out_of_paper" },
//!   "codes": { "text": "12345678" },
//!   "scanner": { "picture": "paper.jpg", "fault": "missing" },
//!   "door": { "state": "open" },
//!   "payment": { "tap": "pays", "after_ms": 2500 }
//! }
//! ```
//! A payment terminal writes what its screen shows into `payment-screen.txt` beside the file, as long as it shows it.
//!
//! Read anew each time that a device is looked at. A file that is not there, or says nothing of a device, is a device that
//! is ready and on which nothing lies.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::{
    Card, CodeScanner, DeviceState, Door, Due, Fault, IdCardReader, Imager, KioskDevice, Light, Paper, Patience,
    PaymentTerminal, Picture, Printer,
};

/// How often it is looked whether something lies there by now.
const LOOK: Duration = Duration::from_millis(50);

/// What a device does.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Part {
    /// How it is.
    state: DeviceState,
    /// What happens in the middle of its work.
    fault: Option<Fault>,
    /// How long its work takes.
    after_ms: u64,
    /// The card on the reader.
    card: Option<Card>,
    /// The code before the scanner.
    text: Option<String>,
    /// The picture that is taken, a file beside this one.
    picture: Option<PathBuf>,
    /// What a card does that is held to a payment terminal.
    tap: Option<Tap>,
}

/// What a card does that is held to a payment terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tap {
    /// It pays.
    Pays,
    /// Its bank says no.
    Declined,
    /// There is not enough money.
    LacksFunds,
}

impl Tap {
    /// As the provider of a hall in development mode calls it.
    pub fn deed(self) -> &'static str {
        match self {
            Tap::Pays => "pay",
            Tap::Declined => "decline",
            Tap::LacksFunds => "lack_funds",
        }
    }
}

/// The line of a simulated payment terminal to whoever takes its money. Those of vendors have one of their own.
pub trait Line: Send + Sync {
    /// Tells what a card did for what was to be paid.
    ///
    /// # Errors
    /// [`Fault::Refused`] where nothing is to be paid any more; [`Fault::Uncertain`] where nobody answered.
    fn tell(&self, order: &str, tap: Tap) -> Result<(), Fault>;
}

/// What a payment terminal shows, beside the file.
const SCREEN: &str = "payment-screen.txt";

/// A device of which a file says what it does.
pub struct Simulator {
    part: &'static str,
    file: Option<PathBuf>,
    line: Option<Arc<dyn Line>>,
}

impl Simulator {
    /// The part of this name in a file.
    pub fn new(part: &'static str, file: Option<PathBuf>) -> Simulator {
        Simulator { part, file, line: None }
    }

    /// The same with a line to whoever takes its money.
    pub fn on(self, line: Option<Arc<dyn Line>>) -> Simulator {
        Simulator { line, ..self }
    }

    fn screen(&self) -> Option<PathBuf> {
        Some(self.file.as_deref()?.with_file_name(SCREEN))
    }

    fn shows(&self, due: &Due, what: &str) {
        if let Some(screen) = self.screen() {
            let _ = fs::write(screen, format!("{what}\nCNY {}\n{}\n", due.amount, due.order));
        }
    }

    /// A card is waited for, and pays.
    fn take_card(&self, due: &Due, patience: &Patience) -> Result<(), Fault> {
        let tap = loop {
            patience.check()?;
            let now = self.now();
            if let Some(fault) = Fault::of(now.state) {
                return Err(fault);
            }
            if let Some(tap) = now.tap {
                break tap;
            }
            thread::sleep(LOOK);
        };
        // From here on a card is there. What happens to the terminal or its line now leaves nobody sure.
        self.shows(due, "PAYING");
        self.take_time(self.now().after_ms, patience)
            .map_err(|_| Fault::Uncertain)?;
        match self.now().fault {
            Some(Fault::Uncertain) | None => {}
            Some(fault) => return Err(fault),
        }
        let line = self.line.as_ref().ok_or(Fault::Refused)?;
        line.tell(&due.order, tap)?;
        match (self.now().fault, tap) {
            // It was told, and this is what nobody hears of.
            (Some(Fault::Uncertain), _) => Err(Fault::Uncertain),
            (_, Tap::Pays) => Ok(()),
            (_, Tap::Declined | Tap::LacksFunds) => Err(Fault::Refused),
        }
    }

    fn now(&self) -> Part {
        let Some(text) = self.file.as_ref().and_then(|file| fs::read(file).ok()) else {
            return Part::default();
        };
        match serde_json::from_slice::<HashMap<String, Part>>(&text) {
            Ok(mut parts) => parts.remove(self.part).unwrap_or_default(),
            // While it is being written, too.
            Err(_) => Part {
                state: DeviceState::Broken,
                ..Part::default()
            },
        }
    }

    fn state_now(&self) -> DeviceState {
        self.now().state
    }

    /// Waits until `found` lies there, then works for as long as it says, and fails where it says so.
    fn work<T>(&self, patience: &Patience, found: impl Fn(&Part) -> Option<T>) -> Result<T, Fault> {
        let result = loop {
            patience.check()?;
            let now = self.now();
            if let Some(fault) = Fault::of(now.state) {
                return Err(fault);
            }
            if let Some(result) = found(&now) {
                self.take_time(now.after_ms, patience)?;
                break result;
            }
            thread::sleep(LOOK);
        };
        match self.now().fault {
            Some(fault) => Err(fault),
            None => Ok(result),
        }
    }

    fn take_time(&self, millis: u64, patience: &Patience) -> Result<(), Fault> {
        let mut left = Duration::from_millis(millis);
        while !left.is_zero() {
            patience.check()?;
            if let Some(fault) = Fault::of(self.state_now()) {
                return Err(fault);
            }
            let step = left.min(LOOK);
            thread::sleep(step);
            left -= step;
        }
        Ok(())
    }
}

impl IdCardReader for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }

    fn read(&self, patience: &Patience) -> Result<Card, Fault> {
        self.work(patience, |now| now.card.clone())
    }
}

impl CodeScanner for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }

    fn scan(&self, patience: &Patience) -> Result<String, Fault> {
        self.work(patience, |now| now.text.clone())
    }
}

impl Imager for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }

    fn take(&self, patience: &Patience) -> Result<Picture, Fault> {
        let picture = self.work(patience, |now| now.picture.clone())?;
        let beside = self.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let media_type = match picture.extension().and_then(|extension| extension.to_str()) {
            Some("png") => "image/png",
            _ => "image/jpeg",
        };
        let bytes = fs::read(beside.join(picture)).map_err(|_| Fault::Unreadable)?;
        Ok(Picture {
            media_type: media_type.to_owned(),
            bytes,
        })
    }
}

impl Printer for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }

    fn print(&self, _: &Paper<'_>, patience: &Patience) -> Result<(), Fault> {
        self.work(patience, |_| Some(()))
    }

    fn purge(&self) -> Result<(), Fault> {
        Ok(())
    }
}

impl PaymentTerminal for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }

    fn pay(&self, due: &Due, patience: &Patience) -> Result<(), Fault> {
        if let Some(fault) = Fault::of(self.state_now()) {
            return Err(fault);
        }
        self.shows(due, "CARD");
        let paid = self.take_card(due, patience);
        let cleared = self.clear();
        paid.and(cleared)
    }

    fn clear(&self) -> Result<(), Fault> {
        match self.screen().map(fs::remove_file) {
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => Err(Fault::Broken),
            _ => Ok(()),
        }
    }
}

impl Light for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }

    fn show(&self, _: Option<KioskDevice>) -> Result<(), Fault> {
        Fault::of(self.state_now()).map_or(Ok(()), Err)
    }
}

impl Door for Simulator {
    fn state(&self) -> DeviceState {
        self.state_now()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stops;
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("onehall-simulator-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
            Folder(folder)
        }

        /// Whole at once, as an editor saves it.
        fn says(&self, text: &str) {
            let (new, file) = (self.0.join("new"), self.0.join("simulators.json"));
            let written = fs::write(&new, text).and_then(|()| fs::rename(&new, &file));
            written.unwrap_or_else(|error| panic!("{error}"));
        }

        fn part(&self, part: &'static str) -> Simulator {
            Simulator::new(part, Some(self.0.join("simulators.json")))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const CARD: &str = r#"{"id_card":{"card":{"citizen_id":"11010519491231002X"}}}"#;

    fn patience() -> Patience {
        Arc::<Stops>::default().patience(Duration::from_secs(60))
    }

    #[test]
    fn a_card_is_waited_for_and_read() {
        let folder = Folder::new("card");
        let reader = folder.part("id_card");
        thread::scope(|scope| {
            let reading = scope.spawn(|| reader.read(&patience()));
            folder.says(CARD);
            let read = reading.join().unwrap_or(Err(Fault::Broken));
            assert_eq!(
                read.map(|card| card.citizen_id.as_str().to_owned()),
                Ok("11010519491231002X".to_owned())
            );
        });
    }

    #[test]
    fn each_way_to_fail_is_told_as_it_is() {
        let folder = Folder::new("faults");
        for (says, fault) in [
            (r#"{"id_card":{"state":"missing"}}"#, Fault::Missing),
            (r#"{"id_card":{"state":"busy"}}"#, Fault::Busy),
            (
                CARD.replace("}}}", "},\"fault\":\"removed\"}}").as_str(),
                Fault::Removed,
            ),
            (
                CARD.replace("}}}", "},\"fault\":\"unreadable\"}}").as_str(),
                Fault::Unreadable,
            ),
            ("half a fi", Fault::Broken),
        ] {
            folder.says(says);
            assert_eq!(folder.part("id_card").read(&patience()).err(), Some(fault), "{says}");
        }
        for (state, fault) in [("out_of_paper", Fault::OutOfPaper), ("jammed", Fault::Jammed)] {
            folder.says(&format!(r#"{{"slips":{{"state":"{state}"}}}}"#));
            let printed = folder.part("slips").print(&Paper::Slip(b"x"), &patience());
            assert_eq!(printed, Err(fault));
        }
    }

    #[test]
    fn a_light_and_a_door_are_as_the_file_says() {
        let folder = Folder::new("case");
        folder.says("{}");
        let (light, door) = (folder.part("light"), folder.part("door"));
        assert_eq!(light.show(Some(KioskDevice::Slips)), Ok(()));
        assert_eq!(Door::state(&door), DeviceState::Ready);
        folder.says(r#"{"light":{"state":"missing"},"door":{"state":"open"}}"#);
        assert_eq!(light.show(None), Err(Fault::Missing));
        assert_eq!(Door::state(&door), DeviceState::Open);
    }

    /// A line that remembers what it was told, and may be cut.
    #[derive(Default)]
    struct Told {
        all: std::sync::Mutex<Vec<(String, Tap)>>,
        cut: bool,
    }

    impl Line for Told {
        fn tell(&self, order: &str, tap: Tap) -> Result<(), Fault> {
            if self.cut {
                return Err(Fault::Uncertain);
            }
            if let Ok(mut all) = self.all.lock() {
                all.push((order.to_owned(), tap));
            }
            Ok(())
        }
    }

    impl Told {
        fn all(&self) -> Vec<(String, Tap)> {
            self.all.lock().map(|all| all.clone()).unwrap_or_default()
        }
    }

    fn due() -> Due {
        Due {
            order: "order-7".to_owned(),
            amount: onehall_protocol::Money::from_fen(2000),
        }
    }

    #[test]
    fn a_card_pays_once_and_the_screen_shows_the_amount_only_meanwhile() {
        let folder = Folder::new("pays");
        folder.says("{}");
        let line = Arc::new(Told::default());
        let terminal = folder.part("payment").on(Some(line.clone()));
        let screen = folder.0.join(SCREEN);
        let patience = patience();
        thread::scope(|scope| {
            let paying = scope.spawn(|| terminal.pay(&due(), &patience));
            while !fs::read_to_string(&screen).unwrap_or_default().contains("20.00") {
                thread::yield_now();
            }
            assert!(line.all().is_empty(), "no card is there yet");
            folder.says(r#"{"payment":{"tap":"pays"}}"#);
            assert_eq!(paying.join().ok(), Some(Ok(())));
        });
        assert_eq!(line.all(), [("order-7".to_owned(), Tap::Pays)]);
        assert!(!screen.exists());
    }

    #[test]
    fn each_way_to_fail_says_whether_anybody_can_be_sure() {
        let folder = Folder::new("unpaid");
        for (says, fault, told) in [
            (r#"{"payment":{"state":"missing"}}"#, Fault::Missing, 0),
            (r#"{"payment":{"state":"busy"}}"#, Fault::Busy, 0),
            (r#"{"payment":{"tap":"pays","fault":"removed"}}"#, Fault::Removed, 0),
            (r#"{"payment":{"tap":"declined"}}"#, Fault::Refused, 1),
            (r#"{"payment":{"tap":"lacks_funds"}}"#, Fault::Refused, 1),
            (r#"{"payment":{"tap":"pays","fault":"uncertain"}}"#, Fault::Uncertain, 1),
        ] {
            folder.says(says);
            let line = Arc::new(Told::default());
            let terminal = folder.part("payment").on(Some(line.clone()));
            assert_eq!(terminal.pay(&due(), &patience()), Err(fault), "{says}");
            assert_eq!(line.all().len(), told, "{says}");
            assert!(!folder.0.join(SCREEN).exists(), "{says}");
        }
        folder.says(r#"{"payment":{"tap":"pays"}}"#);
        let cut = Arc::new(Told {
            cut: true,
            ..Told::default()
        });
        let terminal = folder.part("payment").on(Some(cut));
        assert_eq!(terminal.pay(&due(), &patience()), Err(Fault::Uncertain));
    }

    #[test]
    fn a_payment_terminal_that_is_unplugged_with_a_card_at_it_leaves_nobody_sure() {
        let folder = Folder::new("unplugged-paying");
        folder.says(r#"{"payment":{"tap":"pays","after_ms":600000}}"#);
        let line = Arc::new(Told::default());
        let terminal = folder.part("payment").on(Some(line.clone()));
        let patience = patience();
        thread::scope(|scope| {
            let paying = scope.spawn(|| terminal.pay(&due(), &patience));
            while !fs::read_to_string(folder.0.join(SCREEN))
                .unwrap_or_default()
                .starts_with("PAYING")
            {
                thread::yield_now();
            }
            folder.says(r#"{"payment":{"state":"missing"}}"#);
            assert_eq!(paying.join().ok(), Some(Err(Fault::Uncertain)));
        });
        assert!(line.all().is_empty() && !folder.0.join(SCREEN).exists());
    }

    #[test]
    fn who_goes_away_from_a_payment_terminal_leaves_nothing_on_it() {
        let folder = Folder::new("unpaid-left");
        folder.says("{}");
        let terminal = folder.part("payment");
        let stops = Arc::<Stops>::default();
        let patience = stops.patience(Duration::from_secs(60));
        thread::scope(|scope| {
            let paying = scope.spawn(|| terminal.pay(&due(), &patience));
            while !folder.0.join(SCREEN).exists() {
                thread::yield_now();
            }
            stops.stop();
            assert_eq!(paying.join().ok(), Some(Err(Fault::Stopped)));
        });
        assert!(!folder.0.join(SCREEN).exists());
        // One that was killed in the middle left it there.
        let left = fs::write(folder.0.join(SCREEN), "CNY 20.00");
        left.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(terminal.clear(), Ok(()));
        assert!(!folder.0.join(SCREEN).exists());
        assert_eq!(terminal.clear(), Ok(()));
    }

    #[test]
    fn what_is_unplugged_in_the_middle_of_its_work_fails_then() {
        let folder = Folder::new("unplugged");
        folder.says(r#"{"slips":{"after_ms":600000}}"#);
        let printer = folder.part("slips");
        let patience = patience();
        thread::scope(|scope| {
            let printing = scope.spawn(|| printer.print(&Paper::Slip(b"x"), &patience));
            folder.says(r#"{"slips":{"state":"missing"}}"#);
            assert_eq!(printing.join().ok(), Some(Err(Fault::Missing)));
        });
    }

    #[test]
    fn what_nobody_wants_any_more_ends_and_what_nobody_serves_ends_in_time() {
        let folder = Folder::new("stopped");
        folder.says("{}");
        let reader = folder.part("id_card");
        let stops = Arc::<Stops>::default();
        let patience = stops.patience(Duration::from_secs(60));
        thread::scope(|scope| {
            let reading = scope.spawn(|| reader.read(&patience));
            stops.stop();
            assert_eq!(reading.join().ok(), Some(Err(Fault::Stopped)));
        });
        assert_eq!(
            reader.read(&stops.patience(Duration::ZERO)).err(),
            Some(Fault::TimedOut)
        );
    }
}
