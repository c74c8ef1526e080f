//! The session of this terminal.

use std::sync::Mutex;

use onehall_client::Event;
use onehall_protocol::identity::{CodeRequest, LoginRequest, Session, TerminalKind, TokenGranted};
use onehall_protocol::{CoreError, ErrorCode};
use serde::de::DeserializeOwned;

use crate::ports::boxed;
use crate::{Core, api, lock};

/// The name of the session's token among the secrets.
const TOKEN: &str = "session-token";

#[derive(Default)]
pub(crate) struct State {
    session: Mutex<Option<Session>>,
    /// The session's token, where this terminal holds it itself.
    token: Mutex<Option<String>>,
}

impl Core {
    pub(crate) async fn restore_session(&self) -> Result<Option<Session>, CoreError> {
        if let Some(secrets) = &self.inner.host.secrets {
            let token = secrets.get(TOKEN).await;
            let known = token.is_some();
            *lock(&self.inner.identity.token) = token;
            if !known {
                return Ok(None);
            }
        }
        match self.fetch::<Session>(api::get("/identity/session")).await {
            Ok(session) => {
                self.session_started(session.clone());
                Ok(Some(session))
            }
            Err(error) if error.code == ErrorCode::NotLoggedIn => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn request_code<T: DeserializeOwned>(&self, phone: String) -> Result<T, CoreError> {
        self.fetch(api::post("/identity/codes").json(&CodeRequest { phone }))
            .await
    }

    pub(crate) async fn log_in(&self, phone: String, code: String) -> Result<Session, CoreError> {
        let login = LoginRequest { phone, code };
        let session: Session = match &self.inner.host.secrets {
            None => self.fetch(api::post("/identity/session").json(&login)).await?,
            Some(secrets) => {
                let granted: TokenGranted = self.fetch(api::post("/identity/tokens").json(&login)).await?;
                secrets.put(TOKEN, granted.token.clone()).await;
                *lock(&self.inner.identity.token) = Some(granted.token);
                granted.session
            }
        };
        self.session_started(session.clone());
        Ok(session)
    }

    pub(crate) async fn log_out(&self) -> Result<(), CoreError> {
        // What this terminal knows is forgotten even where the backend cannot be told: somebody may stand behind.
        let told = self.send_only(api::delete("/identity/session")).await;
        self.session_ended();
        if let Some(secrets) = &self.inner.host.secrets {
            secrets.delete(TOKEN).await;
        }
        match told {
            Err(error) if error.code != ErrorCode::NotLoggedIn => Err(error),
            _ => Ok(()),
        }
    }

    /// What proves to the backend whose session this is, where this terminal holds it itself.
    pub(crate) fn credentials(&self) -> Option<(&'static str, String)> {
        let token = lock(&self.inner.identity.token);
        token.as_ref().map(|token| ("authorization", format!("Bearer {token}")))
    }

    fn session_started(&self, session: Session) {
        *lock(&self.inner.identity.session) = Some(session.clone());
        // A stream of the session before would tell of that one.
        self.stop_pokes();
        self.listen_for_pokes("/events");
        self.emit(&Event::SessionChanged { session: Some(session) });
    }

    /// Forgets the person: session, drafts, pokes.
    pub(crate) fn session_ended(&self) {
        let known = lock(&self.inner.identity.session).take().is_some();
        self.stop_pokes();
        self.inner.drafts.forget();
        self.inner.filling.forget();
        if lock(&self.inner.identity.token).take().is_some()
            && let Some(secrets) = self.inner.host.secrets.clone()
        {
            self.inner
                .host
                .spawner
                .spawn(boxed(async move { secrets.delete(TOKEN).await }));
        }
        // Of a console's session the core knows nothing but that it has ended.
        if known {
            self.end_visit();
        }
        if known || self.inner.terminal == TerminalKind::Console {
            self.emit(&Event::SessionChanged { session: None });
        }
    }
}
