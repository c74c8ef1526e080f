//! Passkeys: what a browser is asked, and what it answers, goes through here unread.

use onehall_protocol::contacts::ContactKind;
use onehall_protocol::identity::Session;
use onehall_protocol::passkeys::{AddPasskey, PasskeyAnswer, PasskeyPurpose, ProofCode};
use onehall_protocol::{CoreError, PasskeyId};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Core, api};

impl Core {
    pub(crate) async fn passkey_options(&self, purpose: PasskeyPurpose) -> Result<Value, CoreError> {
        self.fetch(match purpose {
            PasskeyPurpose::LogIn => api::post("/identity/passkeys/log-in-options").open(),
            PasskeyPurpose::Add => api::post("/identity/passkeys/options"),
            PasskeyPurpose::Prove => api::post("/identity/proof/passkey-options"),
        })
        .await
    }

    /// Logs in where the session is a cookie: a browser, which alone asks for passkeys.
    pub(crate) async fn log_in_with_passkey(&self, credential: Value) -> Result<Session, CoreError> {
        let answer = PasskeyAnswer { credential };
        let session: Session = self
            .fetch(api::post("/identity/passkeys/session").json(&answer).open())
            .await?;
        Ok(self.entered(session))
    }

    pub(crate) async fn passkeys<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/identity/passkeys")).await
    }

    pub(crate) async fn add_passkey<T: DeserializeOwned>(
        &self,
        name: String,
        credential: Value,
    ) -> Result<T, CoreError> {
        let new = AddPasskey { name, credential };
        self.fetch(api::post("/identity/passkeys").json(&new)).await
    }

    pub(crate) async fn remove_passkey(&self, id: PasskeyId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/identity/passkeys/{id}"))).await
    }

    pub(crate) async fn prove_with_passkey(&self, credential: Value) -> Result<(), CoreError> {
        let answer = PasskeyAnswer { credential };
        self.send_only(api::post("/identity/proof/passkey").json(&answer)).await
    }

    pub(crate) async fn send_proof_code<T: DeserializeOwned>(&self, by: Option<ContactKind>) -> Result<T, CoreError> {
        self.fetch(api::post(match by {
            None => "/identity/proof/codes",
            Some(ContactKind::Phone) => "/identity/proof/codes?by=phone",
            Some(ContactKind::Email) => "/identity/proof/codes?by=email",
        }))
        .await
    }

    pub(crate) async fn prove_with_code(&self, code: String, by: Option<ContactKind>) -> Result<(), CoreError> {
        self.send_only(api::post("/identity/proof/code").json(&ProofCode { code, by }))
            .await
    }
}
