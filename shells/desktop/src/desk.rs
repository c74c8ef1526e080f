//! The desktop's plugin: where links from outside lead, what is told of cases while nobody looks at the window, and what
//! closing it does.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::thread;

use onehall_bridge::{Core, NewStep, Steps};
use onehall_client::citizen::{Command, GetPreferences, ListCases, Reply};
use onehall_client::{Event, Link};
use onehall_protocol::{CaseId, Language, PersonId};
use serde_json::json;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, RunEvent, Window, WindowEvent, Wry, async_runtime};

use crate::bus::Bus;
use crate::place::Places;
use crate::tray::{Chosen, Tray};
use crate::{second, texts};

/// One's cases, as the UI addresses them.
const MATTERS: &str = "/matters";

/// The page that a link leads to; the home page where there is none.
pub fn address_of(link: &str) -> String {
    if link.is_empty() {
        String::new()
    } else {
        Link::address_of(link)
    }
}

/// The plugin over a core; `data` is the folder that was given.
pub fn plugin(core: Core, data: Option<PathBuf>) -> TauriPlugin<Wry> {
    tauri::plugin::Builder::new("onehall-desktop")
        .js_init_script(include_str!("desktop.js").to_owned())
        .setup(move |app, _| {
            let folder = match data {
                Some(folder) => folder,
                None => app.path().app_data_dir()?,
            };
            let desk = Desk::open(app.clone(), core, Places::kept_in(&folder));
            let told = desk.app.clone();
            if let Err(error) = second::listen(&folder, move |link| visit(&told, &address_of(link))) {
                eprintln!("onehall-desktop: a second start will not find this window: {error}");
            }
            app.manage(desk);
            Ok(())
        })
        .on_window_ready(|window| {
            if let Some(desk) = window.try_state::<Arc<Desk>>() {
                Desk::follow(&desk, &window);
            }
        })
        .on_event(|app, event| match event {
            #[cfg(target_os = "macos")]
            RunEvent::Opened { urls } => {
                if let Some(url) = urls.first() {
                    visit(app, &address_of(url.as_str()));
                }
            }
            #[cfg(target_os = "macos")]
            RunEvent::Reopen { .. } => show(app),
            RunEvent::Exit => {
                if let Some(bus) = app.try_state::<Arc<Desk>>().and_then(|desk| desk.bus.clone()) {
                    // Nobody is there any more to whom a press would lead.
                    bus.withdraw();
                }
            }
            _ => {}
        })
        .build()
}

