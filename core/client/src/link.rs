//! Links into the application from outside, such as `onehall://cases/…` in a message: each is one of the pages, or none.

use std::fmt;
use std::str::FromStr;

use onehall_protocol::{CaseId, DraftId, ItemCode};

/// The page that a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// `onehall://cases/ID`: a case.
    Case(CaseId),
    /// `onehall://drafts/ID`: a draft.
    Draft(DraftId),
    /// `onehall://apply/ITEM`: an application for a service item.
    Apply(ItemCode),
}

/// The scheme of links.
pub const SCHEME: &str = "onehall";

impl Link {
    /// Where somebody arrives whose link is none: the home page, which says so.
    pub const NOWHERE: &str = "/?link=unknown";

    /// Whether a text was meant to be a link, whatever it says.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.split_once(':')
            .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME))
    }

    /// The address of the page in the UI.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Link::Case(id) => format!("/matters/{id}"),
            Link::Draft(id) => format!("/drafts/{id}"),
            Link::Apply(item) => format!("/apply/{item}"),
        }
    }

    /// The address that a text from outside leads to; [`Link::NOWHERE`] where it is no link.
    #[must_use]
    pub fn address_of(text: &str) -> String {
        Link::read(text).map_or_else(|| Link::NOWHERE.to_owned(), |link| link.address())
    }

    /// Reads a link, which has one spelling for each page: no query, no fragment, nothing encoded, an id as it is written
    /// everywhere.
    #[must_use]
    pub fn read(text: &str) -> Option<Link> {
        let (scheme, rest) = text.split_once("://")?;
        let (kind, name) = rest.split_once('/')?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        match kind {
            "cases" => exact(name).map(Link::Case),
            "drafts" => exact(name).map(Link::Draft),
            "apply" => exact(name).map(Link::Apply),
            _ => None,
        }
    }
}

/// A name that is written as it would be written.
fn exact<T: FromStr + fmt::Display>(name: &str) -> Option<T> {
    let read: T = name.parse().ok()?;
    (read.to_string() == name).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192e4c1-7a55-7c10-8f00-000000000001";

    #[test]
    fn a_link_leads_to_its_page() {
        let address = |text: &str| Link::address_of(text);
        assert_eq!(address(&format!("onehall://cases/{ID}")), format!("/matters/{ID}"));
        assert_eq!(address(&format!("onehall://drafts/{ID}")), format!("/drafts/{ID}"));
        assert_eq!(
            address("OneHall://apply/identity-card-renewal"),
            "/apply/identity-card-renewal"
        );
    }

    #[test]
    fn whatever_else_somebody_writes_leads_to_the_home_page_alone() {
        let upper = ID.to_uppercase();
        for text in [
            "",
            "onehall:",
            "onehall://",
            "onehall://cases",
            "onehall://cases/",
            "onehall://cases/1",
            "onehall:cases/0192e4c1-7a55-7c10-8f00-000000000001",
            "https://cases/0192e4c1-7a55-7c10-8f00-000000000001",
            "javascript://apply/identity-card-renewal",
            "onehall://account/data",
            "onehall://apply/../account",
            "onehall://apply/identity-card-renewal?next=//evil.example",
            "onehall://apply/identity-card-renewal#x",
            "onehall://apply/identity-card-renewal/",
            "onehall://apply/%2e%2e",
            "onehall://user@apply/identity-card-renewal",
            "onehall://apply/身份证",
            &format!("onehall://cases/{{{ID}}}"),
            &format!("onehall://cases/urn:uuid:{ID}"),
            &format!("onehall://cases/{}", ID.replace('-', "")),
            &format!("onehall://cases/{upper}"),
            &format!("onehall://cases/{ID}/receipt"),
            &format!("onehall://cases/{ID}\n"),
            &format!("onehall://apply/{}", "a".repeat(65)),
        ] {
            assert_eq!(Link::address_of(text), Link::NOWHERE, "{text}");
        }
    }

    #[test]
    fn what_is_meant_as_a_link_is_told_from_an_option() {
        for text in ["onehall://cases/1", "ONEHALL:x", "onehall:"] {
            assert!(Link::is_meant(text), "{text}");
        }
        for text in ["--hall", "http://onehall:80", "onehall", "onehalls:x"] {
            assert!(!Link::is_meant(text), "{text}");
        }
    }
}
