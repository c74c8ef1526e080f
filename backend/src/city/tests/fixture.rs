//! A small city, whole, to be broken in one place.

use std::path::PathBuf;

use super::super::{CityContent, LoadError, load};

pub(super) const FILES: &[(&str, &str)] = &[
    (
        "city.toml",
        r#"name = { zh-CN = "小城", en = "Small Town" }
hall_name = { zh-CN = "小城政务大厅", en = "Small Town Hall" }
case_prefix = "ST"
utc_offset_minutes = 480
hotline = "12345"
"#,
    ),
    (
        "calendar.toml",
        r#"covers = ["2026-01-01", "2026-12-31"]
holidays = ["2026-01-01", "2026-10-01"]
working_weekends = ["2026-01-04"]
"#,
    ),
    (
        "authorities.toml",
        r#"[[authority]]
code = "police"
name = { zh-CN = "公安局", en = "Police" }
organisation_code = "119904000031864295"
duty = { zh-CN = "负责户籍。", en = "Keeps the registers." }
phone = "110"
address = { zh-CN = "人民路 1 号", en = "1 Renmin Road" }

[[authority]]
code = "market"
name = { zh-CN = "市场局", en = "Market" }
organisation_code = "11990400003186779B"
duty = { zh-CN = "负责登记。", en = "Registers businesses." }
phone = "12315"
address = { zh-CN = "人民路 2 号", en = "2 Renmin Road" }
"#,
    ),
    (
        "halls.toml",
        r#"[[hall]]
code = "central"
name = { zh-CN = "中心大厅", en = "Central Hall" }
address = { zh-CN = "人民路 3 号", en = "3 Renmin Road" }
transport = { zh-CN = "公交 1 路", en = "Bus 1" }
phone = "12345"
hours = { zh-CN = "工作日 9–17 点", en = "Working days 9–17" }
kiosks = 2
accessibility = { zh-CN = "无障碍坡道", en = "Step-free" }
"#,
    ),
    (
        "themes.toml",
        r#"[[theme]]
code = "identity"
name = { zh-CN = "证件", en = "Identity" }
icon = "id-card"
"#,
    ),
    (
        "life-events.toml",
        r#"[[life_event]]
code = "travelling"
name = { zh-CN = "我要出行", en = "Travelling" }
summary = { zh-CN = "出行所需。", en = "What a journey needs." }
icon = "plane"
items = ["identity-card"]
"#,
    ),
    (
        "items/identity-card.toml",
        r#"name = { zh-CN = "身份证办理", en = "Identity card" }
summary = { zh-CN = "办理身份证。", en = "Get an identity card." }
kind = "07"
authority = "police"
themes = ["identity"]
audience = ["citizen"]
channels = ["window", "mobile"]
promptness = "2"
promised_days = 5
legal_days = 10
onsite_visits = 1
online = true
frequent = 1
keywords = ["身份证", "ID"]
catalog_code = "000709001000"
task_code = "1199040000318642953000709001000"
level = "3"
area = { zh-CN = "全市", en = "The city" }
conditions = [{ zh-CN = "是中国公民。", en = "You are a citizen." }]
halls = ["central"]
form = { code = "identity-card", version = 1 }
workflow = "simple"
updated = "2026-11-01"

[output]
name = { zh-CN = "身份证", en = "Identity card" }
delivery = { zh-CN = "窗口", en = "At a window" }

[[materials]]
code = "photo"
name = { zh-CN = "照片", en = "Photo" }
required = true
trust_grade = "C"
sources = ["upload"]

[[fees]]
name = { zh-CN = "工本费", en = "Cost" }
amount = "20.00"

[[steps]]
name = { zh-CN = "申请", en = "Apply" }
what = { zh-CN = "网上申请。", en = "Apply online." }

[[legal_basis]]
title = { zh-CN = "《身份证法》", en = "Identity Card Law" }

[[questions]]
question = { zh-CN = "多久？", en = "How long?" }
answer = { zh-CN = "五天。", en = "Five days." }
"#,
    ),
    (
        "items/passport.toml",
        r#"name = { zh-CN = "护照", en = "Passport" }
summary = { zh-CN = "办理护照。", en = "Get a passport." }
kind = "01"
authority = "police"
themes = ["identity"]
audience = ["citizen"]
channels = ["window"]
promptness = "1"
promised_days = 0
onsite_visits = 1
online = false
catalog_code = "000109002000"
task_code = "1199040000318642953000109002000"
level = "3"
area = { zh-CN = "全市", en = "The city" }
updated = "2026-11-01"
output = { name = { zh-CN = "护照", en = "Passport" }, delivery = { zh-CN = "窗口", en = "At a window" } }
"#,
    ),
    (
        "clients/transit.toml",
        r#"name = { zh-CN = "公交", en = "Transit" }
operator = { zh-CN = "公交公司", en = "Transit Company" }
kind = "public"
redirect_uris = ["https://transit.example/back"]
assurance = "L1"

[[scopes]]
scope = "phone"
why = { zh-CN = "发送提醒。", en = "To send reminders." }
"#,
    ),
    (
        "clients/clinic.toml",
        r#"name = { zh-CN = "诊所", en = "Clinic" }
operator = { zh-CN = "诊所集团", en = "Clinics" }
kind = "confidential"
redirect_uris = ["https://clinic.example/back"]

[[keys]]
kid = "first"
kty = "EC"
crv = "P-256"
x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"
y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"

[standing]
hall = "central"
place = { zh-CN = "一层大厅", en = "Ground floor" }
"#,
    ),
    (
        "forms/identity-card.v1.json",
        r#"{
  "schema": "onehall-form/1",
  "code": "identity-card",
  "version": 1,
  "title": { "zh-CN": "身份证办理", "en": "Identity card" },
  "pages": [
    {
      "id": "you",
      "title": { "zh-CN": "您", "en": "You" },
      "questions": [
        {
          "id": "name",
          "kind": "text",
          "label": { "zh-CN": "姓名", "en": "Name" },
          "prefill": "person.name"
        },
        {
          "id": "photo",
          "kind": "material",
          "label": { "zh-CN": "照片", "en": "Photo" },
          "material": "photo",
          "trust_grade": "C"
        }
      ]
    }
  ]
}
"#,
    ),
    (
        "workflows/simple.toml",
        include_str!("../../../demo-city/workflows/simple.toml"),
    ),
    (
        "people.toml",
        r#"[[citizen]]
key = "zhang"
name = "张三"
citizen_id = "11010519491231002X"
phone = "13800000001"
address = { region = "城关区", detail = "人民路 1 号" }
assurance = "L2"

[[citizen]]
key = "li"
name = "李四"
citizen_id = "440524188001010014"
phone = "13800000002"
address = { region = "城关区", detail = "人民路 2 号" }
assurance = "L1"

[[legal_person]]
key = "shop"
name = "小店有限公司"
organisation_code = "91350100M000100Y43"
address = { region = "城关区", detail = "人民路 3 号" }
agents = ["zhang"]
"#,
    ),
    (
        "staff.toml",
        r#"[[staff]]
account = "admin"
name = "管理员"
roles = ["administrator"]
password = "twelve letters"
totp_secret = "4QG4A57HFENZUCQOQ7FL7U7JMMBIHUW3"

[[staff]]
account = "clerk"
name = "王五"
roles = ["window_clerk"]
authority = "police"
hall = "central"
password = "twelve letters"
totp_secret = "HVABEAMHSQB4MIR2JCXG5UOWYOD64KCM"
"#,
    ),
];

