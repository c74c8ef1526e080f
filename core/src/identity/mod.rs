//! The session of this terminal.

mod authorization;
#[cfg(feature = "native")]
mod bound;
#[cfg(feature = "native")]
mod card;
mod contacts;
mod level;
mod passkeys;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::select;

use onehall_client::Event;
use onehall_protocol::identity::{CodeRequest, LoginRequest, Session, TerminalKind};
use onehall_protocol::{CoreError, ErrorCode, PersonId};
use serde::de::DeserializeOwned;

use crate::ports::{NoSecret, StoreError, boxed};
use crate::{Core, api, json, lock};

/// The name of the session's token among the secrets.
const TOKEN: &str = "session-token";

#[derive(Default)]
pub(crate) struct State {
    pub(crate) session: Mutex<Option<Session>>,
    /// The session's token, where this terminal holds it itself.
    token: Mutex<Option<String>>,
    /// A login that is bound to a key of this terminal.
    #[cfg(feature = "native")]
    bound: bound::State,
    /// Counts who came and who left: what was asked for in one visit is nobody's in the next.
    visit: AtomicU64,
    /// Why the last session is no more, where its citizen ended it from elsewhere.
    #[cfg(feature = "own-terminal")]
    pub(crate) ended: Mutex<Option<onehall_protocol::account::SessionEnd>>,
}

/// What [`TokenGranted`](onehall_protocol::identity::TokenGranted) says to a terminal that proves no key.
#[cfg(not(feature = "native"))]
#[derive(serde::Deserialize)]
struct TokenGiven {
    token: String,
    session: Session,
}

/// How long a log-out waits for answers that are not saved yet.
const SAVE_WITHIN_MS: u32 = 2_500;

impl Core {
    /// The session of this terminal, where there is one.
    ///
    /// # Errors
    /// It is not known now whether there is one: nobody was logged out, and it can be asked again.
    pub(crate) async fn restore_session(&self) -> Result<Option<Session>, CoreError> {
        let visit = self.visit();
        if let Some(secrets) = &self.inner.host.secrets {
            let token = secrets.get(TOKEN).await.map_err(|error| self.secret_error(error))?;
            if self.visit() == visit {
                let known = token.is_some();
                *lock(&self.inner.identity.token) = token;
                #[cfg(feature = "native")]
                let known = known || self.restore_bound().await?;
                if !known {
                    return Ok(None);
                }
            }
        }
        match self.fetch::<Session>(api::get("/identity/session")).await {
            Ok(session) => {
                self.session_started(session.clone());
                Ok(Some(session))
            }
            Err(error) if error.code == ErrorCode::NotLoggedIn => Ok(None),
            // Somebody came or left meanwhile: that counts.
            Err(error) if error.code == ErrorCode::Cancelled => Ok(lock(&self.inner.identity.session).clone()),
            Err(error) => {
                // Where the hall cannot be reached, who was here last goes on with what this terminal holds of theirs.
                let kept = self.kept_session().await.filter(|_| error.code == ErrorCode::Offline);
                match kept.filter(|_| self.visit() == visit) {
                    Some(session) => {
                        self.session_started(session.clone());
                        Ok(Some(session))
                    }
                    None => Err(error),
                }
            }
        }
    }

    /// What is said of it where a secret cannot be read now.
    pub(crate) fn secret_error(&self, error: NoSecret) -> CoreError {
        self.store_error(error.into())
    }

    pub(crate) async fn request_code<T: DeserializeOwned>(&self, phone: String) -> Result<T, CoreError> {
        self.fetch(api::post("/identity/codes").json(&CodeRequest { phone }).open())
            .await
    }

    pub(crate) async fn log_in(&self, phone: String, code: String) -> Result<Session, CoreError> {
        let login = LoginRequest { phone, code };
        let session = match self.inner.host.secrets {
            None => self.fetch(api::post("/identity/session").json(&login).open()).await?,
            Some(_) => self.take_tokens(api::post("/identity/tokens").json(&login)).await?,
        };
        Ok(self.entered(session))
    }

    /// Has a request log somebody in on a terminal that holds its session itself, and takes what it is given for it.
    #[cfg(not(feature = "native"))]
    async fn take_tokens(&self, request: api::ApiRequest) -> Result<Session, CoreError> {
        let TokenGiven { token, session } = self.fetch(request.open()).await?;
        if let Some(secrets) = &self.inner.host.secrets {
            secrets.put(TOKEN, token.clone()).await;
        }
        *lock(&self.inner.identity.token) = Some(token);
        Ok(session)
    }

    /// Somebody has logged in.
    fn entered(&self, session: Session) -> Session {
        self.another_visit();
        self.session_started(session.clone());
        session
    }

