//! The questions that were imported, as conditions name them, and comparisons with their answers.

use onehall_forms::Kind;
use serde_json::{Value, json};

use crate::kinds;
use crate::rules::{self, Unable, any, fails, or_else};

/// What a question's answer is to a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Text,
    Number,
    Bool,
    Date,
    /// A time of day.
    Time,
    /// A day with a time, as a text that may be written in several ways.
    Moment,
    /// One of these values.
    Choice(Vec<String>),
    /// Any number of these values.
    Choices(Vec<String>),
    /// The rows of a group.
    Rows,
    /// Something that conditions do not compare: an address, files.
    Whole,
    /// None at all: a note.
    Nothing,
}

impl Answer {
    pub(crate) fn of(kind: &Kind) -> Answer {
        let values =
            |options: &onehall_forms::Options| options.options.iter().map(|option| option.value.clone()).collect();
        match kind {
            Kind::Number { .. } | Kind::Money { .. } => Answer::Number,
            kind if kinds::is_moment(kind) => Answer::Moment,
            Kind::Date { .. } => Answer::Date,
            Kind::Time { .. } => Answer::Time,
            Kind::YesNo {} | Kind::Declaration { .. } => Answer::Bool,
            Kind::Choice { options } => Answer::Choice(values(options)),
            Kind::Choices { options, .. } => Answer::Choices(values(options)),
            Kind::Group { .. } => Answer::Rows,
            Kind::Address {}
            | Kind::Material { .. }
            | Kind::DateRange { .. }
            | Kind::ListChoice { .. }
            | Kind::Region { .. }
            | Kind::Person { .. }
            | Kind::Signature {} => Answer::Whole,
            Kind::Note { .. } | Kind::Section { .. } => Answer::Nothing,
            _ => Answer::Text,
        }
    }
}

/// A question that was imported.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its id.
    pub(crate) id: String,
    /// The groups around it, outermost first.
    pub(crate) groups: Vec<String>,
    pub(crate) answer: Answer,
    /// Whether it is surely answered before anything hangs on it, where it is asked at all.
    pub(crate) required: bool,
    /// Whether the source takes an unanswered one for `false`: a box that is not ticked.
    pub(crate) starts_false: bool,
}

impl Known {
    /// How a rule that stands in these groups names it. None where its rows are not around the rule.
    pub(crate) fn reference(&self, from: &[String]) -> Result<String, Unable> {
        let inside = || {
            Unable::new(
                "reads_into_rows",
                "it reads an answer of a repeated part from outside of its rows",
            )
        };
        if self.groups.is_empty() {
            return Ok(self.id.clone());
        }
        if !from.starts_with(&self.groups) {
            return Err(inside());
        }
        match from.len() - self.groups.len() {
            0 => Ok(format!("row.{}", self.id)),
            1 => Ok(format!("outer_row.{}", self.id)),
            _ => Err(inside()),
        }
    }
}

/// How an answer is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Compare {
    fn operator(self) -> &'static str {
        match self {
            Compare::Is => "==",
            Compare::IsNot => "!=",
            Compare::Less => "<",
            Compare::AtMost => "<=",
            Compare::More => ">",
            Compare::AtLeast => ">=",
        }
    }

    /// The same comparison with its sides changed.
    pub(crate) fn turned(self) -> Compare {
        match self {
            Compare::Less => Compare::More,
            Compare::AtMost => Compare::AtLeast,
            Compare::More => Compare::Less,
            Compare::AtLeast => Compare::AtMost,
            same => same,
        }
    }
}

/// What the source makes of an answer that is not there, where it asks whether it differs from something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It differs: also that of a question that is not shown.
    Differs,
    /// It differs where the question may be left unanswered; else the rule waits for it.
    Waits,
}

/// A comparison of an answer with a value, where the rule stands in the groups `from`. What is not answered, for one
/// because it is not asked, differs from every value.
pub(crate) fn compare(known: &Known, from: &[String], how: Compare, value: &Value) -> Result<Value, Unable> {
    compare_where(known, from, how, value, Missing::Differs)
}

