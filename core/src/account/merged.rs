//! What this terminal keeps for an account that became part of another one is that one's: who logs in there goes on with it.

use onehall_protocol::PersonId;
use serde_json::Value;

use crate::{Core, api, json};

/// With what the keys of a journal go on behind the person for whom something waits to be sent. What another tab is at is that
/// tab's.
const WAITS: [&str; 4] = ["draft/", "begun/", "upload/", "outbox/"];

/// For whom something waits at a key of the journal, and the rest of the key; none where nothing does.
fn waits_for(key: &str) -> Option<(PersonId, &str)> {
    let (person, rest) = key.split_once('/')?;
    let waits = WAITS.iter().any(|kind| rest.starts_with(kind));
    Some((person.parse().ok().filter(|_| waits)?, rest))
}

/// Whether something waits for others than this person.
fn waits_for_others(kept: &[(String, Vec<u8>)], person: PersonId) -> bool {
    kept.iter()
        .filter_map(|(key, _)| waits_for(key))
        .any(|(other, _)| other != person)
}

/// What is kept of a draft that was begun here for `old` by themselves, as one of `person`; none where it is not theirs.
fn begun_by(value: &[u8], old: PersonId, person: PersonId) -> Option<Vec<u8>> {
    let mut kept: Value = json::read(value).ok()?;
    let principal = kept.pointer_mut("/draft/principal/id")?;
    if *principal != old.to_string() {
        return None;
    }
    *principal = person.to_string().into();
    serde_json::to_vec(&kept).ok()
}

impl Core {
    /// Makes theirs what is kept here for accounts that became part of this person's, in the journal and in what was read of
    /// it. Gives whether that is done: where the hall cannot say now which those are, it is asked again.
    pub(crate) async fn inherit(&self, person: PersonId, kept: &mut Vec<(String, Vec<u8>)>) -> bool {
        let visit = self.visit();
        let typed = self.typed_by_others(person).await;
        if typed.is_empty() && !waits_for_others(kept, person) {
            return true;
        }
        let was = self.fetch::<Vec<PersonId>>(api::get("/account/merging")).await;
        let was = match was {
            _ if self.visit() != visit => {
                // Whoever is here now looks by themselves.
                kept.clear();
                return true;
            }
            Ok(was) => was,
            // A hall that does not know the question has no such accounts.
            Err(error) => return !error.retryable,
        };
        self.inherit_typed(person, &was, typed).await;
        let Some(journal) = self.journal() else { return true };
        let _writing = self.inner.drafts.writing.lock().await;
        for (key, value) in kept.iter_mut() {
            // Asked each time: who has left meanwhile leaves nothing behind.
            if self.visit() != visit {
                break;
            }
            let Some((old, rest)) = waits_for(key).filter(|(old, _)| was.contains(old)) else {
                continue;
            };
            let theirs = format!("{person}/{rest}");
            if rest.starts_with("begun/")
                && let Some(begun) = begun_by(value, old, person)
            {
                *value = begun;
            }
            // First kept, then forgotten: what is there twice is sent once.
            if journal.keep(&theirs, value.clone()).await.is_ok() {
                journal.forget(key).await;
                *key = theirs;
            }
        }
        if self.visit() != visit {
            kept.clear();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(digit: u8) -> PersonId {
        PersonId(uuid::Uuid::from_u128(digit.into()))
    }

    #[test]
    fn what_waits_for_an_account_is_known_by_its_key_and_what_another_tab_is_at_is_left_to_it() {
        let key = |rest: &str| format!("{}/{rest}", person(1));
        for rest in ["draft/d/w", "begun/d/w", "upload/k/w", "outbox/k"] {
            assert_eq!(waits_for(&key(rest)), Some((person(1), rest)));
        }
        assert_eq!(waits_for(&key("elsewhere/k")), None);
        assert_eq!(waits_for("somebody/draft/d/w"), None);
    }

    #[test]
    fn a_draft_that_was_begun_for_oneself_stays_ones_own_and_one_for_a_company_the_companys() {
        let begun = |principal: PersonId| json!({"draft": {"id": "d", "principal": {"id": principal, "name": ""}}});
        let of = |principal| begun(principal).to_string().into_bytes();
        let became = begun_by(&of(person(1)), person(1), person(2));
        let became: Option<Value> = became.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        assert_eq!(became, Some(begun(person(2))));
        assert_eq!(begun_by(&of(person(3)), person(1), person(2)), None);
        assert_eq!(begun_by(b"of a later version", person(1), person(2)), None);
    }
}
