//! The icons: one SVG sprite of the Lucide icons that a list names.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

/// How every icon is drawn: lines in the colour of the text.
const LINE: &str = "viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.75\" \
    stroke-linecap=\"round\" stroke-linejoin=\"round\"";

/// The icon names of a list: one a line, `#` begins a comment.
pub fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
}

/// The sprite of the icons of `list`, each a `<symbol>` with the icon's name as its id; `folder` has the SVG files.
///
/// # Errors
/// Icons that do not exist, all of them named.
pub fn sprite(list: &str, folder: &Path) -> Result<String> {
    let mut sprite = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">");
    let mut unknown = Vec::new();
    for name in names(list) {
        match fs::read_to_string(folder.join(name).with_extension("svg")) {
            Ok(svg) => {
                let _ = write!(sprite, "<symbol id=\"{name}\" {LINE}>{}</symbol>", drawing(&svg));
            }
            Err(_) => unknown.push(name),
        }
    }
    if !unknown.is_empty() {
        bail!("the icon list names what Lucide does not have: {}", unknown.join(", "));
    }
    sprite.push_str("</svg>\n");
    Ok(sprite)
}

/// The shapes inside an icon's `<svg>` element.
fn drawing(svg: &str) -> String {
    let from = svg
        .find("<svg")
        .and_then(|start| svg[start..].find('>').map(|end| start + end + 1))
        .unwrap_or(0);
    let to = svg.rfind("</svg>").unwrap_or(svg.len());
    svg[from..to]
        .lines()
        .map(str::trim)
        .collect::<String>()
        .replace(" />", "/>")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_list_has_one_name_a_line_and_comments() {
        let names: Vec<_> = super::names("# of the UI\nhouse\n  bell  # for pokes\n\n").collect();
        assert_eq!(names, ["house", "bell"]);
    }

    #[test]
    fn an_icon_becomes_its_shapes() {
        let svg =
            "<!-- licence -->\n<svg\n  class=\"lucide\"\n>\n  <path d=\"M1 2\" />\n  <circle r=\"1\" />\n</svg>\n";
        assert_eq!(super::drawing(svg), "<path d=\"M1 2\"/><circle r=\"1\"/>");
    }

    #[test]
    fn an_icon_that_does_not_exist_is_named() {
        let error = super::sprite("no-such-icon", std::path::Path::new("/nowhere"));
        assert!(error.is_err_and(|error| error.to_string().contains("no-such-icon")));
    }
}
