//! Answers as a person reads them, in every language, and masked where others look on.

use onehall_protocol::{CitizenId, Date, Language, Money, OrganisationCode, PhoneNumber};
use serde_json::{Map, Value};

use crate::decimal::Decimal;
use crate::definition::{Choice, ComputedFormat, IdType, Kind, Question};
use crate::filling::QuestionView;

impl QuestionView<'_> {
    /// The answer as a person reads it; empty where there is none. In full: for the person whose answer it is.
    #[must_use]
    pub fn display(&self, language: Language) -> String {
        if let Kind::Group { .. } = self.question.kind {
            return display_rows(self.rows.len(), language);
        }
        let value = self.computed.as_ref().or(self.value);
        value.map_or_else(String::new, |value| {
            display(self.question, self.choices, value, language)
        })
    }

    /// As [`QuestionView::display`], but a sensitive answer is masked: for lists, and wherever others look on.
    #[must_use]
    pub fn display_masked(&self, language: Language) -> String {
        if self.question.sensitive {
            masked(self.question, self.value, &self.display(language))
        } else {
            self.display(language)
        }
    }

    /// The answer of a question with several choices once `option` is chosen or not: in the order of the options.
    #[must_use]
    pub fn with_option(&self, option: &str, chosen: bool) -> Value {
        let before: Vec<&str> = self
            .value
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let kept = |choice: &&Choice| {
            if choice.value == option {
                chosen
            } else {
                before.contains(&choice.value.as_str())
            }
        };
        self.choices
            .iter()
            .filter(kept)
            .map(|choice| choice.value.as_str())
            .collect()
    }
}

/// An answer as a person reads it; `choices` are the options of the question, if it has some.
#[must_use]
pub fn display(question: &Question, choices: &[Choice], value: &Value, language: Language) -> String {
    let label = |value: &str| match choices.iter().find(|choice| choice.value == value) {
        Some(choice) => choice.label.get(language).to_owned(),
        None => value.to_owned(),
    };
    let joined = |parts: Vec<String>| parts.join(if language == Language::ZhCn { "、" } else { ", " });
    let texts = |value: &Value, field: Option<&str>| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        let text = |item: &Value| {
            field
                .map_or(Some(item), |field| item.get(field))?
                .as_str()
                .map(str::to_owned)
        };
        items.filter_map(text).collect()
    };
    match (&question.kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::YesNo {}, Value::Bool(yes)) => in_two(language, *yes, ["是", "否"], ["Yes", "No"]),
        (Kind::Declaration { .. }, Value::Bool(agreed)) => {
            in_two(language, *agreed, ["已同意", "未同意"], ["Agreed", "Not agreed"])
        }
        (Kind::Choice { .. }, Value::String(value)) => label(value),
        (Kind::Choices { .. }, list) => joined(texts(list, None).iter().map(|value| label(value)).collect()),
        (Kind::Material { .. }, files) => joined(texts(files, Some("name"))),
        (Kind::Address {}, address) => {
            let part = |name: &str| {
                address
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            };
            let (region, detail) = (part("region"), part("detail"));
            match language {
                Language::ZhCn => format!("{region}{detail}"),
                Language::En if region.is_empty() || detail.is_empty() => format!("{region}{detail}"),
                Language::En => format!("{detail}, {region}"),
            }
        }
        (
            Kind::Date { .. }
            | Kind::Computed {
                format: ComputedFormat::Date,
                ..
            },
            Value::String(text),
        ) => text
            .parse()
            .map_or_else(|_| text.clone(), |date| display_date(date, language)),
        (Kind::DateRange { .. }, Value::Object(days)) => {
            let day = |name: &str| {
                let text = days.get(name).and_then(Value::as_str).unwrap_or_default().trim();
                text.parse()
                    .map_or_else(|_| text.to_owned(), |date| display_date(date, language))
            };
            match (day("from"), day("to"), language) {
                (from, to, _) if from.is_empty() && to.is_empty() => String::new(),
                (from, to, Language::ZhCn) => format!("{from}至{to}"),
                (from, to, Language::En) => format!("{from} to {to}").trim().to_owned(),
            }
        }
        (Kind::ListChoice { .. } | Kind::Region { .. }, Value::Object(entry)) => {
            let label = entry.get("label").and_then(|label| label.get(language.tag()));
            label.and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        (Kind::Person { .. }, Value::Object(parts)) => person(parts, language),
        (Kind::Signature {}, Value::Object(signature)) => match signature.get("typed").and_then(Value::as_str) {
            Some(name) if language == Language::ZhCn => format!("{name}（以输入姓名代替手写）"),
            Some(name) => format!("{name} (typed, not drawn)"),
            None => in_two(language, true, ["已手写签名", ""], ["Signed by hand", ""]),
        },
        (
            Kind::Money { .. }
            | Kind::Computed {
                format: ComputedFormat::Money,
                ..
            },
            Value::String(text),
        ) => text
            .parse()
            .map_or_else(|_| text.clone(), |amount| display_money(amount, language)),
        (
            Kind::Computed {
                format: ComputedFormat::Percent,
                ..
            },
            Value::Number(number),
        ) => {
            format!("{}%", plain_number(number))
        }
        (Kind::Number { unit: Some(unit), .. }, Value::Number(number)) => {
            format!("{} {}", plain_number(number), unit.get(language))
        }
        (_, Value::Number(number)) => plain_number(number),
        (_, Value::Bool(yes)) => in_two(language, *yes, ["是", "否"], ["Yes", "No"]),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Array(_)) => joined(texts(value, None)),
        (_, Value::Object(_)) => String::new(),
    }
}

