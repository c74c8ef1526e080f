//! The kiosks of a hall, for who runs it: which of them need somebody.

use leptos::prelude::*;
use onehall_protocol::halls::{DeviceState, FloorView, KioskDevice, KioskSeen, KioskSign};

use super::words;
use crate::design::content::Section;
use crate::design::notice::{Tag, Tone};
use crate::shell::use_ui;
use crate::texts::{Phrase, Words, format};
use crate::view::view;

/// The kiosks, where one is shown any.
pub(super) fn kiosks(floor: &FloorView) -> AnyView {
    if floor.kiosks.is_empty() {
        return ().into_any();
    }
    let rows = floor.kiosks.iter().map(row).collect_view();
    view! {
        <Section id="floor-kiosks" title=words::KIOSKS><ul class="floor-rows">{rows}</ul></Section>
    }
    .into_any()
}

fn row(kiosk: &KioskSeen) -> AnyView {
    let tags = wrong(kiosk).into_iter().map(|(tone, said)| {
        let icon = if tone == Tone::Good {
            "circle-check"
        } else {
            "circle-alert"
        };
        view! { <Tag label=said tone=tone icon=icon/> }.into_any()
    });
    let visits = kiosk
        .sign
        .as_ref()
        .map(|sign| words::KIOSK_VISITS.with([sign.visits.to_string().into()]));
    view! {
        <li class="floor-row">
            <strong>{words::KIOSK.with([kiosk.number.to_string().into()])}</strong>
            <span class="floor-tags">{tags.collect_view()}</span>
            {visits.map(|visits| view! { <span class="muted">{visits}</span> })}
        </li>
    }
    .into_any()
}

/// What is wrong with a kiosk, the worst first; that nothing is, where nothing is.
fn wrong(kiosk: &KioskSeen) -> Vec<(Tone, Words)> {
    let unclean = kiosk.sign.as_ref().map_or(0, |sign| sign.unclean);
    let left = (unclean > 0).then(|| (Tone::Bad, words::KIOSK_UNCLEAN.with([unclean.to_string().into()])));
    let silent = match (kiosk.silent, kiosk.at) {
        (false, _) => None,
        (true, None) => Some(words::KIOSK_NEVER.into()),
        (true, Some(at)) => {
            let offset = use_ui().utc_offset.get();
            Some(words::KIOSK_SILENT.with([format::moment_words(at, offset)]))
        }
    };
    // Of a kiosk that is silent nobody knows how its devices are.
    let devices = kiosk
        .sign
        .as_ref()
        .filter(|_| !kiosk.silent)
        .map(devices)
        .unwrap_or_default();
    let mut all: Vec<_> = left.into_iter().collect();
    all.extend(silent.map(|said| (Tone::Bad, said)));
    all.extend(devices.into_iter().map(|said| (Tone::Attention, said)));
    if all.is_empty() {
        all.push((Tone::Good, words::KIOSK_GOOD.into()));
    }
    all
}

fn devices(sign: &KioskSign) -> Vec<Words> {
    let all = sign.devices.iter();
    all.filter_map(|(device, state)| state_words(*device, *state)).collect()
}

fn state_words(device: KioskDevice, state: DeviceState) -> Option<Words> {
    let state = match state {
        DeviceState::Ready | DeviceState::Busy => return None,
        // The door's alone, whose device is its sensor.
        DeviceState::Open => return Some(words::DEVICE_OPEN.into()),
        DeviceState::Missing => words::DEVICE_MISSING,
        DeviceState::OutOfPaper => words::DEVICE_OUT_OF_PAPER,
        DeviceState::Jammed => words::DEVICE_JAMMED,
        DeviceState::Broken => words::DEVICE_BROKEN,
    };
    Some(state.with([device_name(device).into()]))
}

fn device_name(device: KioskDevice) -> Phrase {
    match device {
        KioskDevice::IdCard => words::DEVICE_ID_CARD,
        KioskDevice::Codes => words::DEVICE_CODES,
        KioskDevice::Scanner => words::DEVICE_SCANNER,
        KioskDevice::Camera => words::DEVICE_CAMERA,
        KioskDevice::Slips => words::DEVICE_SLIPS,
        KioskDevice::Documents => words::DEVICE_DOCUMENTS,
        KioskDevice::Light => words::DEVICE_LIGHT,
        KioskDevice::Door => words::DEVICE_DOOR,
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;
    use serde_json::json;

    use super::*;

    fn said(kiosk: serde_json::Value) -> Vec<String> {
        let kiosk = serde_json::from_value(kiosk).unwrap_or_else(|error| panic!("{error}"));
        wrong(&kiosk)
            .into_iter()
            .map(|(_, said)| said.get(Language::ZhCn))
            .collect()
    }

    #[test]
    fn what_needs_somebody_is_said_and_what_works_is_not() {
        let sign = |unclean: u64, slips: &str| json!({ "version": "1", "visits": 9, "unclean": unclean, "devices": { "id_card": "ready", "slips": slips } });
        assert_eq!(said(json!({ "number": 3, "silent": true })), ["从未上线"]);
        assert_eq!(
            said(json!({ "number": 3, "silent": false, "sign": sign(0, "busy") })),
            ["正常"]
        );
        assert_eq!(
            said(json!({ "number": 3, "silent": false, "sign": sign(2, "out_of_paper") })),
            ["2 次办理后未能清除干净，请检查这台终端", "小票打印机缺纸"]
        );
        let case =
            json!({ "version": "1", "visits": 9, "unclean": 0, "devices": { "light": "missing", "door": "open" } });
        assert_eq!(
            said(json!({ "number": 3, "silent": false, "sign": case })),
            ["指示灯未连接", "机柜门未关"]
        );
    }
}
