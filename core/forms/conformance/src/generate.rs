//! Forms and answers out of numbers: every kind of question, rules of every sort over what stands before, sections, nested
//! groups, pages that jump, with and without calendar and lists; answers that fit, nearly fit and do not fit at all. The same
//! number gives the same pair on every target.

mod answers;

use answers::answer;
use onehall_forms::Inputs;

use onehall_protocol::Date;
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

/// A form, answers to it, and what else the evaluation hangs on.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The form.
    pub definition: Value,
    /// Answers by path.
    pub answers: Answers,
    /// The day.
    pub as_of: Date,
    /// Calendar and lists, as they are at hand.
    pub inputs: Inputs,
}

/// The kinds that are generated.
pub(crate) const KINDS: [&str; 26] = [
    "text",
    "long_text",
    "number",
    "money",
    "date",
    "phone",
    "email",
    "citizen_id",
    "organisation_code",
    "bank_card",
    "yes_no",
    "choice",
    "choices",
    "address",
    "time",
    "date_range",
    "list_choice",
    "region",
    "person",
    "signature",
    "material",
    "declaration",
    "computed",
    "note",
    "section",
    "group",
];

/// SplitMix64: small, fixed, the same everywhere.
pub(super) struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(all.len() as u64);
        &all[usize::try_from(at).unwrap_or(0)]
    }
}

/// The pair of a number: the first of its tries that is a form. What is none (a rule that never holds, a text that is no
/// option) is refused alike everywhere, too: another verdict would give another pair.
#[must_use]
pub fn pair(number: u32) -> Pair {
    let tries = (0..).map(|salt| made(number, salt));
    let mut forms = tries.filter(|pair| onehall_forms::Form::from_value(&pair.definition).is_ok());
    forms.next().unwrap_or_else(|| unreachable!("there is no end to tries"))
}

fn made(number: u32, salt: u32) -> Pair {
    let mut dice = Dice(u64::from(number) << 32 | u64::from(salt));
    let mut maker = Maker {
        known: Vec::new(),
        answers: Answers::new(),
        next: 0,
    };
    let count = 1 + dice.below(4);
    let pages: Vec<Value> = (0..count).map(|at| maker.page(&mut dice, at, count)).collect();
    let letters = ["a", "b", "c", "d"].map(|value| json!({ "value": value, "label": text(value, value) }));
    let definition = json!({
        "schema": "onehall-form/1", "code": "generated", "version": 1 + dice.below(3), "title": text("生成", "Generated"),
        "pages": pages,
        "code_tables": { "letters": letters },
    });
    let as_of = format!(
        "20{:02}-{:02}-{:02}",
        24 + dice.below(4),
        1 + dice.below(12),
        1 + dice.below(28)
    );
    Pair {
        definition,
        answers: maker.answers,
        as_of: as_of
            .parse()
            .unwrap_or_else(|_| unreachable!("days up to the 28th exist")),
        inputs: inputs(&mut dice),
    }
}

/// Calendar and lists: there or not, the entries of a list at hand or not.
fn inputs(dice: &mut Dice) -> Inputs {
    let mut inputs = json!({ "lists": [] });
    if !dice.one_in(3) {
        inputs["calendar"] = json!({ "version": "2026.1", "days": { "covers": ["2024-01-01", "2027-12-31"],
            "holidays": ["2026-10-01", "2026-10-02", "2025-05-01"], "working_weekends": ["2026-10-10"] } });
    }
    let entry = |code: &str, name: &str, parent: Option<&str>| json!({ "code": code, "label": text(name, code), "parent": parent });
    let regions = json!([
        entry("62", "云岭省", None),
        entry("6201", "兰川市", Some("62")),
        entry("620102", "河东区", Some("6201")),
        entry("6202", "安定市", Some("62")),
    ]);
    let jobs = json!([entry("1-01", "教师", None), entry("2-02", "护士", None)]);
    for (code, entries) in [("regions", regions), ("jobs", jobs)] {
        let mut list = json!({ "code": code, "version": format!("v{}", dice.below(3)) });
        match dice.below(4) {
            0 => continue,
            1 => {}
            _ => list["entries"] = entries,
        }
        if let Some(lists) = inputs["lists"].as_array_mut() {
            lists.push(list);
        }
    }
    serde_json::from_value(inputs).unwrap_or_else(|_| unreachable!("these are inputs"))
}

fn text(zh: &str, en: &str) -> Value {
    json!({ "zh-CN": zh, "en": en })
}

struct Maker {
    /// Questions that stand before, by what a rule calls them.
    known: Vec<String>,
    answers: Answers,
    next: u32,
}