/// A folder with the small city, gone when dropped.
pub(super) struct Fixture(PathBuf);

impl Fixture {
    pub(super) fn new() -> Fixture {
        let folder = std::env::temp_dir().join(format!("onehall-city-{}", uuid::Uuid::now_v7()));
        let fixture = Fixture(folder);
        for (name, text) in FILES {
            fixture.write(name, text.as_bytes());
        }
        fixture
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.join(name);
        let folder = path.parent().unwrap_or(&self.0);
        std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
        std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{error}"));
    }

    pub(super) fn remove(&self, name: &str) {
        std::fs::remove_file(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    pub(super) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replaces the first `from` of a file, and gives the line on which `to` then begins.
    pub(super) fn replace(&self, name: &str, from: &str, to: &str) -> usize {
        let text = self.text(name);
        let at = text.find(from).unwrap_or_else(|| panic!("{name} has no {from:?}"));
        self.write(name, text.replacen(from, to, 1).as_bytes());
        text[..at].matches('\n').count() + 1
    }

    pub(super) fn load(&self) -> Result<CityContent, Vec<LoadError>> {
        load(&self.0)
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        &self.0
    }

    /// Everything that is wrong.
    pub(super) fn errors(&self) -> Vec<LoadError> {
        self.load().err().unwrap_or_default()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The small city with one change has one fault, on the line of the change, and its reason says `reason`.
#[track_caller]
pub(super) fn broken(file: &str, from: &str, to: &str, reason: &str) {
    let fixture = Fixture::new();
    let line = fixture.replace(file, from, to);
    one_fault(&fixture, file, line, reason);
}

/// As [`broken`], where the fault stands on another line than the change.
#[track_caller]
pub(super) fn broken_at(file: &str, from: &str, to: &str, line: usize, reason: &str) {
    let fixture = Fixture::new();
    fixture.replace(file, from, to);
    one_fault(&fixture, file, line, reason);
}

#[track_caller]
pub(super) fn one_fault(fixture: &Fixture, file: &str, line: usize, reason: &str) {
    let errors = fixture.errors();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!((errors[0].file.as_str(), errors[0].line), (file, line), "{errors:#?}");
    assert!(
        errors[0].reason.contains(reason),
        "{:?} does not say {reason:?}",
        errors[0].reason
    );
}
