//! The sender of development mode: keeps what goes to phones and mailboxes and shows it on a page.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use onehall_protocol::contacts::EmailAddress;
use onehall_protocol::identity::SentMessage;
use onehall_protocol::{ErrorCode, PhoneNumber};

use super::{MailSender, MessageSender};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How many messages are kept.
const KEPT: usize = 200;
/// Addresses below this domain have no mailbox.
const NO_MAILBOX: &str = "@no-mailbox.example";

/// Keeps the last messages in memory.
pub struct DevelopmentSender {
    clock: Arc<dyn Clock>,
    sent: Mutex<VecDeque<SentMessage>>,
}

impl DevelopmentSender {
    /// A sender that has sent nothing yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> DevelopmentSender {
        DevelopmentSender {
            clock,
            sent: Mutex::default(),
        }
    }

    /// The messages, the newest first.
    #[must_use]
    pub fn sent(&self) -> Vec<SentMessage> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    fn keep(&self, to: &str, text: &str) {
        let message = SentMessage {
            to: to.to_owned(),
            text: text.to_owned(),
            at: self.clock.now(),
        };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push_front(message);
        sent.truncate(KEPT);
    }
}

#[async_trait]
impl MessageSender for DevelopmentSender {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<()> {
        self.keep(to.as_str(), text);
        Ok(())
    }
}

/// As a mail server answers: what it can find no mailbox for, it refuses.
#[async_trait]
impl MailSender for DevelopmentSender {
    async fn mail(&self, to: &EmailAddress, _: &str, text: &str) -> Result<()> {
        if to.as_str().ends_with(NO_MAILBOX) {
            let refused = Error::new(ErrorCode::Unavailable);
            return Err(refused.caused_by("hand a mail over", "550 5.1.1 no such mailbox"));
        }
        self.keep(to.as_str(), text);
        Ok(())
    }
}

impl fmt::Debug for DevelopmentSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DevelopmentSender")
    }
}
