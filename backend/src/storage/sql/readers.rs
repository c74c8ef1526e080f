//! The readers: a few connections that read beside the writers, each on a blocking thread while there is something to ask.
//! One that was lost is replaced when the next question comes.
//!
//! Beginning and ending a transaction costs as much as a small question, so a reader that is at it answers with one
//! transaction what was asked before that began: each question still sees one state of the database throughout, and all that
//! was acknowledged before it was asked. What is asked later waits for a later one.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onehall_protocol::ErrorCode;
use tokio::sync::oneshot;

use super::{Connection, Result as Outcome};
use crate::error::{Error, Result};

type Open = dyn Fn() -> Outcome<Connection> + Send + Sync;

/// The most questions that one transaction answers: nobody may hold an old state of the database for long.
const MOST_AT_ONCE: usize = 64;

/// A pool of connections that only read.
pub(super) struct Readers(Arc<Pool>);

struct Pool {
    most: usize,
    open: Box<Open>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(u64, Question)>,
    /// The number of the next question.
    next: u64,
    /// Readers that are at it, or about to be.
    working: usize,
    idle: Vec<Connection>,
    closed: bool,
}

/// A question on its way to a reader. Asked on a connection (or told why there is none) it tells its caller the outcome, and
/// the reader whether its transaction can go on.
type Question = Box<dyn FnOnce(Outcome<&Connection>) -> bool + Send>;

impl Readers {
    /// A pool of at most `most` connections, each opened when it is needed; one is opened now.
    pub(super) fn new(most: usize, open: impl Fn() -> Outcome<Connection> + Send + Sync + 'static) -> Outcome<Readers> {
        let state = State {
            idle: vec![open()?],
            ..State::default()
        };
        Ok(Readers(Arc::new(Pool {
            most: most.max(1),
            open: Box::new(open),
            state: Mutex::new(state),
        })))
    }

    /// No reader at all: who asks is told that the store is closed.
    pub(super) fn none() -> Readers {
        let state = State {
            closed: true,
            ..State::default()
        };
        Readers(Arc::new(Pool {
            most: 0,
            open: Box::new(|| Err(super::Error::Lost)),
            state: Mutex::new(state),
        }))
    }

    /// Runs `work` on a free connection, inside one transaction: it sees one state of the database throughout.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let question = Box::new(move |connection: Outcome<&Connection>| {
            let outcome = connection.map_err(Error::from).and_then(|connection| {
                catch_unwind(AssertUnwindSafe(|| work(connection)))
                    .unwrap_or_else(|_| Err(Error::broken("read: it panicked")))
            });
            let goes_on = outcome.is_ok();
            // Whoever asked may have gone away.
            let _ = tell.send(outcome);
            goes_on
        });
        if let Some(reader) = self.0.ask(question)? {
            tokio::task::spawn_blocking(move || reader.work());
        }
        // Dropped unanswered: the store was closed meanwhile, or the process ends.
        told.await.unwrap_or_else(|_| Err(ErrorCode::Unavailable.into()))
    }

    /// Closes every connection; a read that comes later fails with `backend/unavailable`.
    pub(super) fn close(&self) {
        let mut state = self.0.state();
        state.closed = true;
        state.idle.clear();
        state.waiting.clear();
    }
}

impl Pool {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a question; gives a reader that is to begin, where not all are at it.
    fn ask(self: &Arc<Pool>, question: Question) -> Result<Option<Reader>> {
        let mut state = self.state();
        if state.closed {
            return Err(ErrorCode::Unavailable.into());
        }
        let number = state.next;
        state.next += 1;
        state.waiting.push_back((number, question));
        if state.working == self.most {
            return Ok(None);
        }
        state.working += 1;
        Ok(Some(Reader {
            pool: Arc::clone(self),
            ended: false,
        }))
    }

    /// The next question, if it was asked before the one of this number.
    fn next_before(&self, number: u64) -> Option<Question> {
        let mut state = self.state();
        if state.waiting.front().is_some_and(|(asked, _)| *asked < number) {
            state.waiting.pop_front().map(|(_, question)| question)
        } else {
            None
        }
    }

    /// A connection with an open transaction: an idle one, or, where all of those were lost, a new one.
    fn begun(&self) -> Outcome<Connection> {
        loop {
            let taken = self.state().idle.pop();
            let (connection, new) = match taken {
                Some(connection) => (connection, false),
                None => ((self.open)()?, true),
            };
            match connection.begin_read() {
                Ok(()) => return Ok(connection),
                Err(cause) if new => return Err(cause),
                // Lost while it was idle.
                Err(_) => {}
            }
        }
    }
}

/// One who is at it until nobody asks any more.
struct Reader {
    pool: Arc<Pool>,
    ended: bool,
}

impl Reader {
    fn work(mut self) {
        while let Some(before) = self.goes_on() {
            match self.pool.begun() {
                Ok(connection) => self.answer(connection, before),
                Err(cause) => {
                    if let Some(question) = self.pool.next_before(before) {
                        question(Err(cause));
                    }
                }
            }
        }
    }

