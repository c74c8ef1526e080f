//! Service items in lists: how one row reads, and what the catalog knows around it.

use leptos::prelude::*;
use onehall_protocol::catalog::{Audience, Catalog, ItemKind, ItemSummary, Promptness};
use onehall_protocol::{AuthorityCode, Text};

use super::order::by_rank;
use super::routes;
use crate::design::content::LinkRow;
use crate::design::notice::{Tag, Tone};
use crate::texts::{Phrase, Words, counted, find, guide};
use crate::view::{live, view};

/// The name of an authority.
#[must_use]
pub fn authority_name<'a>(catalog: &'a Catalog, code: &AuthorityCode) -> Option<&'a Text> {
    catalog
        .authorities
        .iter()
        .find(|authority| authority.code == *code)
        .map(|authority| &authority.name)
}

/// The frequent services, the most frequent first.
#[must_use]
pub fn frequent(catalog: &Catalog) -> Vec<&ItemSummary> {
    by_rank(catalog.items.iter().filter(|item| item.frequent.is_some()), |item| {
        item.frequent
    })
}

/// Services in the order in which a list shows them: frequent ones, those that can be applied for online, the others.
pub fn by_use(items: Vec<&ItemSummary>) -> Vec<&ItemSummary> {
    by_rank(items, |item| (item.frequent.unwrap_or(u16::MAX), !item.online))
}

/// Whether somebody of this audience (anybody where none) may apply.
#[must_use]
pub fn is_for(item: &ItemSummary, audience: Option<Audience>) -> bool {
    audience.is_none_or(|audience| item.audience.contains(&audience))
}

/// How soon it is done.
#[must_use]
pub fn time_words(item: &ItemSummary) -> Words {
    match item.promptness {
        Promptness::Immediate => find::IMMEDIATE.into(),
        Promptness::Promised => counted(usize::from(item.promised_days), find::PROMISED_ONE, find::PROMISED_MORE),
    }
}

/// The name of a kind of service item.
#[must_use]
pub fn kind_name(kind: ItemKind) -> Phrase {
    match kind {
        ItemKind::Licence => guide::KIND_LICENCE,
        ItemKind::Penalty => guide::KIND_PENALTY,
        ItemKind::Enforcement => guide::KIND_ENFORCEMENT,
        ItemKind::Levy => guide::KIND_LEVY,
        ItemKind::Benefit => guide::KIND_BENEFIT,
        ItemKind::Inspection => guide::KIND_INSPECTION,
        ItemKind::Confirmation => guide::KIND_CONFIRMATION,
        ItemKind::Award => guide::KIND_AWARD,
        ItemKind::Ruling => guide::KIND_RULING,
        ItemKind::OtherPower => guide::KIND_OTHER,
        ItemKind::PublicService => guide::KIND_PUBLIC_SERVICE,
    }
}

/// Whether it can be applied for online.
#[component]
pub fn OnlineTag(
    /// It can.
    online: bool,
) -> impl IntoView {
    if online {
        view! { <Tag label=find::ONLINE tone=Tone::Good icon="monitor-smartphone"/> }
    } else {
        view! { <Tag label=find::NOT_ONLINE icon="building-2"/> }
    }
}

/// One service item in a list. `marks` are the places of the name that a search found, in characters.
pub fn item_row(item: &ItemSummary, catalog: Option<&Catalog>, marks: Vec<(usize, usize)>) -> AnyView {
    let name = item.name.clone();
    let title = if marks.is_empty() {
        let name: Words = name.into();
        view! { {name} }.into_any()
    } else {
        let words: Words = name.into();
        live(move || marked(&words.now(), &marks))
    };
    let authority = catalog
        .and_then(|catalog| authority_name(catalog, &item.authority))
        .map(Words::from);
    let facts = view! {
        <OnlineTag online=item.online/>
        <span>{time_words(item)}</span>
        {authority.map(|authority| view! { <span>{authority}</span> })}
    }
    .into_any();
    view! { <LinkRow href=routes::item(&item.code) title=title text=&item.summary facts=facts/> }.into_any()
}

/// A list of service items.
pub fn item_rows<'a>(items: impl IntoIterator<Item = &'a ItemSummary>, catalog: &Catalog) -> AnyView {
    let rows: Vec<_> = items
        .into_iter()
        .map(|item| item_row(item, Some(catalog), Vec::new()))
        .collect();
    if rows.is_empty() {
        return view! { <p class="muted">{find::NO_SERVICES}</p> }.into_any();
    }
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

/// A text with the marked ranges (of characters) in `<mark>`.
fn marked(text: &str, marks: &[(usize, usize)]) -> AnyView {
    let pieces = pieces(text, marks).into_iter().map(|(piece, is_marked)| {
        if is_marked {
            view! { <mark>{piece}</mark> }.into_any()
        } else {
            piece.into_any()
        }
    });
    pieces.collect_view().into_any()
}

/// A text cut into pieces, each with whether it is marked. Ranges outside of the text or out of order mark nothing: the
/// language may have changed since the search.
fn pieces(text: &str, marks: &[(usize, usize)]) -> Vec<(String, bool)> {
    let characters: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    for &(start, end) in marks {
        let end = end.min(characters.len());
        if start < at || start >= end {
            continue;
        }
        if start > at {
            out.push((characters[at..start].iter().collect(), false));
        }
        out.push((characters[start..end].iter().collect(), true));
        at = end;
    }
    if at < characters.len() {
        out.push((characters[at..].iter().collect(), false));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pieces;

    fn shown(text: &str, marks: &[(usize, usize)]) -> String {
        pieces(text, marks)
            .into_iter()
            .map(|(piece, marked)| if marked { format!("[{piece}]") } else { piece })
            .collect()
    }

    #[test]
    fn the_words_of_a_search_are_marked_by_character() {
        assert_eq!(shown("居民身份证换领", &[(2, 5)]), "居民[身份证]换领");
        assert_eq!(shown("Identity card", &[(0, 2), (9, 13)]), "[Id]entity [card]");
    }

    #[test]
    fn marks_of_another_language_break_nothing() {
        assert_eq!(shown("开店", &[(1, 40)]), "开[店]");
        assert_eq!(shown("开店", &[(5, 9)]), "开店");
        assert_eq!(shown("开店", &[(1, 2), (0, 1)]), "开[店]");
    }
}
