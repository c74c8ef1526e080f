//! Where the window stands: as it was left, and never out of sight.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tauri::{PhysicalPosition, PhysicalSize, Window, WindowEvent};

/// The file in the person's folder.
const FILE: &str = "place.json";

/// How long a window rests before its place is written down.
const REST: Duration = Duration::from_millis(400);

/// No window is made smaller than this, whatever is written.
const SMALLEST: i64 = 200;

/// Where a window stands, in pixels of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    x: i32,
    y: i32,
    /// Of what is in its frame.
    width: u32,
    height: u32,
    /// What the frame adds.
    frame: (u32, u32),
    maximised: bool,
}

/// A screen.
#[derive(Debug, Clone, Copy)]
struct Screen {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

/// What both have of each other, along one axis.
fn shared(from: i32, length: u32, other: i32, other_length: u32) -> i64 {
    let end = (i64::from(from) + i64::from(length)).min(i64::from(other) + i64::from(other_length));
    (end - i64::from(from.max(other))).max(0)
}

/// Where a window begins and how long it is, along one axis of the screen that it is to be on as a whole.
fn within(from: i32, length: u32, frame: u32, screen: i32, screen_length: u32) -> (i32, u32) {
    let room = (i64::from(screen_length) - i64::from(frame)).max(SMALLEST);
    let length = i64::from(length).clamp(SMALLEST, room);
    let last = i64::from(screen) + (room - length).max(0);
    let from = i64::from(from).clamp(i64::from(screen), last);
    (
        i32::try_from(from).unwrap_or(screen),
        u32::try_from(length).unwrap_or(screen_length),
    )
}

impl Place {
    /// The same place, moved to where it is seen as a whole: on the screen that shows most of it, else on the first.
    fn on(self, screens: &[Screen]) -> Option<Place> {
        let seen = |screen: &Screen| {
            shared(self.x, self.width, screen.x, screen.width) * shared(self.y, self.height, screen.y, screen.height)
        };
        // Of several alike the first, so that a place on none is on that one.
        let screen = screens.iter().rev().max_by_key(|screen| seen(screen))?;
        let (x, width) = within(self.x, self.width, self.frame.0, screen.x, screen.width);
        let (y, height) = within(self.y, self.height, self.frame.1, screen.y, screen.height);
        Some(Place {
            x,
            y,
            width,
            height,
            ..self
        })
    }
}

/// Keeps the place of the window from one start to the next.
#[derive(Debug)]
pub struct Places {
    file: PathBuf,
    /// Somebody will write it down.
    waiting: AtomicBool,
}

impl Places {
    /// What is kept in a folder.
    pub fn kept_in(folder: &Path) -> Arc<Places> {
        Arc::new(Places {
            file: folder.join(FILE),
            waiting: AtomicBool::new(false),
        })
    }

    /// Puts a window that has just been made where the one before stood, and follows it from then on.
    pub fn follow(self: &Arc<Places>, window: &Window) {
        if let Some(place) = self.read().and_then(|place| place.on(&screens(window))) {
            // Where the desktop decides itself it stays where that put it.
            let _ = window.set_size(PhysicalSize::new(place.width, place.height));
            let _ = window.set_position(PhysicalPosition::new(place.x, place.y));
            if place.maximised {
                let _ = window.maximize();
            }
        }
        let (places, of) = (Arc::clone(self), window.clone());
        window.on_window_event(move |event| match event {
            WindowEvent::Moved(_) | WindowEvent::Resized(_) => places.write_soon(&of),
            WindowEvent::CloseRequested { .. } => places.write(&of),
            _ => {}
        });
    }

    fn read(&self) -> Option<Place> {
        serde_json::from_slice(&fs::read(&self.file).ok()?).ok()
    }

    fn write_soon(self: &Arc<Places>, window: &Window) {
        if self.waiting.swap(true, Ordering::Relaxed) {
            return;
        }
        let (places, window) = (Arc::clone(self), window.clone());
        thread::spawn(move || {
            thread::sleep(REST);
            places.waiting.store(false, Ordering::Relaxed);
            places.write(&window);
        });
    }

