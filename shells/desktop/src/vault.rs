//! The key store of a Linux desktop: the Secret Service on its session bus (`org.freedesktop.secrets`: GNOME's keyring, KWallet,
//! KeePassXC). Secrets lie in the person's default collection and cross the bus as they are: whoever listens to somebody's session
//! bus may ask that service for them as well.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use gio::glib::variant::{ObjectPath, ToVariant, Variant};
use gio::glib::{MainContext, VariantTy};

use crate::keys::{Away, Vault};

const NAME: &str = "org.freedesktop.secrets";
const PLACE: &str = "/org/freedesktop/secrets";
/// The interfaces of its objects.
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROMPT: &str = "org.freedesktop.Secret.Prompt";
const SESSION: &str = "org.freedesktop.Secret.Session";
/// The path of no object.
const NOTHING: &str = "/";

/// What a person who looks into their key store reads of ours.
const LABEL: &str = "政务服务大厅 OneHall";

/// How long the service may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a person may take to open their key store.
const FOR_A_PERSON: Duration = Duration::from_secs(120);

/// How long a service that did not answer in time is not asked again.
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// The service.
#[derive(Default)]
pub struct Service {
    /// A person was asked to open it since the start. Once is enough.
    asked: AtomicBool,
    /// When it last did not answer in time: each secret would wait for it anew.
    hung: Mutex<Option<Instant>>,
}

/// The service, on the bus.
struct OnBus(gio::DBusConnection);

/// What a secret is found by.
fn attributes(folder: &str, name: &str) -> HashMap<String, String> {
    let all = [("application", "onehall-desktop"), ("folder", folder), ("name", name)];
    all.into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn path(place: &str) -> Result<ObjectPath, Away> {
    ObjectPath::try_from(place.to_owned()).map_err(|_| Away)
}

/// The path that stands at a place of an answer.
fn path_at(answer: &Variant, at: usize) -> Result<String, Away> {
    if at >= answer.n_children() {
        return Err(Away);
    }
    answer.child_value(at).str().map(str::to_owned).ok_or(Away)
}

/// The paths in an array.
fn paths(all: &Variant) -> Vec<String> {
    if !all.is_container() {
        return Vec::new();
    }
    let path = |at| all.child_value(at).str().map(str::to_owned);
    (0..all.n_children()).filter_map(path).collect()
}

impl OnBus {
    fn open() -> Result<OnBus, Away> {
        let connection = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).map_err(|_| Away)?;
        // The window stays where the bus ends.
        connection.set_exit_on_close(false);
        Ok(OnBus(connection))
    }

    fn call(&self, place: &str, interface: &str, method: &str, words: &Variant) -> Result<Variant, Away> {
        let (flags, never) = (gio::DBusCallFlags::NONE, gio::Cancellable::NONE);
        let (name, words, any) = (Some(NAME), Some(words), None::<&VariantTy>);
        let millis = i32::try_from(PATIENCE.as_millis()).unwrap_or(i32::MAX);
        let answer = (self.0).call_sync(name, place, interface, method, words, any, flags, millis, never);
        answer.map_err(|_| Away)
    }

    /// The collection in which secrets are kept, where it is there and open.
    fn collection(&self) -> Result<String, Away> {
        let answer = self.call(PLACE, SERVICE, "ReadAlias", &("default",).to_variant())?;
        let collection = path_at(&answer, 0)?;
        if collection == NOTHING {
            return Err(Away);
        }
        let words = (COLLECTION, "Locked").to_variant();
        let answer = self.call(&collection, "org.freedesktop.DBus.Properties", "Get", &words)?;
        let (locked,) = answer.get::<(Variant,)>().ok_or(Away)?;
        match locked.get::<bool>() {
            Some(false) => Ok(collection),
            _ => Err(Away),
        }
    }

    /// The items of a secret that can be read, and those that are locked.
    fn items(&self, folder: &str, name: &str) -> Result<(Vec<String>, Vec<String>), Away> {
        let words = Variant::tuple_from_iter([attributes(folder, name).to_variant()]);
        let found = self.call(PLACE, SERVICE, "SearchItems", &words)?;
        if found.n_children() < 2 {
            return Err(Away);
        }
        Ok((paths(&found.child_value(0)), paths(&found.child_value(1))))
    }

    /// Does something in a session in which secrets cross the bus as they are.
    fn in_session<T>(&self, work: impl FnOnce(&ObjectPath) -> Result<T, Away>) -> Result<T, Away> {
        let words = ("plain", "".to_variant()).to_variant();
        let session = path_at(&self.call(PLACE, SERVICE, "OpenSession", &words)?, 1)?;
        let done = work(&path(&session)?);
        let _ = self.call(&session, SESSION, "Close", &().to_variant());
        done
    }

    /// Has the service ask the person, and waits until that is answered.
    fn ask(&self, prompt: &str) -> Result<(), Away> {
        let context = MainContext::new();
        let asked = context.with_thread_default(|| {
            let answered = Rc::new(Cell::new(None));
            let hears = Rc::clone(&answered);
            let heard = self.0.signal_subscribe(
                Some(NAME),
                Some(PROMPT),
                Some("Completed"),
                Some(prompt),
                None,
                gio::DBusSignalFlags::NONE,
                move |_, _, _, _, _, words| {
                    let dismissed = (words.n_children() > 0).then(|| words.child_value(0).get::<bool>());
                    hears.set(Some(dismissed.flatten().unwrap_or(true)));
                },
            );
            let began = self.call(prompt, PROMPT, "Prompt", &("",).to_variant());
            let until = Instant::now() + FOR_A_PERSON;
            while began.is_ok() && answered.get().is_none() && Instant::now() < until {
                while context.iteration(false) {}
                thread::sleep(Duration::from_millis(50));
            }
            self.0.signal_unsubscribe(heard);
            // What is freed of it is freed here.
            while context.iteration(false) {}
            answered.get()
        });
        match asked {
            Ok(Some(false)) => Ok(()),
            _ => Err(Away),
        }
    }
}

