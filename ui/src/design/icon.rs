//! Icons: one SVG sprite, made of `icons.txt` when the bundle is made.

use leptos::prelude::*;

use crate::shell::document;
use crate::view::view;

thread_local! {
    static SPRITE: String = document::meta("onehall:sprite").unwrap_or_default();
}

/// An icon. Says nothing to a screen reader: the text beside it does.
#[component]
pub fn Icon(
    /// Its name in `icons.txt`.
    #[prop(into)]
    name: String,
    /// A class beside `icon`, for size: `icon-large`, `icon-huge`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let href = SPRITE.with(|sprite| format!("{sprite}#{name}"));
    view! {
        <svg class=format!("icon {class}") viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <use_ href=href></use_>
        </svg>
    }
    .into_any()
}

/// The sign of the hall: a roof over three open doors.
#[component]
pub fn HallSign() -> impl IntoView {
    view! {
        <svg class="hall-sign" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
            <path class="hall-sign-ground" d="M0 8a8 8 0 0 1 8-8h24a8 8 0 0 1 8 8v24a8 8 0 0 1-8 8H8a8 8 0 0 1-8-8z"></path>
            <path class="hall-sign-roof" d="M6.5 16.2C12 15 17 12 20 7.500c3 4.500 8 7.500 13.500 8.700v2.300h-27z"></path>
            <path class="hall-sign-doors" d="M10 21.500h4.500V31H10zm7.750 0h4.500V31h-4.500zm7.750 0H30V31h-4.500zM7 32.500h26V34H7z"></path>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    fn names() -> BTreeSet<&'static str> {
        let lines = include_str!("../../icons.txt").lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect()
    }

    /// The values behind `before` in the files of a folder.
    fn named(folder: &Path, extension: &str, before: &str, found: &mut BTreeSet<String>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                named(&path, extension, before, found)?;
            } else if path.extension().is_some_and(|this| this == extension) {
                let text = std::fs::read_to_string(&path)?;
                let values = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(values.map(str::to_owned));
            }
        }
        Ok(())
    }

    #[test]
    fn every_icon_that_is_drawn_is_in_the_sprite() -> std::io::Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut drawn = BTreeSet::new();
        named(&root.join("src"), "rs", "<Icon name=\"", &mut drawn)?;
        named(&root.join("src"), "rs", " icon=\"", &mut drawn)?;
        named(&root.join("src"), "rs", " icon_after=\"", &mut drawn)?;
        named(&root.join("../backend/demo-city"), "toml", "icon = \"", &mut drawn)?;
        assert!(drawn.len() > 20, "the icons that are drawn were found");
        let names = names();
        let missing: Vec<_> = drawn.iter().filter(|name| !names.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "not in icons.txt: {missing:?}");
        Ok(())
    }
}
