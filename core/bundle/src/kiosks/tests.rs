//! A kiosk is told what is meant for it, and what cannot be is named with its place.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Hours, Kiosk, Kiosks, Theme};
use crate::canonical;

fn value() -> Value {
    json!({ "format": 1, "version": 7, "kiosks": [
        { "theme": "light", "elder": true, "open": [{ "days": [1, 2], "from": "08:30", "to": "24:00" }] },
        { "hall": "central", "theme": "dark", "services": ["residence-permit"] },
        { "hall": "central", "number": 3, "devices": ["slips"], "out_of_service": { "zh-CN": "正在检修", "en": "Under repair" } },
    ] })
}

fn read(value: &Value) -> Result<Kiosks, String> {
    let bytes = canonical(value).unwrap_or_default();
    Kiosks::read(&bytes).map_err(|mistake| mistake.to_string())
}

fn told(hall: &str, number: u64) -> Kiosk {
    let kiosks = read(&value()).unwrap_or_else(|error| panic!("{error}"));
    kiosks.of(hall, number)
}

/// What is said of the document with another first entry.
fn said(entry: Value) -> String {
    let mut value = value();
    value["kiosks"][0] = entry;
    read(&value).err().unwrap_or_default()
}

#[test]
fn what_is_said_last_of_a_kiosk_counts() {
    let anywhere = told("elsewhere", 3);
    let hours = Hours {
        days: vec![1, 2],
        from: 510,
        to: 1440,
    };
    assert_eq!((anywhere.theme, anywhere.elder), (Some(Theme::Light), Some(true)));
    assert_eq!(
        (anywhere.open, anywhere.devices, anywhere.services),
        (Some(vec![hours]), None, None)
    );
    let there = told("central", 4);
    assert_eq!((there.theme, there.elder), (Some(Theme::Dark), Some(true)));
    assert!(there.out_of_service.is_none() && there.devices.is_none());
    let this = told("central", 3);
    assert_eq!(this.devices, Some(vec!["slips".to_owned()]));
    assert_eq!(this.services, Some(vec!["residence-permit".to_owned()]));
    assert_eq!(
        this.out_of_service.map(|notice| notice.english),
        Some("Under repair".to_owned())
    );
}

#[test]
fn what_cannot_be_is_named_with_its_place() {
    for (entry, mistake) in [
        (
            json!({ "hall": "a", "colour": "red" }),
            "kiosks[0].colour: is not known here",
        ),
        (json!({ "theme": "pink" }), "kiosks[0].theme: is not `light` or `dark`"),
        (json!({ "elder": 1 }), "kiosks[0].elder: is not true or false"),
        (json!({ "number": 3 }), "kiosks[0].hall: is missing"),
        (
            json!({ "hall": "a", "number": 70_000 }),
            "kiosks[0].number: is more than there may be",
        ),
        (
            json!({ "devices": ["fridge"] }),
            "kiosks[0].devices[0]: is not a device of a kiosk",
        ),
        (
            json!({ "devices": ["slips", "slips"] }),
            "kiosks[0].devices[1]: is there twice",
        ),
        (
            json!({ "services": [""] }),
            "kiosks[0].services[0]: is not a text of one line",
        ),
        (
            json!({ "open": [{ "days": [8], "from": "08:00", "to": "09:00" }] }),
            "kiosks[0].open[0].days[0]: is more than there may be",
        ),
        (
            json!({ "open": [{ "days": [], "from": "08:00", "to": "09:00" }] }),
            "kiosks[0].open[0].days: is missing",
        ),
        (
            json!({ "open": [{ "days": [1], "from": "8:00", "to": "09:00" }] }),
            "kiosks[0].open[0].from: is not a time of the day such as 08:30",
        ),
        (
            json!({ "open": [{ "days": [1], "from": "09:00", "to": "09:00" }] }),
            "kiosks[0].open[0]: begins after its end",
        ),
        (
            json!({ "out_of_service": { "en": "x" } }),
            "kiosks[0].out_of_service.zh-CN: is missing",
        ),
    ] {
        assert_eq!(said(entry), mistake);
    }
    assert_eq!(said(json!({})), "");
    assert!(read(&json!({ "format": 2 })).is_err_and(|error| error.starts_with("format: ")));
}

#[test]
fn a_document_in_another_form_than_its_own_is_refused() {
    let spaced = serde_json::to_vec_pretty(&value()).unwrap_or_default();
    assert!(Kiosks::read(&spaced).is_err_and(|mistake| mistake.to_string().contains("canonical")));
}

proptest! {
    #[test]
    fn any_byte_that_changes_is_refused_or_read(at in 0_usize..400, byte in 0x20_u8..0x7f) {
        let mut bytes = canonical(&value()).unwrap_or_default();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = Kiosks::read(&bytes);
    }
}
