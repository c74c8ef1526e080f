//! What a terminal gets that holds its session itself: one token, for whoever has it; or, where it is a terminal of the hall and
//! proves to hold a key, tokens that are bound to that.

use axum::http::request::Parts;
use onehall_protocol::identity::{BoundTokens, TerminalKind, TokenGranted};

use super::model::Citizen;
use super::place::site_of;
use crate::error::Result;
use crate::oidc::store::Bind;
use crate::oidc::{Scopes, access_until, key_holder};
use crate::secrets::{Token, TokenHash};
use crate::state::AppState;

/// What a session that is about to begin is held by.
pub(super) struct Held {
    /// What names the session. Nobody holds what this is the hash of where it is bound.
    pub session: TokenHash,
    /// The key that it is bound to.
    pub bind: Option<Bind>,
    tokens: Tokens,
}

enum Tokens {
    Bearer(Token),
    Bound { access: Token, refresh: Token },
}

impl Held {
    /// By a token for whoever has it.
    pub fn by_token(token: Token) -> Held {
        Held {
            session: token.hash(),
            bind: None,
            tokens: Tokens::Bearer(token),
        }
    }

    /// As the terminal of this kind wants it that a request comes from.
    ///
    /// # Errors
    /// As [`key_holder`].
    pub async fn by_terminal(state: &AppState, parts: &Parts, terminal: TerminalKind) -> Result<Held> {
        // The page of another site is no terminal of the hall, whatever it says of itself.
        let own = site_of(&parts.headers, &state.config).is_none();
        let holder = if own {
            key_holder(parts, state, terminal).await?
        } else {
            None
        };
        let new = || Token::generate(&*state.rng);
        let Some(holder) = holder else {
            return Ok(Held::by_token(new()));
        };
        let (access, refresh) = (new(), new());
        Ok(Held {
            session: new().hash(),
            bind: Some(Bind {
                grant: state.new_id(),
                client: holder.client.id.clone(),
                // Who logs in is said in the answer: there is nothing to ask userinfo.
                scopes: holder.client.with_own(Scopes::default()),
                key: holder.key,
                access: access.hash(),
                refresh: refresh.hash(),
            }),
            tokens: Tokens::Bound { access, refresh },
        })
    }

    /// What the terminal is told of the session that began.
    pub fn told(&self, state: &AppState, begun: &Citizen) -> TokenGranted {
        let text = |token: &Token| token.as_str().to_owned();
        let (token, bound) = match &self.tokens {
            Tokens::Bearer(token) => (Some(text(token)), None),
            Tokens::Bound { access, refresh } => {
                let until = access_until(begun.began_at, begun.ends_at);
                let left = until.unix_millis() - state.clock.now().unix_millis();
                let bound = BoundTokens {
                    access_token: text(access),
                    refresh_token: text(refresh),
                    expires_in: left / 1000,
                };
                (None, Some(bound))
            }
        };
        TokenGranted {
            token,
            bound,
            session: begun.view(),
        }
    }
}
