//! The receipt as a picture to keep: what many people save on their phone instead of printing.

use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

use crate::design::qr::qr_path;
use crate::shell::document;

/// What stands on the picture, in the language of the page.
pub(super) struct Picture {
    /// The hall.
    pub hall: String,
    /// What it is.
    pub title: String,
    /// What the number is called.
    pub number_name: String,
    /// The number.
    pub number: String,
    /// What the receipt says, name by name.
    pub facts: Vec<(String, String)>,
    /// Where the code leads.
    pub address: String,
    /// Below the code.
    pub below: String,
}

const WIDTH: f64 = 750.0;
const MARGIN: f64 = 60.0;
const CODE: f64 = 300.0;
const LINE: f64 = 44.0;
/// Ink on paper: a picture is printed and sent on, it has no dark mode.
const INK: &str = "#14203a";
const GREY: &str = "#5c6880";
const PAPER: &str = "#ffffff";
const FONT: &str = "\"PingFang SC\", \"Microsoft YaHei\", \"Noto Sans CJK SC\", \"Noto Sans SC\", sans-serif";

/// Draws the picture and saves it. False where this browser cannot.
pub(super) fn save_picture(picture: &Picture) -> bool {
    let canvas = leptos::prelude::document().create_element("canvas").ok();
    let Some(canvas) = canvas.and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok()) else {
        return false;
    };
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok()) else {
        return false;
    };
    let lines: Vec<(String, Vec<String>)> = picture
        .facts
        .iter()
        .map(|(name, value)| {
            context.set_font(&font(30, false));
            (name.clone(), broken(&context, value, WIDTH - 2.0 * MARGIN))
        })
        .collect();
    let height: usize = lines.iter().map(|(_, value)| value.len() + 1).sum();
    #[allow(clippy::cast_precision_loss)] // A few dozen lines.
    let facts_height = height as f64 * LINE + lines.len() as f64 * 12.0;
    let total = 330.0 + facts_height + CODE + 170.0;
    canvas.set_width(WIDTH as u32);
    canvas.set_height(total as u32);
    context.set_fill_style_str(PAPER);
    context.fill_rect(0.0, 0.0, WIDTH, total);
    let mut pen = Pen {
        context: &context,
        y: 80.0,
    };
    pen.write(&picture.hall, 30, false, GREY, 0.0);
    pen.write(&picture.title, 44, true, INK, 64.0);
    pen.write(&picture.number_name, 26, false, GREY, 72.0);
    pen.write(&picture.number, 46, true, INK, 60.0);
    pen.y += 20.0;
    for (name, value) in lines {
        pen.write(&name, 26, false, GREY, LINE + 12.0);
        for line in value {
            pen.write(&line, 30, false, INK, LINE);
        }
    }
    if let Some((size, path)) = qr_path(&picture.address) {
        let path = Path2d::new_with_path_string(&path);
        context.save();
        let moved = context.translate((WIDTH - CODE) / 2.0, pen.y + 40.0);
        let scaled = context.scale(CODE / f64::from(size), CODE / f64::from(size));
        if let (Ok(()), Ok(()), Ok(path)) = (moved, scaled, path) {
            context.set_fill_style_str("#000000");
            context.fill_with_path_2d(&path);
        }
        context.restore();
    }
    pen.y += CODE + 70.0;
    context.set_text_align("center");
    context.set_fill_style_str(GREY);
    context.set_font(&font(26, false));
    let _ = context.fill_text(&picture.below, WIDTH / 2.0, pen.y);
    let name = format!("{}.png", picture.number);
    let saved = Closure::once_into_js(move |blob: Option<web_sys::Blob>| {
        if let Some(blob) = blob {
            document::save_blob(&name, &blob);
        }
    });
    canvas.to_blob(saved.unchecked_ref()).is_ok()
}

fn font(size: u32, strong: bool) -> String {
    format!("{} {size}px {FONT}", if strong { 700 } else { 400 })
}

struct Pen<'a> {
    context: &'a CanvasRenderingContext2d,
    y: f64,
}

impl Pen<'_> {
    fn write(&mut self, text: &str, size: u32, strong: bool, colour: &str, down: f64) {
        self.y += down;
        self.context.set_fill_style_str(colour);
        self.context.set_font(&font(size, strong));
        let _ = self
            .context
            .fill_text_with_max_width(text, MARGIN, self.y, WIDTH - 2.0 * MARGIN);
    }
}

/// A text in lines that fit. Chinese breaks anywhere, other words at their spaces.
fn broken(context: &CanvasRenderingContext2d, text: &str, width: f64) -> Vec<String> {
    break_lines(text, |line| {
        context
            .measure_text(line)
            .is_ok_and(|measured| measured.width() <= width)
    })
}

fn break_lines(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for character in text.chars() {
        line.push(character);
        if !fits(&line) && line.chars().count() > 1 {
            let space = line.trim_end().rfind(' ').filter(|at| *at > 0);
            let cut = space.map_or(line.len() - character.len_utf8(), |at| at + 1);
            let rest = line.split_off(cut);
            lines.push(line.trim_end().to_owned());
            line = rest;
        }
    }
    if !line.trim().is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::break_lines;

    #[test]
    fn a_long_line_is_broken_and_loses_nothing() {
        let fits = |line: &str| line.chars().count() <= 8;
        assert_eq!(
            break_lines("兰川市市场监督管理局登记科", fits),
            ["兰川市市场监督管", "理局登记科"]
        );
        assert_eq!(break_lines("a small business", fits), ["a small", "business"]);
        assert_eq!(break_lines("", fits), Vec::<String>::new());
    }
}
