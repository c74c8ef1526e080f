//! How sure the hall is of who is logged in here.

use onehall_client::Event;
use onehall_protocol::CoreError;
use onehall_protocol::assurance::{CheckDocument, CheckFace, LevelView};
use onehall_protocol::identity::Session;
use serde::de::DeserializeOwned;

use crate::{Core, api, lock};

impl Core {
    /// The level, and the ways to a higher one. Where it was raised elsewhere (at a window), the session here follows.
    pub(crate) async fn level(&self) -> Result<LevelView, CoreError> {
        let view: LevelView = self.fetch(api::get("/identity/level")).await?;
        let known = lock(&self.inner.identity.session)
            .as_ref()
            .map(|session| session.assurance);
        if known.is_some_and(|known| known != view.level) {
            let session = self.fetch(api::get("/identity/session")).await?;
            self.session_renewed(session);
        }
        Ok(view)
    }

    pub(crate) async fn match_document(&self, name: String, citizen_id: String) -> Result<Session, CoreError> {
        let check = CheckDocument { name, citizen_id };
        self.raised_by(api::post("/identity/level/document").json(&check)).await
    }

    pub(crate) async fn match_face(&self, picture: String) -> Result<Session, CoreError> {
        self.raised_by(api::post("/identity/level/face").json(&CheckFace { picture }))
            .await
    }

    pub(crate) async fn ask_hall_visit<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::post("/identity/level/visit")).await
    }

    async fn raised_by(&self, check: api::ApiRequest) -> Result<Session, CoreError> {
        let session: Session = self.fetch(check).await?;
        self.session_renewed(session.clone());
        Ok(session)
    }

    /// The same person in the same session, of whom the hall knows more now.
    pub(crate) fn session_renewed(&self, session: Session) {
        {
            let mut known = lock(&self.inner.identity.session);
            if known.as_ref().is_none_or(|known| known.actor.id != session.actor.id) {
                return;
            }
            *known = Some(session.clone());
        }
        self.keep_copy(&session);
        self.emit(&Event::SessionChanged { session: Some(session) });
    }
}
