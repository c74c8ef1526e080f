//! What became of a draft since its form has a newer version, in plain words.

use leptos::prelude::*;
use onehall_protocol::form_change::{FormChange, FormPoint};

use crate::design::notice::{Notice, Tone};
use crate::texts::{Phrase, Words, fill};
use crate::view::view;

/// How many points are listed; of the others their number is said.
const LISTED: usize = 6;

/// That the draft goes on in a newer version and what is different there, or that it stays and which answers keep it.
pub(super) fn form_change_notice(change: &FormChange) -> AnyView {
    let (title, text, points) = match change {
        FormChange::Moved { differences, .. } => {
            (fill::FORM_MOVED, fill::FORM_MOVED_TEXT, lines(differences, difference))
        }
        FormChange::Pinned { reasons, .. } => (fill::FORM_PINNED, fill::FORM_PINNED_TEXT, lines(reasons, reason)),
    };
    let more = points.len().saturating_sub(LISTED);
    let items = points
        .into_iter()
        .take(LISTED)
        .map(|(phrase, point)| {
            let words = phrase.with([Words::from(&point.label)]);
            view! { <li>{words}</li> }
        })
        .collect_view();
    view! {
        <Notice tone=Tone::Info title=title>
            <p>{text}</p>
            <ul>
                {items}
                {(more > 0).then(|| view! { <li>{fill::FORM_MORE.with([more.to_string().into()])}</li> })}
            </ul>
        </Notice>
    }
    .into_any()
}

/// The points of which a citizen is told, each thing said once.
fn lines(points: &[FormPoint], say: fn(&str) -> Option<Phrase>) -> Vec<(Phrase, &FormPoint)> {
    let mut lines: Vec<(Phrase, &FormPoint)> = Vec::new();
    for point in points {
        let Some(phrase) = say(&point.code) else { continue };
        if !lines
            .iter()
            .any(|(known, other)| *known == phrase && other.label == point.label)
        {
            lines.push((phrase, point));
        }
    }
    lines
}

/// What a difference means for who fills the form; nothing where only its order or its workings changed.
fn difference(code: &str) -> Option<Phrase> {
    match code {
        "added" => Some(fill::FORM_ADDED),
        "removed" => Some(fill::FORM_REMOVED),
        "retyped" | "rule_changed" | "bounds_changed" | "option_added" | "option_removed" => Some(fill::FORM_RULES),
        "text_changed" => Some(fill::FORM_WORDED),
        _ => None,
    }
}

/// Why an answer keeps the draft.
fn reason(code: &str) -> Option<Phrase> {
    Some(match code {
        "answer_lost" => fill::FORM_LOST,
        "newly_hidden" => fill::FORM_HIDDEN,
        "newly_shown" => fill::FORM_SHOWN,
        "other_form" => fill::FORM_OTHER,
        _ => fill::FORM_UNFIT,
    })
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Text;

    use super::*;

    fn point(label: &str, code: &str) -> FormPoint {
        FormPoint {
            path: label.to_owned(),
            label: Text::new(label, label),
            code: code.to_owned(),
        }
    }

    #[test]
    fn each_thing_is_said_once_and_only_what_matters_to_who_fills() {
        let points = [
            point("name", "text_changed"),
            point("name", "bounds_changed"),
            point("name", "rule_changed"),
            point("age", "added"),
            point("page", "page_moved"),
            point("hint", "setting_changed"),
        ];
        let said: Vec<_> = lines(&points, difference)
            .into_iter()
            .map(|(phrase, point)| (phrase, &*point.path))
            .collect();
        assert_eq!(
            said,
            [
                (fill::FORM_WORDED, "name"),
                (fill::FORM_RULES, "name"),
                (fill::FORM_ADDED, "age")
            ]
        );
        // A reason that this page does not know yet is a reason all the same.
        let reasons = [point("name", "answer_lost"), point("age", "newly_invented")];
        assert_eq!(lines(&reasons, reason).len(), 2);
    }
}
