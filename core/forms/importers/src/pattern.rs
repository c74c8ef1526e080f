//! Regular expressions of JavaScript, where our dialect takes them.

use onehall_forms::{Definition, Form, Kind, Page, Question, SCHEMA};
use onehall_protocol::Text;

/// A pattern of ours that matches the texts in which `source` finds something; none where our dialect cannot say it.
///
/// JavaScript looks for a match anywhere; ours has to match the whole.
pub(crate) fn found_anywhere(source: &str) -> Option<String> {
    if source.len() > 2_000 || source.is_empty() || has_empty_class(source) {
        return None;
    }
    let made = match source.strip_prefix('^').and_then(without_end) {
        Some(inner) if !has_alternatives(inner) => inner.to_owned(),
        _ => format!("(?s:.*)(?:{source})(?s:.*)"),
    };
    is_taken(&made).then_some(made)
}

/// A pattern of ours that matches what `source` matches as a whole.
pub(crate) fn whole(source: &str) -> Option<String> {
    let bare = source.strip_prefix('^').unwrap_or(source);
    let bare = without_end(bare).unwrap_or(bare);
    if has_alternatives(bare) && bare != source {
        return found_anywhere(&format!("^{source}$"));
    }
    let is_sound = !bare.is_empty() && bare.len() <= 2_000 && !has_empty_class(bare);
    (is_sound && is_taken(bare)).then(|| bare.to_owned())
}

fn without_end(text: &str) -> Option<&str> {
    let inner = text.strip_suffix('$')?;
    let escapes = inner.chars().rev().take_while(|letter| *letter == '\\').count();
    (escapes % 2 == 0).then_some(inner)
}

/// Whether a class has nothing in it: to JavaScript `[]` is no sign and `[^]` any, where ours reads on to the next `]`.
fn has_empty_class(pattern: &str) -> bool {
    let (mut class, mut escaped) = (false, false);
    for (at, letter) in pattern.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '[' if !class => {
                let inside = pattern.get(at + 1..).unwrap_or_default();
                if inside.strip_prefix('^').unwrap_or(inside).starts_with(']') {
                    return true;
                }
                class = true;
            }
            ']' => class = false,
            _ => {}
        }
    }
    false
}

/// Whether there is a `|` outside of parentheses and classes.
fn has_alternatives(pattern: &str) -> bool {
    let (mut depth, mut class, mut escaped) = (0_u32, false, false);
    for letter in pattern.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => depth = depth.saturating_sub(1),
            '|' if !class && depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// Whether the engine itself takes the pattern: it is asked, so that the two can never differ.
fn is_taken(pattern: &str) -> bool {
    let text = || Text::new("?", "?");
    let Ok(code) = "pattern".parse() else { return false };
    let question = Question {
        id: "pattern".to_owned(),
        label: text(),
        help: None,
        required: false,
        required_when: None,
        visible_when: None,
        valid_when: Vec::new(),
        sensitive: false,
        prefill: None,
        kind: Kind::Text {
            max_length: None,
            min_length: None,
            pattern: Some(pattern.to_owned()),
            mask: None,
        },
    };
    let page = Page {
        id: "page".to_owned(),
        title: text(),
        help: None,
        visible_when: None,
        questions: vec![question],
        next: Vec::new(),
    };
    let definition = Definition {
        schema: SCHEMA.to_owned(),
        code,
        version: 1,
        title: text(),
        pages: vec![page],
        code_tables: std::collections::BTreeMap::new(),
    };
    Form::load(definition).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{found_anywhere, whole};

    #[test]
    fn a_pattern_keeps_what_it_means_or_is_not_carried() {
        assert_eq!(found_anywhere("^[A-Z]{2}$").as_deref(), Some("[A-Z]{2}"));
        assert_eq!(found_anywhere("[A-Z]").as_deref(), Some("(?s:.*)(?:[A-Z])(?s:.*)"));
        assert_eq!(found_anywhere("^a|b$").as_deref(), Some("(?s:.*)(?:^a|b$)(?s:.*)"));
        assert_eq!(
            found_anywhere("^(a|b)\\$").as_deref(),
            Some("(?s:.*)(?:^(a|b)\\$)(?s:.*)")
        );
        assert_eq!(found_anywhere("^(?!no).*$"), None, "no look-around");
        assert_eq!(found_anywhere("(a)\\1"), None, "no back-references");
        assert_eq!(found_anywhere("("), None);
        for any_sign_or_none in ["^[^]]+$", "^[]a]$", "a[^]b"] {
            assert_eq!(found_anywhere(any_sign_or_none), None);
            assert_eq!(whole(any_sign_or_none), None);
        }
        assert_eq!(found_anywhere("^[^\\]a^]$").as_deref(), Some("[^\\]a^]"));
        assert_eq!(whole("[a\\[]b").as_deref(), Some("[a\\[]b"));
        assert_eq!(whole("^[0-9]+$").as_deref(), Some("[0-9]+"));
        assert_eq!(whole("a|b").as_deref(), Some("a|b"));
        assert_eq!(whole("^a|b$").as_deref(), Some("(?s:.*)(?:^^a|b$$)(?s:.*)"));
    }
}
