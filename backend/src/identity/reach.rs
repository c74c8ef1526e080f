//! Whose matters somebody may handle, and which of them.
//!
//! One's own, those of the companies whose agent one is by the register, and those that others have delegated: of the last
//! only what the delegation covers. A session in the pages of another site reaches only the services that the site is
//! registered for, of whomever. Whatever reads or changes a draft, a case or a file by its id asks here. A reach is read anew with each
//! request: what has just been revoked is gone for the next one.

use std::collections::BTreeSet;

use onehall_protocol::{ErrorCode, ItemCode, PersonId};

use crate::error::{Error, Result};

/// Which service items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Items {
    /// All of them.
    #[default]
    All,
    /// These.
    Only(BTreeSet<ItemCode>),
}

impl Items {
    /// Whether an item is among them.
    #[must_use]
    pub fn cover(&self, item: &ItemCode) -> bool {
        match self {
            Items::All => true,
            Items::Only(items) => items.contains(item),
        }
    }
}

/// One way in which somebody may handle a principal's matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Whose matters.
    pub principal: PersonId,
    /// Which of them.
    pub items: Items,
    /// Whether they may hand in, and not only fill.
    pub submits: bool,
}

/// Whose matters somebody may handle, and which of them. There may be several ways to one principal: any of them suffices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    ways: Vec<Way>,
    /// Those for whom they acted once and do so no more.
    ended: Vec<PersonId>,
    /// What can be reached from where they are.
    from_here: Items,
}

impl Reach {
    /// A reach of these ways; `ended` are those for whom they acted once.
    #[must_use]
    pub fn new(ways: Vec<Way>, ended: Vec<PersonId>) -> Reach {
        Reach {
            ways,
            ended,
            from_here: Items::All,
        }
    }

    /// The same, from the pages of a site that is registered for these items.
    #[must_use]
    pub fn within(self, items: &Items) -> Reach {
        Reach {
            from_here: items.clone(),
            ..self
        }
    }

    /// All matters of these, without end: for the hall itself.
    #[must_use]
    pub fn all_of(principals: &[PersonId]) -> Reach {
        let all = |principal: &PersonId| Way {
            principal: *principal,
            items: Items::All,
            submits: true,
        };
        Reach::new(principals.iter().map(all).collect(), Vec::new())
    }

    /// Whose matters, each once, in the order in which they were given.
    #[must_use]
    pub fn principals(&self) -> Vec<PersonId> {
        let mut principals: Vec<PersonId> = Vec::new();
        for way in &self.ways {
            if !principals.contains(&way.principal) {
                principals.push(way.principal);
            }
        }
        principals
    }

    fn ways_to(&self, principal: PersonId) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(move |way| way.principal == principal)
    }

    /// Whether a matter of this kind may be handled.
    #[must_use]
    pub fn covers(&self, principal: PersonId, item: &ItemCode) -> bool {
        self.from_here.cover(item) && self.ways_to(principal).any(|way| way.items.cover(item))
    }

    /// Whether all of a principal's matters may be handled.
    #[must_use]
    pub fn covers_all(&self, principal: PersonId) -> bool {
        self.from_here == Items::All && self.ways_to(principal).any(|way| way.items == Items::All)
    }

    /// Lets whoever may handle a matter of this kind pass.
    ///
    /// # Errors
    /// `identity/delegation_ended` for who did once; `identity/other_terminal` where it cannot be reached from here;
    /// `request/not_found` for anybody else.
    pub fn admit(&self, principal: PersonId, item: &ItemCode) -> Result<()> {
        if !self.ways_to(principal).any(|way| way.items.cover(item)) {
            return Err(self.refusal(principal));
        }
        if self.from_here.cover(item) {
            Ok(())
        } else {
            Err(ErrorCode::OtherTerminal.into())
        }
    }

    /// As [`Reach::admit`], to begin something new.
    ///
    /// # Errors
    /// As there; `identity/beyond_delegation` where others of the principal's matters may be handled, and not this one.
    pub fn admit_to_begin(&self, principal: PersonId, item: &ItemCode) -> Result<()> {
        match self.admit(principal, item) {
            Err(error) if error.code() == ErrorCode::NotFound && self.ways_to(principal).next().is_some() => {
                Err(ErrorCode::BeyondDelegation.into())
            }
            outcome => outcome,
        }
    }

    /// As [`Reach::admit`], to hand something in.
    ///
    /// # Errors
    /// As there; `identity/beyond_delegation` for who may fill and not hand in.
    pub fn admit_to_submit(&self, principal: PersonId, item: &ItemCode) -> Result<()> {
        self.admit(principal, item)?;
        let may = self.ways_to(principal).any(|way| way.submits && way.items.cover(item));
        if may {
            Ok(())
        } else {
            Err(ErrorCode::BeyondDelegation.into())
        }
    }

    /// Why nothing of a principal can be handled.
    #[must_use]
    pub fn refusal(&self, principal: PersonId) -> Error {
        let acts = self.ways_to(principal).next().is_some();
        if !acts && self.ended.contains(&principal) {
            ErrorCode::DelegationEnded.into()
        } else {
            Error::not_found()
        }
    }
}

