//! The session of this terminal.

use std::sync::Mutex;

use onehall_client::Event;
use onehall_protocol::identity::{CodeRequest, CodeSent, LoginRequest, Session, TerminalKind};
use onehall_protocol::{CoreError, ErrorCode};

use crate::{Core, api, lock};

#[derive(Default)]
pub(crate) struct State {
    session: Mutex<Option<Session>>,
}

impl Core {
    pub(crate) async fn restore_session(&self) -> Result<Option<Session>, CoreError> {
        match self.fetch::<Session>(api::get("/identity/session")).await {
            Ok(session) => {
                self.session_started(session.clone());
                Ok(Some(session))
            }
            Err(error) if error.code == ErrorCode::NotLoggedIn => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn request_code(&self, phone: String) -> Result<CodeSent, CoreError> {
        self.fetch(api::post("/identity/codes").json(&CodeRequest { phone }))
            .await
    }

    pub(crate) async fn log_in(&self, phone: String, code: String) -> Result<Session, CoreError> {
        let session: Session = self
            .fetch(api::post("/identity/session").json(&LoginRequest { phone, code }))
            .await?;
        self.session_started(session.clone());
        Ok(session)
    }

    pub(crate) async fn log_out(&self) -> Result<(), CoreError> {
        // What this terminal knows is forgotten even where the backend cannot be told: somebody may stand behind.
        let told = self.send_only(api::delete("/identity/session")).await;
        self.session_ended();
        match told {
            Err(error) if error.code != ErrorCode::NotLoggedIn => Err(error),
            _ => Ok(()),
        }
    }

    fn session_started(&self, session: Session) {
        *lock(&self.inner.identity.session) = Some(session.clone());
        self.listen_for_pokes("/events");
        self.emit(&Event::SessionChanged { session: Some(session) });
    }

    /// Forgets the person: session, drafts, pokes.
    pub(crate) fn session_ended(&self) {
        let known = lock(&self.inner.identity.session).take().is_some();
        self.stop_pokes();
        self.inner.drafts.forget();
        // Of a console's session the core knows nothing but that it has ended.
        if known || self.inner.terminal == TerminalKind::Console {
            self.emit(&Event::SessionChanged { session: None });
        }
    }
}
