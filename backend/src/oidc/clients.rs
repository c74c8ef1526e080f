//! Who may ask citizens to log in here: the clients that the city has registered in its files.

use std::fmt;
use std::str::FromStr;

use onehall_protocol::identity::{AssuranceLevel, TerminalKind};
use onehall_protocol::{ClientId, HallCode, Text};
use reqwest::Url;

use super::jose::PublicKey;
use super::scopes::{Scope, Scopes};

/// An address to which a citizen is sent back. Registered in full: no pattern, no prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    url: Url,
}

/// What kind of program waits at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// A page, reached by TLS.
    Page,
    /// A program on the citizen's own machine.
    Loopback,
    /// A program that owns a scheme.
    OwnScheme,
}

impl RedirectUri {
    fn waiting(url: &Url) -> Option<Waiting> {
        match (url.scheme(), url.host_str()) {
            ("https", Some(_)) => Some(Waiting::Page),
            // Not `localhost`: what that is, a resolver decides (RFC 8252, section 8.3).
            ("http", Some("127.0.0.1" | "[::1]")) => Some(Waiting::Loopback),
            (scheme, _) if scheme.contains('.') => Some(Waiting::OwnScheme),
            _ => None,
        }
    }

    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host of a page; none for a program.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        (RedirectUri::waiting(&self.url) == Some(Waiting::Page))
            .then(|| self.url.host_str())
            .flatten()
    }

    /// Whether a request that names `given` means this one: letter by letter. Only a program on the citizen's machine
    /// may name any port, because it learns its own when it starts (RFC 8252, section 7.3).
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        if self.text == given {
            return true;
        }
        if RedirectUri::waiting(&self.url) != Some(Waiting::Loopback) {
            return false;
        }
        let without_port = |mut url: Url| url.set_port(None).is_ok().then_some(url);
        match Url::parse(given).ok().and_then(without_port) {
            Some(given) => Some(given) == without_port(self.url.clone()),
            None => false,
        }
    }
}

impl FromStr for RedirectUri {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<RedirectUri, &'static str> {
        let url = Url::parse(text).map_err(|_| "no address")?;
        if url.fragment().is_some() {
            return Err("an address with a fragment");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address with a name or a password");
        }
        if text.contains('*') {
            return Err("a pattern; addresses are compared letter by letter");
        }
        RedirectUri::waiting(&url).ok_or(
            "neither https, nor http on 127.0.0.1 or [::1], nor of a scheme of its own such as com.example.app",
        )?;
        Ok(RedirectUri {
            text: text.to_owned(),
            url,
        })
    }
}

/// An address at which a client hears that a session of the hall has ended. The hall goes there by itself: so it is one that
/// the city wrote down, reached by TLS or on this machine, and never one that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutAddress(Url);

impl LogoutAddress {
    /// The address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for LogoutAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<LogoutAddress, &'static str> {
        let address: RedirectUri = text.parse()?;
        match RedirectUri::waiting(&address.url) {
            Some(Waiting::Page | Waiting::Loopback) => Ok(LogoutAddress(address.url)),
            _ => Err("neither https, nor http on 127.0.0.1 or [::1]"),
        }
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How a client shows that it is itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Not at all: a program that everybody can read keeps no secret. PKCE ties a code to who asked for it.
    Public,
    /// By signing with one of these keys (`private_key_jwt`).
    Keys(Vec<ClientKey>),
}

/// A key of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// Its name.
    pub id: String,
    /// Its public half.
    pub key: PublicKey,
}

/// A scope that a client may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredScope {
    /// What it asks for.
    pub scope: Scope,
    /// What it wants that for, as the citizen reads it.
    pub why: Text,
}

/// Where a client's machine stands, for the phone that is asked to let somebody in there. Of one that signs with a key of its
/// own: a kiosk of the hall has another proof ([`AtKiosk`](crate::halls::AtKiosk)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The hall.
    pub hall: Option<HallCode>,
    /// The place: "ground floor, beside window 3".
    pub place: Text,
}

/// A client. Made by the loader of the city, which checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its name on the wire.
    pub id: ClientId,
    /// Its name for people.
    pub name: Text,
    /// Who runs it.
    pub operator: Text,
    /// How it shows that it is itself.
    pub proof: Proof,
    /// Where citizens may be sent back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where citizens may be sent to once they have logged out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it hears that a session of the hall has ended.
    pub logout_address: Option<LogoutAddress>,
    /// What it may ask for, besides who logs in.
    pub scopes: Vec<RegisteredScope>,
    /// Clients of one sector know a citizen by the same number, those of two by numbers that nobody can bring together.
    pub sector: String,
    /// How sure the hall must be of who logs in.
    pub assurance: AssuranceLevel,
    /// Whether it has to push its requests before it sends the citizen here.
    pub pushes: bool,
    /// Whether it has to bind its tokens to a key (DPoP).
    pub binds_tokens: bool,
    /// Whether it may ask for a login that is confirmed on another device.
    pub device: bool,
    /// Where its machine stands, if it is one.
    pub standing: Option<Standing>,
    /// Which terminal of the hall it is, if it is one: what it is given counts at the hall's own API.
    pub terminal: Option<TerminalKind>,
}

