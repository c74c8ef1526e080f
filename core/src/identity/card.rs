//! A login with the identity card on the reader of this kiosk. No command of the pages: what stands on a card, no page learns.

use onehall_protocol::CoreError;
use onehall_protocol::identity::{CardCodeRequest, CardCodeSent, CardLogin, Session};

use crate::{Core, api};

impl Core {
    /// Has a code sent to the owner of a card, where they have an account.
    ///
    /// # Errors
    /// `identity/forbidden` where this is no kiosk of a hall; `request/too_many`.
    pub async fn send_card_code(&self, card: &CardCodeRequest) -> Result<CardCodeSent, CoreError> {
        self.fetch(api::post("/identity/card/codes").json(card).open()).await
    }

    /// Logs in with a card and its code.
    ///
    /// # Errors
    /// `identity/wrong_code`; as [`Core::send_card_code`].
    pub async fn log_in_with_card(&self, login: &CardLogin) -> Result<Session, CoreError> {
        let session = self.take_tokens(api::post("/identity/card/tokens").json(login)).await?;
        Ok(self.entered(session))
    }
}
