//! The form in its frame, as large as the terminal that it is looked at on, made smaller where the window has less room.

use leptos::html;
use leptos::prelude::*;
use onehall_client::Profile;

use super::state::use_desk;
use crate::design::notice::{Notice, Tone};
use crate::design::states::EmptyState;
use crate::texts::preview;
use crate::view::{effect, memo, view};

/// The screen of a terminal in CSS pixels: how wide, and how high where that does not follow the window.
fn screen(profile: Profile) -> (f64, Option<f64>) {
    match profile {
        Profile::Desktop => (1024.0, None),
        Profile::Mobile => (390.0, Some(844.0)),
        Profile::Kiosk => (1080.0, Some(1920.0)),
        Profile::MiniApp => (390.0, Some(700.0)),
    }
}

/// How large the frame is, and how much smaller it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Fit {
    width: f64,
    height: f64,
    scale: f64,
}

/// Fits a terminal's screen into the room that there is.
fn fit(profile: Profile, room: (f64, f64)) -> Fit {
    let (width, height) = room;
    if width < 1.0 || height < 1.0 {
        return Fit::default();
    }
    match screen(profile) {
        (least, None) => {
            let scale = (width / least).min(1.0);
            Fit {
                width: width / scale,
                height: height / scale,
                scale,
            }
        }
        (wide, Some(high)) => Fit {
            width: wide,
            height: high,
            scale: (width / wide).min(height / high).min(1.0),
        },
    }
}

/// The form.
#[component]
pub fn Stage() -> impl IntoView {
    let desk = use_desk();
    let (frame, room) = (NodeRef::<html::Iframe>::new(), NodeRef::<html::Div>::new());
    let size = RwSignal::new((0.0, 0.0));
    let measure = move || {
        if let Some(room) = room.get_untracked() {
            size.set((f64::from(room.client_width()), f64::from(room.client_height())));
        }
    };
    effect(move || {
        // Once it is in the document.
        if room.get().is_some() {
            request_animation_frame(measure);
        }
    });
    let stale_now = memo(move |_| {
        desk.seen
            .with(|seen| seen.as_ref().is_some_and(|seen| !seen.findings.is_empty()))
    });
    effect(move || {
        // What stands above it takes of its room.
        stale_now.track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    effect(move || desk.frame_is(frame.get().and_then(|frame| frame.content_window())));
    let fitted = Signal::derive(move || fit(desk.profile.get(), size.get()));
    let px = |length: f64| format!("{length:.1}px");
    let name = move || {
        let title = desk
            .form
            .with(|form| form.as_ref().map(|shown| shown.form.definition().title.clone()));
        preview::FRAME_TITLE.with([title.unwrap_or_default().into()]).now()
    };
    let has_form = Signal::derive(move || desk.form.with(Option::is_some));
    view! {
        <section class="desk-stage" aria-label=preview::FRAME>
            {move || stale(stale_now.get(), has_form.get())}
            <div class="stage" node_ref=room>
                <div
                    class=move || format!("stage-screen stage-{}", desk.profile.get().name())
                    class:is-away=move || !has_form.get()
                    style:width=move || px(fitted.get().width * fitted.get().scale)
                    style:height=move || px(fitted.get().height * fitted.get().scale)
                >
                    <iframe
                        class="stage-frame"
                        src="/form"
                        title=name
                        node_ref=frame
                        style:width=move || px(fitted.get().width)
                        style:height=move || px(fitted.get().height)
                        style:transform=move || format!("scale({:.4})", fitted.get().scale)
                    ></iframe>
                </div>
                {move || (!has_form.get() && desk.seen.with(Option::is_some)).then(|| view! {
                    <EmptyState icon="file-text" title=preview::NO_FORM_YET text=preview::NO_FORM_YET_TEXT/>
                })}
            </div>
        </section>
    }
    .into_any()
}

/// Says that what is shown is not what is in the file.
fn stale(has_findings: bool, has_form: bool) -> Option<AnyView> {
    (has_findings && has_form)
        .then(|| view! { <Notice tone=Tone::Attention role="status"><p>{preview::LAST_GOOD}</p></Notice> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_that_is_larger_than_the_room_is_drawn_smaller_and_never_larger() {
        let kiosk = fit(Profile::Kiosk, (700.0, 960.0));
        assert_eq!((kiosk.width, kiosk.height, kiosk.scale), (1080.0, 1920.0, 0.5));
        assert!((fit(Profile::Mobile, (900.0, 2_000.0)).scale - 1.0).abs() < f64::EPSILON);
        let narrow = fit(Profile::Desktop, (512.0, 300.0));
        assert_eq!((narrow.width, narrow.height, narrow.scale), (1024.0, 600.0, 0.5));
        let wide = fit(Profile::Desktop, (1_400.0, 900.0));
        assert_eq!((wide.width, wide.height, wide.scale), (1_400.0, 900.0, 1.0));
    }
}
