//! The kiosk around the page, where there is one: `window.onehallKiosk`. A browser that shows the kiosk's layout has none.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use onehall_protocol::halls::CardSeen;
#[cfg(feature = "shell")]
use onehall_protocol::identity::{CardCodeSent, Session};
use onehall_protocol::{CoreError, HallCode};
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BlobPropertyBag, File};

/// Where the kiosk's shell puts it.
const GLOBAL: &str = "onehallKiosk";

/// How a device is; one that is not told of is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// It can be used.
    Ready,
    /// It works for somebody.
    Busy,
    /// Its plug is out.
    Missing,
    /// A printer without paper.
    OutOfPaper,
    /// Paper is stuck.
    Jammed,
    /// A state that this page does not know is one in which it cannot be used.
    #[serde(other)]
    Broken,
}

/// Why a device did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It is not there, or was unplugged.
    Missing,
    /// It works for somebody else.
    Busy,
    /// No paper.
    OutOfPaper,
    /// Paper is stuck.
    Jammed,
    /// The card was taken away too early.
    Removed,
    /// What lies there cannot be read.
    Unreadable,
    /// Nobody put anything there.
    TimedOut,
    /// It was wanted no more.
    Stopped,
    /// Something else.
    #[serde(other)]
    Broken,
}

/// The devices of a kiosk that pages look after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Devices {
    /// Reads identity cards.
    pub id_card: Option<DeviceState>,
    /// Reads codes.
    pub codes: Option<DeviceState>,
    /// Scans papers.
    pub scanner: Option<DeviceState>,
    /// Prints slips.
    pub slips: Option<DeviceState>,
    /// Prints documents.
    pub documents: Option<DeviceState>,
}

/// What the devices answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Devices(Devices),
    Card(CardSeen),
    #[cfg(feature = "shell")]
    CodeSent(CardCodeSent),
    #[cfg(feature = "shell")]
    LoggedIn(Box<Session>),
    Code(String),
    Picture(Picture),
    Done {},
    Fault(Fault),
    Refused(CoreError),
}

/// A picture of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Picture {
    media_type: String,
    /// In base64.
    bytes: String,
}

/// Why something did not come of a device.
#[derive(Debug, Clone)]
pub enum NotDone {
    /// The device.
    Fault(Fault),
    /// The hall refused.
    Refused(CoreError),
}

fn kiosk() -> Option<JsValue> {
    if !cfg!(feature = "shell") {
        return None;
    }
    let kiosk = Reflect::get(&window(), &GLOBAL.into()).ok()?;
    kiosk.is_object().then_some(kiosk)
}

fn method(kiosk: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(kiosk, &name.into()).ok()?.dyn_into().ok()
}

/// The hall in which this kiosk stands.
#[must_use]
pub fn hall() -> Option<HallCode> {
    let hall = Reflect::get(&kiosk()?, &"hall".into()).ok()?.as_string()?;
    hall.parse().ok()
}

/// Where this kiosk stands, as its operator wrote it: `一楼 3 号自助终端`.
#[cfg(feature = "shell")]
#[must_use]
pub fn place() -> Option<String> {
    Reflect::get(&kiosk()?, &"place".into()).ok()?.as_string()
}

/// Its number in the hall.
#[cfg(feature = "shell")]
#[must_use]
pub fn number() -> Option<u32> {
    figure("number")
}

/// After how many seconds without a touch a visit ends here, where its operator says so.
#[must_use]
pub fn idle_seconds() -> Option<u32> {
    figure("idle_seconds")
}

fn figure(name: &str) -> Option<u32> {
    let figure = Reflect::get(&kiosk()?, &name.into()).ok()?.as_f64()?;
    Some(figure as u32)
}

/// Ends the visit, and with it this page. Says whether there is anybody who does.
pub fn over() -> bool {
    let ended = kiosk().and_then(|kiosk| method(&kiosk, "over")?.call0(&kiosk).ok());
    ended.is_some()
}

async fn ask(ask: Value) -> Result<Answer, NotDone> {
    let broken = NotDone::Fault(Fault::Broken);
    let asked = kiosk().and_then(|kiosk| {
        let promise = method(&kiosk, "device")?.call1(&kiosk, &ask.to_string().into()).ok()?;
        promise.dyn_into::<Promise>().ok()
    });
    let Some(asked) = asked else {
        return Err(NotDone::Fault(Fault::Missing));
    };
    let Ok(answer) = JsFuture::from(asked).await else {
        return Err(broken);
    };
    match answer.as_string().and_then(|answer| serde_json::from_str(&answer).ok()) {
        Some(Answer::Fault(fault)) => Err(NotDone::Fault(fault)),
        Some(Answer::Refused(error)) => Err(NotDone::Refused(error)),
        Some(answer) => Ok(answer),
        None => Err(broken),
    }
}

/// How the devices are; none of them on what is no kiosk.
pub async fn devices() -> Devices {
    match kiosk() {
        None => Devices::default(),
        Some(_) => match ask(json!({ "devices": {} })).await {
            Ok(Answer::Devices(devices)) => devices,
            _ => Devices::default(),
        },
    }
}

/// Waits for an identity card, and checks in with it.
///
/// # Errors
/// No card was read, or the hall refuses.
pub async fn read_card() -> Result<CardSeen, NotDone> {
    seen(ask(json!({ "read_card": {} })).await)
}

/// Draws a number of a queue with the card that was read.
///
/// # Errors
/// The hall refuses; [`Fault::Removed`] where there is no such card any more.
pub async fn draw_by_card(queue: &str) -> Result<CardSeen, NotDone> {
    seen(ask(json!({ "draw_by_card": { "queue": queue } })).await)
}

