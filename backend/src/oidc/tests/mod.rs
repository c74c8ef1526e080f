//! Promises of the provider. [`Provider`] is a hall with clients that are registered for these tests, whose keys nobody
//! else has.

mod attacks;
mod authorize;
mod device;
mod discovery;
mod dpop;
mod hints;
mod interop;
mod level;
mod logout;
mod notices;
mod own_login;
mod refresh;
mod terminal;
mod tokens;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::jose::{PublicKey, Signed, SigningKey, sha256_base64url};
use crate::city::{self, CityContent};
use crate::clock::Clock;
use crate::config::Config;
use crate::oidc::claims::in_seconds;
use crate::testing::{Reply, TestHall, TestTerminal, copy_folder};

pub(crate) use terminal::let_in;

/// A citizen of assurance L2 with name, number, phone and address.
const ZHANG: &str = "13800000001";
const ISSUER: &str = "https://hall.test";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A page, public.
const BUS: &str = "bus";
const BUS_BACK: &str = "https://bus.example/back";
const BUS_OUT: &str = "https://bus.example/out";
/// A program on the citizen's machine, public; of the same operator.
const BUS_APP: &str = "bus-app";
const BUS_APP_BACK: &str = "http://127.0.0.1/back";
/// A server that signs for itself.
const CLINIC: &str = "clinic";
const CLINIC_BACK: &str = "https://clinic.example/back?from=hall";
/// A server that has to push its requests and to bind its tokens, for citizens in person.
const BANK: &str = "bank";
const BANK_BACK: &str = "https://bank.example/back";
/// Where nobody listens: the port of `discard` on this machine.
const NOWHERE: &str = "http://127.0.0.1:9/logged-out";

/// A machine in a hall, which signs for itself.
const KIOSK: &str = "kiosk";
/// A program on a desktop without a browser, public.
const DESKTOP: &str = "desktop";

/// A pad at a counter, public, for citizens who were identified.
const PAD: &str = "pad";

/// The hall's own application on a desktop, public.
pub(crate) const OWN_DESKTOP: &str = "hall-desktop";
/// The hall's own kiosks, public: each shows its key.
pub(crate) const OWN_KIOSK: &str = "hall-kiosk";
/// What a kiosk of the demo city's central hall shows.
pub(crate) const AT_CENTRAL: &str = "central/3/lanchuan-central-kiosk-3";
/// What one of another hall shows, which these tests have put there.
const AT_QINGHE: &str = "qinghe/7/qinghe-kiosk-7";
/// The SHA-256 of its key.
const QINGHE_HASH: &str = "3a6c627d558ba9afc49d40dae654b6e750f4e723f0ec17f7e74cd8d70fd473c5";

/// Where the clinic listens for sessions that have ended: one test answers there.
fn clinic_listens() -> &'static std::net::TcpListener {
    static LISTENER: OnceLock<std::net::TcpListener> = OnceLock::new();
    LISTENER.get_or_init(|| must(std::net::TcpListener::bind("127.0.0.1:0")))
}

fn must<T, E: std::fmt::Debug>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error:?}"))
}

/// A key of these tests, by name.
fn key_of(name: &str) -> Arc<SigningKey> {
    static KEYS: OnceLock<BTreeMap<&'static str, Arc<SigningKey>>> = OnceLock::new();
    let make = |name| {
        (
            name,
            Arc::new(must(SigningKey::generate().and_then(|made| SigningKey::of(&made)))),
        )
    };
    let keys = KEYS.get_or_init(|| [CLINIC, BANK, KIOSK, "terminal", "another"].map(make).into());
    Arc::clone(&keys[name])
}

fn key_text(name: &str) -> String {
    let key = key_of(name);
    let (id, jwk) = (key.id(), key.public().jwk());
    let text = |member: &str| jwk[member].as_str().unwrap_or_default().to_owned();
    format!(
        "[[keys]]\nkid = \"{id}\"\nkty = \"EC\"\ncrv = \"P-256\"\nx = \"{}\"\ny = \"{}\"\n",
        text("x"),
        text("y")
    )
}

const SCOPES: &str = r#"
[[scopes]]
scope = "profile"
why = { zh-CN = "用于在预约单上显示您的姓名。", en = "To write your name on the appointment." }
[[scopes]]
scope = "phone"
why = { zh-CN = "用于发送提醒。", en = "To send you reminders." }
[[scopes]]
scope = "offline_access"
why = { zh-CN = "用于保持登录。", en = "To keep you logged in." }
"#;

