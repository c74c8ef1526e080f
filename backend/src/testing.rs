//! For tests: a whole hall in a folder of its own, with the demo city, a clock that stands, and terminals to use it.
//!
//! ```ignore
//! let hall = TestHall::open().await;
//! let mut browser = hall.browser();
//! browser.log_in("13800000001").await;
//! let reply = browser.get("/api/v1/drafts").await;
//! assert_eq!(reply.status, 200);
//! ```

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, header};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use uuid::Uuid;

use crate::city::{self, CityContent};
use crate::clock::{Clock, ManualClock};
use crate::config::{Config, Mode};
use crate::events::Hub;
use crate::files::{DiskBlobs, Files, NoScanner};
use crate::founding::Founding;
use crate::http;
use crate::identity::simulator::SimulatedVerifier;
use crate::messages::{DevelopmentSender, MessageSender};
use crate::rng::SystemRng;
use crate::secrets::ServerKey;
use crate::state::{AppState, Services};
use crate::storage::Storage;
use crate::storage::sql::Database;
use crate::storage::sql::testing::TestDatabase;

/// A hall that is open: the demo city, its people and staff, an empty database otherwise.
pub(crate) struct TestHall {
    pub state: AppState,
    pub clock: Arc<ManualClock>,
    pub messages: Arc<DevelopmentSender>,
    pub folder: PathBuf,
    pub database: TestDatabase,
    router: Router,
}

impl Drop for TestHall {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Another replica of a hall.
pub(crate) struct TestReplica {
    pub state: AppState,
    router: Router,
}

impl TestReplica {
    /// The same terminal, with its cookies, when its requests reach this replica.
    pub fn reached_by(&self, terminal: &TestTerminal) -> TestTerminal {
        TestTerminal {
            router: self.router.clone(),
            ..terminal.clone()
        }
    }
}

/// The demo city, loaded once for all tests.
pub(crate) fn demo_city() -> Arc<CityContent> {
    static CITY: OnceLock<Arc<CityContent>> = OnceLock::new();
    let load = || {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("demo-city");
        Arc::new(city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}")))
    };
    Arc::clone(CITY.get_or_init(load))
}

/// Copies all of a folder: a city to change in a test.
pub fn copy_folder(from: &Path, to: &Path) {
    must(std::fs::create_dir_all(to));
    for entry in must(std::fs::read_dir(from)) {
        let entry = must(entry);
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            must(std::fs::copy(&from, &to));
        }
    }
}

/// Files below a folder.
pub(crate) fn files_below(folder: &Path) -> std::io::Result<usize> {
    let mut files = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        files += if entry.file_type()?.is_dir() {
            files_below(&entry.path())?
        } else {
            1
        };
    }
    Ok(files)
}

fn must<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

impl TestHall {
    /// A hall in development mode, on a Monday morning.
    pub async fn open() -> TestHall {
        TestHall::open_with(|_| {}).await
    }

    /// A hall with a changed configuration.
    pub async fn open_with(change: impl FnOnce(&mut Config)) -> TestHall {
        let folder = std::env::temp_dir().join(format!("onehall-hall-{}", Uuid::now_v7()));
        must(std::fs::create_dir_all(&folder));
        let clock = Arc::new(ManualClock::at("2026-11-23T01:00:00.000Z"));
        let port: Arc<dyn Clock> = clock.clone();
        let messages = Arc::new(DevelopmentSender::new(port.clone()));
        let mut config = Config {
            mode: Mode::Development,
            data: folder.clone(),
            ..Config::default()
        };
        change(&mut config);
        let database = TestDatabase::new(&folder, clock.now());
        let (key, city) = (ServerKey::ephemeral(), demo_city());
        must(
            database
                .found(must(Founding::of(&city, config.mode, &key)), clock.now())
                .await,
        );
        let blobs = must(DiskBlobs::open(&folder.join("files")));
        let development = config.mode == Mode::Development;
        let state = AppState::new(Services {
            config,
            clock: port,
            rng: Arc::new(SystemRng),
            storage: database.store(),
            key,
            messages: messages.clone(),
            mail: Some(messages.clone()),
            development_messages: development.then(|| messages.clone()),
            verifier: Arc::new(SimulatedVerifier::of(&city, std::time::Duration::ZERO)),
            city,
            files: Files::new(Arc::new(blobs), Arc::new(NoScanner)),
            events: Hub::new(),
            merge: onehall_sync::later,
            stopping: CancellationToken::new(),
        });
        let router = must(http::router(state.clone()));
        TestHall {
            state,
            clock,
            messages,
            folder,
            database,
            router,
        }
    }