fn seen(answer: Result<Answer, NotDone>) -> Result<CardSeen, NotDone> {
    match answer? {
        Answer::Card(seen) => Ok(seen),
        _ => Err(NotDone::Fault(Fault::Broken)),
    }
}

/// Waits for an identity card, and has a code sent to its owner.
///
/// # Errors
/// No card was read, or the hall refuses.
#[cfg(feature = "shell")]
pub async fn log_in_by_card() -> Result<CardCodeSent, NotDone> {
    code_sent(ask(json!({ "log_in_by_card": {} })).await)
}

/// Has another code sent to the owner of the card that was read.
///
/// # Errors
/// The hall refuses; [`Fault::Removed`] where there is no such card any more.
#[cfg(feature = "shell")]
pub async fn send_card_code() -> Result<CardCodeSent, NotDone> {
    code_sent(ask(json!({ "send_card_code": {} })).await)
}

#[cfg(feature = "shell")]
fn code_sent(answer: Result<Answer, NotDone>) -> Result<CardCodeSent, NotDone> {
    match answer? {
        Answer::CodeSent(sent) => Ok(sent),
        _ => Err(NotDone::Fault(Fault::Broken)),
    }
}

/// Logs in with the card that was read, and the code.
///
/// # Errors
/// The code is wrong; as [`send_card_code`].
#[cfg(feature = "shell")]
pub async fn enter_card_code(code: &str) -> Result<Session, NotDone> {
    match ask(json!({ "enter_card_code": { "code": code } })).await? {
        Answer::LoggedIn(session) => Ok(*session),
        _ => Err(NotDone::Fault(Fault::Broken)),
    }
}

/// Scans the paper that lies on the scanner, as a file of this name without its ending.
///
/// # Errors
/// There is no picture.
pub async fn scan_paper(name: &str) -> Result<File, NotDone> {
    let broken = || NotDone::Fault(Fault::Broken);
    let Answer::Picture(picture) = ask(json!({ "take": { "with": "scanner" } })).await? else {
        return Err(broken());
    };
    let latin = window().atob(&picture.bytes).map_err(|_| broken())?;
    // Each character is a byte.
    let bytes: Vec<u8> = latin.chars().filter_map(|byte| u8::try_from(byte).ok()).collect();
    let options = BlobPropertyBag::new();
    options.set_type(&picture.media_type);
    let ending = picture.media_type.rsplit('/').next().unwrap_or_default();
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    let words = Array::of3(&parts, &format!("{name}.{ending}").into(), &options);
    let made = Reflect::get(&window(), &"File".into())
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|file| Reflect::construct(&file, &words));
    made.map(JsCast::unchecked_into).map_err(|_| broken())
}

/// Waits for a QR code.
///
/// # Errors
/// There was none.
pub async fn scan_code() -> Result<String, NotDone> {
    match ask(json!({ "scan_code": {} })).await? {
        Answer::Code(code) => Ok(code),
        _ => Err(NotDone::Fault(Fault::Broken)),
    }
}

/// Ends what waits for somebody, and has the card forgotten.
pub async fn stop() {
    if kiosk().is_some() {
        let _ = ask(json!({ "stop": {} })).await;
    }
}

/// What stands on a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Whose slip it is.
    pub title: String,
    /// What matters most, in large characters.
    pub big: String,
    /// What else is said.
    pub lines: Vec<String>,
    /// A QR code.
    pub code: Option<String>,
    /// What stands below it.
    pub below: String,
}

/// Prints a slip.
///
/// # Errors
/// There is none.
pub async fn print_slip(slip: &Slip) -> Result<(), NotDone> {
    let Slip {
        title,
        big,
        lines,
        code,
        below,
    } = slip;
    let slip = json!({ "title": title, "big": big, "lines": lines, "code": code, "below": below });
    done(ask(json!({ "print_slip": { "slip": slip } })).await)
}

/// Prints a PDF.
///
/// # Errors
/// There is no paper.
pub async fn print_document(pdf: &[u8]) -> Result<(), NotDone> {
    let latin: String = pdf.iter().copied().map(char::from).collect();
    let Ok(pdf) = window().btoa(&latin) else {
        return Err(NotDone::Fault(Fault::Broken));
    };
    done(ask(json!({ "print_document": { "pdf": pdf } })).await)
}

fn done(answer: Result<Answer, NotDone>) -> Result<(), NotDone> {
    match answer? {
        Answer::Done {} => Ok(()),
        _ => Err(NotDone::Fault(Fault::Broken)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Answer {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn answers_of_the_devices_are_read_also_those_of_a_newer_kiosk() {
        let Answer::Devices(devices) = read(r#"{"devices":{"id_card":"ready","slips":"on_fire","arm":"ready"}}"#)
        else {
            panic!("no devices")
        };
        assert_eq!(
            (devices.id_card, devices.slips),
            (Some(DeviceState::Ready), Some(DeviceState::Broken))
        );
        assert_eq!(devices.documents, None);
        assert!(matches!(read(r#"{"fault":"removed"}"#), Answer::Fault(Fault::Removed)));
        assert!(matches!(read(r#"{"fault":"melted"}"#), Answer::Fault(Fault::Broken)));
        assert!(matches!(
            read(r#"{"card":{}}"#),
            Answer::Card(CardSeen {
                ticket: None,
                from: None
            })
        ));
        assert!(matches!(read(r#"{"done":{}}"#), Answer::Done {}));
        assert!(matches!(
            read(r#"{"picture":{"media_type":"image/jpeg","bytes":"/9j/"}}"#),
            Answer::Picture(Picture { media_type, .. }) if media_type == "image/jpeg"
        ));
    }
}
