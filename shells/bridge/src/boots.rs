//! From one page to the next: which bundle a page is made of, whether it came up, and when it makes room for another.
//!
//! A page is exchanged with its whole web view: the old window ends first, with the process of its web view, then the
//! attempt is written down, then the new window opens. The core stays, and with it everything that somebody does.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use onehall_client::Event;
use onehall_core::{Core, NotCarried};
use onehall_updates::disk::Folder;
use onehall_updates::machine::{Nonce, Shows};
use onehall_updates::{Ask, Updates};
use tauri::{AppHandle, RunEvent, Runtime, async_runtime};

use crate::assets::Pages;
use crate::plugin::{self, Given};
use crate::window::{self, Look};

/// How often it is looked whether a page came up.
const TICK: Duration = Duration::from_millis(250);

/// How long somebody can read that the pages are exchanged under their hands.
const NOTICE: Duration = Duration::from_secs(4);

/// How long saving may take before that. What is not with the hall by then stays in the core, which goes on.
const SAVING: Duration = Duration::from_secs(10);

/// What a page may say of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It has drawn itself and spoken with the core.
    Ready,
    /// It cannot go on.
    Failed,
    /// Nobody has touched it for a while.
    Idle,
}

/// The pages of a shell, one after the other.
pub struct Boots {
    pages: Pages,
    look: Look,
    given: Given,
    core: Core,
    updates: Option<Updates<Folder>>,
    /// Within which time a page has to be there, in a window that is seen.
    ready_within: Duration,
    now: Mutex<Now>,
    /// Told when a page is there.
    changed: Condvar,
}

#[derive(Default)]
struct Now {
    /// The number of the page that is shown.
    boot: Option<Nonce>,
    /// Whether it said that it is there.
    ready: bool,
    /// A window ends so that another may open, at this address.
    reopens: Option<String>,
    /// The window that ends was in nobody's sight, and so is the next one.
    hidden: bool,
    logged_in: bool,
}