fn compare_where(
    known: &Known,
    from: &[String],
    how: Compare,
    value: &Value,
    missing: Missing,
) -> Result<Value, Unable> {
    let waits = missing == Missing::Waits && known.required;
    let reference = known.reference(from)?;
    if value.is_array() || value.is_object() {
        return Err(Unable::new(
            "odd_comparison",
            format!("`{}` is compared with something that is no single value", known.id),
        ));
    }
    let empty = value.is_null() || value.as_str().is_some_and(str::is_empty);
    if empty {
        return match how {
            Compare::Is => Ok(fails(rules::answered(&reference))),
            Compare::IsNot => Ok(rules::answered(&reference)),
            _ => Err(Unable::new(
                "odd_comparison",
                "it asks whether an answer is more or less than nothing",
            )),
        };
    }
    let same = match &known.answer {
        Answer::Nothing => {
            return Err(Unable::new(
                "no_answer",
                format!("`{}` has no answer to compare", known.id),
            ));
        }
        Answer::Whole | Answer::Rows => {
            return Err(Unable::new(
                "odd_comparison",
                format!("`{}` has no single value to compare", known.id),
            ));
        }
        Answer::Moment => {
            return Err(Unable::new(
                "odd_comparison",
                format!(
                    "`{}` is a day with a time, which is a text here and no point in time",
                    known.id
                ),
            ));
        }
        Answer::Bool => {
            let flag = truth(value).ok_or_else(|| {
                Unable::new(
                    "odd_comparison",
                    format!("`{}` is yes or no, and it is compared with {value}", known.id),
                )
            })?;
            return boolean(known, &reference, how, flag, waits);
        }
        Answer::Choices(options) => {
            let text = text_of(value);
            let text = text.as_str();
            let has = if options.iter().any(|option| option == text) {
                json!({"in": [text, rules::var(&reference)]})
            } else {
                Value::Bool(false)
            };
            return match how {
                Compare::Is => Ok(has),
                Compare::IsNot if waits && !has.is_boolean() => Ok(json!({"!": [has]})),
                Compare::IsNot => Ok(fails(has)),
                _ => Err(Unable::new(
                    "odd_comparison",
                    "it asks whether several choices are more or less than a value",
                )),
            };
        }
        Answer::Choice(options) if matches!(how, Compare::Is | Compare::IsNot) => {
            let text = text_of(value);
            let option = options
                .iter()
                .find(|option| **option == text)
                .or_else(|| options.iter().find(|option| same_number(option, &text)));
            match option {
                Some(option) => Value::String(option.clone()),
                // A value that is no option is never chosen.
                None if how == Compare::Is => return Ok(Value::Bool(false)),
                None => return Ok(Value::Bool(true)),
            }
        }
        Answer::Choice(_) | Answer::Number => {
            let given = match value {
                Value::String(text) => text.trim().parse().ok(),
                other => other.as_f64(),
            };
            let given = given
                .filter(|number: &f64| number.is_finite() && number.abs() < 1e20)
                .ok_or_else(|| {
                    Unable::new(
                        "odd_comparison",
                        format!("`{}` is a number, and it is compared with {value}", known.id),
                    )
                })?;
            rules::number(given)
        }
        Answer::Date => {
            let text = text_of(value);
            let day = text.get(..10).unwrap_or(&text);
            let day: onehall_protocol::Date = day.parse().map_err(|_| {
                Unable::new(
                    "odd_comparison",
                    format!("`{}` is a day, and it is compared with {value}", known.id),
                )
            })?;
            Value::String(day.to_string())
        }
        Answer::Time => {
            let text = text_of(value);
            let time = kinds::time_of_day(&text).ok_or_else(|| {
                Unable::new(
                    "odd_comparison",
                    format!("`{}` is a time of day, and it is compared with {value}", known.id),
                )
            })?;
            Value::String(time.to_string())
        }
        Answer::Text => match value {
            Value::Number(_) => value.clone(),
            other => Value::String(text_of(other)),
        },
    };
    Ok(compared(waits, rules::var(&reference), how, same))
}

