//! The surface as an application uses it, without a backend: what needs one is tested from Kotlin.

use std::future::poll_fn;
use std::io::Read;
use std::net::TcpListener;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use futures::executor::block_on;
use serde_json::{Value, json};

use crate::{Config, EventListener, HostError, LogSink, OneHall, OpenError, SecretStore};

/// Nobody listens there: the port of `discard`.
const NOBODY: &str = "http://127.0.0.1:9";

/// A folder of this test's own, taken away at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("onehall-mobile-{}-{number}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A key store that does not work.
struct NoSecrets;

fn broken<T>() -> Result<T, HostError> {
    Err(HostError::Failed {
        reason: "the key 13800000001 is not there".to_owned(),
    })
}

impl SecretStore for NoSecrets {
    fn get(&self, _: String) -> Result<Option<String>, HostError> {
        broken()
    }

    fn put(&self, _: String, _: String) -> Result<(), HostError> {
        broken()
    }

    fn delete(&self, _: String) -> Result<(), HostError> {
        broken()
    }
}

/// Keeps what it hears, then answers with `answer`.
struct Listener {
    heard: Mutex<Vec<Value>>,
    answer: fn() -> Result<(), HostError>,
}

impl Listener {
    fn new(answer: fn() -> Result<(), HostError>) -> Arc<Listener> {
        Arc::new(Listener {
            heard: Mutex::default(),
            answer,
        })
    }

    fn kinds(&self) -> Vec<Value> {
        let heard = self.heard.lock().unwrap_or_else(|error| panic!("{error}"));
        heard.iter().map(|message| message["event"]["kind"].clone()).collect()
    }
}

impl EventListener for Listener {
    fn on_event(&self, event: String) -> Result<(), HostError> {
        let event = serde_json::from_str(&event).unwrap_or_else(|error| panic!("no JSON: {error}"));
        self.heard.lock().unwrap_or_else(|error| panic!("{error}")).push(event);
        (self.answer)()
    }
}

#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl LogSink for Lines {
    fn log(&self, level: String, message: String) -> Result<(), HostError> {
        self.0
            .lock()
            .unwrap_or_else(|error| panic!("{error}"))
            .push(format!("{level}: {message}"));
        Ok(())
    }
}

fn try_open(folder: &Folder, base_url: &str, listener: Arc<Listener>) -> Result<Arc<OneHall>, OpenError> {
    let config = Config {
        base_url: base_url.to_owned(),
        data_folder: folder.0.display().to_string(),
        terminal: "mobile".to_owned(),
        profile: "mobile".to_owned(),
        capabilities: vec!["camera".to_owned()],
    };
    OneHall::open(config, Arc::new(NoSecrets), listener, None)
}

fn open(folder: &Folder, base_url: &str) -> Arc<OneHall> {
    try_open(folder, base_url, Listener::new(|| Ok(()))).unwrap_or_else(|error| panic!("failed to {error}"))
}

fn call(hall: &OneHall, protocol: u32, call: &Value) -> Value {
    let envelope = json!({ "protocol": protocol, "id": 7, "call": call });
    let reply = block_on(hall.call(envelope.to_string()));
    serde_json::from_str(&reply).unwrap_or_else(|error| panic!("no JSON: {error}"))
}

#[test]
fn hello_tells_the_pages_where_they_run() {
    let folder = Folder::new();
    let reply = call(
        &open(&folder, NOBODY),
        1,
        &json!({ "hello": { "protocols": { "min": 1, "max": 1 }, "version": "9" } }),
    );
    let welcome = &reply["outcome"]["ok"]["hello"];
    assert_eq!(welcome["terminal"], "mobile");
    assert_eq!(welcome["profile"], "mobile");
    assert_eq!(welcome["capabilities"], json!(["camera"]));
}

#[test]
fn another_protocol_is_refused_by_its_code() {
    let folder = Folder::new();
    let reply = call(&open(&folder, NOBODY), 99, &json!({ "ask": { "get_preferences": {} } }));
    assert_eq!(reply["outcome"]["error"]["code"], "bridge/protocol_mismatch");
    assert_eq!(reply["id"], 7);
}

#[test]
fn a_folder_has_one_core_at_a_time_and_is_free_once_that_one_is_shut_down() {
    let folder = Folder::new();
    let first = open(&folder, NOBODY);
    let second = try_open(&folder, NOBODY, Listener::new(|| Ok(())));
    assert!(
        matches!(&second, Err(OpenError::Refused { code, .. }) if code == "client/store_in_use"),
        "{:?}",
        second.err()
    );
    first.shut_down();
    // `first` is still held, as a garbage collector would.
    let third = open(&folder, NOBODY);
    assert!(call(&third, 1, &json!({ "ask": { "get_preferences": {} } }))["outcome"]["ok"].is_object());
    assert!(
        call(&first, 1, &json!({ "ask": { "get_preferences": {} } }))["outcome"]["error"]["code"] == "client/cancelled"
    );
}

