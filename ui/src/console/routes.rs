//! The addresses of the console, below `/console`.

use onehall_protocol::cases::QueueScope;
use onehall_protocol::{CaseId, HallCode};

use crate::citizen::routes::encode;

/// Where the console is.
pub const BASE: &str = "/console";
/// The queue: the console's home.
pub const QUEUE: &str = "/console/";
/// The accounts.
pub const ACCOUNTS: &str = "/console/accounts";
/// Citizens who show at the window who they are.
pub const IDENTITY: &str = "/console/identity";
/// Where a clerk calls the next; `?hall=` names the hall.
pub const FLOOR: &str = "/console/halls";
/// Who logged in and what was administered.
pub const AUDIT: &str = "/console/audit";
/// One's own passkeys.
pub const PASSKEYS: &str = "/console/passkeys";
/// How the hall is used.
pub const INSIGHT: &str = "/console/insight";

/// What became of updates of the pages.
pub const UPDATES: &str = "/console/updates";

/// How the hall is used: of which event, in how many days, by what.
#[must_use]
pub fn insight(days: i64, by: &str, event: &str) -> String {
    format!("{INSIGHT}?days={days}&by={by}&event={event}")
}

/// The counters of a hall.
#[must_use]
pub fn floor(hall: &HallCode) -> String {
    format!("{FLOOR}?hall={hall}")
}

/// A case.
#[must_use]
pub fn case(id: CaseId) -> String {
    format!("/console/cases/{id}")
}

const SCOPES: [(QueueScope, &str); 3] = [
    (QueueScope::Mine, "mine"),
    (QueueScope::Authority, "authority"),
    (QueueScope::Ended, "ended"),
];

/// The name of a part of the queue in an address.
#[must_use]
pub fn scope_name(scope: QueueScope) -> &'static str {
    SCOPES
        .iter()
        .find(|(known, _)| *known == scope)
        .map_or("mine", |(_, name)| name)
}

/// The part of the queue that a name stands for; what waits for the clerk where it stands for none.
#[must_use]
pub fn scope_of(name: &str) -> QueueScope {
    SCOPES
        .iter()
        .find(|(_, known)| *known == name)
        .map_or(QueueScope::Mine, |(scope, _)| *scope)
}

/// A part of the queue, and what is searched for in it.
#[must_use]
pub fn queue(scope: QueueScope, search: &str) -> String {
    let mut query = Vec::new();
    if scope != QueueScope::Mine {
        query.push(format!("scope={}", scope_name(scope)));
    }
    if !search.is_empty() {
        query.push(format!("q={}", encode(search)));
    }
    if query.is_empty() {
        QUEUE.to_owned()
    } else {
        format!("{QUEUE}?{}", query.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_the_queue_is_found_by_its_name() {
        for (scope, name) in SCOPES {
            assert_eq!((scope_of(name), scope_name(scope)), (scope, name));
        }
        assert_eq!(scope_of("elsewhere"), QueueScope::Mine);
        assert_eq!(queue(QueueScope::Mine, ""), "/console/");
        assert_eq!(queue(QueueScope::Ended, "LC 1"), "/console/?scope=ended&q=LC%201");
    }
}
