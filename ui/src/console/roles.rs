//! The names of roles.

use onehall_protocol::staff::Role;

use crate::texts::{Phrase, Words, console};

/// The name of a role.
pub(super) fn name(role: Role) -> Phrase {
    match role {
        Role::WindowClerk => console::ROLE_WINDOW_CLERK,
        Role::Reviewer => console::ROLE_REVIEWER,
        Role::Approver => console::ROLE_APPROVER,
        Role::Issuer => console::ROLE_ISSUER,
        Role::Administrator => console::ROLE_ADMINISTRATOR,
    }
}

/// What a role may do.
pub(super) fn hint(role: Role) -> Phrase {
    match role {
        Role::WindowClerk => console::ROLE_WINDOW_CLERK_HINT,
        Role::Reviewer => console::ROLE_REVIEWER_HINT,
        Role::Approver => console::ROLE_APPROVER_HINT,
        Role::Issuer => console::ROLE_ISSUER_HINT,
        Role::Administrator => console::ROLE_ADMINISTRATOR_HINT,
    }
}

/// The names of several, in a row.
pub(super) fn names(roles: Vec<Role>) -> Words {
    Words::made(move |language| {
        let separator = if language == onehall_protocol::Language::ZhCn {
            "、"
        } else {
            ", "
        };
        roles
            .iter()
            .map(|role| name(*role).get(language))
            .collect::<Vec<_>>()
            .join(separator)
    })
}
