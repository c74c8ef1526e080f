//! What a bound login sends: each request with its token, renewed where it has run out, and a proof; and the stream of pokes.

use std::sync::Arc;

use futures::channel::oneshot;
use futures::future::{Either, select};
use onehall_protocol::API;

use super::proof::{Request, proof};
use super::renewal::{Ask, Heard};
use super::{Key, Login, error_of};
use crate::ports::{HttpRequest, HttpResponse, Method, NoAnswer, NoSecret, ProgressListener, boxed};
use crate::{Core, api, lock, new_uuid};

/// How often a request is made anew: once for the nonce, once for the tokens.
const TRIES: usize = 3;
/// How long a stream of pokes that broke is left alone.
const LISTEN_AGAIN_MS: u32 = 3_000;

/// What a request may show.
enum Access {
    Token(String),
    Unreachable,
    Ended,
}

impl Core {
    /// Sends a request, with a token and a proof where this terminal has a bound login.
    pub(crate) async fn send_shown(&self, mut request: HttpRequest, anonymous: bool) -> Result<HttpResponse, NoAnswer> {
        let login = lock(&self.inner.identity.bound.login).clone().filter(|_| !anonymous);
        let Some(login) = login else {
            return self.inner.host.http.send(request).await;
        };
        let progress: Option<Arc<ProgressListener>> = request.progress.take().map(Arc::from);
        let mut last = None;
        for _ in 0..TRIES {
            let (token, shown) = match self.access(&login).await {
                Access::Token(token) => {
                    let shown = self.shown(&login, request.method, &request.url, &token).await;
                    (token, shown)
                }
                // Whoever asked has left: the hall is there all the same, and refuses them.
                _ if self.key() != login.key => return self.inner.host.http.send(request).await,
                Access::Unreachable => return Err(NoAnswer),
                // The hall says so itself, in the words of every other terminal, and why where the citizen ended it from elsewhere.
                Access::Ended => {
                    let last = login.renewal.lock().await.ended().map(|token| format!("DPoP {token}"));
                    request.headers.extend(last.map(|last| ("authorization", last)));
                    return self.inner.host.http.send(request).await;
                }
            };
            let shown = match shown {
                Err(NoAnswer) if self.key() != login.key => return self.inner.host.http.send(request).await,
                shown => shown?,
            };
            let mut headers = request.headers.clone();
            headers.extend(shown);
            let again = HttpRequest {
                method: request.method,
                url: request.url.clone(),
                headers,
                body: request.body.clone(),
                progress: progress
                    .clone()
                    .map(|progress| -> Box<ProgressListener> { Box::new(move |sent, all| progress(sent, all)) }),
            };
            let answer = self.inner.host.http.send(again).await?;
            self.note_nonce(&answer);
            let challenge = answer.header("www-authenticate").unwrap_or_default();
            if answer.status != 401 || !challenge.starts_with("DPoP ") {
                return Ok(answer);
            }
            if !challenge.contains("use_dpop_nonce") {
                login.renewal.lock().await.refused(&token);
            }
            last = Some(answer);
        }
        last.ok_or(NoAnswer)
    }

    /// The headers that show a token for a request to `url`.
    ///
    /// # Errors
    /// As where the hall cannot be reached, while the key cannot be read, and once it is forgotten: a token without its proof
    /// would be refused.
    async fn shown(
        &self,
        login: &Login,
        method: Method,
        url: &str,
        token: &str,
    ) -> Result<Vec<(&'static str, String)>, NoAnswer> {
        let at = self.named(&login.issuer, url);
        let mut headers = vec![("authorization", format!("DPoP {token}"))];
        headers.extend(
            self.proof(login.key, method, &at, Some(token))
                .await?
                .map(|proof| ("dpop", proof)),
        );
        Ok(headers)
    }

    /// An address as proofs name it, at the hall of this name.
    fn named(&self, issuer: &str, url: &str) -> String {
        let place = url.strip_prefix(&self.inner.base_url).unwrap_or(url);
        let place = place.split(['?', '#']).next().unwrap_or(place);
        format!("{issuer}{place}")
    }