impl Service {
    /// Does something with the service on the bus.
    fn on_bus<T>(&self, work: impl FnOnce(&OnBus) -> Result<T, Away>) -> Result<T, Away> {
        let hung = *self.hung.lock().unwrap_or_else(PoisonError::into_inner);
        if hung.is_some_and(|at| at.elapsed() < LEFT_ALONE) {
            return Err(Away);
        }
        let begun = Instant::now();
        let done = OnBus::open().and_then(|bus| work(&bus));
        if done.is_err() && begun.elapsed() >= PATIENCE {
            *self.hung.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        done
    }

    /// Opens what is locked; asks the person, once.
    fn unlock(&self, bus: &OnBus, items: &[String]) -> Result<(), Away> {
        // Each further question would stay with the service, though nobody sees it.
        if self.asked.load(Ordering::Relaxed) {
            return Err(Away);
        }
        let items = items.iter().map(|item| path(item)).collect::<Result<Vec<_>, _>>()?;
        let words = Variant::tuple_from_iter([items.to_variant()]);
        let prompt = path_at(&bus.call(PLACE, SERVICE, "Unlock", &words)?, 1)?;
        if prompt == NOTHING {
            return Ok(());
        }
        self.asked.store(true, Ordering::Relaxed);
        bus.ask(&prompt)
    }

    /// A secret, which is unlocked where it is locked.
    fn read(&self, bus: &OnBus, folder: &str, name: &str) -> Result<Option<String>, Away> {
        let (mut found, locked) = bus.items(folder, name)?;
        if found.is_empty() && !locked.is_empty() {
            self.unlock(bus, &locked)?;
            (found, _) = bus.items(folder, name)?;
            if found.is_empty() {
                return Err(Away);
            }
        }
        let Some(item) = found.first() else {
            // That there is none is known where that is open in which it would lie.
            return bus.collection().map(|_| None);
        };
        bus.in_session(|session| {
            let words = Variant::tuple_from_iter([session.to_variant()]);
            let answer = bus.call(item, ITEM, "GetSecret", &words)?;
            // Session, parameters, bytes, kind.
            let secret = answer.get::<((ObjectPath, Vec<u8>, Vec<u8>, String),)>();
            let ((_, _, bytes, _),) = secret.ok_or(Away)?;
            String::from_utf8(bytes).map(Some).map_err(|_| Away)
        })
    }
}

impl OnBus {
    fn write(&self, folder: &str, name: &str, secret: &str) -> Result<(), Away> {
        let collection = self.collection()?;
        let about = HashMap::from([
            (format!("{ITEM}.Label"), LABEL.to_variant()),
            (format!("{ITEM}.Attributes"), attributes(folder, name).to_variant()),
        ]);
        self.in_session(|session| {
            let secret = (
                session.clone(),
                Vec::<u8>::new(),
                secret.as_bytes().to_vec(),
                "text/plain",
            );
            let words = Variant::tuple_from_iter([about.to_variant(), secret.to_variant(), true.to_variant()]);
            let made = self.call(&collection, COLLECTION, "CreateItem", &words)?;
            // One that asks a person is not waited for.
            match path_at(&made, 1)?.as_str() {
                NOTHING => Ok(()),
                _ => Err(Away),
            }
        })
    }

    fn destroy(&self, folder: &str, name: &str) -> Result<(), Away> {
        let (found, locked) = self.items(folder, name)?;
        if !locked.is_empty() {
            return Err(Away);
        }
        for item in &found {
            let deleted = self.call(item, ITEM, "Delete", &().to_variant())?;
            if path_at(&deleted, 0)? != NOTHING {
                return Err(Away);
            }
        }
        match found.is_empty() {
            true => self.collection().map(drop),
            false => Ok(()),
        }
    }
}

impl Vault for Service {
    fn is_open(&self) -> bool {
        self.on_bus(OnBus::collection).is_ok()
    }

    fn get(&self, folder: &str, name: &str) -> Result<Option<String>, Away> {
        self.on_bus(|bus| self.read(bus, folder, name))
    }

    fn put(&self, folder: &str, name: &str, secret: &str) -> Result<(), Away> {
        self.on_bus(|bus| bus.write(folder, name, secret))
    }

    fn delete(&self, folder: &str, name: &str) -> Result<(), Away> {
        self.on_bus(|bus| bus.destroy(folder, name))
    }
}