    /// Writes down where the window stands. A place that cannot be kept is no reason to do anything else.
    fn write(&self, window: &Window) {
        let Some(place) = self.place_of(window) else { return };
        let Ok(text) = serde_json::to_vec(&place) else { return };
        let fresh = self.file.with_extension("new");
        if fs::write(&fresh, text).is_ok() {
            let _ = fs::rename(fresh, &self.file);
        }
    }

    /// Where it stands; of one that fills the screen, where it will stand when it does no more.
    fn place_of(&self, window: &Window) -> Option<Place> {
        if !window.is_visible().ok()? || window.is_minimized().ok()? || window.is_fullscreen().ok()? {
            return None;
        }
        let (position, inner) = (window.outer_position().ok()?, window.inner_size().ok()?);
        let outer = window.outer_size().ok()?;
        let now = Place {
            x: position.x,
            y: position.y,
            width: inner.width,
            height: inner.height,
            frame: (
                outer.width.saturating_sub(inner.width),
                outer.height.saturating_sub(inner.height),
            ),
            maximised: false,
        };
        if window.is_maximized().ok()? {
            let before = self.read().unwrap_or(now);
            return Some(Place {
                maximised: true,
                ..before
            });
        }
        Some(now)
    }
}

fn screens(window: &Window) -> Vec<Screen> {
    let all = window.available_monitors().unwrap_or_default();
    all.iter()
        .map(|screen| Screen {
            x: screen.position().x,
            y: screen.position().y,
            width: screen.size().width,
            height: screen.size().height,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: Screen = Screen {
        x: 0,
        y: 0,
        width: 1400,
        height: 900,
    };
    const RIGHT: Screen = Screen {
        x: 1400,
        y: 0,
        width: 1920,
        height: 1080,
    };

    fn at(x: i32, y: i32, width: u32, height: u32) -> Place {
        Place {
            x,
            y,
            width,
            height,
            frame: (2, 30),
            maximised: false,
        }
    }

    fn stands(place: Place, screens: &[Screen]) -> Option<(i32, i32, u32, u32)> {
        let place = place.on(screens)?;
        Some((place.x, place.y, place.width, place.height))
    }

    #[test]
    fn a_window_that_is_seen_stays_where_it_was() {
        assert_eq!(stands(at(100, 50, 1000, 700), &[LEFT]), Some((100, 50, 1000, 700)));
        assert_eq!(
            stands(at(1500, 20, 1000, 700), &[LEFT, RIGHT]),
            Some((1500, 20, 1000, 700))
        );
    }

    #[test]
    fn a_window_whose_screen_is_gone_stands_on_one_that_is_there() {
        assert_eq!(stands(at(1500, 20, 1000, 700), &[LEFT]), Some((398, 20, 1000, 700)));
        assert_eq!(
            stands(at(-5000, -5000, 1000, 700), &[LEFT, RIGHT]),
            Some((0, 0, 1000, 700))
        );
        assert_eq!(stands(at(0, 0, 1000, 700), &[]), None);
    }

    #[test]
    fn whatever_is_written_down_is_seen_as_a_whole() {
        for x in [i32::MIN, -900, 0, 1399, 3319, i32::MAX] {
            for length in [0, 1, 1000, 5000, u32::MAX] {
                let place = at(x, x, length, length);
                let (x, y, width, height) = stands(place, &[LEFT, RIGHT]).unwrap_or_default();
                let fits = [LEFT, RIGHT].iter().any(|screen| {
                    let right = i64::from(screen.x) + i64::from(screen.width);
                    let below = i64::from(screen.y) + i64::from(screen.height);
                    x >= screen.x
                        && y >= screen.y
                        && i64::from(x) + i64::from(width) + 2 <= right
                        && i64::from(y) + i64::from(height) + 30 <= below
                });
                assert!(
                    fits && width >= 200 && height >= 200,
                    "{place:?}: {x} {y} {width} {height}"
                );
            }
        }
    }
}