    /// Sends a request with a proof for the hall of this name, and no token that is bound; again where it wants that made with
    /// its nonce.
    pub(crate) async fn send_proven(
        &self,
        request: HttpRequest,
        issuer: &str,
        key: Key,
    ) -> Result<HttpResponse, NoAnswer> {
        let at = self.named(issuer, &request.url);
        let mut again = true;
        loop {
            let proof = self.proof(key, request.method, &at, None).await?;
            let mut headers = request.headers.clone();
            headers.extend(proof.map(|proof| ("dpop", proof)));
            let sent = HttpRequest {
                method: request.method,
                url: request.url.clone(),
                headers,
                body: request.body.clone(),
                progress: None,
            };
            let answer = self.inner.host.http.send(sent).await?;
            self.note_nonce(&answer);
            if !again || !wants_nonce(&answer) {
                return Ok(answer);
            }
            again = false;
        }
    }

    async fn proof(
        &self,
        key: Key,
        method: Method,
        url: &str,
        token: Option<&str>,
    ) -> Result<Option<String>, NoAnswer> {
        let Some(secrets) = self.inner.host.secrets.clone() else {
            return Ok(None);
        };
        let _keeping = self.inner.identity.bound.keeping.lock().await;
        if self.key() != key {
            return Err(NoAnswer);
        }
        let (name, nonce) = (
            new_uuid(&self.inner.host).to_string(),
            lock(&self.inner.identity.bound.nonce).clone(),
        );
        let request = Request {
            method: method.as_str(),
            url,
            token,
            nonce: nonce.as_deref(),
            name: &name,
            at: self.millis().div_euclid(1000),
        };
        proof(&*secrets, request).await.map_err(|NoSecret| NoAnswer)
    }

    fn note_nonce(&self, answer: &HttpResponse) {
        if let Some(nonce) = answer.header("dpop-nonce") {
            *lock(&self.inner.identity.bound.nonce) = Some(nonce.to_owned());
        }
    }

    /// A token that counts, got first where there is none. Whoever asks may go away meanwhile: what the hall answers to the one
    /// refresh token must be heard all the same.
    async fn access(&self, login: &Arc<Login>) -> Access {
        let mut renewal = login.renewal.lock().await;
        renewal.requested(self.millis());
        match renewal.ask(self.millis()) {
            Ask::Show(token) => return Access::Token(token),
            Ask::Unreachable => return Access::Unreachable,
            Ask::Ended => return Access::Ended,
            Ask::Renew { .. } => {}
        }
        drop(renewal);
        let (sender, receiver) = oneshot::channel();
        let (core, login) = (self.clone(), login.clone());
        self.inner.host.spawner.spawn(boxed(async move {
            let access = core.renewed(&login).await;
            let _ = sender.send(access);
        }));
        receiver.await.unwrap_or(Access::Unreachable)
    }

    /// One at a time: whoever waits here finds what the first one got.
    async fn renewed(&self, login: &Arc<Login>) -> Access {
        let mut renewal = login.renewal.lock().await;
        loop {
            let (refresh, after, patience) = match renewal.ask(self.millis()) {
                Ask::Show(token) => return Access::Token(token),
                Ask::Unreachable => return Access::Unreachable,
                Ask::Ended => return Access::Ended,
                Ask::Renew {
                    refresh,
                    after,
                    patience,
                } => (refresh, after, patience),
            };
            if after > 0 {
                // Where there is no network nobody waits for it: the next request asks again.
                if !self.inner.progress.is_online() {
                    return Access::Unreachable;
                }
                self.inner.host.timer.sleep(after).await;
            }
            renewal.asks(self.millis());
            let heard = self.renew(login, &refresh, patience).await;
            renewal.heard(&refresh, heard);
            if let Some(tokens) = renewal.tokens() {
                self.keep_login(login, tokens).await;
            }
        }
    }