impl Maker {
    fn page(&mut self, dice: &mut Dice, at: u64, pages: u64) -> Value {
        let condition = (at > 0 && dice.one_in(3)).then(|| self.rule(dice, 2));
        let count = 1 + dice.below(5);
        let questions: Vec<Value> = (0..count).map(|_| self.question(dice, "", [0, 0])).collect();
        let mut page = json!({ "id": format!("page{at}"), "title": text("页", "Page"), "questions": questions });
        if let Some(condition) = condition {
            page["visible_when"] = condition;
        }
        if at + 2 < pages && dice.one_in(2) {
            let jumps = (0..1 + dice.below(2)).map(|_| {
                let page = format!("page{}", at + 1 + dice.below(pages - at - 1));
                match dice.one_in(8) {
                    true => json!({ "page": page }),
                    false => json!({ "page": page, "when": self.rule(dice, 2) }),
                }
            });
            page["next"] = jumps.collect();
        }
        page
    }

    /// A question below `prefix`, answered for the path `prefix` as often as not, in so many groups and so many sections of
    /// its page or row.
    fn question(&mut self, dice: &mut Dice, prefix: &str, [depth, sections]: [u8; 2]) -> Value {
        self.next += 1;
        let id = format!("q{}", self.next);
        let kinds = if depth < 2 {
            &KINDS[..]
        } else {
            &KINDS[..KINDS.len() - 1]
        };
        let kind = match *dice.pick(kinds) {
            "section" if sections == 3 => "note",
            kind => kind,
        };
        let mut question = json!({ "id": id, "kind": kind, "label": text("问", "Question") });
        if !matches!(kind, "note" | "computed" | "section") {
            match dice.below(5) {
                0 | 1 => question["required"] = true.into(),
                2 => question["required_when"] = self.rule(dice, 2),
                _ => {}
            }
            if dice.one_in(5) {
                question["valid_when"] = json!([{ "rule": self.rule(dice, 2), "message": text("不对", "No") }]);
            }
        }
        if dice.one_in(4) {
            question["visible_when"] = self.rule(dice, 2);
        }
        if kind == "section" {
            let count = 1 + dice.below(3);
            let inner = (0..count).map(|_| self.question(dice, prefix, [depth, sections + 1]));
            question["questions"] = inner.collect();
            return question;
        }
        let path = format!("{prefix}{id}");
        if kind == "group" {
            self.group(dice, &mut question, &path, depth);
            return question;
        }
        self.details(dice, kind, &mut question);
        if !matches!(kind, "note" | "computed") && !dice.one_in(4) {
            let answer = answer(dice, kind);
            self.answers.insert(path, answer);
        }
        if depth == 0 && kind != "note" {
            let parts: &[&str] = match kind {
                "address" => &["region"],
                "date_range" => &["from", "to"],
                "list_choice" | "region" => &["code"],
                "person" => &["id_type", "id_number"],
                _ => &[],
            };
            self.known.extend(parts.iter().map(|part| format!("{id}.{part}")));
            self.known.push(id);
        }
        question
    }

    fn group(&mut self, dice: &mut Dice, question: &mut Value, path: &str, depth: u8) {
        let rows: Vec<String> = (0..dice.below(3)).map(|row| format!("r{row}")).collect();
        let count = 1 + dice.below(3);
        let first = self.next;
        let mut questions = Vec::new();
        // The questions are made once and answered in the first row; a second row has an answer to the first question.
        let row = rows.first().map_or("r9", String::as_str);
        for _ in 0..count {
            questions.push(self.question(dice, &format!("{path}/{row}/"), [depth + 1, 0]));
        }
        if let Some(second) = rows.get(1) {
            let answer = json!(dice.below(9));
            self.answers.insert(format!("{path}/{second}/q{}", first + 1), answer);
        }
        if !rows.is_empty() || dice.one_in(2) {
            self.answers.insert(path.to_owned(), json!(rows));
        }
        question["questions"] = questions.into();
        question["row_label"] = text("行", "row");
        question["min_rows"] = dice.below(2).into();
        question["max_rows"] = (1 + dice.below(4)).into();
        if depth == 0 {
            let group = question["id"].as_str().unwrap_or_default().to_owned();
            self.known.push(group);
        }
    }