impl From<Vec<PersonId>> for Reach {
    /// All matters of these.
    fn from(principals: Vec<PersonId>) -> Reach {
        Reach::all_of(&principals)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn item(code: &str) -> ItemCode {
        code.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn only(items: &[&str]) -> Items {
        Items::Only(items.iter().map(|code| item(code)).collect())
    }

    fn code(outcome: Result<()>) -> Option<ErrorCode> {
        outcome.err().map(|error| error.code())
    }

    #[test]
    fn two_ways_to_one_principal_reach_what_either_does() {
        let principal = PersonId(Uuid::from_u128(1));
        let way = |items: Items, submits| Way {
            principal,
            items,
            submits,
        };
        let reach = Reach::new(
            vec![way(only(&["a", "b"]), false), way(only(&["b", "c"]), true)],
            Vec::new(),
        );
        assert_eq!(reach.principals(), [principal]);
        assert_eq!(code(reach.admit(principal, &item("a"))), None);
        assert_eq!(code(reach.admit(principal, &item("d"))), Some(ErrorCode::NotFound));
        assert_eq!(
            code(reach.admit_to_submit(principal, &item("a"))),
            Some(ErrorCode::BeyondDelegation)
        );
        assert_eq!(code(reach.admit_to_submit(principal, &item("b"))), None);
    }

    #[test]
    fn who_acted_once_is_told_that_it_has_ended_and_a_stranger_nothing() {
        let (mine, once, strange) = (
            PersonId(Uuid::from_u128(1)),
            PersonId(Uuid::from_u128(2)),
            PersonId(Uuid::from_u128(3)),
        );
        let own = Way {
            principal: mine,
            items: Items::All,
            submits: true,
        };
        let reach = Reach::new(vec![own], vec![once, mine]);
        assert_eq!(code(reach.admit(once, &item("a"))), Some(ErrorCode::DelegationEnded));
        assert_eq!(code(reach.admit(strange, &item("a"))), Some(ErrorCode::NotFound));
        assert_eq!(code(reach.admit(mine, &item("a"))), None);
    }

    #[test]
    fn a_site_reaches_what_it_is_registered_for_and_nothing_else_of_anybody() {
        let (mine, strange) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let reach = Reach::all_of(&[mine]).within(&only(&["a"]));
        assert_eq!(code(reach.admit(mine, &item("a"))), None);
        assert_eq!(code(reach.admit(mine, &item("b"))), Some(ErrorCode::OtherTerminal));
        assert_eq!(
            code(reach.admit_to_begin(mine, &item("b"))),
            Some(ErrorCode::OtherTerminal)
        );
        assert_eq!(code(reach.admit(strange, &item("a"))), Some(ErrorCode::NotFound));
        assert!(reach.covers(mine, &item("a")) && !reach.covers(mine, &item("b")));
    }
}
