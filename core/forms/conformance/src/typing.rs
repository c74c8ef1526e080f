//! A form that is being filled, as another language holds it: it keeps the filling, and a change costs what it reaches.

use std::collections::BTreeMap;

use onehall_forms::{Filling, QuestionView};
use serde::Serialize;
use serde_json::{Value, json};

use crate::entry;

/// A form with answers, for a caller that speaks JSON.
#[derive(Debug)]
pub struct Typing(Filling);

/// A question that is shown, as the caller sees it.
#[derive(Serialize)]
struct View<'a> {
    required: bool,
    errors: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    computed: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<String>,
}

/// What a change did.
#[derive(Serialize)]
struct Reply<'a> {
    /// What a person sees differently now; null for what is not shown.
    changed: BTreeMap<&'a str, Option<View<'a>>>,
    /// Whether the path of pages is another one.
    pages: bool,
    complete: bool,
}

impl Typing {
    /// Begins with a form and answers: the request of [`evaluate`](crate::evaluate).
    ///
    /// # Errors
    /// As there: `{"findings": […]}`.
    pub fn new(request: &str) -> Result<Typing, String> {
        let (form, answers, context) =
            entry::read(request).map_err(|findings| json!({ "findings": findings }).to_string())?;
        Ok(Typing(Filling::new(form, answers, context)))
    }

    /// Sets an answer, written as JSON. Gives `{"changed": {path: question or null}, "pages", "complete"}`, or
    /// `{"findings": […]}` where the value is no JSON.
    pub fn set(&mut self, path: &str, value: &str) -> String {
        let value = match serde_json::from_str(value) {
            Ok(value) => value,
            Err(error) => return json!({ "findings": [error.to_string()] }).to_string(),
        };
        let changed = self.0.set(path, value);
        let mut views = BTreeMap::new();
        for path in &changed.paths {
            views.insert(path.as_str(), self.0.question(path).map(View::from));
        }
        let reply = Reply {
            changed: views,
            pages: changed.pages,
            complete: self.0.is_complete(),
        };
        serde_json::to_string(&reply).unwrap_or_default()
    }

    /// A question as [`Typing::set`] tells it; `null` where it is not shown.
    #[must_use]
    pub fn question(&self, path: &str) -> String {
        serde_json::to_string(&self.0.question(path).map(View::from)).unwrap_or_default()
    }

    /// The hash of the whole, as [`evaluate`](crate::evaluate) gives it.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.0.transcript()
    }
}

impl<'a> From<QuestionView<'a>> for View<'a> {
    fn from(view: QuestionView<'a>) -> View<'a> {
        View {
            required: view.required,
            errors: view.errors.iter().map(|fault| fault.code.as_str()).collect(),
            value: view.value,
            computed: view.computed,
            options: view.options.iter().map(|option| option.value.as_str()).collect(),
            rows: view.rows.into_iter().map(|row| row.id).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Typing;
    use crate::forms::{Shape, typed_form};
    use crate::{evaluate, pair};

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[test]
    fn a_key_tells_what_it_changed_and_nothing_else() {
        let form = typed_form(Shape::Flat, 100);
        let request = json!({ "definition": form.definition, "answers": form.answers, "as_of": form.as_of });
        let mut typing = Typing::new(&request.to_string()).unwrap_or_else(|error| panic!("{error}"));
        typing.set(&form.typed, "7");
        let reply = read(&typing.set(&form.typed, "2"));
        let changed: Vec<&String> = reply["changed"]
            .as_object()
            .map(|all| all.keys().collect())
            .unwrap_or_default();
        assert_eq!(changed, ["q50", "q53", "q55", "q57", "q59"]);
        assert_eq!(reply["changed"]["q53"], Value::Null, "hidden up to 3");
        assert_eq!(
            reply["changed"]["q55"],
            json!({ "required": true, "errors": ["required"] })
        );
        assert_eq!(reply["changed"]["q57"]["errors"], json!(["check_failed"]));
        assert_eq!(reply["changed"]["q59"]["computed"], json!(44));
        assert_eq!((&reply["pages"], &reply["complete"]), (&json!(false), &json!(false)));
        assert_eq!(read(&typing.question("q53")), Value::Null);
        assert_eq!(read(&typing.question("q50"))["value"], json!(2));
        assert!(read(&typing.set("q50", "{"))["findings"].is_array());
        assert!(Typing::new("{}").is_err_and(|error| error.contains("findings")));
    }

    /// The entry that keeps the filling and the one that begins anew each time give the same hash.
    #[test]
    fn answer_by_answer_comes_to_the_same_as_at_once() {
        for number in 0..200 {
            let pair = pair(number);
            let request =
                |answers: &Value| json!({ "definition": pair.definition, "answers": answers, "as_of": pair.as_of });
            let mut typing =
                Typing::new(&request(&json!({})).to_string()).unwrap_or_else(|error| panic!("{number}: {error}"));
            for (path, value) in &pair.answers {
                typing.set(path, &value.to_string());
            }
            let at_once = read(&evaluate(&request(&json!(pair.answers)).to_string()));
            assert_eq!(json!(typing.transcript()), at_once["transcript"], "{number}");
        }
    }
}
