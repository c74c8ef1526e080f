//! The merge of one answer: the later stamp wins, in whatever order the two arrive.

use onehall_protocol::sync::Stamp;

/// Which of two answers to one question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// The one that was there.
    Held,
    /// The one that came.
    Given,
}

/// A way to decide between the answer that is held and one that is given. [`later`] is the one that is right; it is a value so
/// that a test can put a wrong one in its place and see that it is caught.
pub type Merge = fn(held: &Stamp, given: &Stamp) -> Stands;

/// The answer with the later stamp stands. Stamps are totally ordered and name their writer, so that all who merge the same
/// answers come to the same one, in whatever order and however often they come; an answer that comes again changes nothing.
#[must_use]
pub fn later(held: &Stamp, given: &Stamp) -> Stands {
    if given > held { Stands::Given } else { Stands::Held }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::WriterId;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    /// An answer as a merge keeps it. A stamp is given to one answer only, so the value here is the stamp's own.
    fn merged(way: Merge, answers: &[Stamp]) -> Option<Stamp> {
        let mut answers = answers.iter();
        let first = *answers.next()?;
        Some(answers.fold(first, |held, given| match way(&held, given) {
            Stands::Held => held,
            Stands::Given => *given,
        }))
    }

    fn stamps() -> impl Strategy<Value = Vec<Stamp>> {
        let stamp = (0u64..4, 0u32..3, 0u128..3).prop_map(|(at, count, writer)| Stamp {
            at,
            count,
            writer: WriterId(Uuid::from_u128(writer)),
        });
        prop::collection::vec(stamp, 1..8)
    }

    fn by_arrival(_: &Stamp, _: &Stamp) -> Stands {
        Stands::Given
    }

    proptest! {
        #[test]
        fn the_order_in_which_answers_arrive_decides_nothing((answers, shuffled) in stamps().prop_flat_map(|all| {
            (Just(all.clone()), Just(all).prop_shuffle())
        })) {
            prop_assert_eq!(merged(later, &answers), merged(later, &shuffled));
        }

        #[test]
        fn answers_that_arrive_twice_change_nothing(answers in stamps()) {
            let twice: Vec<Stamp> = answers.iter().chain(&answers).copied().collect();
            prop_assert_eq!(merged(later, &answers), merged(later, &twice));
        }

        #[test]
        fn merging_in_parts_comes_to_the_same(answers in stamps(), at in 0usize..8) {
            let (left, right) = answers.split_at(at.min(answers.len()));
            let parts: Vec<Stamp> = [merged(later, left), merged(later, right)].into_iter().flatten().collect();
            prop_assert_eq!(merged(later, &answers), merged(later, &parts));
        }
    }

    #[test]
    fn a_merge_by_arrival_would_be_noticed() {
        let stamp = |at| Stamp {
            at,
            count: 0,
            writer: WriterId(Uuid::nil()),
        };
        let (one, two) = (stamp(1), stamp(2));
        assert_ne!(merged(by_arrival, &[one, two]), merged(by_arrival, &[two, one]));
        assert_eq!(merged(later, &[one, two]), merged(later, &[two, one]));
    }
}
