//! A signature: drawn with a pointer, or a name that is typed by who cannot draw.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use crate::texts::Words;
use crate::view::view;

/// The lines that a pen drew: x and y of its points one after the other, in a field of [`WIDTH`] x [`HEIGHT`].
pub type Strokes = Vec<Vec<u16>>;

/// How wide the field is, in its own units.
pub const WIDTH: u16 = 600;
/// How high it is.
pub const HEIGHT: u16 = 200;

/// A point closer to the last one than this adds nothing that one sees.
const STEP: u16 = 4;
/// As much of an answer may be strokes: the rest of its 16 KB is around them.
const MOST_BYTES: usize = 16 * 1024 - 16;

/// The strokes as the path of an SVG. A stroke that is a dot has a length of its own, so that its round end is drawn.
#[must_use]
pub fn stroke_path(strokes: &[Vec<u16>]) -> String {
    use std::fmt::Write;
    let mut path = String::new();
    for stroke in strokes {
        for (at, point) in stroke.chunks_exact(2).enumerate() {
            let command = if at == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{} {}", point[0], point[1]);
        }
        if stroke.len() == 2 {
            path.push_str("h1");
        }
    }
    path
}

/// A signature as it was drawn.
pub fn signature_view(strokes: &[Vec<u16>], label: Words) -> AnyView {
    let path = stroke_path(strokes);
    view! {
        <svg class="signature" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>
            <path class="signature-ink" d=path></path>
        </svg>
    }
    .into_any()
}

/// Where a pointer is in the field, by the field's place on the screen.
fn place(x: f64, y: f64, left: f64, top: f64, width: f64, height: f64) -> (u16, u16) {
    let on = |at: f64, length: f64, units: u16| {
        let share = if length > 0.0 { at / length } else { 0.0 };
        // Between 0 and the units of the field: fits.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let unit = (share * f64::from(units)).round().clamp(0.0, f64::from(units)) as u16;
        unit
    };
    (on(x - left, width, WIDTH), on(y - top, height, HEIGHT))
}

/// Takes a point into the last stroke, unless it is where the pen was, or the field is full.
fn draw_to(strokes: &mut Strokes, (x, y): (u16, u16)) {
    // Each number has at most three digits and a comma, each stroke its brackets and a comma; one more point must fit.
    let bytes: usize = strokes.iter().map(|stroke| 3 + 4 * stroke.len()).sum();
    let Some(stroke) = strokes.last_mut().filter(|_| bytes + 8 <= MOST_BYTES) else {
        return;
    };
    let near = |last: &[u16]| last[0].abs_diff(x) < STEP && last[1].abs_diff(y) < STEP;
    if !stroke.rchunks_exact(2).next().is_some_and(near) {
        stroke.extend([x, y]);
    }
}