    fn details(&mut self, dice: &mut Dice, kind: &str, question: &mut Value) {
        match kind {
            "text" => {
                if dice.one_in(2) {
                    question["max_length"] = (1 + dice.below(12)).into();
                }
                if dice.one_in(3) {
                    question["pattern"] = (*dice.pick(&["[a-z]+", "\\d{2,4}", "[一-龥A-Z0-9]{1,8}", "(ab|c)*"])).into();
                }
                if dice.one_in(4) {
                    question["mask"] = (*dice.pick(&["99", "AAA", "兰川A9", "**-9"])).into();
                }
            }
            "number" => {
                question["decimals"] = dice.below(4).into();
                if dice.one_in(2) {
                    question["min"] = dice.below(3).into();
                    question["max"] = (3 + dice.below(9)).into();
                }
            }
            "money" if dice.one_in(2) => question["max"] = (*dice.pick(&["10.00", "0.30", "9999.99"])).into(),
            "date" if dice.one_in(2) => {
                question["min"] = json!({ "today_plus_days": -i64::try_from(dice.below(400)).unwrap_or(0) });
                question["max"] = json!({ "today_plus_days": dice.below(400) });
            }
            "choice" | "choices" => {
                if dice.one_in(3) {
                    question["code_table"] = "letters".into();
                } else {
                    let mut options: Vec<Value> = ["a", "b", "c"]
                        .map(|value| json!({ "value": value, "label": text(value, value) }))
                        .into();
                    if dice.one_in(2) {
                        options[1]["visible_when"] = self.rule(dice, 1);
                    }
                    question["options"] = options.into();
                }
            }
            "time" if dice.one_in(2) => {
                question["min"] = "07:00".into();
                question["max"] = "18:00".into();
                question["step_minutes"] = (*dice.pick(&[1, 15, 30])).into();
            }
            "date_range" if dice.one_in(2) => {
                question["min"] = json!({ "today_plus_days": -700 });
                question["max"] = "2026-12-30".into();
                question["min_days"] = (1 + dice.below(3)).into();
                question["max_days"] = (3 + dice.below(60)).into();
            }
            "list_choice" => question["list"] = "jobs".into(),
            "region" if dice.one_in(2) => question["depth"] = (1 + dice.below(3)).into(),
            "person" => {
                if dice.one_in(2) {
                    question["id_types"] = json!(["citizen_id", "passport", "taiwan_permit", "foreign_permanent"]);
                }
                question["phone"] = dice.one_in(2).into();
            }
            "material" => {
                question["material"] = "proof".into();
                if dice.one_in(3) {
                    question["sources"] = json!([*dice.pick(&["upload", "case", "e_certificate", "derived"])]);
                }
            }
            "declaration" => question["statement"] = text("我声明", "I declare"),
            "computed" => {
                question["value"] = self.value(dice, 3);
                question["format"] = (*dice.pick(&["plain", "money", "percent", "date", "hidden"])).into();
            }
            _ => {}
        }
    }

    fn var(&mut self, dice: &mut Dice) -> Value {
        match self.known.is_empty() {
            true => json!(dice.below(5)),
            false => json!({ "var": *dice.pick(&self.known) }),
        }
    }

    /// Something to compute.
    fn value(&mut self, dice: &mut Dice, depth: u8) -> Value {
        if depth == 0 || dice.one_in(4) {
            return match dice.below(6) {
                0 => json!(dice.below(10)),
                1 => json!(["a", "b", "", "0", "1.50", "2025-03-01"][usize::try_from(dice.below(6)).unwrap_or(0)]),
                2 => json!([0.1, 0.2, 0.3, 1.005, 2.5, 1e-3][usize::try_from(dice.below(6)).unwrap_or(0)]),
                _ => self.var(dice),
            };
        }
        let (one, other) = (self.value(dice, depth - 1), self.value(dice, depth - 1));
        match dice.below(11) {
            0 => json!({ "+": [one, other] }),
            1 => json!({ "-": [one, other] }),
            2 => json!({ "*": [one, other] }),
            3 => json!({ "/": [one, other] }),
            4 => json!({ "%": [one, other] }),
            5 => json!({ "max": [one, other] }),
            6 => json!({ "if": [self.rule(dice, depth - 1), one, other] }),
            7 => json!({ "cat": [one, other] }),
            8 => json!({ "working_days_between": [one, other] }),
            9 => json!({ "add_working_days": [one, dice.below(30)] }),
            _ => json!({ "min": [one, other] }),
        }
    }

    /// A condition.
    fn rule(&mut self, dice: &mut Dice, depth: u8) -> Value {
        let (one, other) = (self.value(dice, depth.min(1)), self.value(dice, depth.min(1)));
        if depth > 0 && dice.one_in(3) {
            let (left, right) = (self.rule(dice, depth - 1), self.rule(dice, depth - 1));
            return match dice.below(3) {
                0 => json!({ "and": [left, right] }),
                1 => json!({ "or": [left, right] }),
                _ => json!({ "!": [left] }),
            };
        }
        match dice.below(10) {
            0 => json!({ "==": [one, other] }),
            1 => json!({ "!=": [one, other] }),
            2 => json!({ "<": [one, other] }),
            3 => json!({ ">=": [one, other] }),
            4 => json!({ "in": [one, ["a", "b", 1, 2]] }),
            5 => json!({ "answered": self.var(dice) }),
            6 => json!({ "===": [one, other] }),
            7 => json!({ "!!": [one] }),
            8 => json!({ "is_working_day": [one] }),
            _ => json!({ "<": [0, one, 7] }),
        }
    }
}
