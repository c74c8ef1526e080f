//! Who has the same draft open on another terminal.
//!
//! Each core says so for itself and again before it would be forgotten; the hall only hands it on. Who hears of somebody new
//! says at once that it is here, too, so that a newcomer need not wait.

use std::collections::HashMap;
use std::sync::Mutex;

use onehall_client::Event;
use onehall_protocol::cases::Poke;
use onehall_protocol::drafts::{PRESENT_MS, SayPresence};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, DraftId, ErrorCode, Timestamp, WriterId};
use serde_json::Value;

use crate::ports::{BoxFuture, boxed};
use crate::{Core, api, json, lock};

/// How often it is said: twice within the time for which it counts, and a moment.
const SAID_EVERY_MS: u32 = PRESENT_MS * 2 / 5;

#[derive(Default)]
pub(crate) struct State(Mutex<HashMap<DraftId, Open>>);

/// A draft that is open here.
#[derive(Default)]
struct Open {
    /// Counts up when it is opened anew: whoever said it for the time before stops.
    turn: u64,
    others: Vec<Other>,
}

#[derive(Clone, Copy)]
struct Other {
    writer: WriterId,
    terminal: TerminalKind,
    until: Timestamp,
}

impl State {
    pub(super) fn forget(&self) {
        lock(&self.0).clear();
    }
}

/// Takes in what was heard. Only the second part of the program opens drafts.
#[inline(never)]
fn enter_part(core: Core, heard: Value) -> BoxFuture<'static, ()> {
    boxed(async move { core.take_presence(heard).await })
}

impl Core {
    /// The citizen opened a draft here, or left it.
    pub(crate) fn attend_draft(&self, id: DraftId, here: bool) -> Result<(), CoreError> {
        if !self.has_session() {
            return Err(self.error(ErrorCode::NotLoggedIn));
        }
        if !here {
            let was_open = lock(&self.inner.drafts.present.0).remove(&id).is_some();
            if was_open {
                let core = self.clone();
                self.inner
                    .host
                    .spawner
                    .spawn(boxed(async move { core.say_presence(id, false).await }));
            }
            return Ok(());
        }
        let turn = {
            let mut present = lock(&self.inner.drafts.present.0);
            let open = present.entry(id).or_default();
            open.turn += 1;
            open.turn
        };
        // It is said for as long as somebody has this core: no longer.
        let inner = std::sync::Arc::downgrade(&self.inner);
        let timer = self.inner.host.timer.clone();
        self.inner.host.spawner.spawn(boxed(async move {
            loop {
                match inner.upgrade().map(|inner| Core { inner }) {
                    Some(core) if core.attends(id, turn) => {
                        core.say_presence(id, true).await;
                        core.forget_the_silent(id);
                    }
                    _ => return,
                }
                timer.sleep(SAID_EVERY_MS).await;
            }
        }));
        Ok(())
    }

    fn attends(&self, id: DraftId, turn: u64) -> bool {
        let present = lock(&self.inner.drafts.present.0);
        present.get(&id).is_some_and(|open| open.turn == turn)
    }

    /// Where it is not heard now, it is said again soon.
    async fn say_presence(&self, id: DraftId, here: bool) {
        let said = SayPresence {
            writer: self.inner.writer,
            here,
        };
        let _ = self
            .send_only(api::post(format!("/drafts/{id}/presence")).json(&said))
            .await;
    }

    /// Another core says that a draft is open there, or is no more; or this one, which is nothing new.
    pub(crate) fn heard_presence(&self, id: DraftId, heard: Value) {
        let is_open = lock(&self.inner.drafts.present.0).contains_key(&id);
        if is_open {
            self.inner.host.spawner.spawn(enter_part(self.clone(), heard));
        }
    }

    async fn take_presence(&self, heard: Value) {
        let Ok(Poke::Present {
            id,
            writer,
            terminal,
            here,
        }) = json::read_value(heard)
        else {
            return;
        };
        if writer == self.inner.writer {
            return;
        }
        let until = self.inner.host.clock.now().unix_millis() + i64::from(PRESENT_MS);
        let was_there = {
            let mut present = lock(&self.inner.drafts.present.0);
            let Some(open) = present.get_mut(&id) else { return };
            let before = open.others.len();
            open.others.retain(|other| other.writer != writer);
            let was_there = open.others.len() < before;
            if here {
                let other = Other {
                    writer,
                    terminal,
                    until: Timestamp::from_unix_millis(until),
                };
                open.others.push(other);
            }
            was_there
        };
        if here != was_there {
            self.tell_presence(id);
        }
        if here && !was_there {
            self.say_presence(id, true).await;
        }
    }

    /// Who was not heard for too long is not there any more.
    fn forget_the_silent(&self, id: DraftId) {
        let now = self.inner.host.clock.now();
        let changed = {
            let mut present = lock(&self.inner.drafts.present.0);
            let Some(open) = present.get_mut(&id) else { return };
            let before = open.others.len();
            open.others.retain(|other| other.until > now);
            open.others.len() != before
        };
        if changed {
            self.tell_presence(id);
        }
    }

    fn tell_presence(&self, id: DraftId) {
        let mut others: Vec<TerminalKind> = {
            let present = lock(&self.inner.drafts.present.0);
            let Some(open) = present.get(&id) else { return };
            open.others.iter().map(|other| other.terminal).collect()
        };
        others.sort_unstable();
        self.emit_of_draft(id, |id| Event::DraftPresence {
            id,
            others: others.clone(),
        });
    }

    /// The address of the hall's own pages.
    pub(crate) fn hall_address(&self) -> String {
        self.inner.base_url.clone()
    }
}
