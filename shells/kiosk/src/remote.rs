//! What this kiosk is told from afar, signed as its pages are: how it looks, which of its devices and services are in use, when
//! it is open. A visit begins with what came last, and is never changed under somebody's hands: once nobody touches a kiosk
//! that knows of something newer, its visit ends, and the next one begins with that.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use onehall_bridge::{Core, Options};
use onehall_bundle::{Hours, Kiosk, Kiosks, Theme};
use onehall_client::citizen::{Command, SetPreferences};
use onehall_client::{Preferences, ThemeChoice};
use serde_json::{Value, json};
use tauri::async_runtime;

use crate::config::{Config, Devices};

/// How often it is looked whether something newer came.
const LOOK: Duration = Duration::from_secs(5);

/// Beyond the time after which a visit ends by itself, before one ends that nobody began.
const BEYOND: u32 = 5;

/// What a kiosk was told when this visit began.
pub struct Told {
    kiosk: Kiosk,
    read: Box<dyn Fn() -> Option<Kiosks> + Send + Sync>,
    hall: String,
    number: u64,
    looked: Mutex<Look>,
}

#[derive(Clone, Copy)]
struct Look {
    at: Instant,
    newer: bool,
}

impl Told {
    /// Reads what came last for this kiosk.
    pub fn last(options: &Options, config: &Config) -> Told {
        let options = options.clone();
        Told::of(config, move || onehall_bridge::kiosks(&options))
    }

    fn of(config: &Config, read: impl Fn() -> Option<Kiosks> + Send + Sync + 'static) -> Told {
        let mut told = Told {
            kiosk: Kiosk::default(),
            read: Box::new(read),
            hall: config.hall.to_string(),
            number: config.number.into(),
            looked: Mutex::new(Look {
                at: Instant::now(),
                newer: false,
            }),
        };
        told.kiosk = told.now();
        told
    }

    fn now(&self) -> Kiosk {
        let told = (self.read)().map(|kiosks| kiosks.of(&self.hall, self.number));
        told.unwrap_or_default()
    }

    /// Whether the kiosk is told something else by now than when this visit began.
    pub fn is_newer(&self) -> bool {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.at.elapsed() > LOOK {
            *looked = Look {
                at: Instant::now(),
                newer: self.now() != self.kiosk,
            };
        }
        looked.newer
    }

    /// Takes away the devices that are not in use. None is added: what stands at a kiosk only its operator knows.
    pub fn narrow(&self, devices: &mut Devices) {
        let Some(used) = &self.kiosk.devices else { return };
        let is_used = |name: &str| used.iter().any(|used| used == name);
        devices.id_card.take_if(|_| !is_used("id_card"));
        devices.codes.take_if(|_| !is_used("codes"));
        devices.scanner.take_if(|_| !is_used("scanner"));
        devices.camera.take_if(|_| !is_used("camera"));
        devices.slips.take_if(|_| !is_used("slips"));
        devices.documents.take_if(|_| !is_used("documents"));
    }

    /// Tells the core which services there are, and how its pages begin.
    pub fn tell(&self, core: &Core) {
        if let Some(services) = &self.kiosk.services {
            core.offer_only(services.iter().cloned().collect::<BTreeSet<_>>());
        }
        if self.kiosk.theme.is_some() || self.kiosk.elder.is_some() {
            let preferences = Preferences {
                theme: match self.kiosk.theme {
                    Some(Theme::Light) => ThemeChoice::Light,
                    Some(Theme::Dark) => ThemeChoice::Dark,
                    None => ThemeChoice::Auto,
                },
                elder: self.kiosk.elder.unwrap_or_default(),
                ..Preferences::default()
            };
            // In memory: there is nothing that could fail.
            let _ = async_runtime::block_on(core.dispatch(Command::SetPreferences(SetPreferences { preferences })));
        }
    }

    /// The script that keeps the screen closed where it has to be, and ends a visit that nobody began.
    pub fn script(&self, idle_seconds: u32) -> String {
        let given = json!({
            "closed": self.kiosk.out_of_service.as_ref().map(|notice| json!({ "zh-CN": notice.chinese, "en": notice.english })),
            "open": self.kiosk.open.as_ref().map(|open| open.iter().map(hours).collect::<Vec<_>>()),
            "idle": u64::from(idle_seconds + BEYOND) * 1000,
        });
        format!("{}({given});", include_str!("remote.js").trim_end())
    }
}

fn hours(hours: &Hours) -> Value {
    json!({ "days": hours.days, "from": hours.from, "to": hours.to })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::config::{Driver, PrinterKind};

    fn config() -> Config {
        let text = r#"{"hall":"central","number":3,"place":"一楼","key":"k","devices":{
            "id_card":{"kind":"simulator"},"slips":{"kind":"simulator"},"documents":{"kind":"simulator"}}}"#;
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn kiosks(text: &str) -> Option<Kiosks> {
        Kiosks::read(text.as_bytes()).ok()
    }

    #[test]
    fn a_kiosk_uses_the_devices_that_it_is_told_and_no_others_than_it_has() {
        let told = Told::of(&config(), || {
            kiosks(r#"{"format":1,"kiosks":[{"devices":["slips","camera"]}],"version":1}"#)
        });
        let mut devices = config().devices;
        told.narrow(&mut devices);
        assert!(devices.id_card.is_none() && devices.documents.is_none() && devices.camera.is_none());
        assert!(matches!(devices.slips, Some(PrinterKind::Simulator)));
        let nothing = Told::of(&config(), || None);
        let mut devices = config().devices;
        nothing.narrow(&mut devices);
        assert!(matches!(devices.id_card, Some(Driver::Simulator)) && devices.documents.is_some());
    }

    #[test]
    fn what_is_for_another_kiosk_is_nothing_newer() {
        let later = Arc::new(AtomicBool::new(false));
        let told = |text: &'static str| {
            let later = Arc::clone(&later);
            later.store(false, Ordering::Relaxed);
            let told = Told::of(&config(), move || {
                later.load(Ordering::Relaxed).then(|| kiosks(text)).flatten()
            });
            told.looked.lock().unwrap_or_else(PoisonError::into_inner).at -= 2 * LOOK;
            told
        };
        for (text, newer) in [
            (
                r#"{"format":1,"kiosks":[{"hall":"central","number":4,"theme":"dark"}],"version":2}"#,
                false,
            ),
            (
                r#"{"format":1,"kiosks":[{"hall":"central","number":3,"theme":"dark"}],"version":2}"#,
                true,
            ),
        ] {
            let told = told(text);
            later.store(true, Ordering::Relaxed);
            assert_eq!(told.is_newer(), newer, "{text}");
        }
    }

    #[test]
    fn a_notice_cannot_end_the_script_that_it_stands_in() {
        let told = Told::of(&config(), || {
            kiosks(r#"{"format":1,"kiosks":[{"out_of_service":{"en":"\"});alert(1);//","zh-CN":"维修"}}],"version":1}"#)
        });
        let script = told.script(120);
        let given = script.rsplit_once("({").map(|(_, given)| format!("{{{given}"));
        let given = given
            .and_then(|given| given.strip_suffix(");").map(str::to_owned))
            .unwrap_or_default();
        let given: Value = serde_json::from_str(&given).unwrap_or_default();
        assert_eq!(
            (&given["closed"]["en"], &given["idle"]),
            (&json!("\"});alert(1);//"), &json!(125_000))
        );
    }
}