    /// The number of the first question that has not been asked; none, and no reader any more, where nothing waits.
    fn goes_on(&mut self) -> Option<u64> {
        let mut state = self.pool.state();
        if state.waiting.is_empty() {
            state.working -= 1;
            self.ended = true;
            return None;
        }
        Some(state.next)
    }

    /// Answers what was asked before the transaction of `connection` began.
    fn answer(&self, connection: Connection, before: u64) {
        let mut lost = false;
        for _ in 0..MOST_AT_ONCE {
            let Some(question) = self.pool.next_before(before) else {
                break;
            };
            let goes_on = question(Ok(&connection));
            let noticed = connection.noticed();
            lost |= noticed.lost;
            // What failed may have left the transaction unfit for anybody else.
            if !goes_on || noticed.failed || lost || connection.is_autocommit() {
                break;
            }
        }
        let ended = connection.is_autocommit() || connection.end_read().is_ok();
        lost |= connection.noticed().lost || connection.is_closed();
        let mut state = self.pool.state();
        if ended && !lost && !state.closed {
            state.idle.push(connection);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Its runtime ended before it began.
        if !self.ended {
            self.pool.state().working -= 1;
        }
    }
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = self.0.state();
        f.debug_struct("Readers")
            .field("working", &state.working)
            .field("waiting", &state.waiting.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    fn must<T, E: std::fmt::Display>(outcome: std::result::Result<T, E>) -> T {
        outcome.unwrap_or_else(|error| panic!("{error}"))
    }

    fn pool(most: usize) -> Readers {
        must(Readers::new(
            most,
            || Ok(rusqlite::Connection::open_in_memory()?.into()),
        ))
    }

    /// How often the connection began a transaction for these questions, asked while the only reader was held up.
    async fn transactions(questions: usize) -> usize {
        let readers = Arc::new(pool(1));
        let (let_go, held) = mpsc::channel::<()>();
        let (begin, begun) = oneshot::channel();
        let asking = Arc::clone(&readers);
        let first = tokio::spawn(async move {
            let hold = move |_: &Connection| {
                let _ = begin.send(());
                let _ = held.recv();
                Ok(())
            };
            asking.read(hold).await
        });
        must(begun.await);
        let began = Arc::new(AtomicUsize::new(0));
        let mut asked = Vec::new();
        for _ in 0..questions {
            let (asking, began) = (Arc::clone(&readers), Arc::clone(&began));
            asked.push(tokio::spawn(async move {
                let look = move |db: &Connection| {
                    // Gone with the transaction.
                    let new = db.execute("CREATE TABLE here (id INTEGER)", []).is_ok();
                    began.fetch_add(usize::from(new), Ordering::Relaxed);
                    Ok(())
                };
                asking.read(look).await
            }));
        }
        while readers.0.state().waiting.len() < questions {
            tokio::task::yield_now().await;
        }
        must(let_go.send(()));
        must(must(first.await));
        for one in asked {
            must(must(one.await));
        }
        began.load(Ordering::Relaxed)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_waits_is_answered_by_one_transaction_and_no_more_than_it_may() {
        assert_eq!(transactions(MOST_AT_ONCE).await, 1);
        assert_eq!(transactions(MOST_AT_ONCE + 1).await, 2);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_question_that_fails_or_panics_is_nobody_elses_trouble() {
        let readers = pool(1);
        let failed = readers.read(|_| Err::<(), _>(Error::not_found())).await;
        assert_eq!(failed.map_err(|error| error.code()), Err(ErrorCode::NotFound));
        let panicked = readers.read(|_| -> Result<()> { panic!("on purpose") }).await;
        assert_eq!(panicked.map_err(|error| error.code()), Err(ErrorCode::Internal));
        assert_eq!(readers.read(|_| Ok(7)).await.ok(), Some(7));
        readers.close();
        let closed = readers.read(|_| Ok(7)).await;
        assert_eq!(closed.map_err(|error| error.code()), Err(ErrorCode::Unavailable));
    }

    #[test]
    fn readers_go_on_after_a_runtime_that_ended_before_they_began() {
        let readers = Arc::new(pool(1));
        let runtime = || {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            must(builder.worker_threads(1).max_blocking_threads(1).build())
        };
        let ends = runtime();
        let (let_go, held) = mpsc::channel::<()>();
        // The only blocking thread is held, so that the reader never begins.
        let (begin, begun) = mpsc::channel();
        ends.spawn_blocking(move || {
            let _ = begin.send(());
            let _ = held.recv();
        });
        must(begun.recv());
        let asking = Arc::clone(&readers);
        ends.spawn(async move { asking.read(|_| Ok(())).await });
        while readers.0.state().waiting.is_empty() {
            std::thread::yield_now();
        }
        ends.shutdown_background();
        drop(let_go);
        while readers.0.state().working > 0 {
            std::thread::yield_now();
        }
        assert_eq!(runtime().block_on(readers.read(|_| Ok(7))).ok(), Some(7));
    }
}
