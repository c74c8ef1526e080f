//! Whatever the forms and the answers.

use super::*;

/// A rule over the questions before it.
fn rule(at: usize, seed: (u8, u8)) -> Value {
    let var = json!({"var": format!("q{}", usize::from(seed.1) % at.max(1))});
    // As the text of it, whatever its kind: a comparison that no answer of a kind fits is refused.
    let text = json!({"cat": [var]});
    match seed.0 % 4 {
        0 => json!({"answered": var}),
        1 => json!({"==": [text, 2]}),
        2 => json!({"!": [{"==": [text, 1]}]}),
        _ => json!({"or": [{"!": [{"answered": var}]}, {"<": [text, 3]}]}),
    }
}

/// Three pages of questions of several kinds with rules across them.
fn any_form() -> impl Strategy<Value = Value> {
    prop::collection::vec(any::<(u8, u8, u8)>(), 3..14).prop_map(|seeds| {
        let mut pages = vec![Vec::new(), Vec::new(), Vec::new()];
        for (at, (kind, how, which)) in seeds.iter().enumerate() {
            let id = format!("q{at}");
            let mut question = match kind % 6 {
                0 => question(&id, "text", json!({"max_length": 5})),
                1 => question(&id, "choice", json!({"options": [option("1"), option("2"), option("3")]})),
                2 => question(&id, "choices", json!({"options": [option("1"), option("2"), option("3")], "max": 2})),
                3 => question(&id, "group", json!({"row_label": text("r"), "questions": [
                    question("x", "number", json!({})), question("y", "number", json!({"visible_when": {">": [{"var": "row.x"}, 1]}}))]})),
                _ => question(&id, "number", json!({"min": 0, "max": 9})),
            };
            match how % 5 {
                0 if at > 0 => question["visible_when"] = rule(at, (*which, how / 5)),
                1 if at > 0 => question["valid_when"] = json!([{"rule": rule(at, (*which, how / 5)), "message": text("no")}]),
                2 => question["required"] = json!(true),
                _ => {}
            }
            if at > 0 && how % 4 == 3 {
                question = json!({"id": format!("s{at}"), "kind": "section", "label": text("s"), "questions": [question]});
                if which % 2 == 0 {
                    question["visible_when"] = rule(at, (*which, how / 5));
                }
            }
            pages[at * 3 / seeds.len()].push(question);
        }
        let pages: Vec<Value> = pages
            .into_iter()
            .enumerate()
            .map(|(at, questions)| json!({"id": format!("p{at}"), "title": text("page"), "questions": questions}))
            .collect();
        json!({"schema": "onehall-form/1", "code": "any", "version": 1, "title": text("any"), "pages": pages})
    })
}

#[derive(Debug, Clone, Copy)]
enum Edit {
    Label,
    Title,
    Visible,
    Sensitive,
    Bound,
    Retype,
    AddOption,
    RemoveOption,
    Add,
    Remove,
    MoveOver,
    SwapPages,
    Wrap,
    Unwrap,
}

fn any_edit() -> impl Strategy<Value = (Edit, prop::sample::Index)> {
    let edits = [
        Edit::Label,
        Edit::Title,
        Edit::Visible,
        Edit::Sensitive,
        Edit::Bound,
        Edit::Retype,
        Edit::AddOption,
        Edit::RemoveOption,
        Edit::Add,
        Edit::Remove,
        Edit::MoveOver,
        Edit::SwapPages,
        Edit::Wrap,
        Edit::Unwrap,
    ];
    (prop::sample::select(edits.to_vec()), any::<prop::sample::Index>())
}

