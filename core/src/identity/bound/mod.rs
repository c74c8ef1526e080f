//! A login whose tokens are bound to a key of this terminal: that by a code or a card, where the hall binds it, and that of a
//! desktop or a kiosk which a phone lets in. Of native hosts alone; no page links it.
//!
//! The hall knows the terminal as a client of its login (`hall-desktop`, `hall-mobile`, `hall-kiosk`). Every request shows a
//! short-lived token and a proof, made for it alone, by a key that never leaves the [`SecretStore`](crate::ports::SecretStore).

mod device;
mod proof;
mod renewal;
mod sending;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures::channel::oneshot;
use futures::future::{FutureExt, Shared};
use onehall_client::{PhoneLogin, PhoneLoginEnd};
use onehall_protocol::identity::{BoundTokens, Session, TokenGranted};
use onehall_protocol::{CoreError, ErrorCode, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::device::{Answer, DeviceLogin, End, Step};
use self::proof::KEY;
use self::renewal::{Renewal, Tokens};
use super::TOKEN;
use crate::ports::{HttpRequest, HttpResponse, Method, NoAnswer, boxed};
use crate::{Core, api, json, lock};

/// The name of the login among the secrets.
const LOGIN: &str = "login";
const SCOPE: &str = "openid hall";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[derive(Default)]
pub(crate) struct State {
    login: Mutex<Option<Arc<Login>>>,
    begun: Mutex<Option<Begun>>,
    /// What the hall wants the next proof made with.
    nonce: Mutex<Option<String>>,
    /// Comes once what was forgotten is destroyed: a key that was made before would be destroyed with it.
    forgetting: Mutex<Option<Shared<oneshot::Receiver<()>>>>,
    /// Held while the kept login is written or destroyed, and while its key is used: whatever is under way would make a new one.
    keeping: futures::lock::Mutex<()>,
    /// How many keys this terminal has forgotten. A proof is made with the key of its login, or not at all.
    forgot: AtomicU64,
}

/// Which of its keys, one after the other, a terminal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(u64);

/// A login of this terminal.
struct Login {
    /// The name under which the hall is reached, for proofs.
    issuer: String,
    renewal: futures::lock::Mutex<Renewal>,
    key: Key,
}

/// What is kept of one.
#[derive(Serialize, Deserialize)]
struct Kept {
    issuer: String,
    tokens: Tokens,
}

/// A login that a phone has still to confirm.
struct Begun {
    issuer: String,
    device_code: String,
    login: DeviceLogin,
    key: Key,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
}

#[derive(Deserialize)]
struct Device {
    device_code: String,
    user_code: String,
    verification_uri_complete: String,
    confirmation: String,
    expires_in: u32,
    interval: u32,
}

impl Core {
    fn client_id(&self) -> String {
        format!("hall-{}", self.inner.terminal.as_str())
    }

    fn millis(&self) -> i64 {
        self.inner.host.clock.now().unix_millis()
    }

    /// Has a request log somebody in, and takes what it is given for it: tokens for the key of this terminal where the hall binds
    /// them, else one for whoever has it. So it is before an older hall, one that does not know this terminal, and where no key
    /// can be kept or read.
    pub(super) async fn take_tokens(&self, request: api::ApiRequest) -> Result<Session, CoreError> {
        let issuer = match self.has_key().await {
            true => self.issuer().await?,
            false => None,
        };
        let request = match &issuer {
            Some(issuer) => request.proven_to(issuer.clone()),
            None => request,
        };
        let TokenGranted { token, bound, session } = self.fetch(request.open()).await?;
        match (issuer, bound) {
            (Some(issuer), Some(bound)) => self.take_tokens_up(issuer, self.tokens(bound)).await,
            _ => {
                self.hold_token(token).await?;
                let former = self.is_bound().then(|| self.forget_bound());
                self.take_leave(former.flatten());
            }
        }
        Ok(session)
    }

    /// Holds a token that counts for whoever has it.
    async fn hold_token(&self, token: Option<String>) -> Result<(), CoreError> {
        let token = token.ok_or_else(|| self.error(ErrorCode::InvalidReply))?;
        if let Some(secrets) = &self.inner.host.secrets {
            secrets.put(TOKEN, token.clone()).await;
        }
        *lock(&self.inner.identity.token) = Some(token);
        Ok(())
    }

    /// Whether this terminal holds a key, or could make one.
    async fn has_key(&self) -> bool {
        self.forgotten().await;
        match &self.inner.host.secrets {
            Some(secrets) => matches!(secrets.public_key(KEY).await, Ok(Some(_))),
            None => false,
        }
    }

    /// The name under which the hall is reached, for proofs; none where it is no provider of logins.
    ///
    /// # Errors
    /// It is not known now.
    async fn issuer(&self) -> Result<Option<String>, CoreError> {
        let request = HttpRequest {
            method: Method::Get,
            url: format!("{}/.well-known/openid-configuration", self.inner.base_url),
            headers: Vec::new(),
            body: None,
            progress: None,
        };
        let answer = self.inner.host.http.send(request).await;
        self.connection(answer.is_ok());
        match answer {
            Ok(answer) if answer.status == 200 => Ok(json::read(&answer.body).ok().map(|Metadata { issuer }| issuer)),
            // Only this says that it is none: whatever stands in between may refuse for a moment.
            Ok(answer) if answer.status == 404 => Ok(None),
            Ok(_) => Err(self.error(ErrorCode::Unavailable)),
            Err(NoAnswer) => Err(self.error(ErrorCode::Offline)),
        }
    }

    /// Begins a login that a phone confirms.
    ///
    /// # Errors
    /// `request/not_found` where the hall does not know this terminal, or the host keeps no secrets.
    pub(crate) async fn begin_phone_login(&self) -> Result<PhoneLogin, CoreError> {
        self.forgotten().await;
        let key = self.key();
        let issuer = self.issuer().await?.ok_or_else(|| self.error(ErrorCode::NotFound))?;
        let client = self.client_id();
        let fields = [("client_id", client.as_str()), ("scope", SCOPE)];
        let answer = self.post_form(&issuer, key, "/oauth/device", &fields).await;
        let answer = answer.map_err(|NoAnswer| self.error(ErrorCode::Offline))?;
        if answer.status != 200 {
            return Err(match json::read::<Problem>(&answer.body) {
                Ok(problem) => CoreError::from(problem),
                // In the words of the protocol: this hall has no such terminal.
                Err(_) => self.error(ErrorCode::NotFound),
            });
        }
        let device: Device = json::read(&answer.body).map_err(|_| self.error(ErrorCode::InvalidReply))?;
        let seconds = |seconds: u32| i64::from(seconds) * 1000;
        *lock(&self.inner.identity.bound.begun) = Some(Begun {
            issuer,
            device_code: device.device_code,
            login: DeviceLogin::begun(self.millis(), seconds(device.expires_in), seconds(device.interval)),
            key,
        });
        Ok(PhoneLogin {
            code: device.user_code,
            number: device.confirmation,
            address: device.verification_uri_complete,
            expires_in: device.expires_in,
        })
    }

    /// Waits until a phone has confirmed, or nobody did.
    ///
    /// # Errors
    /// `request/not_found` where nothing was begun.
    pub(crate) async fn await_phone_login(&self) -> Result<PhoneLoginEnd, CoreError> {
        let begun = lock(&self.inner.identity.bound.begun).take();
        let mut begun = begun.ok_or_else(|| self.error(ErrorCode::NotFound))?;
        loop {
            match begun.login.step(self.millis()) {
                Step::Ended(End::Expired) => return Ok(PhoneLoginEnd::Expired),
                Step::Ended(End::Refused) => return Ok(PhoneLoginEnd::Refused),
                Step::AskAfter(millis) => self.inner.host.timer.sleep(millis).await,
            }
            // Somebody else is at this terminal by now.
            if self.key() != begun.key {
                return Ok(PhoneLoginEnd::Expired);
            }
            let now = self.millis();
            if matches!(begun.login.step(now), Step::Ended(_)) {
                continue;
            }
            begun.login.asks(now);
            let client = self.client_id();
            let fields = [
                ("grant_type", GRANT),
                ("client_id", client.as_str()),
                ("device_code", begun.device_code.as_str()),
            ];
            let answer = self.post_form(&begun.issuer, begun.key, "/oauth/token", &fields).await;
            let answer = match answer {
                Ok(answer) if answer.status == 200 => match self.granted(&answer) {
                    Some(tokens) => return self.let_in(begun.issuer, tokens).await.map(PhoneLoginEnd::Granted),
                    None => Answer::None,
                },
                Ok(answer) => told(&answer),
                Err(NoAnswer) => Answer::None,
            };
            begun.login.heard(answer);
        }
    }

    /// A phone has confirmed.
    async fn let_in(&self, issuer: String, tokens: Tokens) -> Result<Session, CoreError> {
        let former = self.credentials();
        self.take_tokens_up(issuer, tokens).await;
        if let Some((name, value)) = former {
            let core = self.clone();
            self.inner.host.spawner.spawn(boxed(async move {
                // Where it cannot be told now, it ends by itself.
                let _ = core
                    .send_only(api::delete("/identity/session").anonymous().header(name, value))
                    .await;
            }));
        }
        let session: Session = self.fetch(api::get("/identity/session").open()).await?;
        Ok(self.entered(session))
    }

    /// Takes up a login that begins, in place of whichever was here: one session a terminal.
    async fn take_tokens_up(&self, issuer: String, tokens: Tokens) {
        if let Some(secrets) = &self.inner.host.secrets {
            secrets.delete(TOKEN).await;
        }
        lock(&self.inner.identity.token).take();
        let (login, former) = self.hold(issuer, tokens.clone());
        self.keep_login(&login, &tokens).await;
        self.take_leave(former.map(BoundFarewell));
    }

    /// Holds a login. Gives it, and the one that was held before.
    fn hold(&self, issuer: String, tokens: Tokens) -> (Arc<Login>, Option<Arc<Login>>) {
        let renewal = futures::lock::Mutex::new(Renewal::of(tokens));
        let key = self.key();
        let login = Arc::new(Login { issuer, renewal, key });
        let former = lock(&self.inner.identity.bound.login).replace(login.clone());
        (login, former)
    }

    fn holds(&self, login: &Arc<Login>) -> bool {
        let held = lock(&self.inner.identity.bound.login);
        held.as_ref().is_some_and(|held| Arc::ptr_eq(held, login))
    }

    /// Ends a login at the hall in whose place another one is.
    fn take_leave(&self, former: Option<BoundFarewell>) {
        let Some(former) = former else { return };
        let core = self.clone();
        self.inner.host.spawner.spawn(boxed(async move {
            // Where it cannot be told now, it ends by itself.
            let _ = core.say_farewell(former).await;
        }));
    }

    fn granted(&self, answer: &HttpResponse) -> Option<Tokens> {
        json::read(&answer.body).ok().map(|given| self.tokens(given))
    }

    /// Tokens that were just given.
    fn tokens(&self, given: BoundTokens) -> Tokens {
        Tokens {
            access: given.access_token,
            refresh: given.refresh_token,
            until: self.millis() + given.expires_in * 1000,
        }
    }

    async fn keep_login(&self, login: &Arc<Login>, tokens: &Tokens) {
        let _keeping = self.inner.identity.bound.keeping.lock().await;
        // Whoever left meanwhile, or in whose place somebody else is, is not written back.
        if !self.holds(login) {
            return;
        }
        let kept = Kept {
            issuer: login.issuer.clone(),
            tokens: tokens.clone(),
        };
        if let (Some(secrets), Ok(text)) = (&self.inner.host.secrets, serde_json::to_string(&kept)) {
            secrets.put(LOGIN, text).await;
        }
    }

    /// Takes up the login that this terminal kept; whether there is one.
    ///
    /// # Errors
    /// It is not known now.
    pub(crate) async fn restore_bound(&self) -> Result<bool, CoreError> {
        let Some(secrets) = &self.inner.host.secrets else {
            return Ok(false);
        };
        let kept = secrets.get(LOGIN).await.map_err(|error| self.secret_error(error))?;
        let kept: Option<Kept> = kept.and_then(|kept| serde_json::from_str(&kept).ok());
        let Some(Kept { issuer, tokens }) = kept else {
            return Ok(false);
        };
        if !self.is_bound() {
            drop(self.hold(issuer, tokens));
        }
        Ok(true)
    }

    /// Forgets the login on this terminal, with its key, also one that was made for a login that nobody confirmed. What tells the
    /// hall so, where there was one.
    pub(crate) fn forget_bound(&self) -> Option<BoundFarewell> {
        let login = lock(&self.inner.identity.bound.login).take();
        lock(&self.inner.identity.bound.begun).take();
        self.inner.identity.bound.forgot.fetch_add(1, Ordering::SeqCst);
        if let Some(secrets) = self.inner.host.secrets.clone() {
            let (done, forgotten) = oneshot::channel();
            let before = lock(&self.inner.identity.bound.forgetting).replace(forgotten.shared());
            let core = self.clone();
            self.inner.host.spawner.spawn(boxed(async move {
                if let Some(before) = before {
                    let _ = before.await;
                }
                let _keeping = core.inner.identity.bound.keeping.lock().await;
                secrets.delete(LOGIN).await;
                secrets.delete(KEY).await;
                let _ = done.send(());
            }));
        }
        login.map(BoundFarewell)
    }

    /// The key that a login which begins now is bound to.
    pub(crate) fn key(&self) -> Key {
        Key(self.inner.identity.bound.forgot.load(Ordering::SeqCst))
    }

    /// Waits until what was forgotten is destroyed.
    pub(crate) async fn forgotten(&self) {
        let forgetting = lock(&self.inner.identity.bound.forgetting).clone();
        if let Some(forgetting) = forgetting {
            let _ = forgetting.await;
        }
    }

    /// Ends a login at the hall that this terminal has forgotten.
    pub(crate) async fn say_farewell(&self, BoundFarewell(login): BoundFarewell) -> Result<(), CoreError> {
        let refresh = login.renewal.lock().await.tokens().map(|tokens| tokens.refresh.clone());
        let Some(refresh) = refresh else { return Ok(()) };
        let client = self.client_id();
        let fields = [("client_id", client.as_str()), ("token", refresh.as_str())];
        // Without a proof: the key is gone, and whoever ends a login needs none.
        match self
            .inner
            .host
            .http
            .send(self.form_request("/oauth/revoke", &fields))
            .await
        {
            Ok(answer) if answer.status == 200 => Ok(()),
            Ok(_) => Err(self.error(ErrorCode::InvalidReply)),
            Err(NoAnswer) => Err(self.error(ErrorCode::Offline)),
        }
    }

    /// Whether this terminal shows bound tokens.
    pub(crate) fn is_bound(&self) -> bool {
        lock(&self.inner.identity.bound.login).is_some()
    }
}

/// A login that this terminal has forgotten, and the hall not yet.
pub(crate) struct BoundFarewell(Arc<Login>);

fn error_of(answer: &HttpResponse) -> Option<String> {
    let body: Value = json::read(&answer.body).ok()?;
    body.get("error")?.as_str().map(str::to_owned)
}

/// What the hall says of a login that a phone has still to confirm.
fn told(answer: &HttpResponse) -> Answer {
    match error_of(answer).as_deref() {
        Some("authorization_pending") => Answer::Waiting,
        Some("slow_down") => Answer::TooEarly,
        Some("access_denied") => Answer::Refused,
        Some("expired_token" | "invalid_grant") => Answer::Expired,
        _ => Answer::None,
    }
}
