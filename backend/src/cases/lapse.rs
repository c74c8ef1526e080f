//! What happens by itself when a last day has passed.

use std::time::Duration;

use onehall_protocol::ErrorCode;
use onehall_protocol::identity::TerminalKind;

use super::act::{self, Acting, Inputs};
use super::model::{StoredCase, Viewer, Who};
use super::view;
use super::workflow::Act;
use crate::clock;
use crate::error::Result;
use crate::state::AppState;

/// How often the hall looks for what is overdue. Days count, so minutes are soon enough.
const EVERY: Duration = Duration::from_secs(60);

/// The most cases of one look.
const AT_ONCE: usize = 500;

/// Looks for what is overdue, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        match lapse_overdue(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "cases lapsed because nothing came by their last day"),
            Err(error) => tracing::error!(%error, "could not look for what is overdue"),
        }
    })
    .await;
}

/// Takes every overdue case on, where its workflow says how. Each is taken once, however many replicas look: the step
/// names the version that was seen. Gives how many it took.
///
/// # Errors
/// If the store cannot say what is overdue. A single case that fails is logged, and tried again next time.
pub async fn lapse_overdue(state: &AppState) -> Result<usize> {
    let mut steps = Vec::new();
    for (code, workflow) in state.city.workflows() {
        let waiting = workflow
            .states()
            .iter()
            .filter(|state| workflow.overdue_action(&state.code).is_some());
        steps.extend(waiting.map(|state| (code.clone(), state.code.clone())));
    }
    let today = view::today(state, state.clock.now());
    let mut count = 0;
    for case in state.storage.overdue(today, steps, AT_ONCE).await? {
        match lapse(state, &case).await {
            Ok(()) => count += 1,
            // Somebody was faster: the citizen at the last moment, or another replica.
            Err(error) if matches!(error.code(), ErrorCode::CaseMoved | ErrorCode::ActionOutOfState) => {}
            Err(error) => tracing::error!(%error, case = %case.id, "an overdue case could not be taken on"),
        }
    }
    Ok(count)
}

async fn lapse(state: &AppState, case: &StoredCase) -> Result<()> {
    let file = state.storage.case(case.id, Viewer::System).await?;
    let acting = Acting {
        who: Who::System,
        viewer: Viewer::System,
        terminal: TerminalKind::System,
    };
    act::take(state, &file, case.version, Act::Overdue, acting, Inputs::default()).await?;
    Ok(())
}
