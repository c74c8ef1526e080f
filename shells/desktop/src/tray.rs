//! The icon in the tray: says whether cases have moved, shows the window, ends the program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use onehall_protocol::Language;
use tauri::image::Image;
use tauri::menu::{Menu, MenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use crate::texts;

/// What somebody chooses in the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// The window.
    Show,
    /// What moved.
    News,
    /// The end.
    Quit,
}

impl Chosen {
    const ALL: [(Chosen, &'static str); 3] = [(Chosen::Show, "show"), (Chosen::News, "news"), (Chosen::Quit, "quit")];

    fn of(id: &str) -> Option<Chosen> {
        Chosen::ALL
            .iter()
            .find_map(|(chosen, name)| (*name == id).then_some(*chosen))
    }
}

/// The icon.
pub struct Tray {
    icon: TrayIcon<Wry>,
    show: MenuItem<Wry>,
    news: MenuItem<Wry>,
    quit: MenuItem<Wry>,
    plain: Image<'static>,
    marked: Image<'static>,
}

impl Tray {
    /// Puts the icon into the tray; none where this machine cannot. On the main thread.
    pub fn open(app: &AppHandle, chosen: impl Fn(&AppHandle, Chosen) + Clone + Send + Sync + 'static) -> Option<Tray> {
        // The library that speaks to trays is loaded by its first use, and where it is not installed that panics.
        let made = catch_unwind(AssertUnwindSafe(|| Tray::make(app, chosen)));
        match made {
            Ok(Ok(tray)) => Some(tray),
            Ok(Err(error)) => {
                eprintln!("onehall-desktop: no icon in the tray: {error}");
                None
            }
            Err(_) => None,
        }
    }

    fn make(
        app: &AppHandle,
        chosen: impl Fn(&AppHandle, Chosen) + Clone + Send + Sync + 'static,
    ) -> tauri::Result<Tray> {
        let words = texts::of(Language::default());
        let item = |id: &str, text: &str| MenuItem::with_id(app, id, text, true, None::<&str>);
        let (show, news, quit) = (
            item("show", words.show)?,
            item("news", words.no_news)?,
            item("quit", words.quit)?,
        );
        let menu = Menu::with_items(app, &[&show, &news, &quit])?;
        let plain = match app.default_window_icon() {
            Some(icon) => Image::new_owned(icon.rgba().to_vec(), icon.width(), icon.height()),
            None => Image::new_owned(vec![0; 4], 1, 1),
        };
        let pressed = chosen.clone();
        let icon = TrayIconBuilder::with_id("main")
            .icon(plain.clone())
            .menu(&menu)
            .show_menu_on_left_click(false)
            .on_menu_event(move |app, event| {
                if let Some(what) = Chosen::of(event.id().as_ref()) {
                    chosen(app, what);
                }
            })
            // On Linux a press opens the menu, whatever is wanted.
            .on_tray_icon_event(move |icon, event| {
                if let TrayIconEvent::Click {
                    button: MouseButton::Left,
                    button_state: MouseButtonState::Up,
                    ..
                } = event
                {
                    pressed(icon.app_handle(), Chosen::Show);
                }
            })
            .build(app)?;
        let marked = marked(&plain);
        Ok(Tray {
            icon,
            show,
            news,
            quit,
            plain,
            marked,
        })
    }

    /// Says that so many cases have moved since somebody looked.
    pub fn say(&self, cases: usize, language: Language) {
        let words = texts::of(language);
        let news = words.news(cases, language);
        let icon = if cases == 0 { &self.plain } else { &self.marked };
        // What the tray does not take it does not show.
        let _ = self.show.set_text(words.show);
        let _ = self.news.set_text(&news);
        let _ = self.quit.set_text(words.quit);
        let _ = self.icon.set_tooltip(Some(&news));
        let _ = self.icon.set_icon(Some(icon.clone()));
    }
}

/// The icon with a dot in its upper right corner.
fn marked(icon: &Image<'_>) -> Image<'static> {
    let (width, height) = (icon.width(), icon.height());
    let radius = i64::from(width.min(height)) / 5;
    let (middle_x, middle_y) = (i64::from(width) - radius - 1, radius);
    let mut rgba = icon.rgba().to_vec();
    for (at, pixel) in (0_i64..).zip(rgba.chunks_exact_mut(4)) {
        let (x, y) = (at % i64::from(width.max(1)), at / i64::from(width.max(1)));
        if (x - middle_x).pow(2) + (y - middle_y).pow(2) <= radius.pow(2) {
            pixel.copy_from_slice(&[0xd4, 0x38, 0x0d, 0xff]);
        }
    }
    Image::new_owned(rgba, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_is_in_the_corner_and_nowhere_else() {
        let plain = Image::new_owned(vec![7; 4 * 50 * 50], 50, 50);
        let marked = marked(&plain);
        let pixel = |x: usize, y: usize| {
            marked
                .rgba()
                .get(4 * (50 * y + x)..4 * (50 * y + x) + 3)
                .map(<[u8]>::to_vec)
        };
        assert_eq!(pixel(39, 10), Some(vec![0xd4, 0x38, 0x0d]));
        for (x, y) in [(0, 0), (25, 25), (39, 40), (0, 49)] {
            assert_eq!(pixel(x, y), Some(vec![7, 7, 7]), "{x} {y}");
        }
        assert_eq!((marked.width(), marked.height()), (50, 50));
    }
}