/// The field to draw in. By keyboard there is nothing to do here: what stands beside it lets one type a name instead.
#[component]
pub fn SignaturePad(
    /// Its id; an error summary leads here.
    #[prop(into)]
    id: String,
    /// What it is, and whether something is drawn in it.
    #[prop(into)]
    label: Words,
    /// What is drawn.
    #[prop(into)]
    strokes: Signal<Strokes>,
    /// Called with all strokes when the pen is lifted.
    #[prop(into)]
    on_draw: Callback<Strokes>,
    /// What is written over the line while nothing is drawn.
    #[prop(into)]
    invitation: Words,
) -> impl IntoView {
    let drawn = RwSignal::new(strokes.get_untracked());
    let pen = StoredValue::new(None::<i32>);
    crate::view::effect(move || {
        // What comes from elsewhere comes in, but not under a pen that is down.
        let outside = strokes.get();
        if pen.get_value().is_none() && drawn.with_untracked(|drawn| *drawn != outside) {
            drawn.set(outside);
        }
    });
    let at = |event: &PointerEvent| {
        let pad = event.current_target()?.dyn_into::<Element>().ok()?;
        let room = pad.get_bounding_client_rect();
        Some(place(
            f64::from(event.client_x()),
            f64::from(event.client_y()),
            room.left(),
            room.top(),
            room.width(),
            room.height(),
        ))
    };
    let down = move |event: PointerEvent| {
        if pen.get_value().is_some() || event.button() != 0 {
            return;
        }
        let Some(at) = at(&event) else { return };
        // A press must neither select text nor scroll the page under the hand.
        event.prevent_default();
        pen.set_value(Some(event.pointer_id()));
        if let Some(pad) = event.current_target().and_then(|pad| pad.dyn_into::<Element>().ok()) {
            let _ = pad.set_pointer_capture(event.pointer_id());
        }
        drawn.update(|strokes| {
            strokes.push(Vec::new());
            draw_to(strokes, at);
        });
    };
    let moved = move |event: PointerEvent| {
        if pen.get_value() == Some(event.pointer_id())
            && let Some(at) = at(&event)
        {
            drawn.update(|strokes| draw_to(strokes, at));
        }
    };
    let lifted = move |event: PointerEvent| {
        if pen.get_value() != Some(event.pointer_id()) {
            return;
        }
        pen.set_value(None);
        drawn.update(|strokes| strokes.retain(|stroke| !stroke.is_empty()));
        on_draw.run(drawn.get_untracked());
    };
    view! {
        <div class="signature-pad" id=id tabindex="-1" role="img" aria-label=label on:pointerdown=down on:pointermove=moved on:pointerup=lifted on:pointercancel=lifted>
            {move || drawn.with(Vec::is_empty).then(|| view! { <span class="signature-invitation" aria-hidden="true">{invitation.clone()}</span> })}
            <svg class="signature-sheet" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true" focusable="false">
                <path class="signature-line" d="M40 160h520"></path>
                <path class="signature-ink" d=move || drawn.with(|drawn| stroke_path(drawn))></path>
            </svg>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_somewhere_in_the_field_however_wide_it_is_shown() {
        assert_eq!(place(150.0, 60.0, 100.0, 10.0, 300.0, 100.0), (100, 100));
        assert_eq!(place(100.0, 10.0, 100.0, 10.0, 300.0, 100.0), (0, 0));
        assert_eq!(
            place(900.0, -50.0, 100.0, 10.0, 300.0, 100.0),
            (WIDTH, 0),
            "outside is its edge"
        );
        assert_eq!(place(1.0, 1.0, 0.0, 0.0, 0.0, 0.0), (0, 0));
    }

    #[test]
    fn a_stroke_keeps_the_points_that_one_sees() {
        let mut strokes: Strokes = vec![vec![]];
        for point in [(10, 10), (11, 12), (14, 10), (14, 10)] {
            draw_to(&mut strokes, point);
        }
        assert_eq!(strokes, [[10, 10, 14, 10]]);
    }

    #[test]
    fn the_longest_signature_fits_into_an_answer() {
        for dots in [1, 7, 5_000] {
            let mut strokes: Strokes = Vec::new();
            for at in 0..20_000_u16 {
                if usize::from(at) % (20_000 / dots) == 0 {
                    strokes.push(vec![]);
                }
                draw_to(&mut strokes, (590 + 5 * (at % 2), 190 + 5 * (at / 2 % 2)));
            }
            strokes.retain(|stroke| !stroke.is_empty());
            let answer = serde_json::json!({ "strokes": strokes }).to_string();
            assert!((10_000..=16 * 1024).contains(&answer.len()), "{dots}: {}", answer.len());
        }
    }

    #[test]
    fn strokes_are_drawn_as_lines_and_a_dot_as_a_dot() {
        assert_eq!(stroke_path(&[vec![1, 2, 30, 40], vec![5, 6]]), "M1 2L30 40M5 6h1");
        assert_eq!(stroke_path(&[]), "");
    }
}