impl Boots {
    /// The pages of a shell; without updates always those of the floor.
    pub fn new(
        pages: Pages,
        look: Look,
        given: Given,
        core: Core,
        updates: Option<Updates<Folder>>,
        ready_within: Duration,
    ) -> Arc<Boots> {
        Arc::new(Boots {
            pages,
            look,
            given,
            core,
            updates,
            ready_within,
            now: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// The updates, where this shell has any.
    pub fn updates(&self) -> Option<&Updates<Folder>> {
        self.updates.as_ref()
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a window at an address, with the bundle whose turn it is. An attempt is on the disk when its first byte is served.
    ///
    /// # Errors
    /// The web view cannot be made.
    pub fn open<R: Runtime>(self: &Arc<Boots>, app: &AppHandle<R>, address: &str) -> tauri::Result<()> {
        let page = self.updates.as_ref().map(Updates::boot);
        let nonce = page.as_ref().map(|page| page.nonce);
        self.pages.show(page.and_then(|page| page.bundle));
        let hidden = {
            let mut now = self.now();
            (now.boot, now.ready, now.reopens) = (nonce, false, None);
            std::mem::take(&mut now.hidden)
        };
        let script = plugin::page_script(&self.given, nonce);
        window::open(app, &self.look, script, address, hidden)?;
        if let Some(nonce) = nonce
            && self.is_tried()
        {
            self.watch(app.clone(), nonce);
        }
        Ok(())
    }

    /// Whether the page that is shown has to prove itself.
    fn is_tried(&self) -> bool {
        let boot = self.updates.as_ref().and_then(|updates| updates.state().boot);
        boot.is_some_and(|boot| matches!(boot.shows, Shows::Trial(_)))
    }

    /// Waits for a page for its time, as long as its window is seen: nobody draws a window that is minimized.
    fn watch<R: Runtime>(self: &Arc<Boots>, app: AppHandle<R>, nonce: Nonce) {
        let boots = Arc::clone(self);
        thread::spawn(move || {
            let mut seen = Duration::ZERO;
            while seen < boots.ready_within {
                thread::sleep(TICK);
                let now = boots.now();
                if now.boot != Some(nonce) || now.ready {
                    return;
                }
                drop(now);
                if window::is_seen(&app) {
                    seen += TICK;
                }
            }
            if let Some(updates) = &boots.updates {
                let asked = updates.late(nonce);
                boots.answer(&app, &asked);
            }
        });
    }

    /// A page says something of itself; `boot` is the number that it was given.
    pub fn said<R: Runtime>(self: &Arc<Boots>, app: &AppHandle<R>, boot: &str, said: Said) {
        let (Some(updates), Ok(nonce)) = (&self.updates, u128::from_str_radix(boot, 16).map(Nonce)) else {
            return;
        };
        if self.now().boot != Some(nonce) {
            // A page that is gone, or one that never was.
            return;
        }
        let asked = match said {
            Said::Ready => {
                updates.ready(nonce);
                self.now().ready = true;
                self.changed.notify_all();
                Vec::new()
            }
            Said::Failed => updates.failed(nonce),
            Said::Idle if self.now().logged_in => Vec::new(),
            Said::Idle => updates.quiet(),
        };
        self.answer(app, &asked);
    }

    /// Hears of who comes and goes: once somebody is gone, nobody is disturbed.
    pub fn listen<R: Runtime>(self: &Arc<Boots>, app: &AppHandle<R>) {
        let (boots, app) = (Arc::clone(self), app.clone());
        self.core.subscribe(Box::new(move |event| {
            let Event::SessionChanged { session } = event else {
                return;
            };
            let before = std::mem::replace(&mut boots.now().logged_in, session.is_some());
            if before && session.is_none() {
                let (boots, app) = (Arc::clone(&boots), app.clone());
                // Not here: the core tells others of it, too.
                thread::spawn(move || {
                    if let Some(updates) = &boots.updates {
                        boots.answer(&app, &updates.quiet());
                    }
                });
            }
        }));
    }

    /// Gives the core the catalog that travelled with the pages, where it has none of its hall.
    ///
    /// # Errors
    /// Why not, for a log.
    pub fn hand_catalog(&self) -> Result<bool, NotCarried> {
        match self.updates.as_ref().and_then(Updates::catalog) {
            Some(catalog) => async_runtime::block_on(self.core.take_carried_catalog(&catalog)),
            None => Ok(false),
        }
    }

    /// Waits until a page is there, or for this time.
    pub fn wait_for_page(&self, at_most: Duration) {
        let waits = |now: &mut Now| !now.ready;
        drop(self.changed.wait_timeout_while(self.now(), at_most, waits));
    }

    /// Does what the updates ask for.
    pub fn answer<R: Runtime>(self: &Arc<Boots>, app: &AppHandle<R>, asked: &[Ask]) {
        for ask in asked {
            match ask {
                Ask::Rebuild => self.rebuild(app),
                Ask::Interrupt => self.interrupt(app),
            }
        }
    }

    /// Ends the window; the next one opens once it is gone ([`Boots::heard`]).
    fn rebuild<R: Runtime>(&self, app: &AppHandle<R>) {
        let Some(window) = window::of(app) else { return };
        let address = window::address(&window, self.look.frame);
        let hidden = !window.is_visible().unwrap_or(true);
        {
            let mut now = self.now();
            if now.reopens.is_some() {
                return;
            }
            (now.boot, now.ready, now.reopens, now.hidden) = (None, false, Some(address), hidden);
        }
        if let Err(error) = window::end(&window) {
            self.now().reopens = None;
            eprintln!("{}: the window did not end: {error}", app.package_info().name);
        }
    }

    /// Saves drafts, says that the pages are exchanged, and has them exchanged.
    fn interrupt<R: Runtime>(self: &Arc<Boots>, app: &AppHandle<R>) {
        let (boots, app) = (Arc::clone(self), app.clone());
        thread::spawn(move || {
            let began = Instant::now();
            if let Some(window) = window::of(&app) {
                // Where it cannot be said it is done all the same.
                let _ = window.eval(include_str!("notice.js"));
            }
            let (saved, heard) = mpsc::channel();
            let core = boots.core.clone();
            thread::spawn(move || {
                async_runtime::block_on(core.save_all());
                let _ = saved.send(());
            });
            let _ = heard.recv_timeout(SAVING);
            thread::sleep(NOTICE.saturating_sub(began.elapsed()));
            if let Some(updates) = &boots.updates {
                boots.answer(&app, &updates.quiet());
            }
        });
    }

    /// Hears what the event loop tells: with its last window the program ends, unless another one is to open.
    pub fn heard<R: Runtime>(self: &Arc<Boots>, app: &AppHandle<R>, event: &RunEvent) {
        let RunEvent::ExitRequested { code: None, api, .. } = event else {
            return;
        };
        let Some(address) = self.now().reopens.clone() else {
            return;
        };
        api.prevent_exit();
        let (boots, handle) = (Arc::clone(self), app.clone());
        let open = move || {
            if let Err(error) = boots.open(&handle, &address) {
                eprintln!("{}: could not open the window: {error}", handle.package_info().name);
                handle.exit(1);
            }
        };
        // After this: the name of the old window is free by then. From the main thread it would be done in the middle of it.
        let app = app.clone();
        thread::spawn(move || {
            if app.run_on_main_thread(open).is_err() {
                app.exit(1);
            }
        });
    }
}
