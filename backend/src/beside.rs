//! Work that takes a while, beside the threads that serve others.

use tokio::runtime::{Handle, RuntimeFlavor};

use crate::error::{Error, Result};

/// Runs `work` on a thread of its own. A runtime of a single thread (a simulation) has none to keep free: there it runs in
/// place, and so in the same order each time.
///
/// # Errors
/// `backend/internal` where it panicked; `context` fits "failed to {context}".
pub async fn run<T: Send + 'static>(context: &'static str, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return Ok(work());
    }
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| Error::internal(context, cause))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn where_others_are_served_it_runs_on_another_thread() {
        let here = tokio::spawn(async {
            (
                thread::current().id(),
                run("think", || thread::current().id()).await.ok(),
            )
        });
        let (serving, working) = here.await.unwrap_or_else(|error| panic!("{error}"));
        assert!(working.is_some_and(|working| working != serving));
    }

    #[tokio::test]
    async fn on_a_single_thread_it_runs_in_place() {
        let here = thread::current().id();
        assert_eq!(run("think", || thread::current().id()).await.ok(), Some(here));
    }
}
