//! One login at a time for each account.
//!
//! Whether an account is locked is read before a password is checked, and a wrong one is counted afterwards. Many tries
//! at the same moment would all pass the lock before the first of them is counted; in turn, each meets what the one
//! before it left.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

type Account = [u8; 32];

static TURNS: LazyLock<Mutex<HashMap<Account, Arc<tokio::sync::Mutex<()>>>>> = LazyLock::new(Mutex::default);

fn turns() -> MutexGuard<'static, HashMap<Account, Arc<tokio::sync::Mutex<()>>>> {
    TURNS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// It is this login's turn until this is dropped.
pub(super) struct Turn {
    account: Account,
    turn: Option<OwnedMutexGuard<()>>,
}

/// Waits for the turn of `account` (a keyed hash of its name, whether or not there is such an account).
pub(super) async fn of(account: Account) -> Turn {
    let mutex = Arc::clone(turns().entry(account).or_default());
    let turn = mutex.lock_owned().await;
    Turn {
        account,
        turn: Some(turn),
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = turns();
        drop(self.turn.take());
        // Nobody waits: only the table still knows it.
        if turns
            .get(&self.account)
            .is_some_and(|mutex| Arc::strong_count(mutex) == 1)
        {
            turns.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_account_has_one_turn_at_a_time_and_is_forgotten_afterwards() {
        let account = [7; 32];
        let first = of(account).await;
        let second = tokio::spawn(of(account));
        let other = of([8; 32]).await;
        assert!(!second.is_finished());
        drop(first);
        drop(second.await);
        drop(other);
        assert!(!turns().contains_key(&account));
    }
}