#[test]
fn in_a_folder_that_cannot_be_used_one_can_work_and_hears_that_nothing_stays() {
    let folder = Folder::new();
    std::fs::write(&folder.0, b"a file").unwrap_or_else(|error| panic!("{error}"));
    let hall = open(&folder, NOBODY);
    let elder = json!({ "ask": { "set_preferences": { "preferences": { "elder": true } } } });
    let told = call(&hall, 1, &elder);
    assert_eq!(told["outcome"]["error"]["code"], "client/store_unavailable", "{told}");
    let chosen = call(&hall, 1, &json!({ "ask": { "get_preferences": {} } }));
    assert_eq!(
        chosen["outcome"]["ok"]["ask"]["get_preferences"]["elder"], true,
        "{chosen}"
    );
    let _ = std::fs::remove_file(&folder.0);
}

#[test]
fn whoever_drops_a_call_ends_it() {
    let folder = Folder::new();
    let backend = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
    let address = backend.local_addr().unwrap_or_else(|error| panic!("{error}"));
    let hall = open(&folder, &format!("http://{address}"));

    let envelope = json!({ "protocol": 1, "id": 1, "call": { "ask": { "get_catalog": {} } } }).to_string();
    let mut connection = {
        let mut under_way = pin!(hall.call(envelope));
        block_on(poll_fn(|context| {
            assert!(under_way.as_mut().poll(context).is_pending());
            Poll::Ready(())
        }));
        // The request comes, and no answer goes back.
        backend.accept().unwrap_or_else(|error| panic!("{error}")).0
    };
    // Before the core would give the request up by itself, after 20 seconds.
    connection
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut request = Vec::new();
    let ended = connection.read_to_end(&mut request);
    assert!(ended.is_ok(), "the request goes on: {ended:?}");
}

#[test]
fn a_call_that_is_under_way_is_told_when_everything_ends() {
    let folder = Folder::new();
    let backend = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
    let address = backend.local_addr().unwrap_or_else(|error| panic!("{error}"));
    let hall = open(&folder, &format!("http://{address}"));
    let caller = {
        let hall = hall.clone();
        std::thread::spawn(move || call(&hall, 1, &json!({ "ask": { "get_catalog": {} } })))
    };
    let _connection = backend.accept().unwrap_or_else(|error| panic!("{error}"));
    hall.shut_down();
    let reply = caller.join().unwrap_or_else(|_| panic!("the caller panicked"));
    assert_eq!(reply["outcome"]["error"]["code"], "client/cancelled");
    assert_eq!(reply["id"], 7);
}

#[test]
fn a_listener_that_fails_ends_no_call() {
    let folder = Folder::new();
    let listener = Listener::new(broken);
    let hall = try_open(&folder, NOBODY, listener.clone()).unwrap_or_else(|error| panic!("failed to {error}"));
    let reply = call(&hall, 1, &json!({ "ask": { "get_catalog": {} } }));
    assert_eq!(reply["outcome"]["error"]["code"], "network/offline");
    assert!(
        listener.kinds().contains(&json!("connection")),
        "{:?}",
        listener.kinds()
    );
}

/// One test for the process's one log.
#[test]
fn the_log_tells_places_and_never_what_was_said_there() {
    let lines = Arc::new(Lines::default());
    crate::log::send_to(lines.clone());

    // A fault in a call is an answer with a code, and a place in the log.
    let folder = Folder::new();
    let listener = Listener::new(|| panic!("13800000001 typed this"));
    let hall = try_open(&folder, NOBODY, listener).unwrap_or_else(|error| panic!("failed to {error}"));
    let reply = call(&hall, 1, &json!({ "ask": { "get_catalog": {} } }));
    assert_eq!(reply["outcome"]["error"]["code"], "client/fault");

    // A key store that fails is not an empty one: whether somebody is logged in can be asked again.
    let reply = call(&hall, 1, &json!({ "ask": { "restore_session": {} } }));
    let error = &reply["outcome"]["error"];
    assert_eq!(
        (&error["code"], &error["retryable"]),
        (&json!("client/store_unavailable"), &json!(true))
    );

    let lines = lines.0.lock().unwrap_or_else(|error| panic!("{error}")).join("\n");
    assert!(lines.contains("error: panic at shells/mobile/src/tests.rs:"), "{lines}");
    assert!(
        lines.contains("error: onehall_mobile::host: the application's key store could not read a secret"),
        "{lines}"
    );
    assert!(!lines.contains("13800000001"), "{lines}");
}