/// Brings the window to the front.
fn show(app: &AppHandle) {
    if let Some(window) = onehall_bridge::window(app) {
        let _ = window.show();
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Brings the window to the front, with the page of this address; as it is where that is empty.
fn visit(app: &AppHandle, address: &str) {
    show(app);
    if let Some(window) = onehall_bridge::window(app).filter(|_| !address.is_empty()) {
        let _ = window.eval(format!("window.onehallDesktop?.visit({});", json!(address)));
    }
}

/// Whether somebody looks at the window.
fn is_looked_at(app: &AppHandle) -> bool {
    onehall_bridge::window(app).is_some_and(|window| {
        window.is_visible().unwrap_or(false)
            && !window.is_minimized().unwrap_or(true)
            && window.is_focused().unwrap_or(false)
    })
}

/// What the desktop has besides its window.
struct Desk {
    app: AppHandle,
    core: Core,
    places: Arc<Places>,
    bus: Option<Bus>,
    /// The icon in the tray, once there was a tray to try it with; none where this machine cannot.
    tray: OnceLock<Option<Tray>>,
    /// The cases that moved since somebody looked.
    news: Mutex<BTreeSet<CaseId>>,
    /// It was said that the program goes on without its window.
    said: AtomicBool,
}

impl Desk {
    fn open(app: AppHandle, core: Core, places: Arc<Places>) -> Arc<Desk> {
        let pressed = app.clone();
        let bus = Bus::open(move |case| visit(&pressed, &Link::Case(case).address()));
        let desk = Arc::new(Desk {
            app,
            core,
            places,
            bus,
            tray: OnceLock::new(),
            news: Mutex::default(),
            said: AtomicBool::new(false),
        });
        desk.has_tray();
        desk.watch();
        desk
    }

    fn news(&self) -> MutexGuard<'_, BTreeSet<CaseId>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the person reads.
    fn language(&self) -> Language {
        match async_runtime::block_on(self.core.dispatch(Command::GetPreferences(GetPreferences {}))) {
            Ok(Reply::GetPreferences(preferences)) => preferences.language.unwrap_or_default(),
            _ => Language::default(),
        }
    }

    /// Whether there is an icon in the tray; puts it there where the desktop has a tray by now. On the main thread.
    fn has_tray(&self) -> bool {
        // A tray that went takes the icon with it.
        if !self.bus.as_ref().is_some_and(Bus::shows_tray) {
            return false;
        }
        if self.tray.get().is_none() {
            let chosen = |app: &AppHandle, what| match what {
                Chosen::Show => show(app),
                Chosen::News => visit(app, MATTERS),
                Chosen::Quit => app.exit(0),
            };
            let _ = self.tray.set(Tray::open(&self.app, chosen));
            self.tell_tray();
        }
        matches!(self.tray.get(), Some(Some(_)))
    }

    fn tell_tray(&self) {
        if let Some(Some(tray)) = self.tray.get() {
            let cases = self.news().len();
            tray.say(cases, self.language());
        }
    }

    /// Follows a window from its making on.
    fn follow(self: &Arc<Desk>, window: &Window) {
        self.places.follow(window);
        let (desk, of) = (Arc::clone(self), window.clone());
        window.on_window_event(move |event| match event {
            WindowEvent::Focused(true) => desk.looked(),
            WindowEvent::CloseRequested { api, .. } if desk.has_tray() => {
                api.prevent_close();
                let _ = of.hide();
                desk.say_that_it_stays();
            }
            _ => {}
        });
    }

    /// Somebody looks at the window: what is there to see needs not be told any more.
    fn looked(&self) {
        let had = !std::mem::take(&mut *self.news()).is_empty();
        if had {
            if let Some(bus) = self.bus.clone() {
                // A desktop that does not answer holds nobody up.
                thread::spawn(move || bus.withdraw());
            }
            self.tell_tray();
        }
    }

    /// Once: a window that is closed and goes on surprises.
    fn say_that_it_stays(&self) {
        if !self.said.swap(true, Ordering::Relaxed)
            && let Some(bus) = &self.bus
        {
            let words = texts::of(self.language());
            bus.notify(None, words.stays, words.stays_text, words.open);
        }
    }

    /// Tells of each step of a case that is made while nobody looks, in a thread of its own.
    fn watch(self: &Arc<Desk>) {
        let (sender, happened) = mpsc::channel();
        self.core.subscribe(Box::new(move |event| {
            let what = match event {
                Event::CaseChanged { .. } | Event::MayHaveMissed => Happened::MayHaveMoved,
                Event::SessionChanged { session } => Happened::Here(session.as_ref().map(|session| session.actor.id)),
                _ => return,
            };
            // Gone with the program.
            let _ = sender.send(what);
        }));
        let desk = Arc::clone(self);
        thread::spawn(move || {
            let (mut steps, mut here) = (Steps::default(), None);
            while let Ok(first) = happened.recv() {
                // What came meanwhile is looked at together.
                for what in std::iter::once(first).chain(happened.try_iter()) {
                    let Happened::Here(person) = what else { continue };
                    if person != here {
                        here = person;
                        steps.forget();
                        desk.looked();
                    }
                }
                if here.is_some() {
                    desk.look(&mut steps);
                }
            }
        });
    }

    fn look(&self, steps: &mut Steps) {
        // Where the hall cannot be reached it is asked again once it can: that is an event.
        let Ok(Reply::ListCases(cases)) = async_runtime::block_on(self.core.dispatch(Command::ListCases(ListCases {})))
        else {
            return;
        };
        let moved = steps.look(&cases);
        if moved.is_empty() || is_looked_at(&self.app) {
            return;
        }
        self.news().extend(moved.iter().map(|news| news.case));
        self.tell_tray();
        if let Some(bus) = &self.bus {
            let language = self.language();
            let open = texts::of(language).open;
            // No more than what is done, and where it stands: others may see the screen.
            for NewStep { case, item, step } in &moved {
                bus.notify(Some(*case), item.get(language), step.get(language), open);
            }
        }
    }
}

/// What the watch hears of.
enum Happened {
    /// A case, or more than one.
    MayHaveMoved,
    /// Who is here now.
    Here(Option<PersonId>),
}
