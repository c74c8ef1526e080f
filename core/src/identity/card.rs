//! A login with the identity card on the reader of this kiosk. No command of the pages: what stands on a card, no page learns.

use onehall_protocol::CoreError;
use onehall_protocol::identity::{CardCodeRequest, CardCodeSent, CardLogin, Session, TokenGranted};

use super::TOKEN;
use crate::{Core, api, lock};

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
        let granted: TokenGranted = self
            .fetch(api::post("/identity/card/tokens").json(login).open())
            .await?;
        if let Some(secrets) = &self.inner.host.secrets {
            secrets.put(TOKEN, granted.token.clone()).await;
        }
        *lock(&self.inner.identity.token) = Some(granted.token);
        self.another_visit();
        self.session_started(granted.session.clone());
        Ok(granted.session)
    }
}