    /// Ends the session. Answers that the backend does not hold are sent first; where that is not possible in a moment, the
    /// citizen decides.
    ///
    /// # Errors
    /// `drafts/unsent` unless `discard_unsent`: nobody was logged out, `details.answers` says how many wait (with what other tabs
    /// have of drafts and files), and `details.queued` how many submissions and the like (one, where that is being looked
    /// for), `details.files` how many files, `details.supplements` for how many supplements something is typed that is not
    /// handed in.
    pub(crate) async fn log_out(&self, discard_unsent: bool) -> Result<(), CoreError> {
        let saving = boxed(async {
            // Who leaves right after they came is not asked for what is only being looked for.
            self.inner.outbox.looked().await;
            // It would go with a log-out here, whichever tab it was typed in.
            if !discard_unsent {
                self.look_around().await;
            }
            self.flush_all_drafts().await;
            self.flush_outbox().await;
        });
        select(saving, self.inner.host.timer.sleep(SAVE_WITHIN_MS)).await;
        // What a core that is gone left here counts from the first moment on, found or not.
        let (answers, queued) = (
            self.unsent_answers() + self.inner.outbox.theirs(),
            self.inner.outbox.open() + self.inner.outbox.looking(),
        );
        let files = self.uploads_under_way();
        // Pages of others hand in no supplements.
        #[cfg(feature = "own-terminal")]
        let supplements = self.typed_supplements().await;
        #[cfg(not(feature = "own-terminal"))]
        let supplements = 0_usize;
        if answers + queued + files + supplements > 0 && !discard_unsent && self.has_session() {
            let mut error = self.error(ErrorCode::UnsentAnswers);
            error.details = json::object([
                ("answers", answers.into()),
                ("queued", queued.into()),
                ("files", files.into()),
                ("supplements", supplements.into()),
            ]);
            return Err(error);
        }
        // What this terminal knows is forgotten before the backend is told, and also where it cannot be: somebody may
        // stand behind.
        let credentials = self.credentials();
        #[cfg(feature = "native")]
        let bound = self.forget_bound();
        self.session_ended();
        if let Some(secrets) = &self.inner.host.secrets {
            secrets.delete(TOKEN).await;
        }
        #[cfg(feature = "native")]
        self.forgotten().await;
        self.erase_unsent().await;
        self.erase_copy().await;
        // Files that were chosen and not sent, and whatever else is a person's: beyond recovery. Who came meanwhile keeps theirs.
        let erased = match self.has_session() {
            true => Ok(()),
            false => self.inner.host.store.erase().await,
        };
        // Not in the name of whoever came meanwhile.
        let mut farewell = api::delete("/identity/session").anonymous();
        if let Some((name, value)) = credentials {
            farewell = farewell.header(name, value);
        }
        #[cfg(feature = "native")]
        let told = match bound {
            Some(bound) => self.say_farewell(bound).await,
            None => self.send_only(farewell).await,
        };
        #[cfg(not(feature = "native"))]
        let told = self.send_only(farewell).await;
        #[cfg(feature = "own-terminal")]
        self.visit_over().await;
        match (told, erased) {
            (Err(error), _) if error.code != ErrorCode::NotLoggedIn => Err(error),
            // Where nothing may be kept there was nothing to be erased.
            (_, Ok(()) | Err(StoreError::Forbidden)) => Ok(()),
            (_, Err(error)) => Err(self.store_error(error)),
        }
    }

    /// Which visit this is: another one once somebody came or left.
    pub(crate) fn visit(&self) -> u64 {
        self.inner.identity.visit.load(Ordering::Relaxed)
    }

    /// Somebody came, or left.
    pub(crate) fn another_visit(&self) {
        self.inner.identity.visit.fetch_add(1, Ordering::Relaxed);
    }

    /// Who is logged in.
    pub(crate) fn person(&self) -> Option<PersonId> {
        lock(&self.inner.identity.session)
            .as_ref()
            .map(|session| session.actor.id)
    }

    /// Whether somebody is logged in.
    pub(crate) fn has_session(&self) -> bool {
        lock(&self.inner.identity.session).is_some()
    }

    /// What proves to the backend whose session this is, where this terminal holds it itself.
    pub(crate) fn credentials(&self) -> Option<(&'static str, String)> {
        let token = lock(&self.inner.identity.token);
        token.as_ref().map(|token| ("authorization", format!("Bearer {token}")))
    }

    pub(crate) fn session_started(&self, session: Session) {
        #[cfg(feature = "own-terminal")]
        lock(&self.inner.identity.ended).take();
        *lock(&self.inner.identity.session) = Some(session.clone());
        // A stream of the session before would tell of that one.
        self.stop_pokes();
        self.listen_for_pokes("/events");
        let person = session.actor.id;
        self.keep_copy(&session);
        self.emit(&Event::SessionChanged { session: Some(session) });
        self.look_for_unsent(person);
    }

    /// Forgets the person: session, drafts, pokes.
    pub(crate) fn session_ended(&self) {
        self.another_visit();
        let known = lock(&self.inner.identity.session).take().is_some();
        self.stop_pokes();
        self.inner.drafts.forget();
        self.inner.uploads.forget();
        self.inner.outbox.forget();
        self.inner.filling.forget();
        #[cfg(feature = "own-terminal")]
        self.inner.progress.forget_typed();
        self.forget_copy();
        // Where nobody was logged in, somebody may be about to be by their phone.
        #[cfg(feature = "native")]
        if known || self.is_bound() {
            drop(self.forget_bound());
        }
        if lock(&self.inner.identity.token).take().is_some()
            && let Some(secrets) = self.inner.host.secrets.clone()
        {
            self.inner
                .host
                .spawner
                .spawn(boxed(async move { secrets.delete(TOKEN).await }));
        }
        // Of a console's session the core knows nothing but that it has ended.
        #[cfg(feature = "own-terminal")]
        if known {
            self.end_visit();
        }
        if known || self.inner.terminal == TerminalKind::Console {
            self.emit(&Event::SessionChanged { session: None });
        }
    }
}
