//! The page in the desk's frame: the citizen's UI over [`PreviewCore`], in step with what the desk says.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use onehall_protocol::Date;

use super::core::{PreviewCore, today};
use super::talk::{FromForm, Look, Show, ToForm, hear, say_to_desk};
use crate::citizen;
use crate::shell::{Profile, Ui, document};

/// Says that it is there; from then on it shows what it is told.
pub fn start() {
    let frame = Rc::new(Frame {
        clock: Clock::take(),
        core: RefCell::new(None),
        ui: Rc::default(),
    });
    hear(move |message| frame.hear(message));
    say_to_desk(&FromForm::Hello);
}

struct Frame {
    clock: Clock,
    core: RefCell<Option<PreviewCore>>,
    /// Once the UI is drawn.
    ui: Rc<Cell<Option<Ui>>>,
}

impl Frame {
    fn hear(&self, message: ToForm) {
        let core = self.core.borrow().clone();
        match (message, core) {
            (ToForm::Show(show), None) => self.begin(*show),
            (ToForm::Show(show), Some(core)) => {
                self.clock.set(show.as_of);
                self.look(&core, show.look);
                core.show(*show);
                go(&core.address(None), document::scrolled());
            }
            (ToForm::Look(look), Some(core)) => self.look(&core, look),
            (ToForm::Go(page), Some(core)) => go(&core.address(Some(&page)), 0.0),
            _ => {}
        }
    }

    fn begin(&self, show: Show) {
        self.clock.set(show.as_of);
        let look = show.look;
        let Some(core) = PreviewCore::new(show) else { return };
        document::set_root_attribute("data-profile", look.profile.name());
        document::set_root_attribute("data-profile-given", "true");
        replace_address(&core.address(None));
        *self.core.borrow_mut() = Some(core.clone());
        let ui = Rc::clone(&self.ui);
        let somebody_is_there = Rc::clone(&ui);
        citizen::start_and(Rc::new(core), move |begun| ui.set(Some(begun)));
        stay_at_a_kiosk(somebody_is_there);
    }

    fn look(&self, core: &PreviewCore, look: Look) {
        core.look(look);
        let Some(ui) = self.ui.get() else { return };
        if ui.profile.get_untracked() != look.profile {
            ui.profile.set(look.profile);
        }
        let kept = ui.preferences.get_untracked();
        let language = ui.language.get_untracked();
        if (language, kept.elder, kept.theme) != (look.language, look.elder, look.theme) {
            ui.prefer(|preferences| {
                preferences.language = Some(look.language);
                preferences.elder = look.elder;
                preferences.theme = look.theme;
            });
        }
    }
}

/// A kiosk's session ends when nobody touches it for a while. The author, who reads or writes beside it, is there.
fn stay_at_a_kiosk(ui: Rc<Cell<Option<Ui>>>) {
    let touch = move || {
        let profile = ui.get().map(|ui| ui.profile.get_untracked());
        if profile == Some(Profile::Kiosk) {
            tell_window("keydown");
        }
    };
    set_interval(touch, Duration::from_secs(20));
}

fn tell_window(event: &str) {
    if let Ok(event) = web_sys::Event::new(event) {
        let _ = window().dispatch_event(&event);
    }
}

fn replace_address(address: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Shows another address in place of the one that is shown, scrolled so far. By what the window tells of itself: the pages
/// follow as if one had gone back to it.
fn go(address: &str, scrolled: f64) {
    replace_address(address);
    document::scroll_to(scrolled);
    tell_window("scroll");
    tell_window("popstate");
}

/// The page's clock, which is set to the day as of which the form is looked at: bounds, rules and what the pages say of
/// today follow it.
struct Clock {
    moved_by: Rc<Cell<f64>>,
}

const A_DAY: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

impl Clock {
    /// Takes the clock in hand; it goes right until it is set.
    fn take() -> Clock {
        let moved_by = Rc::new(Cell::new(0.0));
        let clock = Clock {
            moved_by: Rc::clone(&moved_by),
        };
        let name = JsValue::from_str("now");
        let Ok(date) = js_sys::Reflect::get(&js_sys::global(), &"Date".into()) else {
            return clock;
        };
        let Some(right) = js_sys::Reflect::get(&date, &name)
            .ok()
            .and_then(|now| now.dyn_into::<js_sys::Function>().ok())
        else {
            return clock;
        };
        let now = Closure::<dyn Fn() -> f64>::new(move || {
            let right = right.call0(&JsValue::NULL).ok().and_then(|now| now.as_f64());
            right.unwrap_or_default() + moved_by.get()
        });
        let _ = js_sys::Reflect::set(&date, &name, now.as_ref());
        now.forget();
        clock
    }

    /// Sets the day; the time of day stays.
    fn set(&self, day: Date) {
        self.moved_by.set(0.0);
        let days = (day.calendar() - today().calendar()).whole_days();
        #[allow(clippy::cast_precision_loss)] // No calendar has that many days.
        self.moved_by.set(days as f64 * A_DAY);
    }
}
