//! What the fields of the format mean, for who writes forms: an editor shows it beside the field.

/// What a kind is, and what answers it.
pub(super) fn about_kind(kind: &str) -> &'static str {
    match kind {
        "text" => "One line of text. Answer: a text.",
        "long_text" => "Several lines of text. Answer: a text.",
        "number" => "A number. Answer: a number.",
        "money" => "An amount in yuan. Answer: a text with two decimals, \"1200.00\".",
        "date" => "A day. Answer: \"2026-11-23\".",
        "time" => "A time of day. Answer: \"14:30\".",
        "date_range" => {
            "From one day to another, both included. Answer: {\"from\": \"2026-01-01\", \"to\": \"2026-01-31\"}."
        }
        "phone" => "A mobile phone number. Answer: a text of 11 digits.",
        "email" => "An e-mail address. Answer: a text.",
        "citizen_id" => "A citizen's identity number (GB 11643). Answer: a text of 18 characters.",
        "organisation_code" => "A unified social credit code (GB 32100). Answer: a text of 18 characters.",
        "bank_card" => "A bank card number. Answer: a text of 12 to 19 digits.",
        "yes_no" => "Yes or no. Answer: true or false.",
        "choice" => "One of several options. Answer: the value of the option.",
        "choices" => "Any number of several options. Answer: the list of their values.",
        "list_choice" => "One entry of a list of the hall. Answer: {\"code\": \"2-02-10\", \"label\": {…}}.",
        "region" => {
            "A region, chosen level by level. Answer: {\"code\": \"410102\", \"label\": {…}}; the label is the whole way."
        }
        "person" => "A person. Answer: {\"name\": \"李雷\", \"id_type\": \"citizen_id\", \"id_number\": \"…\"}.",
        "signature" => "A signature. Answer: {\"strokes\": […]}, or {\"typed\": \"李雷\"} of who cannot draw.",
        "address" => "A postal address. Answer: {\"region\": \"…\", \"detail\": \"…\"}.",
        "material" => "A material to hand in. Answer: a list of files.",
        "declaration" => "A statement that one agrees to. Answer: true.",
        "computed" => "A value that the engine computes. Never answered.",
        "note" => "A text to read: the label. Never answered.",
        "section" => {
            "Questions that stand together under a heading, the label. Never answered, and no step of an answer path."
        }
        "group" => {
            "Rows of the same questions. Answer: the list of the row ids; the answers stand at group/row/question."
        }
        _ => "",
    }
}