    /// The same hall after a restart with another folder of its city: the database, the sessions and the clock stay.
    pub fn restart_with(&mut self, city: Arc<CityContent>) {
        self.restart(Services {
            city,
            ..self.services()
        });
    }

    /// The same hall over another medium of files, or with another scanner.
    pub fn restart_over(&mut self, files: Files) {
        self.restart(Services {
            files,
            ..self.services()
        });
    }

    /// The same hall with another carrier of its text messages.
    pub fn restart_sending_by(&mut self, messages: Arc<dyn MessageSender>) {
        self.restart(Services {
            messages,
            ..self.services()
        });
    }

    /// A hall whose store works on the thread that asks, so that what a request has it do can be compared
    /// ([`watched`](crate::storage::sql::watched)).
    pub async fn open_on_this_thread() -> TestHall {
        let mut hall = TestHall::open().await;
        let state = &hall.state;
        let now = state.clock.now();
        let database = must(Database::inline(now, || Box::pin(std::future::ready(()))));
        let founding = must(Founding::of(&state.city, state.config.mode, &state.key));
        must(database.found(founding, now).await);
        hall.restart(Services {
            storage: Arc::new(database),
            ..hall.services()
        });
        hall
    }

    fn restart(&mut self, services: Services) {
        let state = AppState::new(services);
        self.router = must(http::router(state.clone()));
        self.state = state;
    }

    /// What this hall works with.
    fn services(&self) -> Services {
        let state = &self.state;
        Services {
            config: state.config.clone(),
            clock: Arc::clone(&state.clock),
            rng: Arc::clone(&state.rng),
            storage: Arc::clone(&state.storage),
            key: state.key.clone(),
            messages: Arc::clone(&state.messages),
            mail: state.mail.clone(),
            development_messages: state.development_messages.clone(),
            verifier: Arc::clone(&state.verifier),
            city: Arc::clone(&state.city),
            files: state.files.clone(),
            events: state.events.clone(),
            merge: state.merge,
            stopping: state.stopping.clone(),
        }
    }

    /// Another replica of this hall: as another process would be, on the same database and with the same key.
    pub fn replica(&self) -> TestReplica {
        let state = AppState::new(Services {
            storage: Arc::new(self.database.again()),
            events: Hub::new(),
            stopping: CancellationToken::new(),
            ..self.services()
        });
        TestReplica {
            router: must(http::router(state.clone())),
            state,
        }
    }

    /// A terminal of before a restart, with its cookies.
    pub fn again(&self, terminal: &TestTerminal) -> TestTerminal {
        TestTerminal {
            router: self.router.clone(),
            ..terminal.clone()
        }
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> TestTerminal {
        self.terminal("browser")
    }

    /// A console that has never been here.
    pub fn console(&self) -> TestTerminal {
        self.terminal("console")
    }

    /// A terminal of a kind that has never been here.
    pub fn terminal(&self, kind: &str) -> TestTerminal {
        TestTerminal {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            headers: vec![("onehall-terminal".to_owned(), kind.to_owned())],
            address: "127.0.0.1:40000".to_owned(),
            messages: Arc::clone(&self.messages),
        }
    }
}

/// A terminal with its cookies.
#[derive(Clone)]
pub(crate) struct TestTerminal {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    /// Headers of every request.
    pub headers: Vec<(String, String)>,
    /// From where it comes.
    pub address: String,
    messages: Arc<DevelopmentSender>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The code of a problem; empty where it is none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header, empty where it is missing.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    }
}

