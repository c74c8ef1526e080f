//! Answers: sound ones mostly, then ones that nearly fit, then ones that do not.

use serde_json::{Value, json};

use super::{Dice, text};

fn entry(code: &str, zh: &str, en: &str) -> Value {
    json!({ "code": code, "label": text(zh, en) })
}

/// An answer to a question of this kind: a sound one mostly, then one that nearly fits, then one that does not.
pub(super) fn answer(dice: &mut Dice, kind: &str) -> Value {
    if dice.one_in(12) {
        let strange = [
            json!(null),
            json!(true),
            json!(-0.0),
            json!(1e21),
            json!(""),
            json!("  "),
            json!([]),
            json!({}),
            json!(["r0", "r0"]),
            json!("𠮷野家\u{200b}"),
        ];
        return dice.pick(&strange).clone();
    }
    let file = |size: u64, source: &str| {
        let mut file = json!({ "id": "019ab0c0-9094-7bd4-8fa3-eaf44869a9ac", "name": "证明.jpg", "media_type": "image/jpeg", "size": size,
            "sha256": "9094bd4fa3eaf44869a9ac6c297247b49a6ae74826c77b2b296d18fb0f340840", "uploaded_at": "2026-11-23T01:30:00.000Z" });
        if !source.is_empty() {
            file["source"] = json!({ "kind": source, "case": "019ab0c0-9094-7bd4-8fa3-eaf44869a9ad",
                "number": "LC-20261120-000042-7", "item_name": text("事", "item"), "name": text("证", "licence"), "at": "2026-11-20T01:30:00.000Z" });
        }
        file
    };
    match kind {
        "text" | "long_text" => {
            json!(*dice.pick(&["abc", "12", "兰川A1", "ababc", "é", "a b", "长长长长长长长长长长长长长"]))
        }
        "number" => {
            json!([0.0, 1.0, 2.5, 3.0, 7.0, 9.999, 0.1, 12.0, -1.0][usize::try_from(dice.below(9)).unwrap_or(0)])
        }
        "money" => json!(*dice.pick(&["0.10", "0.20", "0.30", "10.00", "1200.00", "9999.999", "1", "-5.00"])),
        "date" => json!(*dice.pick(&[
            "2025-02-28",
            "2024-02-29",
            "2025-02-29",
            "2026-12-31",
            "1999-01-01",
            "today"
        ])),
        "phone" => json!(*dice.pick(&["13800000001", "1380000000", "23800000001"])),
        "email" => json!(*dice.pick(&["a@example.com", "a@b", "@example.com", "名@例子.中国"])),
        "citizen_id" => json!(*dice.pick(&[
            "11010519491231002X",
            "620102198805143827",
            "620102198805143828",
            "11010519490231002X"
        ])),
        "organisation_code" => json!(*dice.pick(&["91350100M000100Y43", "91350100M000100Y44", "9135"])),
        "bank_card" => json!(*dice.pick(&["6228480123456789015", "6228480123456789016", "62"])),
        "yes_no" => json!(dice.one_in(2)),
        "choice" => json!(*dice.pick(&["a", "b", "c", "d", "z"])),
        "choices" => json!([["a"], ["b"], ["c"], ["z"]][usize::try_from(dice.below(4)).unwrap_or(0)]),
        "address" => match dice.below(3) {
            0 => json!({ "region": "兰川市城关区", "detail": "" }),
            _ => json!({ "region": "兰川市城关区", "detail": "民安街道1号" }),
        },
        "time" => json!(*dice.pick(&["14:30", "07:00", "07:07", "18:01", "24:00", "7:00"])),
        "date_range" => {
            let day = |dice: &mut Dice| *dice.pick(&["2026-01-01", "2026-01-03", "2025-12-31", "2026-02-30", ""]);
            json!({ "from": day(dice), "to": day(dice) })
        }
        "list_choice" => match dice.below(4) {
            0 => entry("9-99", "无", "none"),
            1 => entry("1-01", "老师", "1-01"),
            _ => entry("1-01", "教师", "1-01"),
        },
        "region" => match dice.below(5) {
            0 => entry("6201", "云岭省兰川市", "6201, 62"),
            1 => entry("6202", "云岭省安定市", "6202, 62"),
            2 => entry("620102", "河东区", "620102"),
            _ => entry("620102", "云岭省兰川市河东区", "620102, 6201, 62"),
        },
        "person" => {
            let (id_type, id_number) = *dice.pick(&[
                ("citizen_id", "11010519491231002X"),
                ("citizen_id", "110105194912310021"),
                ("passport", "E12345678"),
                ("taiwan_permit", "12345678"),
                ("foreign_permanent", "ABC123456789012"),
                ("foreign_permanent", "911124198108030024"),
                ("passport", ""),
            ]);
            let mut person = json!({ "name": "李雷", "id_type": id_type, "id_number": id_number });
            if !dice.one_in(3) {
                person["phone"] = (*dice.pick(&["13800000001", "1380", ""])).into();
            }
            person
        }
        "signature" => match dice.below(4) {
            0 => json!({ "typed": "李雷" }),
            1 => json!({ "strokes": [[300, 100]] }),
            2 => json!({ "strokes": [[601, 100, 2, 3]] }),
            _ => json!({ "strokes": [[1, 2, 600, 200], [5, 6]] }),
        },
        "material" => match dice.below(3) {
            0 => json!([file(1, ""), file(2, "case")]),
            _ => {
                let source = dice.pick(&["", "", "case", "e_certificate", "nowhere"]);
                json!([file(1, source)])
            }
        },
        "declaration" => json!(!dice.one_in(4)),
        _ => json!(1),
    }
}
