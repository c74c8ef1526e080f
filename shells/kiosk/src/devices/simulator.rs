//! Devices that do what a file says, for developers and tests: ready, failing, slow, failing in the middle.
//!
//! ```json
//! {
//!   "id_card": { "card": { "citizen_id": "11010519491231002X" }, "after_ms": 800 },
//!   "slips": { "state": "out_of_paper" },
//!   "codes": { "text": "12345678" },
//!   "scanner": { "picture": "paper.jpg", "fault": "missing" },
//!   "door": { "state": "open" }
//! }
//! ```
//! Read anew each time that a device is looked at. A file that is not there, or says nothing of a device, is a device that
//! is ready and on which nothing lies.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::{
    Card, CodeScanner, DeviceState, Door, Fault, IdCardReader, Imager, KioskDevice, Light, Paper, Patience, Picture,
    Printer,
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
}

/// A device of which a file says what it does.
pub struct Simulator {
    part: &'static str,
    file: Option<PathBuf>,
}

impl Simulator {
    /// The part of this name in a file.
    pub fn new(part: &'static str, file: Option<PathBuf>) -> Simulator {
        Simulator { part, file }
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
    use std::sync::Arc;

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