/// What a field of a part (or of a kind of question) means.
pub(super) fn about_field(owner: &str, field: &str) -> Option<&'static str> {
    Some(match (owner, field) {
        ("definition", "schema") => "The format.",
        ("definition", "code") => "The form: lower-case letters, digits and hyphens.",
        ("definition", "version") => "The version, from 1. A published version never changes.",
        ("definition", "title") => "What the form is called.",
        ("definition", "pages") => "The pages, in order. A page is one thing to do.",
        ("definition", "code_tables") => "Options that several questions share, by name.",
        ("page", "id") => "Names the page; unique in the form.",
        ("page", "title") => "The one thing that the page asks.",
        ("page", "help") => "What helps to fill the page.",
        ("page", "visible_when") => "The page is on the path only where this is true.",
        ("page", "next") => {
            "Where it goes on after this page: the first whose `when` is true decides; else with the next page."
        }
        ("page", "questions") => "The questions of the page.",
        ("next_page", "when") => "The jump is made where this is true; always where absent.",
        ("next_page", "page") => "The page, by its id. It stands further down.",
        ("option", "value") => "What the answer holds. Never change it: answers refer to it.",
        ("option", "label") => "What the citizen reads.",
        ("option", "help") => "What helps to choose.",
        ("option", "visible_when") => "The option is offered only where this is true.",
        ("check", "rule") => "What must hold of the answer. Unknown is no error.",
        ("check", "message") => "What the citizen reads where it does not hold.",
        ("texts", "zh-CN") => "In Simplified Chinese.",
        ("texts", "en") => "In English.",
        ("text" | "long_text", "max_length") => "Most characters; 100 for one line, 1,000 for several where absent.",
        ("text", "min_length") => "Fewest characters.",
        ("text", "pattern") => {
            "A regular expression that the whole answer matches; no look-around, no back-references."
        }
        ("text", "mask") => {
            "How the answer is written: 9 a digit, A a letter, * one of both, all else itself; \\ takes a meaning away."
        }
        ("number" | "money", "min") => "Smallest.",
        ("number" | "money", "max") => "Largest.",
        ("number", "decimals") => "Most digits after the point; 0 where absent.",
        ("number", "unit") => "The unit behind the field.",
        ("date" | "date_range", "min") => "First day allowed.",
        ("date" | "date_range", "max") => "Last day allowed.",
        ("date_range", "min_days") => "Fewest days, both ends counted.",
        ("date_range", "max_days") => "Most days, both ends counted.",
        ("time", "min") => "Earliest.",
        ("time", "max") => "Latest.",
        ("time", "step_minutes") => {
            "How many minutes lie between two times that can be chosen, counted from the earliest."
        }
        ("choice" | "choices", "options") => "The options, written here.",
        ("choice" | "choices", "code_table") => "The options of a code table of the form, by its name.",
        ("choices", "min") => "Fewest options.",
        ("choices", "max") => "Most options.",
        ("list_choice", "list") => "The list of the hall, by its code.",
        ("region", "list") => "The list of the hall; `regions` where absent.",
        ("region", "depth") => "The level that is chosen, 1 the highest; any lowest one where absent.",
        ("person", "id_types") => "The identity documents that are taken; a citizen's identity number where absent.",
        ("person", "phone") => "Whether a mobile phone number belongs to it.",
        ("material", "material") => "The material of the service item, by its code.",
        ("material", "max_files") => "Most files; 5 where absent.",
        ("material", "accept") => "The types of files that are taken; all that the hall takes where absent.",
        ("material", "max_kilobytes") => {
            "The most kilobytes (of 1,024 bytes) of a file; as many as the hall takes where absent."
        }
        ("material", "trust_grade") => "The lowest trust grade that is accepted, A the highest.",
        ("material", "sources") => {
            "Where it may come from; an upload where absent. What is derived the hall gets itself."
        }
        ("declaration", "statement") => "The statement.",
        ("computed", "value") => "How it is computed.",
        ("computed", "format") => "How it is shown.",
        ("note", "tone") => "How it is drawn.",
        ("section", "label") => "Its title: what the questions in it have in common.",
        ("section", "visible_when") => "The section and all in it are shown only where this is true.",
        ("section", "questions") => "What stands in it. Sections nest, at most three deep on a page or in a row.",
        ("group", "questions") => "The questions of a row. Groups may nest.",
        ("group", "min_rows") => "Fewest rows.",
        ("group", "max_rows") => "Most rows; 50 where absent.",
        ("group", "row_label") => "What one row is: \"shareholder\".",
        ("group", "row_title") => "The question of the row whose answer names the row in lists.",
        (_, "id") => "Names the question in answers and rules; unique in the form, or in its group.",
        (_, "kind") => "What is asked for.",
        (_, "label") => "What is asked, as the citizen reads it.",
        (_, "help") => "What helps to answer.",
        (_, "required") => "Whether an answer is needed wherever the question is shown.",
        (_, "required_when") => "An answer is needed where this is true.",
        (_, "visible_when") => {
            "The question is shown only where this is true. What hangs on an unanswered question is not."
        }
        (_, "valid_when") => "What must hold of the answer beyond its kind.",
        (_, "sensitive") => "Personal data beyond the ordinary: masked in lists.",
        (_, "prefill") => "The name of a piece of data that the hall may know already: `person.name`.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::shape::{CHECK, CHOICE, DEFINITION, Field, KINDS, NEXT, PAGE, QUESTION, TEXT};
    use super::{about_field, about_kind};

    #[test]
    fn each_kind_and_each_field_says_what_it_means() {
        let parts: [(&str, &[Field]); 7] = [
            ("definition", DEFINITION),
            ("page", PAGE),
            ("next_page", NEXT),
            ("option", CHOICE),
            ("check", CHECK),
            ("texts", TEXT),
            ("question", QUESTION),
        ];
        for (owner, fields) in parts.iter().chain(KINDS) {
            for Field(name, ..) in *fields {
                assert!(about_field(owner, name).is_some(), "{owner}.{name}");
            }
        }
        for (kind, _) in KINDS {
            assert!(!about_kind(kind).is_empty(), "{kind}");
        }
    }
}
