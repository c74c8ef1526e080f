//! The session bus of a Linux desktop: its notifications (org.freedesktop.Notifications), and whether it shows a tray.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gio::glib;
use gio::glib::variant::{ToVariant, Variant};
use onehall_protocol::CaseId;

const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
/// The object that shows notifications: its service and its path.
const NOTIFIER: (&str, &str) = (NOTIFICATIONS, "/org/freedesktop/Notifications");

const TRAYS: &str = "org.kde.StatusNotifierWatcher";
/// The object that knows of trays.
const WATCHER: (&str, &str) = (TRAYS, "/StatusNotifierWatcher");

/// The action of a press on the notification itself.
const PRESS: &str = "default";

/// How long the desktop may take to answer, in milliseconds.
const PATIENCE: i32 = 3_000;

/// What is on the screen, by the number that the desktop gave it.
type Shown = Arc<Mutex<HashMap<u32, CaseId>>>;

/// The bus of the person's session. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    connection: gio::DBusConnection,
    shown: Shown,
}

fn lock(shown: &Shown) -> MutexGuard<'_, HashMap<u32, CaseId>> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bus {
    /// The bus, where there is one; `pressed` hears of the case whose notification somebody presses. On the main thread.
    pub fn open(pressed: impl Fn(CaseId) + 'static) -> Option<Bus> {
        let connection = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).ok()?;
        // The window stays where the bus ends.
        connection.set_exit_on_close(false);
        let shown = Shown::default();
        let known = Arc::clone(&shown);
        let hear = move |signal: &str, parameters: &Variant| match signal {
            "ActionInvoked" => {
                let invoked = parameters.get::<(u32, String)>().filter(|(_, action)| action == PRESS);
                // Not held while it is told: the window that comes up withdraws what else is shown.
                let case = invoked.and_then(|(number, _)| lock(&known).remove(&number));
                if let Some(case) = case {
                    pressed(case);
                }
            }
            "NotificationClosed" => {
                if let Some((number, _)) = parameters.get::<(u32, u32)>() {
                    lock(&known).remove(&number);
                }
            }
            _ => {}
        };
        connection.signal_subscribe(
            Some(NOTIFICATIONS),
            Some(NOTIFICATIONS),
            None,
            Some(NOTIFIER.1),
            None,
            gio::DBusSignalFlags::NONE,
            move |_, _, _, _, signal, parameters| hear(signal, parameters),
        );
        Some(Bus { connection, shown })
    }

    /// What an object of the desktop answers; nothing where there is none.
    fn call(&self, (service, path): (&str, &str), interface: &str, method: &str, words: &Variant) -> Option<Variant> {
        let (flags, never) = (gio::DBusCallFlags::NONE, gio::Cancellable::NONE);
        let (service, words) = (Some(service), Some(words));
        let answer = (self.connection).call_sync(service, path, interface, method, words, None, flags, PATIENCE, never);
        answer.ok()
    }

    /// Shows a notification; one of the same case goes. Whether the desktop took it.
    pub fn notify(&self, case: Option<CaseId>, title: &str, text: &str, open: &str) -> bool {
        let replaces = lock(&self.shown)
            .iter()
            .find_map(|(number, shown)| (Some(*shown) == case).then_some(*number));
        let actions: Vec<&str> = if case.is_some() { vec![PRESS, open] } else { Vec::new() };
        let hints = HashMap::from([("desktop-entry".to_owned(), "onehall-desktop".to_variant())]);
        let text = glib::markup_escape_text(text);
        let words = (
            "onehall-desktop",
            replaces.unwrap_or(0),
            "onehall-desktop",
            title,
            text.as_str(),
            actions,
            hints,
            -1_i32,
        );
        let answer = self.call(NOTIFIER, NOTIFICATIONS, "Notify", &words.to_variant());
        let Some((number,)) = answer.and_then(|answer| answer.get::<(u32,)>()) else {
            return false;
        };
        if let Some(case) = case {
            lock(&self.shown).insert(number, case);
        }
        true
    }

    /// Takes away what was shown of cases.
    pub fn withdraw(&self) {
        let shown: Vec<u32> = lock(&self.shown).drain().map(|(number, _)| number).collect();
        for number in shown {
            self.call(NOTIFIER, NOTIFICATIONS, "CloseNotification", &(number,).to_variant());
        }
    }

    /// Whether the desktop shows the icons of programs.
    pub fn shows_tray(&self) -> bool {
        let words = (TRAYS, "IsStatusNotifierHostRegistered").to_variant();
        let answer = self.call(WATCHER, "org.freedesktop.DBus.Properties", "Get", &words);
        let shows = answer.and_then(|answer| answer.get::<(Variant,)>());
        shows.and_then(|(shows,)| shows.get::<bool>()).unwrap_or(false)
    }
}