impl TestTerminal {
    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], Vec::new()).await
    }

    pub async fn delete(&mut self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], Vec::new()).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.send(
            Method::POST,
            path,
            &[("content-type", "application/json")],
            body.to_string().into_bytes(),
        )
        .await
    }

    pub async fn patch(&mut self, path: &str, body: Value) -> Reply {
        self.send(
            Method::PATCH,
            path,
            &[("content-type", "application/json")],
            body.to_string().into_bytes(),
        )
        .await
    }

    /// Sends a request with more headers, keeps the cookies that come back.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        self.send_body(method, path, headers, Body::from(body)).await
    }

    /// As [`TestTerminal::send`], with a body of any kind.
    pub async fn send_body(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "hall.test");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let mut request = must(request.body(body));
        let peer: SocketAddr = must(self.address.parse());
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap_or_default();
            if let Some((name, value)) = text.split(';').next().and_then(|pair| pair.split_once('=')) {
                if value.is_empty() {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        let body = must(axum::body::to_bytes(body, usize::MAX).await).to_vec();
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    /// Uploads a file to a draft or case (`/api/v1/drafts/…`, `/api/v1/cases/…`, `/api/v1/staff/cases/…`): 201 with the file,
    /// or the first refusal.
    pub async fn upload(&mut self, to: &str, path: Option<&str>, name: &str, media_type: &str, bytes: &[u8]) -> Reply {
        let (staff, rest) = match to.strip_prefix("/api/v1/staff/") {
            Some(rest) => ("/staff", rest),
            None => ("", to.trim_start_matches("/api/v1/")),
        };
        let (kind, id) = rest.split_once('/').unwrap_or_default();
        let begin = json!({
            "to": { "kind": kind.trim_end_matches('s'), "id": id }, "path": path, "name": name, "media_type": media_type,
            "size": bytes.len(),
            "sha256": crate::files::sha256_of(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        });
        let uploads = format!("/api/v1{staff}/uploads");
        let key = Uuid::now_v7().to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let mut reply = self
            .send(Method::POST, &uploads, &headers, begin.to_string().into_bytes())
            .await;
        while reply.status < 300 && reply.json()["file"].is_null() {
            let known = reply.json();
            let (at, chunk) = (
                known["offset"].as_u64().unwrap_or(0),
                known["chunk"].as_u64().unwrap_or(1),
            );
            let (from, most) = (must(usize::try_from(at)), must(usize::try_from(chunk)));
            let piece = bytes[from..bytes.len().min(from + most)].to_vec();
            let place = format!("{uploads}/{}", known["id"].as_str().unwrap_or_default());
            let headers = [
                ("content-type", "application/partial-upload"),
                ("upload-offset", &at.to_string()),
            ];
            reply = self.send(Method::PATCH, &place, &headers, piece).await;
        }
        if reply.status < 300 {
            reply.status = 201;
            reply.body = reply.json()["file"].to_string().into_bytes();
        }
        reply
    }

    /// Asks for a code and reads it from the message.
    pub async fn ask_code(&mut self, phone: &str) -> String {
        let reply = self.post("/api/v1/identity/codes", json!({ "phone": phone })).await;
        assert_eq!(reply.status, 202, "{}", reply.json());
        let text = self
            .messages
            .sent()
            .first()
            .map(|message| message.text.clone())
            .unwrap_or_default();
        let digits: Vec<&str> = text.split(|character: char| !character.is_ascii_digit()).collect();
        digits
            .into_iter()
            .find(|part| part.len() == 6)
            .unwrap_or_default()
            .to_owned()
    }

    /// Logs a citizen in.
    pub async fn log_in(&mut self, phone: &str) -> Value {
        let code = self.ask_code(phone).await;
        let mut reply = self
            .post("/api/v1/identity/session", json!({ "phone": phone, "code": code }))
            .await;
        if reply.code() == "identity/confirm_identity" {
            // Who comes back after months says who they are.
            let city = demo_city();
            let mut citizens = city.people.citizens.iter();
            let number = citizens.find(|citizen| citizen.phone.as_str() == phone);
            let number = number.map(|citizen| citizen.citizen_id.as_str());
            let ask = json!({ "phone": phone, "code": code, "citizen_id": number });
            reply = self.post("/api/v1/identity/session/confirmed", ask).await;
        }
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }

    /// What the page of development mode says of a demo account: password and code.
    pub async fn demo_staff(&mut self, account: &str) -> (String, String) {
        let accounts = self.get("/api/v1/dev/staff-codes").await.json();
        let accounts = accounts.as_array().cloned().unwrap_or_default();
        let found = accounts.into_iter().find(|one| one["account"] == account);
        let found = found.unwrap_or_else(|| panic!("no demo account {account}"));
        let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
        (text("password"), text("code"))
    }

    /// Logs a demo member of staff in.
    pub async fn staff_log_in(&mut self, account: &str) -> Value {
        let (password, code) = self.demo_staff(account).await;
        let reply = self
            .post(
                "/api/v1/staff/session",
                json!({ "account": account, "password": password }),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        let ticket = reply.json()["ticket"].clone();
        let second = json!({ "ticket": ticket, "code": code });
        let reply = self.post("/api/v1/staff/session/second-factor", second).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }
}

/// The body that saves changes (`path` and `value` each) by somebody who has a revision in sight: then they stand, whatever
/// the clock says.
pub fn save_body(revision: &Value, changes: &[Value]) -> Value {
    let writer = Uuid::now_v7();
    let stamped = changes.iter().enumerate().map(|(count, change)| {
        let (path, value) = (&change["path"], &change["value"]);
        json!({ "path": path, "value": value, "stamp": format!("1.{count}.{writer}"), "seen": revision })
    });
    json!({ "base_revision": revision, "changes": stamped.collect::<Vec<_>>() })
}
