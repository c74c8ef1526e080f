//! What a client may ask to know or to do, in the words that the citizen reads when asked.

use std::fmt;
use std::str::FromStr;

use onehall_protocol::Text;

/// One thing that a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Who logs in, by a number that only this client knows them by.
    OpenId,
    /// To handle matters at the hall. Of terminals of the hall itself alone; no file gives it to anybody.
    Hall,
    /// The name.
    Profile,
    /// The phone number.
    Phone,
    /// The postal address.
    Address,
    /// The number of the identity document.
    CitizenId,
    /// To go on without the citizen being there.
    OfflineAccess,
}

impl Scope {
    /// All, in the order in which they are shown.
    pub const ALL: [Scope; 7] = [
        Scope::OpenId,
        Scope::Hall,
        Scope::Profile,
        Scope::Phone,
        Scope::Address,
        Scope::CitizenId,
        Scope::OfflineAccess,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Scope::OpenId => "openid",
            Scope::Hall => "hall",
            Scope::Profile => "profile",
            Scope::Phone => "phone",
            Scope::Address => "address",
            Scope::CitizenId => "citizen_id",
            Scope::OfflineAccess => "offline_access",
        }
    }

    /// What the citizen reads.
    #[must_use]
    pub fn words(self) -> Text {
        let (zh_cn, en) = match self {
            Scope::OpenId => ("确认您的登录身份", "Confirm that it is you who logs in"),
            Scope::Hall => (
                "以您的账号在本大厅办事",
                "Handle your matters at this hall, with your account",
            ),
            Scope::Profile => ("您的姓名", "Your name"),
            Scope::Phone => ("您的手机号码", "Your phone number"),
            Scope::Address => ("您的通信地址", "Your postal address"),
            Scope::CitizenId => ("您的公民身份号码", "Your identity number"),
            Scope::OfflineAccess => (
                "在您不在线时继续使用上述授权，直到您撤销",
                "Go on using this while you are away, until you take it back",
            ),
        };
        Text {
            zh_cn: zh_cn.to_owned(),
            en: en.to_owned(),
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Scope, String> {
        Scope::ALL
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or_else(|| {
                // The one of terminals of the hall is nobody's to write.
                let known = Scope::ALL.iter().filter(|scope| **scope != Scope::Hall);
                let known: Vec<&str> = known.map(|scope| scope.name()).collect();
                format!("there is no such scope; there are {}", known.join(", "))
            })
    }
}

/// Several scopes, each once, in their order. On the wire and in columns: names with spaces between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// These.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Scopes {
        let mut scopes: Vec<Scope> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        Scopes(scopes)
    }

    /// Whether one of them is `scope`.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether all of them are in `others`.
    #[must_use]
    pub fn within(&self, others: &Scopes) -> bool {
        self.0.iter().all(|scope| others.has(*scope))
    }

    /// Each.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are also in `others`.
    #[must_use]
    pub fn and(&self, others: &Scopes) -> Scopes {
        Scopes::of(self.iter().filter(|scope| others.has(*scope)))
    }

    /// Those, and the `others`.
    #[must_use]
    pub fn or(&self, others: &Scopes) -> Scopes {
        Scopes::of(self.iter().chain(others.iter()))
    }

    /// Without one.
    #[must_use]
    pub fn without(&self, scope: Scope) -> Scopes {
        Scopes::of(self.iter().filter(|kept| *kept != scope))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|scope| scope.name()).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = String;

    fn from_str(text: &str) -> Result<Scopes, String> {
        let scopes: Result<Vec<Scope>, String> = text
            .split(' ')
            .filter(|name| !name.is_empty())
            .map(str::parse)
            .collect();
        scopes.map(Scopes::of)
    }
}