/// A comparison of something made of one answer with a value. Where it waits for the answer it is unknown without one.
pub(crate) fn compared(waits: bool, answer: Value, how: Compare, value: Value) -> Value {
    let rule = json!({how.operator(): [answer, value]});
    if how == Compare::IsNot && !waits {
        // Who has not answered has not answered this.
        or_else(rule, true)
    } else {
        rule
    }
}

fn boolean(known: &Known, reference: &str, how: Compare, flag: bool, waits: bool) -> Result<Value, Unable> {
    let flag = match how {
        Compare::Is => flag,
        Compare::IsNot => !flag,
        _ => {
            return Err(Unable::new(
                "odd_comparison",
                "it asks whether yes or no is more or less than a value",
            ));
        }
    };
    let answer = rules::var(reference);
    Ok(match (flag, known.starts_false || (how == Compare::IsNot && !waits)) {
        (false, true) => json!({"!": [{"or_else": [answer, false]}]}),
        (true, true) if how == Compare::IsNot && !known.starts_false => json!({"or_else": [answer, true]}),
        (flag, _) => json!({"==": [answer, flag]}),
    })
}

/// A comparison with any of several questions: one name may stand on pages of which a citizen sees only one.
pub(crate) fn compare_any(known: &[Known], from: &[String], how: Compare, value: &Value) -> Result<Value, Unable> {
    let compared: Result<Vec<Value>, Unable> = known.iter().map(|known| compare(known, from, how, value)).collect();
    let compared = compared?;
    Ok(if how == Compare::IsNot {
        rules::all(compared)
    } else {
        any(compared)
    })
}

/// As [`compare_any`], where the source keeps one answer under the name, the last one on the way, and knows nothing of a
/// question that it has not asked: what must be answered is waited for.
pub(crate) fn compare_last(known: &[Known], from: &[String], how: Compare, value: &Value) -> Result<Value, Unable> {
    if let [known] = known {
        return compare_where(known, from, how, value, Missing::Waits);
    }
    let mut each = Vec::new();
    for known in known.iter().rev() {
        let asked = Known {
            required: true,
            ..known.clone()
        };
        each.push(compare_where(&asked, from, how, value, Missing::Waits)?);
    }
    if value.is_null() || value.as_str().is_some_and(str::is_empty) {
        // There is no answer under the name where there is none to any of them.
        return Ok(if how == Compare::Is {
            rules::all(each)
        } else {
            any(each)
        });
    }
    let waits = how == Compare::IsNot && known.iter().all(|known| known.required);
    if each.iter().any(Value::is_boolean) {
        // One of them does not offer the value at all: the others say.
        let rule = compare_any(known, from, how, value)?;
        let references: Result<Vec<String>, Unable> = known.iter().map(|known| known.reference(from)).collect();
        let answered = any(references?.iter().map(|reference| rules::answered(reference)));
        return Ok(if waits && !rule.is_boolean() {
            rules::all([rule, answered])
        } else {
            rule
        });
    }
    let rule = json!({ "or_else": each });
    Ok(if how == Compare::IsNot && !waits {
        or_else(rule, true)
    } else {
        rule
    })
}

/// What other systems write for yes and no.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_f64() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "on" | "y" => Some(true),
            "false" | "no" | "0" | "off" | "n" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The text of a scalar.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| rules::number(number).to_string()),
        other => other.to_string(),
    }
}

fn same_number(a: &str, b: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    matches!((number(a), number(b)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, Compare, Known, compare, compare_last};

    #[test]
    fn what_is_not_asked_differs_unless_the_source_waits_for_it() {
        let known = Known {
            id: "fuel".to_owned(),
            groups: Vec::new(),
            answer: Answer::Text,
            required: true,
            starts_false: false,
        };
        let differs = json!({"!=": [{"var": "fuel"}, "oil"]});
        let rule = compare(&known, &[], Compare::IsNot, &json!("oil"));
        assert_eq!(rule, Ok(json!({"or_else": [differs, true]})));
        let rule = compare_last(&[known], &[], Compare::IsNot, &json!("oil"));
        assert_eq!(rule, Ok(differs));
    }
}
