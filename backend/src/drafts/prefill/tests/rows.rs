//! Rows of groups, and whose data they are.

use super::*;

fn guardians(id: &str, name: &str, more: Value) -> Value {
    let mut group = json!({ "row_label": label("guardian"), "questions": [
        named("full", "text", "guardian.name"),
        named("phone", "phone", "guardian.phone"),
        question("note", "text", None, json!({})),
    ]});
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        group[key] = value;
    }
    question(id, "group", Some(name), group)
}

#[test]
fn the_rows_of_a_group_come_along_with_what_fits_of_each() {
    let earlier = form(json!([guardians("guardians", "guardians", json!({}))]));
    let now = form(json!([guardians("parents", "guardians", json!({ "max_rows": 2 }))]));
    let case = past(
        4,
        &earlier,
        json!({
            "guardians": ["r1", "r2", "r3", "r4"],
            "guardians/r1/full": "王磊", "guardians/r1/phone": "13800000003", "guardians/r1/note": "x",
            "guardians/r2/phone": "no phone",
            "guardians/r3/full": "赵雪", "guardians/r3/phone": "no phone",
            "guardians/r4/full": "third",
        }),
    );
    assert_eq!(
        citizen(&now, &[case]),
        json!({
            "parents": [["r1", "r3"], "L4"],
            "parents/r1/full": ["王磊", "L4"], "parents/r1/phone": ["13800000003", "L4"],
            "parents/r3/full": ["赵雪", "L4"],
        })
    );
}

#[test]
fn a_question_in_a_row_takes_only_the_answer_to_one_of_its_kind() {
    let row = |kind: &str| {
        let inside = json!([
            named("said", kind, "guardian.said"),
            named("name", "text", "guardian.name")
        ]);
        let group = json!({ "row_label": label("one"), "questions": inside });
        form(json!([question("guardians", "group", Some("guardians"), group)]))
    };
    let answers = json!({ "guardians": ["r1"], "guardians/r1/said": "x", "guardians/r1/name": "王磊" });
    assert_eq!(
        citizen(&row("text"), &[past(1, &row("long_text"), answers)]),
        json!({ "guardians": [["r1"], "L1"], "guardians/r1/name": ["王磊", "L1"] })
    );
}

#[test]
fn rows_in_rows_come_along_too() {
    let inner = question(
        "children",
        "group",
        Some("children"),
        json!({ "row_label": label("child"),
        "questions": [named("name", "text", "child.name")] }),
    );
    let outer = json!({ "row_label": label("home"), "questions": [named("place", "text", "home.place"), inner] });
    let form = form(json!([question("homes", "group", Some("homes"), outer)]));
    let case = past(
        4,
        &form,
        json!({ "homes": ["a"], "homes/a/place": "兰川", "homes/a/children": ["b", "c"],
            "homes/a/children/b/name": "安安" }),
    );
    assert_eq!(
        citizen(&form, &[case]),
        json!({ "homes": [["a"], "L4"], "homes/a/place": ["兰川", "L4"], "homes/a/children": [["b"], "L4"],
            "homes/a/children/b/name": ["安安", "L4"] })
    );
}

#[test]
fn an_answer_comes_along_whatever_section_it_stands_in() {
    let section = |id: &str, questions: Value| question(id, "section", None, json!({ "questions": questions }));
    let group = |questions: Value| {
        let more = json!({ "row_label": label("guardian"), "questions": questions });
        question("guardians", "group", Some("guardians"), more)
    };
    let apart = form(json!([
        named("name", "text", "person.name"),
        group(json!([named("full", "text", "guardian.name")]))
    ]));
    let together = form(json!([
        section(
            "who",
            json!([section("person", json!([named("called", "text", "person.name")]))])
        ),
        section(
            "family",
            json!([group(json!([section(
                "them",
                json!([named("name", "text", "guardian.name")])
            )]))])
        ),
    ]));
    let case = past(
        3,
        &apart,
        json!({ "name": "张敏", "guardians": ["r1"], "guardians/r1/full": "王磊" }),
    );
    assert_eq!(
        citizen(&together, &[case]),
        json!({ "called": ["张敏", "L3"], "guardians": [["r1"], "L3"], "guardians/r1/name": ["王磊", "L3"] })
    );
    let case = past(
        3,
        &together,
        json!({ "called": "张敏", "guardians": ["r1"], "guardians/r1/name": "王磊" }),
    );
    assert_eq!(
        citizen(&apart, &[case]),
        json!({ "name": ["张敏", "L3"], "guardians": [["r1"], "L3"], "guardians/r1/full": ["王磊", "L3"] })
    );
}

#[test]
fn the_agents_own_data_never_comes_into_a_companys_form() {
    let form = form(json!([
        named("agent", "text", "person.name"),
        named("id", "citizen_id", "person.citizen_id"),
        named("who", "person", "person"),
        named("firm", "text", "organisation.name"),
        named("contact", "text", "contact.name"),
        question(
            "staff",
            "group",
            Some("staff"),
            json!({ "row_label": label("one"),
            "questions": [named("name", "text", "person.name"), named("job", "text", "staff.job")] })
        ),
    ]));
    let profile = profile(&[
        ("person.name", "周健"),
        ("person.citizen_id", "320505198312012597"),
        ("organisation.name", "云帆"),
    ]);
    let case = past(
        2,
        &form,
        json!({ "agent": "刘芳", "id": "62010219790228108X", "contact": "刘芳",
            "who": { "name": "刘芳", "id_type": "citizen_id", "id_number": "62010219790228108X" },
            "staff": ["r1"], "staff/r1/name": "刘芳", "staff/r1/job": "cook" }),
    );
    assert_eq!(
        filled(&form, PersonKind::LegalPerson, &profile, std::slice::from_ref(&case)),
        json!({ "firm": ["云帆", "profile"], "contact": ["刘芳", "L2"], "staff": [["r1"], "L2"],
            "staff/r1/job": ["cook", "L2"] })
    );
    // In one's own matter it is one's own.
    assert_eq!(
        filled(&form, PersonKind::Citizen, &profile, &[case])["agent"],
        json!(["周健", "profile"])
    );
}
