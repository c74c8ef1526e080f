//! What a citizen does with their own account: sees and ends their sessions, lets others act for them or acts for others,
//! takes their data along, and closes it.
//!
//! All of it is done on a terminal of one's own (`identity::OwnTerminal`): not at a kiosk, not in the page of another site.
//!
//! **A session that its citizen ends** leaves a mark as long as it could have lasted. Its terminal is told by it, whenever it
//! comes back, that it did not run out but was ended, and then keeps nothing of the citizen's.
//!
//! **A delegation** goes from a question of one of the two, answered by the other, to its end. Both must be known well enough
//! (level L2): the name of who acted stands in the history of each case. Who is asked by a phone number is found by it and
//! nobody learns whether it has an account; a code is handed over by whoever gave it. Who acts for a company by the register
//! appoints others for it, and nobody appoints others for whom they themselves were appointed. A child's guardian acts by the
//! register of births and households, until the child is of age.

mod children;
mod claiming;
mod closing;
mod delegations;
mod merging;
mod model;
mod own_data;
mod sessions;
mod store;
mod tar;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

pub use model::{
    AnswerTo, AskFor, Claim, CloseAccount, Closed, EndDelegation, EndSessions, LookForCode, Merge, MergeLook, Merged,
    NewClaim, OpenChild, StopClaim, StoredClaim, StoredDelegation, StoredSession, Waits, WhichSessions, session_id,
};
pub use store::AccountStore;

/// The routes of the account.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    sessions::routes()
        .merge(delegations::routes())
        .merge(own_data::routes())
        .merge(closing::routes())
        .merge(merging::routes())
        .merge(claiming::routes())
        .merge(children::routes())
}