/// A person: `李雷，居民身份证 11010519491231002X，手机 13800000001`.
fn person(parts: &Map<String, Value>, language: Language) -> String {
    let part = |name: &str| parts.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let number = match (IdType::named(part("id_type")), part("id_number")) {
        (_, "") => String::new(),
        (Some(id_type), number) => format!("{} {number}", id_type.label(language)),
        (None, number) => number.to_owned(),
    };
    let phone = match (language, part("phone")) {
        (_, "") => String::new(),
        (Language::ZhCn, phone) => format!("手机 {phone}"),
        (Language::En, phone) => format!("mobile {phone}"),
    };
    let mut said = part("name").to_owned();
    for more in [number, phone] {
        if !more.is_empty() && !said.is_empty() {
            said.push_str(if language == Language::ZhCn { "，" } else { ", " });
        }
        said.push_str(&more);
    }
    said
}

fn in_two(language: Language, first: bool, zh_cn: [&str; 2], en: [&str; 2]) -> String {
    let texts = if language == Language::ZhCn { zh_cn } else { en };
    texts[usize::from(!first)].to_owned()
}

fn plain_number(number: &serde_json::Number) -> String {
    Decimal::from_json(number).map_or_else(|| number.to_string(), |number| number.to_string())
}

fn display_rows(rows: usize, language: Language) -> String {
    match (language, rows) {
        (_, 0) => String::new(),
        (Language::ZhCn, rows) => format!("共 {rows} 项"),
        (Language::En, 1) => "1 entry".to_owned(),
        (Language::En, rows) => format!("{rows} entries"),
    }
}

/// A day: `2026年11月23日`, `23 November 2026`.
#[must_use]
pub fn display_date(date: Date, language: Language) -> String {
    let calendar = date.calendar();
    let (year, month, day) = (calendar.year(), calendar.month(), calendar.day());
    match language {
        Language::ZhCn => format!("{year}年{}月{day}日", u8::from(month)),
        Language::En => format!("{day} {month} {year}"),
    }
}

/// An amount: `1,200.00 元`, `CNY 1,200.00`.
#[must_use]
pub fn display_money(amount: Money, language: Language) -> String {
    let plain = amount.to_string();
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match language {
        Language::ZhCn => format!("{sign}{grouped}.{fraction} 元"),
        Language::En => format!("CNY {sign}{grouped}.{fraction}"),
    }
}