/// The demo city, and the clients of these tests.
fn city() -> Arc<CityContent> {
    static CITY: OnceLock<Arc<CityContent>> = OnceLock::new();
    let load = || {
        let folder = std::env::temp_dir().join(format!("onehall-clients-{}", uuid::Uuid::now_v7()));
        copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("demo-city"), &folder);
        let client = |id: &str, rest: String| {
            let name =
                format!("name = {{ zh-CN = \"{id}\", en = \"{id}\" }}\noperator = {{ zh-CN = \"某\", en = \"X\" }}\n");
            must(std::fs::create_dir_all(folder.join("clients")));
            must(std::fs::write(folder.join(format!("clients/{id}.toml")), name + &rest));
        };
        client(
            BUS,
            format!(
                "kind = \"public\"\nredirect_uris = [\"{BUS_BACK}\"]\n\
                 post_logout_redirect_uris = [\"{BUS_OUT}\", \"{BUS_OUT}?from=hall\"]\n{SCOPES}"
            ),
        );
        client(
            BUS_APP,
            format!("kind = \"public\"\nredirect_uris = [\"{BUS_APP_BACK}\"]\nsector = \"bus.example\"\n{SCOPES}"),
        );
        client(
            CLINIC,
            format!(
                "kind = \"confidential\"\nredirect_uris = [\"{CLINIC_BACK}\"]\n\
                 backchannel_logout_uri = \"http://{}/logged-out\"\n{}{SCOPES}\
                 [[scopes]]\nscope = \"citizen_id\"\nwhy = {{ zh-CN = \"核对就诊人。\", en = \"To check whose record it is.\" }}\n\
                 [[scopes]]\nscope = \"address\"\nwhy = {{ zh-CN = \"寄送报告。\", en = \"To post reports.\" }}\n",
                must(clinic_listens().local_addr()),
                key_text(CLINIC)
            ),
        );
        client(
            BANK,
            format!(
                "kind = \"confidential\"\nredirect_uris = [\"{BANK_BACK}\"]\npushes = true\nbinds_tokens = true\n\
                 assurance = \"L2\"\nbackchannel_logout_uri = \"{NOWHERE}\"\n{}{SCOPES}",
                key_text(BANK)
            ),
        );
        client(
            KIOSK,
            format!(
                "kind = \"confidential\"\ndevice = true\n{}{SCOPES}[standing]\nhall = \"{}\"\n\
                 place = {{ zh-CN = \"一层大厅东侧\", en = \"Ground floor, east\" }}\n",
                key_text(KIOSK),
                crate::testing::demo_city().catalog.halls[0].code
            ),
        );
        client(DESKTOP, format!("kind = \"public\"\ndevice = true\n{SCOPES}"));
        client(PAD, "kind = \"public\"\ndevice = true\nassurance = \"L2\"\n".to_owned());
        client(
            OWN_DESKTOP,
            "kind = \"public\"\ndevice = true\nbinds_tokens = true\nfirst_party = \"desktop\"\n".to_owned(),
        );
        client(
            OWN_KIOSK,
            "kind = \"public\"\ndevice = true\nbinds_tokens = true\nfirst_party = \"kiosk\"\n".to_owned(),
        );
        let qinghe = folder.join("halls/qinghe.toml");
        let kiosk = format!("\n[[kiosk]]\nnumber = 7\nkey_hash = \"{QINGHE_HASH}\"\n");
        must(std::fs::write(&qinghe, must(std::fs::read_to_string(&qinghe)) + &kiosk));
        let loaded = city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}"));
        must(std::fs::remove_dir_all(&folder));
        Arc::new(loaded)
    };
    Arc::clone(CITY.get_or_init(load))
}

/// A hall with clients.
pub(crate) struct Provider {
    pub(crate) hall: TestHall,
    /// A client's program: no terminal of the hall, without cookies.
    pub(crate) wire: TestTerminal,
}

type Pairs<'a> = &'a [(&'a str, &'a str)];

impl Provider {
    pub(crate) async fn open() -> Provider {
        Provider::open_with(|_| {}).await
    }

    async fn open_with(change: impl FnOnce(&mut Config)) -> Provider {
        let mut hall = TestHall::open_with(|config| {
            config.public_url = Some(ISSUER.to_owned());
            change(config);
        })
        .await;
        hall.restart_with(city());
        let mut wire = hall.browser();
        wire.headers.clear();
        Provider { hall, wire }
    }

    /// A browser in which a citizen is logged in.
    async fn citizen(&self, phone: &str) -> TestTerminal {
        let mut browser = self.hall.browser();
        browser.log_in(phone).await;
        browser
    }

    async fn post(&self, path: &str, pairs: Pairs<'_>, headers: Pairs<'_>) -> Reply {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.wire
            .clone()
            .send(Method::POST, path, &all, encoded(pairs).into_bytes())
            .await
    }

    async fn get(&self, path: &str, headers: Pairs<'_>) -> Reply {
        self.wire.clone().send(Method::GET, path, headers, Vec::new()).await
    }

    /// Where a browser is sent that comes with these parameters.
    async fn go(&self, pairs: Pairs<'_>) -> Reply {
        self.get(&format!("/oauth/authorize?{}", encoded(pairs)), &[]).await
    }

    /// The request that waits on the page, for a client and an address of it.
    async fn ask(&self, client: &str, back: &str, more: Pairs<'_>) -> String {
        let reply = self.go(&asking(client, back, more)).await;
        waiting(&reply)
    }