/// Makes the edit where it can be made. Gives what `diff` has to tell of it: path and code.
fn apply(form: &mut Value, edit: Edit, at: prop::sample::Index) -> Option<(String, &'static str)> {
    let places: Vec<(usize, usize)> = (0..3)
        .flat_map(|page| {
            let questions = form["pages"][page]["questions"].as_array().map_or(0, Vec::len);
            (0..questions).map(move |at| (page, at))
        })
        .collect();
    let (page, place) = places[at.index(places.len())];
    let page_id = format!("#{}", form["pages"][page]["id"].as_str()?);
    let id = form["pages"][page]["questions"][place]["id"].as_str()?.to_owned();
    let list = form["pages"][page]["questions"].as_array_mut()?;
    let kind = list[place]["kind"].as_str()?.to_owned();
    match edit {
        Edit::Label => list[place]["label"] = text("another label"),
        Edit::Sensitive => list[place]["sensitive"] = json!(true),
        Edit::Visible => {
            list[place]["visible_when"] = match id.as_str() {
                "q0" => return None,
                _ => json!({"!": [{"==": [{"cat": [{"var": "q0"}]}, 7]}]}),
            };
        }
        Edit::Bound => match kind.as_str() {
            "text" => list[place]["max_length"] = json!(2),
            "number" | "choices" => list[place]["max"] = json!(1),
            "group" => list[place]["max_rows"] = json!(1),
            _ => return None,
        },
        Edit::Retype => match kind.as_str() {
            "text" => list[place]["kind"] = json!("long_text"),
            "choice" => list[place]["kind"] = json!("choices"),
            _ => return None,
        },
        Edit::AddOption => list[place]["options"].as_array_mut()?.push(option("4")),
        Edit::RemoveOption => drop(list[place]["options"].as_array_mut()?.remove(0)),
        Edit::Add => list.insert(place, question("new", "number", json!({"required": true}))),
        Edit::Remove if list.len() > 1 => drop(list.remove(place)),
        Edit::MoveOver if list.len() > 1 => {
            let question = list.remove(place);
            form["pages"][(page + 1) % 3]["questions"]
                .as_array_mut()?
                .push(question);
        }
        Edit::Wrap => {
            let question = list.remove(place);
            list.insert(
                place,
                json!({"id": "around", "kind": "section", "label": text("s"), "questions": [question]}),
            );
        }
        Edit::Unwrap if kind == "section" => {
            let section = list.remove(place);
            let inner = section["questions"].as_array().cloned().unwrap_or_default();
            list.splice(place..place, inner);
        }
        Edit::Remove | Edit::MoveOver | Edit::Unwrap => return None,
        Edit::Title => form["pages"][page]["title"] = text("another title"),
        Edit::SwapPages => form["pages"].as_array_mut()?.swap(0, 2),
    }
    Some(match edit {
        Edit::Label => (id, "text_changed"),
        Edit::Title => (page_id, "text_changed"),
        Edit::Visible => (id, "rule_changed"),
        Edit::Sensitive => (id, "setting_changed"),
        Edit::Bound => (id, "bounds_changed"),
        Edit::Retype => (id, "retyped"),
        Edit::AddOption => (id, "option_added"),
        Edit::RemoveOption => (id, "option_removed"),
        Edit::Add => ("new".to_owned(), "added"),
        // What stands in a section goes with it, and what went into one or out of it moved.
        Edit::Remove | Edit::Unwrap if kind == "section" => (String::new(), "section_removed"),
        Edit::Wrap => (String::new(), "section_added"),
        Edit::Unwrap => return None,
        Edit::Remove => (id, "removed"),
        Edit::MoveOver => (id, "moved"),
        Edit::SwapPages => (String::new(), "page_moved"),
    })
}

fn any_answers() -> impl Strategy<Value = Answers> {
    let value = prop_oneof![
        4 => (0_i64..6).prop_map(Value::from),
        2 => (1_u8..5).prop_map(|text| json!(text.to_string())),
        2 => Just(json!(["1", "2"])),
        1 => Just(json!("too long a text")),
        1 => Just(json!("")),
        1 => Just(json!([])),
    ];
    let path = prop_oneof![
        6 => (0_u8..14).prop_map(|at| format!("q{at}")),
        2 => (0_u8..14, prop_oneof![Just("x"), Just("y")]).prop_map(|(at, id)| format!("q{at}/r1/{id}")),
    ];
    (
        prop::collection::btree_map(path, value, 0..16),
        prop::collection::vec(0_u8..14, 0..8),
    )
        .prop_map(|(mut answers, rows)| {
            for at in rows {
                answers.insert(format!("q{at}"), json!(["r1"]));
            }
            answers
        })
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || *value == json!("") || *value == json!([])
}

/// The answers, each one of which somebody gave.
fn given(answers: &Answers) -> BTreeMap<&String, &Value> {
    answers.iter().filter(|(_, value)| !is_blank(value)).collect()
}

fn wrong<'a>(evaluation: &'a Evaluation, answers: &Answers) -> BTreeSet<(&'a str, &'a str)> {
    let of_answers = evaluation
        .errors
        .iter()
        .filter(|error| answers.get(&error.path).is_some_and(|value| !is_blank(value)));
    of_answers
        .map(|error| (error.path.as_str(), error.code.as_str()))
        .collect()
}