/// Shows that there is an answer, and of which person it could be, but not which.
fn masked(question: &Question, value: Option<&Value>, shown: &str) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let known = match &question.kind {
        Kind::CitizenId {} => text.parse::<CitizenId>().ok().map(|id| id.masked()),
        Kind::OrganisationCode {} => text.parse::<OrganisationCode>().ok().map(|code| code.masked()),
        Kind::Phone {} => text.parse::<PhoneNumber>().ok().map(|phone| phone.masked()),
        Kind::BankCard {} if text.is_ascii() && text.len() >= 12 => {
            Some(format!("**** **** {}", &text[text.len() - 4..]))
        }
        Kind::Email {} => text
            .split_once('@')
            .and_then(|(name, domain)| Some(format!("{}***@{domain}", name.chars().next()?))),
        Kind::Person { .. } => {
            let name = value.and_then(|value| value.get("name")).and_then(Value::as_str);
            let mut signs = name.unwrap_or_default().chars();
            signs
                .next()
                .filter(|_| signs.next().is_some())
                .map(|first| format!("{first}***"))
        }
        Kind::Text { .. } if text.chars().count() > 1 => text.chars().next().map(|first| format!("{first}***")),
        Kind::Address {} => {
            let region = value.and_then(|value| value.get("region")).and_then(Value::as_str);
            region.map(|region| format!("{region}***"))
        }
        _ => None,
    };
    known.unwrap_or_else(|| "***".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn question(kind: Value) -> Question {
        let mut question = json!({"id": "q", "label": {"zh-CN": "问", "en": "Q"}, "sensitive": true});
        for (name, value) in kind.as_object().into_iter().flatten() {
            question[name] = value.clone();
        }
        serde_json::from_value(question).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn answers_read_as_people_write_them() {
        let cases = [
            (
                json!({"kind": "money"}),
                json!("1234567.50"),
                "1,234,567.50 元",
                "CNY 1,234,567.50",
            ),
            (
                json!({"kind": "date"}),
                json!("2026-01-05"),
                "2026年1月5日",
                "5 January 2026",
            ),
            (json!({"kind": "yes_no"}), json!(false), "否", "No"),
            (
                json!({"kind": "number", "decimals": 1, "unit": {"zh-CN": "平方米", "en": "m²"}}),
                json!(88.5),
                "88.5 平方米",
                "88.5 m²",
            ),
            (
                json!({"kind": "address"}),
                json!({"region": "兰川市", "detail": "河西路1号"}),
                "兰川市河西路1号",
                "河西路1号, 兰川市",
            ),
            (
                json!({"kind": "computed", "value": 1, "format": "percent"}),
                json!(12.5),
                "12.5%",
                "12.5%",
            ),
            (
                json!({"kind": "computed", "value": 1, "format": "date"}),
                json!("2026-01-05"),
                "2026年1月5日",
                "5 January 2026",
            ),
            (json!({"kind": "text"}), Value::Null, "", ""),
            (json!({"kind": "time"}), json!("14:30"), "14:30", "14:30"),
            (
                json!({"kind": "date_range"}),
                json!({"from": "2026-01-05", "to": "2026-02-01"}),
                "2026年1月5日至2026年2月1日",
                "5 January 2026 to 1 February 2026",
            ),
            (
                json!({"kind": "region"}),
                json!({"code": "620102", "label": {"zh-CN": "云岭省兰川市", "en": "Lanchuan, Yunling"}}),
                "云岭省兰川市",
                "Lanchuan, Yunling",
            ),
            (
                json!({"kind": "person", "phone": true}),
                json!({"name": "李雷", "id_type": "passport", "id_number": "E12345678", "phone": "13800000001"}),
                "李雷，护照 E12345678，手机 13800000001",
                "李雷, passport E12345678, mobile 13800000001",
            ),
            (json!({"kind": "person"}), json!({"id_number": "7"}), "7", "7"),
            (
                json!({"kind": "signature"}),
                json!({"typed": "李雷"}),
                "李雷（以输入姓名代替手写）",
                "李雷 (typed, not drawn)",
            ),
            (
                json!({"kind": "signature"}),
                json!({"strokes": [[1, 1, 2, 2]]}),
                "已手写签名",
                "Signed by hand",
            ),
        ];
        for (kind, value, zh_cn, en) in cases {
            let question = question(kind);
            assert_eq!(display(&question, &[], &value, Language::ZhCn), zh_cn);
            assert_eq!(display(&question, &[], &value, Language::En), en);
        }
    }

    #[test]
    fn a_masked_answer_never_shows_the_whole() {
        let cases = [
            (
                json!({"kind": "citizen_id"}),
                json!("11010519491231002X"),
                "110***********002X",
            ),
            (json!({"kind": "phone"}), json!("13800000001"), "138****0001"),
            (
                json!({"kind": "bank_card"}),
                json!("6222020200112230"),
                "**** **** 2230",
            ),
            (json!({"kind": "email"}), json!("li@example.com"), "l***@example.com"),
            (json!({"kind": "text"}), json!("李雷"), "李***"),
            (json!({"kind": "text"}), json!("李"), "***"),
            (
                json!({"kind": "person"}),
                json!({"name": "李雷", "id_type": "passport", "id_number": "E12345678"}),
                "李***",
            ),
            (json!({"kind": "person"}), json!({"name": "李"}), "***"),
            (json!({"kind": "signature"}), json!({"typed": "李雷"}), "***"),
            (
                json!({"kind": "date_range"}),
                json!({"from": "2026-01-05", "to": "2026-02-01"}),
                "***",
            ),
            (json!({"kind": "money"}), json!("1.00"), "***"),
            (json!({"kind": "citizen_id"}), json!("110105"), "***"),
        ];
        for (kind, value, shown) in cases {
            let question = question(kind);
            assert_eq!(masked(&question, Some(&value), "full"), shown);
        }
        assert_eq!(masked(&question(json!({"kind": "text"})), None, ""), "");
    }
}
