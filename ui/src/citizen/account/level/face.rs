//! A picture of one's face, matched with the one on the identity document.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast, JsValue};
use onehall_client::citizen::MatchFace;
use onehall_protocol::CoreError;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlImageElement};

use super::Raising;
use super::outcome::outcome_view;
use crate::design::file_field::{FileField, FileRow};
use crate::texts::{Words, level as words};
use crate::view::view;

/// The longer side of the picture that is sent, in pixels: enough for a face, and a small file on a slow line.
const SIDE: f64 = 800.0;

/// The picture in a file, made small, as JPEG in base64. None where this browser cannot read it.
pub async fn picture_of(file: &File) -> Option<String> {
    let address = web_sys::Url::create_object_url_with_blob(file).ok()?;
    let drawn = drawn(&address).await;
    let _ = web_sys::Url::revoke_object_url(&address);
    drawn?.split_once(";base64,").map(|(_, base64)| base64.to_owned())
}

async fn drawn(address: &str) -> Option<String> {
    let image = HtmlImageElement::new().ok()?;
    image.set_src(address);
    JsFuture::from(image.decode()).await.ok()?;
    let (width, height) = (f64::from(image.natural_width()), f64::from(image.natural_height()));
    let scale = (SIDE / width.max(height).max(1.0)).min(1.0);
    let (width, height) = ((width * scale).max(1.0), (height * scale).max(1.0));
    let canvas = document().create_element("canvas").ok()?;
    let canvas = canvas.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d").ok()??;
    let context = context.dyn_into::<CanvasRenderingContext2d>().ok()?;
    context
        .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)
        .ok()?;
    canvas
        .to_data_url_with_type_and_encoder_options("image/jpeg", &JsValue::from_f64(0.85))
        .ok()
}

/// Where the picture is taken.
pub(super) fn face_form(raising: Raising) -> AnyView {
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<CoreError>);
    let unreadable = RwSignal::new(false);
    let chosen = Callback::new(move |files: Vec<File>| {
        let Some(file) = files.into_iter().next().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        failed.set(None);
        unreadable.set(false);
        spawn_local(async move {
            let Some(picture) = picture_of(&file).await else {
                let _ = unreadable.try_set(true);
                let _ = busy.try_set(false);
                return;
            };
            let answer = raising.hall.client.ask(MatchFace { picture }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(session) => raising.done(session),
                Err(error) => failed.set(Some(error)),
            }
        });
    });
    let error = Signal::derive(move || unreadable.get().then(|| Words::from(words::FACE_UNREADABLE)));
    view! {
        <p>{words::FACE_TEXT}</p>
        <div role="alert">{move || failed.get().map(|error| outcome_view(&error, words::FACE_NOT_MATCHED))}</div>
        <FileField
            id="level-face"
            label=words::FACE_LABEL
            hint=words::FACE_HINT
            files=Signal::stored(Vec::<FileRow>::new())
            on_files=chosen
            on_remove=Callback::new(|_: String| {})
            accept="image/jpeg,image/png"
            full=busy
            error=error
        />
        <p role="status">{move || busy.get().then(|| view! { <span>{words::CHECKING}</span> })}</p>
    }
    .into_any()
}