/// A form after those of some edits that leave it one.
fn edited(form: &Value, edits: Vec<(Edit, prop::sample::Index)>) -> Value {
    let mut changed = form.clone();
    for (edit, at) in edits {
        let before = changed.clone();
        apply(&mut changed, edit, at);
        // A second question `new`, or a rule that leads nowhere now.
        if Form::from_value(&changed).is_err() {
            changed = before;
        }
    }
    changed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_form_is_equal_to_itself_and_a_draft_of_it_moves_as_it_is(form in any_form(), answers in any_answers()) {
        let mut next = form.clone();
        next["version"] = json!(2);
        let (old, new) = (load(&form), load(&next));
        prop_assert_eq!(diff(&old, &new), vec![]);
        let Migration::Moves { answers: moved } = migrate(&old, &new, &answers, &context()) else {
            return Err(TestCaseError::fail("it has no reason to stay"));
        };
        prop_assert_eq!(given(&moved), given(&answers));
    }

    #[test]
    fn each_change_is_named(form in any_form(), edit in any_edit()) {
        let mut changed = form.clone();
        let Some((path, code)) = apply(&mut changed, edit.0, edit.1) else { return Ok(()) };
        let Ok(new) = Form::from_value(&changed) else { return Ok(()) };
        let found = diff(&load(&form), &new);
        if form == changed {
            prop_assert_eq!(found, vec![]);
            return Ok(());
        }
        let named = found.iter().any(|difference| (path.is_empty() || difference.path == path) && difference.change.code() == code);
        prop_assert!(named, "{} {}: {:?}", path, code, found);
        // One edit is one difference; a group takes its questions along.
        let own = |other: &str| other == path || other.starts_with(&format!("{path}/"));
        prop_assert!(path.is_empty() || found.iter().all(|difference| own(&difference.path)), "{:?}", found);
    }

    #[test]
    fn only_equal_forms_have_no_difference(form in any_form(), edits in prop::collection::vec(any_edit(), 1..6)) {
        let changed = edited(&form, edits);
        prop_assert_eq!(diff(&load(&form), &load(&changed)).is_empty(), form == changed);
    }

    /// A draft that moves has every answer that it had, shows the same ones, and none of them is newly wrong. One that
    /// stays names an answer for each reason.
    #[test]
    fn no_move_loses_an_answer_or_turns_one_round(
        form in any_form(),
        edits in prop::collection::vec(any_edit(), 1..6),
        answers in any_answers(),
    ) {
        let changed = edited(&form, edits);
        let (old, new) = (load(&form), load(&changed));
        let before = evaluate(&old, answers.clone(), context());
        match migrate(&old, &new, &answers, &context()) {
            Migration::Moves { answers: moved } => {
                for (path, value) in given(&answers) {
                    let now = moved.get(path).cloned().unwrap_or_default();
                    prop_assert!(now == *value || now == json!([value]), "{}: {} -> {}", path, value, now);
                }
                prop_assert_eq!(given(&moved).len(), given(&answers).len(), "nothing is made up");
                let after = evaluate(&new, moved.clone(), context());
                let shown = |evaluation: &Evaluation| evaluation.submitted.keys().cloned().collect::<Vec<_>>();
                prop_assert_eq!(shown(&before), shown(&after));
                let (before, after) = (wrong(&before, &answers), wrong(&after, &moved));
                prop_assert!(after.is_subset(&before), "{:?} and then {:?}", before, after);
            }
            Migration::Pinned { reasons } => {
                prop_assert!(!reasons.is_empty());
                for reason in reasons {
                    prop_assert!(given(&answers).contains_key(&reason.path), "{:?}", reason);
                }
            }
        }
    }

    /// What nobody answered holds nobody up.
    #[test]
    fn a_draft_without_answers_always_moves(form in any_form(), edits in prop::collection::vec(any_edit(), 1..6)) {
        let mut changed = form.clone();
        for (edit, at) in edits {
            apply(&mut changed, edit, at);
        }
        let Ok(new) = Form::from_value(&changed) else { return Ok(()) };
        let moves = matches!(migrate(&load(&form), &Arc::new(new), &Answers::new(), &context()), Migration::Moves { .. });
        prop_assert!(moves);
    }
}
