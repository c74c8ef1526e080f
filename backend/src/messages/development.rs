//! The sender of development mode: keeps the messages and shows them on a page.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use onehall_protocol::PhoneNumber;
use onehall_protocol::identity::SentMessage;

use super::MessageSender;
use crate::clock::Clock;
use crate::error::Result;

/// How many messages are kept.
const KEPT: usize = 200;

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
}

#[async_trait]
impl MessageSender for DevelopmentSender {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<()> {
        let message = SentMessage {
            to: to.clone(),
            text: text.to_owned(),
            at: self.clock.now(),
        };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push_front(message);
        sent.truncate(KEPT);
        Ok(())
    }
}

impl fmt::Debug for DevelopmentSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DevelopmentSender")
    }
}
