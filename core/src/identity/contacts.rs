//! The phone numbers and e-mail addresses that log one in.

use onehall_protocol::account::MergeTicket;
use onehall_protocol::contacts::{AddContact, ClaimAccount, ContactCode, ContactsView};
use onehall_protocol::identity::{ConfirmedLogin, Session};
use onehall_protocol::{ClaimId, ContactId, CoreError};
use serde::de::DeserializeOwned;

use crate::{Core, api, lock};

impl Core {
    pub(crate) async fn contacts(&self) -> Result<ContactsView, CoreError> {
        self.contacts_by(api::get("/identity/contacts")).await
    }

    pub(crate) async fn send_contact_code<T: DeserializeOwned>(&self, to: String) -> Result<T, CoreError> {
        self.fetch(api::post("/identity/contacts/codes").json(&ContactCode { to }))
            .await
    }

    pub(crate) async fn add_contact(&self, to: String, code: String) -> Result<ContactsView, CoreError> {
        self.contacts_by(api::post("/identity/contacts").json(&AddContact { to, code }))
            .await
    }

    pub(crate) async fn remove_contact(&self, id: ContactId) -> Result<ContactsView, CoreError> {
        self.contacts_by(api::delete(format!("/identity/contacts/{id}"))).await
    }

    pub(crate) async fn put_contact_first(&self, id: ContactId) -> Result<ContactsView, CoreError> {
        self.contacts_by(api::post(format!("/identity/contacts/{id}/first")))
            .await
    }

    pub(crate) async fn look_at_merge<T: DeserializeOwned>(&self, ticket: String) -> Result<T, CoreError> {
        self.fetch(api::post("/account/merging/look").json(&MergeTicket { ticket }))
            .await
    }

    /// Another account becomes part of this one: what it had comes with the next pull, and what waits here for it is sent.
    pub(crate) async fn merge_accounts(&self, ticket: String) -> Result<Session, CoreError> {
        let merge = api::post("/account/merging").json(&MergeTicket { ticket });
        let session: Session = self.fetch(merge).await?;
        self.session_renewed(session.clone());
        #[cfg(feature = "own-terminal")]
        self.look_for_unsent(session.actor.id);
        Ok(session)
    }

    pub(crate) async fn ask_for_account<T: DeserializeOwned>(
        &self,
        name: String,
        citizen_id: String,
        picture: String,
    ) -> Result<T, CoreError> {
        let claim = ClaimAccount {
            name,
            citizen_id,
            picture,
        };
        self.fetch(api::post("/account/claims").json(&claim)).await
    }

    pub(crate) async fn stop_claim(&self, id: ClaimId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/account/claims/{id}"))).await
    }

    pub(crate) async fn take_up_claim<T: DeserializeOwned>(&self, id: ClaimId) -> Result<T, CoreError> {
        self.fetch(api::post(format!("/account/claims/{id}/ticket"))).await
    }

    /// As [`Core::log_in`], of an account that was not used for long.
    pub(crate) async fn confirm_log_in(
        &self,
        phone: String,
        code: String,
        citizen_id: Option<String>,
    ) -> Result<Session, CoreError> {
        let login = ConfirmedLogin {
            phone,
            code,
            citizen_id,
        };
        let session = match self.inner.host.secrets {
            None => {
                self.fetch(api::post("/identity/session/confirmed").json(&login).open())
                    .await?
            }
            Some(_) => {
                self.take_tokens(api::post("/identity/tokens/confirmed").json(&login))
                    .await?
            }
        };
        Ok(self.entered(session))
    }

    /// Where another number comes first now, here or by another terminal, the session here says so, too.
    async fn contacts_by(&self, request: api::ApiRequest) -> Result<ContactsView, CoreError> {
        let view: ContactsView = self.fetch(request).await?;
        let first = view.contacts.first().map(|first| first.shown.as_str());
        let known = lock(&self.inner.identity.session)
            .as_ref()
            .map(|session| session.phone.clone());
        if known.as_deref().is_some_and(|known| Some(known) != first) {
            let session = self.fetch(api::get("/identity/session")).await?;
            self.session_renewed(session);
        }
        Ok(view)
    }
}