    async fn view(&self, browser: &mut TestTerminal, request: &str) -> Value {
        let reply = browser.get(&format!("/api/v1/authorizations/{request}")).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }

    /// A citizen allows scopes; the parameters with which the browser comes back to the client.
    async fn allow(&self, browser: &mut TestTerminal, request: &str, scopes: &str) -> BTreeMap<String, String> {
        let reply = self.try_allow(browser, request, scopes).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        answer(reply.json()["location"].as_str().unwrap_or_default())
    }

    async fn try_allow(&self, browser: &mut TestTerminal, request: &str, scopes: &str) -> Reply {
        let scopes: Vec<&str> = scopes.split(' ').collect();
        let path = format!("/api/v1/authorizations/{request}/grant");
        browser.post(&path, json!({ "scopes": scopes })).await
    }

    /// A code for a client, allowed by a citizen.
    async fn code(&self, browser: &mut TestTerminal, client: &str, back: &str, scopes: &str) -> String {
        let request = self.ask(client, back, &[("scope", scopes), ("nonce", "n-1")]).await;
        self.allow(browser, &request, scopes).await["code"].clone()
    }

    /// An assertion of a client, with changed claims.
    fn assertion(&self, client: &str, change: impl FnOnce(&mut Value)) -> String {
        let now = in_seconds(self.hall.clock.now());
        let mut claims = json!({
            "iss": client, "sub": client, "aud": ISSUER, "jti": uuid::Uuid::now_v7(), "iat": now, "exp": now + 60
        });
        change(&mut claims);
        must(key_of(client).sign("JWT", &claims))
    }

    /// What shows that a client is itself.
    fn proof(&self, client: &str) -> Vec<(String, String)> {
        if [BUS, BUS_APP, DESKTOP, PAD, OWN_DESKTOP, OWN_KIOSK].contains(&client) {
            return vec![("client_id".to_owned(), client.to_owned())];
        }
        asserting(&self.assertion(client, |_| {}))
    }

    async fn as_client(&self, client: &str, path: &str, pairs: Pairs<'_>, headers: Pairs<'_>) -> Reply {
        let proof = self.proof(client);
        let mut all: Vec<(&str, &str)> = proof
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend(pairs);
        self.post(path, &all, headers).await
    }

    async fn redeem(&self, client: &str, code: &str, back: &str) -> Reply {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", VERIFIER),
        ];
        self.as_client(client, "/oauth/token", &pairs, &[]).await
    }

    async fn refresh(&self, client: &str, token: &str) -> Reply {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.as_client(client, "/oauth/token", &pairs, &[]).await
    }

    /// The tokens of a new login of Zhang at the page of the bus.
    async fn tokens(&self, scopes: &str) -> Value {
        let mut browser = self.citizen(ZHANG).await;
        let code = self.code(&mut browser, BUS, BUS_BACK, scopes).await;
        let reply = self.redeem(BUS, &code, BUS_BACK).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }

    async fn userinfo(&self, token: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        self.get("/oauth/userinfo", &[("authorization", &bearer)]).await
    }

    /// The claims of an id token that one of the published keys signed.
    async fn verified(&self, id_token: &str) -> Map<String, Value> {
        let keys = self.get("/oauth/jwks", &[]).await.json();
        let signed = Signed::parse(id_token).unwrap_or_else(|| panic!("{id_token}"));
        let keys = keys["keys"].as_array().cloned().unwrap_or_default();
        let key = keys
            .iter()
            .find(|key| key["kid"].as_str() == signed.header.kid.as_deref());
        let key = key.and_then(Value::as_object).unwrap_or_else(|| panic!("no such key"));
        let key = must(PublicKey::of_jwk(key));
        signed.claims(&key).unwrap_or_else(|| panic!("another key signed it"))
    }
}

fn asserting(assertion: &str) -> Vec<(String, String)> {
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    vec![
        ("client_assertion_type".to_owned(), kind.to_owned()),
        ("client_assertion".to_owned(), assertion.to_owned()),
    ]
}

/// What a client asks for, unless `more` says otherwise.
fn asking<'a>(client: &'a str, back: &'a str, more: Pairs<'a>) -> Vec<(&'a str, &'a str)> {
    static CHALLENGE: OnceLock<String> = OnceLock::new();
    let challenge = CHALLENGE.get_or_init(|| sha256_base64url(VERIFIER));
    let mut all = BTreeMap::from([
        ("client_id", client),
        ("redirect_uri", back),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "s-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    all.extend(more.iter().copied());
    all.into_iter().collect()
}

fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The request with which a browser comes to the page.
fn waiting(reply: &Reply) -> String {
    let location = reply.header("location");
    assert_eq!(reply.status, 303, "{location}");
    let request = location.strip_prefix("/authorize?request=");
    request.unwrap_or_else(|| panic!("{location}")).to_owned()
}

/// The parameters of an address.
fn answer(location: &str) -> BTreeMap<String, String> {
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}