    async fn renew(&self, login: &Login, refresh: &str, patience: Option<u32>) -> Heard {
        let client = self.client_id();
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", client.as_str()),
            ("refresh_token", refresh),
        ];
        let asking = boxed(self.post_form(&login.issuer, login.key, "/oauth/token", &fields));
        let answer = match patience {
            Some(millis) => match select(asking, self.inner.host.timer.sleep(millis)).await {
                Either::Left((answer, _)) => {
                    // Said at once, and not by silence.
                    if answer.is_err() {
                        self.connection(false);
                    }
                    answer
                }
                // The hall may have answered, and does so alike to who asks again.
                Either::Right(_) => Err(NoAnswer),
            },
            None => asking.await,
        };
        match answer {
            Ok(answer) if answer.status == 200 => self.granted(&answer).map_or(Heard::Nothing, Heard::Next),
            Ok(answer) if error_of(&answer).as_deref() == Some("invalid_grant") => Heard::Ended,
            Err(NoAnswer) if self.key() != login.key => Heard::Ended,
            // Whatever else is wrong is no reason to log anybody out.
            Ok(_) | Err(NoAnswer) => Heard::Nothing,
        }
    }

    /// Posts a form to the login, with a proof.
    pub(super) async fn post_form(
        &self,
        issuer: &str,
        key: Key,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<HttpResponse, NoAnswer> {
        self.send_proven(self.form_request(path, fields), issuer, key).await
    }

    pub(super) fn form_request(&self, path: &str, fields: &[(&str, &str)]) -> HttpRequest {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", api::query_value(value)))
            .collect();
        HttpRequest {
            method: Method::Post,
            url: format!("{}{path}", self.inner.base_url),
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            body: Some(pairs.join("&").into_bytes()),
            progress: None,
        }
    }

    /// The headers with which a stream of pokes begins; none where this terminal has no bound login, or cannot show it now.
    pub(crate) async fn stream_headers(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let login = lock(&self.inner.identity.bound.login).clone()?;
        // The nonce first: a stream cannot be begun again with another one at once.
        self.send_only(api::get("/identity/session").open()).await.ok()?;
        match self.access(&login).await {
            Access::Token(token) => {
                let url = format!("{}{API}{path}", self.inner.base_url);
                self.shown(&login, Method::Get, &url, &token).await.ok()
            }
            Access::Unreachable | Access::Ended => None,
        }
    }

    /// Begins the stream of pokes of a bound login, in a while: a proof counts once, so each stream needs another one.
    pub(crate) fn listen_bound(&self, path: &'static str, again: bool) {
        let inner = Arc::downgrade(&self.inner);
        let (timer, visit) = (self.inner.host.timer.clone(), self.visit());
        self.inner.host.spawner.spawn(boxed(async move {
            if again {
                timer.sleep(LISTEN_AGAIN_MS).await;
            }
            let Some(inner) = inner.upgrade() else { return };
            let core = Core { inner };
            let headers = core.stream_headers(path).await;
            if core.visit() != visit || !core.is_bound() {
                return;
            }
            match headers {
                Some(headers) => core.begin_stream(path, headers, again),
                None => core.listen_bound(path, true),
            }
        }));
    }

    /// The stream of a bound login broke: the host would begin it again with the same proof, in vain.
    pub(crate) fn bound_stream_broke(&self) {
        if !self.is_bound() {
            return;
        }
        if let Some((path, handle)) = self.take_stream() {
            // Not here: the stream is telling this just now.
            self.inner.host.spawner.spawn(boxed(async move { drop(handle) }));
            self.listen_bound(path, true);
        }
    }
}

/// Whether the hall wants a proof made again, with the nonce of this answer: in the words of its API, or in those of the login.
fn wants_nonce(answer: &HttpResponse) -> bool {
    const WANTS: &str = "use_dpop_nonce";
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    challenge.contains(WANTS) || error_of(answer).as_deref() == Some(WANTS)
}