impl Client {
    /// Whether it keeps no secret.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.proof == Proof::Public
    }

    /// What it may ask for.
    #[must_use]
    pub fn allowed(&self) -> Scopes {
        Scopes::of(
            self.scopes
                .iter()
                .map(|registered| registered.scope)
                .chain([Scope::OpenId])
                .chain(self.terminal.map(|_| Scope::Hall)),
        )
    }

    /// These, and what a terminal of the hall always has: without it it would be none.
    #[must_use]
    pub fn with_own(&self, scopes: Scopes) -> Scopes {
        match self.terminal {
            Some(_) => scopes.or(&Scopes::of([Scope::Hall])),
            None => scopes,
        }
    }

    /// What it wants a scope for; nothing where it said nothing.
    #[must_use]
    pub fn why(&self, scope: Scope) -> Option<&Text> {
        let found = self.scopes.iter().find(|registered| registered.scope == scope);
        found.map(|registered| &registered.why)
    }

    /// Whether citizens may be sent back to this address.
    #[must_use]
    pub fn may_redirect_to(&self, given: &str) -> bool {
        self.redirect_uris.iter().any(|registered| registered.matches(given))
    }

    /// Whether citizens may be sent to this address once they have logged out.
    #[must_use]
    pub fn may_redirect_after_logout_to(&self, given: &str) -> bool {
        let registered = &self.post_logout_redirect_uris;
        registered.iter().any(|registered| registered.matches(given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registered(text: &str) -> RedirectUri {
        text.parse().unwrap_or_else(|fault| panic!("{text}: {fault}"))
    }

    #[test]
    fn an_address_matches_letter_by_letter() {
        let page = registered("https://bus.example/cb?from=hall");
        assert!(page.matches("https://bus.example/cb?from=hall"));
        for other in [
            "https://bus.example/cb",
            "https://bus.example/cb?from=hall&to=x",
            "https://bus.example/cb/../cb?from=hall",
            "https://bus.example:443/cb?from=hall",
            "https://bus.example.evil.example/cb?from=hall",
            "https://bus.example@evil.example/cb?from=hall",
            "https://BUS.example/cb?from=hall",
            "https://bus.example/cb?from=hall#",
            "http://bus.example/cb?from=hall",
        ] {
            assert!(!page.matches(other), "{other}");
        }
    }

    #[test]
    fn a_program_on_the_citizens_machine_may_name_its_port_and_nothing_else() {
        let program = registered("http://127.0.0.1/cb");
        for same in ["http://127.0.0.1/cb", "http://127.0.0.1:50123/cb"] {
            assert!(program.matches(same), "{same}");
        }
        for other in [
            "http://127.0.0.1:50123/other",
            "http://127.0.0.1:50123/cb?x=1",
            "http://localhost:50123/cb",
            "http://evil.example@127.0.0.1:1/cb",
            "http://127.0.0.1.evil.example/cb",
            "https://127.0.0.1/cb",
        ] {
            assert!(!program.matches(other), "{other}");
        }
    }

    #[test]
    fn what_nobody_should_be_sent_to_cannot_be_registered() {
        for text in [
            "bus.example/cb",
            "http://bus.example/cb",
            "http://localhost/cb",
            "https://*.bus.example/cb",
            "https://bus.example/cb#here",
            "https://me:pass@bus.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp:/cb",
        ] {
            assert!(text.parse::<RedirectUri>().is_err(), "{text}");
        }
        registered("com.example.bus:/cb");
    }

    #[test]
    fn the_hall_goes_by_itself_to_pages_by_tls_and_to_this_machine_alone() {
        for text in [
            "https://bus.example/logged-out",
            "http://127.0.0.1:5000/x",
            "http://[::1]/x",
        ] {
            assert!(text.parse::<LogoutAddress>().is_ok(), "{text}");
        }
        for text in [
            "http://bus.example/x",
            "http://10.0.0.1/x",
            "http://localhost/x",
            "com.example.bus:/x",
            "https://me:pass@bus.example/x",
            "https://bus.example/x#y",
            "file:///etc/passwd",
        ] {
            assert!(text.parse::<LogoutAddress>().is_err(), "{text}");
        }
    }
}
