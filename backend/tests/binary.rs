//! Promises of the `onehall` binary: a start that cannot be says why in one sentence, and a stop finishes what it took.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use onehall_backend::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const ONEHALL: &str = env!("CARGO_BIN_EXE_onehall");

struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("onehall-binary-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn city() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo-city")
}

/// `onehall` on the demo city in development mode, on any free port.
fn onehall(data: &Path) -> Command {
    let mut command = Command::new(ONEHALL);
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("ONEHALL_TEST_")) {
        command.env_remove(variable);
    }
    command.args(["serve", "--mode", "development"]).arg("--data").arg(data);
    // By the environment, so that a test can say otherwise by a flag.
    command.env("ONEHALL_PORT", "0").env("ONEHALL_CITY", city());
    command
}

/// A hall that runs, ended when dropped.
struct Running {
    child: Child,
    port: u16,
    lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(command: Command) -> Result<Running, Box<dyn std::error::Error>> {
        Running::start_with_log(command, Stdio::null())
    }

    fn start_with_log(mut command: Command, log: Stdio) -> Result<Running, Box<dyn std::error::Error>> {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut running_port = None;
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            if let Some((_, address)) = line.trim().split_once("citizens  http://127.0.0.1:") {
                running_port = address.trim_end_matches('/').parse().ok();
            }
            if line.contains("Ctrl-C") {
                break;
            }
            line.clear();
        }
        Ok(Running {
            child,
            port: running_port.ok_or("the hall did not say where it is")?,
            lines,
        })
    }

    fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(stream)
    }

    /// One request on a connection of its own; the whole answer, head and body.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<String> {
        let mut stream = self.connect()?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: hall\r\nOneHall-Terminal: browser\r\nConnection: close\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// One request with a body of JSON; the answer's status, head and JSON.
    fn ask_json(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &Value,
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        let headers = format!("Content-Type: application/json\r\n{headers}");
        Answer::read(&self.ask(method, path, &headers, &body.to_string())?)
    }

    /// Sends a signal by the system's own `kill`: the library must stay free of unsafe code, and so must its tests.
    fn signal(&self, name: &str) -> std::io::Result<()> {
        Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status()
            .map(|_| ())
    }

    fn wait(mut self) -> std::io::Result<(Option<i32>, String)> {
        let code = self.child.wait()?.code();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest)?;
        Ok((code, rest))
    }
}

/// An answer of the API.
struct Answer {
    status: u16,
    head: String,
    body: Value,
}

impl Answer {
    fn read(answer: &str) -> Result<Answer, Box<dyn std::error::Error>> {
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no head")?;
        Ok(Answer {
            status: head.split(' ').nth(1).ok_or("no status")?.parse()?,
            head: head.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
        })
    }

    /// A text of the body.
    fn text(&self, pointer: &str) -> Result<String, Box<dyn std::error::Error>> {
        let text = self.body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| format!("{}: no {pointer} in {}", self.status, self.body).into())
    }

    /// The cookie that it sets: name and value.
    fn cookie(&self) -> Result<String, Box<dyn std::error::Error>> {
        let line = self.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = line.and_then(|line| line.split(';').next()).map(str::to_owned);
        cookie.ok_or_else(|| format!("{}: no cookie", self.status).into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a start that must fail says: one line, and exit code 1.
fn refusal(command: &mut Command) -> std::io::Result<String> {
    // What the run of all tests tells its other tests is no setting of this hall.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ONEHALL_TEST_")) {
        command.env_remove(name);
    }
    let Output { status, stdout, stderr } = command.output()?;
    let text = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!(status.code(), Some(1), "{text}");
    assert!(
        stdout.is_empty(),
        "it said that it serves: {}",
        String::from_utf8_lossy(&stdout)
    );
    assert_eq!(text.lines().count(), 1, "{text}");
    Ok(text)
}

#[test]
fn a_second_start_keeps_the_data_and_a_second_process_is_refused() -> Outcome {
    let folder = Folder::new()?;
    let first = Running::start(onehall(&folder.data()))?;
    let said = refusal(&mut onehall(&folder.data()))?;
    assert!(
        said.contains("in use by another onehall") && said.contains("--data"),
        "{said}"
    );
    first.signal("-TERM")?;
    assert_eq!(first.wait()?.0, Some(0));
    let key = std::fs::read(folder.data().join("secret.key"))?;
    let second = Running::start(onehall(&folder.data()))?;
    assert_eq!(std::fs::read(folder.data().join("secret.key"))?, key);
    drop(second);
    Ok(())
}

#[test]
fn a_port_that_is_taken_is_said_in_one_sentence() -> Outcome {
    let folder = Folder::new()?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    let said = refusal(onehall(&folder.data()).args(["--port", &port]))?;
    assert!(
        said.contains(&port) && said.contains("taken") && said.contains("--port"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_data_folder_that_cannot_be_made_or_written_is_said_in_one_sentence() -> Outcome {
    let folder = Folder::new()?;
    let file = folder.0.join("a-file");
    std::fs::write(&file, "")?;
    let said = refusal(&mut onehall(&file.join("data")))?;
    assert!(
        said.contains("cannot create the data folder") && said.contains("--data"),
        "{said}"
    );
    // Nobody, not even root, writes there.
    if Path::new("/proc/self").is_dir() {
        let said = refusal(&mut onehall(Path::new("/proc/self")))?;
        assert!(said.contains("cannot be written") && said.contains("--data"), "{said}");
    }
    Ok(())
}

#[test]
fn a_database_that_was_loaded_by_half_or_is_newer_or_none_is_said_in_one_sentence() -> Outcome {
    let folder = Folder::new()?;
    drop(Running::start(onehall(&folder.data()))?);
    let path = folder.data().join("onehall.sqlite");
    let change = |sql: &str| rusqlite::Connection::open(&path).and_then(|database| database.execute_batch(sql));

    change("DELETE FROM fact WHERE name = 'founded'")?;
    let said = refusal(&mut onehall(&folder.data()))?;
    assert!(
        said.contains("never finished") && said.contains("restore a backup"),
        "{said}"
    );

    change("INSERT INTO schema_version (number, name, sha256, applied_at) VALUES (999, 'x', 'x', 0)")?;
    let said = refusal(&mut onehall(&folder.data()))?;
    assert!(said.contains("newer version") && said.contains("999"), "{said}");

    for file in ["onehall.sqlite-wal", "onehall.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.data().join(file));
    }
    std::fs::write(&path, [7; 9000])?;
    let said = refusal(&mut onehall(&folder.data()))?;
    assert!(said.contains("not a database"), "{said}");

    std::fs::remove_file(folder.data().join("secret.key"))?;
    let said = refusal(&mut onehall(&folder.data()))?;
    assert!(said.contains("secret.key") && said.contains("backup"), "{said}");
    Ok(())
}

#[test]
fn city_files_that_are_wrong_are_listed_with_file_and_line_and_leave_no_data() -> Outcome {
    let folder = Folder::new()?;
    let broken = folder.0.join("city");
    std::fs::create_dir_all(&broken)?;
    std::fs::write(broken.join("city.toml"), "\nname = \n")?;
    let output = onehall(&folder.data()).arg("--city").arg(&broken).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("city.toml:2: "), "{said}");
    assert!(said.trim_end().ends_with("nothing was loaded"), "{said}");
    assert!(!folder.data().exists());
    Ok(())
}

#[test]
fn a_hall_whose_nats_is_away_serves_is_ready_and_says_how_far_pokes_reach() -> Outcome {
    let folder = Folder::new()?;
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = onehall(&folder.data());
    command
        .arg("--nats-url")
        .arg(format!("nats://hall:s3cret@127.0.0.1:{nobody}"));
    let hall = Running::start(command)?;
    let ready = hall.ask("GET", "/ready", "", "")?;
    assert!(
        ready.starts_with("HTTP/1.1 200") && ready.contains(r#""pokes":"degraded""#),
        "{ready}"
    );
    let metrics = hall.ask("GET", "/metrics", "", "")?;
    assert!(metrics.contains("onehall_pokes_degraded 1"), "{metrics}");
    hall.signal("-TERM")?;
    assert_eq!(hall.wait()?.0, Some(0));

    let nowhere = folder.0.join("no-credentials");
    let mut command = onehall(&folder.data());
    command.args(["--nats-url", "nats://127.0.0.1"]);
    let said = refusal(command.env("ONEHALL_NATS_CREDENTIALS", &nowhere))?;
    assert!(
        said.contains("nats.credentials") && said.contains("no-credentials"),
        "{said}"
    );
    Ok(())
}

#[test]
fn production_without_a_way_to_send_messages_does_not_start() -> Outcome {
    let folder = Folder::new()?;
    let mut command = Command::new(ONEHALL);
    command
        .args(["serve", "--port", "0"])
        .arg("--city")
        .arg(city())
        .arg("--data")
        .arg(folder.data());
    let said = refusal(&mut command)?;
    assert!(said.contains("messages.command"), "{said}");
    Ok(())
}

#[test]
fn an_administrator_can_be_made_while_the_hall_is_closed() -> Outcome {
    let folder = Folder::new()?;
    let mut command = Command::new(ONEHALL);
    command.args(["administrator", "chief", "--name", "主任", "--mode", "development"]);
    let output = command
        .arg("--city")
        .arg(city())
        .arg("--data")
        .arg(folder.data())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let password = said.lines().last().unwrap_or_default().to_owned();

    let hall = Running::start(onehall(&folder.data()))?;
    let body = format!(r#"{{"account":"chief","password":"{password}"}}"#);
    let answer = hall.ask(
        "POST",
        "/api/v1/staff/session",
        "Content-Type: application/json\r\n",
        &body,
    )?;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"change_password\":true"),
        "{answer}"
    );
    Ok(())
}

#[test]
fn a_stop_finishes_the_request_that_it_took_and_takes_no_other() -> Outcome {
    for signal in ["-TERM", "-INT"] {
        let folder = Folder::new()?;
        let hall = Running::start(onehall(&folder.data()))?;
        let body = r#"{"phone":"13800000001"}"#;
        let head = format!(
            "POST /api/v1/identity/codes HTTP/1.1\r\nHost: hall\r\nOneHall-Terminal: browser\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        );
        let mut slow = hall.connect()?;
        slow.write_all(head.as_bytes())?;
        // The interim answer proves that the request was taken and that its handler waits for the body.
        let mut interim = [0; 25];
        slow.read_exact(&mut interim)?;
        assert!(
            interim.starts_with(b"HTTP/1.1 100"),
            "{}",
            String::from_utf8_lossy(&interim)
        );

        hall.signal(signal)?;
        // Wait until it takes no more: from then on it is stopping.
        while hall.connect().is_ok() {
            std::thread::yield_now();
        }
        slow.write_all(body.as_bytes())?;
        let mut answer = String::new();
        slow.read_to_string(&mut answer)?;
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        let (code, rest) = hall.wait()?;
        assert_eq!(code, Some(0));
        assert!(rest.contains("has stopped"), "{rest}");
    }
    Ok(())
}

/// Logs a citizen in; the cookie of the session, and the one-time code that it took.
fn log_in(hall: &Running, phone: &str) -> Result<(String, String), Box<dyn std::error::Error>> {
    hall.ask_json("POST", "/api/v1/identity/codes", "", &json!({ "phone": phone }))?;
    let messages = hall.ask("GET", "/api/v1/dev/messages", "", "")?;
    let mut code = messages
        .split(|character: char| !character.is_ascii_digit())
        .filter(|part| part.len() == 6);
    let code = code.next_back().ok_or("no code in the message")?.to_owned();
    let login = json!({ "phone": phone, "code": code });
    let answer = hall.ask_json("POST", "/api/v1/identity/session", "", &login)?;
    Ok((answer.cookie()?, code))
}

#[test]
fn a_stop_ends_open_streams_of_events_at_once() -> Outcome {
    let folder = Folder::new()?;
    let hall = Running::start(onehall(&folder.data()))?;
    let (cookie, _) = log_in(&hall, "13800000001")?;

    let mut stream = BufReader::new(hall.connect()?);
    write!(
        stream.get_mut(),
        "GET /api/v1/events HTTP/1.1\r\nHost: hall\r\nCookie: {cookie}\r\n\r\n"
    )?;
    let mut line = String::new();
    while !line.contains("connected") {
        line.clear();
        assert!(stream.read_line(&mut line)? > 0, "the stream did not begin");
    }
    hall.signal("-TERM")?;
    // Well before the 20 seconds for which a stop waits, and before the next heartbeat.
    stream.get_ref().set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut rest = String::new();
    stream.read_to_string(&mut rest)?;
    assert_eq!(hall.wait()?.0, Some(0));
    Ok(())
}

#[test]
fn health_speaks_by_its_exit_code() -> Outcome {
    let folder = Folder::new()?;
    let hall = Running::start(onehall(&folder.data()))?;
    let ask = |port: u16| {
        Command::new(ONEHALL)
            .args(["health", "--port", &port.to_string()])
            .output()
    };
    assert_eq!(ask(hall.port)?.status.code(), Some(0));
    let port = hall.port;
    drop(hall);
    assert_eq!(ask(port)?.status.code(), Some(1));
    Ok(())
}

/// The complete answers of a demo citizen to a demo form.
fn demo_answers(item: &str) -> Result<serde_json::Map<String, Value>, Box<dyn std::error::Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/demo-answers/{item}.json"));
    let samples: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let answers = samples.pointer("/complete/0/answers").and_then(Value::as_object);
    Ok(answers.ok_or("no answers")?.clone())
}

/// Submits an application whose only material is `file_name`; the id of its case.
fn submit(hall: &Running, cookie: &str, file_name: &str) -> Result<String, Box<dyn std::error::Error>> {
    let cookie = format!("Cookie: {cookie}\r\n");
    let with_key = || format!("{cookie}Idempotency-Key: {}\r\n", uuid::Uuid::now_v7());
    let item = "vehicle-licence-renewal";
    let draft = hall.ask_json("POST", "/api/v1/drafts", &cookie, &json!({ "item": item }))?;
    let (id, revision) = (draft.text("/id")?, draft.body["revision"].clone());

    let content = "%PDF-1.4\n%%EOF\n";
    let sha256: String = Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let begin = json!({
        "to": { "kind": "draft", "id": id }, "path": "id_card", "name": file_name, "size": content.len(), "sha256": sha256,
    });
    let upload = hall
        .ask_json("POST", "/api/v1/uploads", &with_key(), &begin)?
        .text("/id")?;
    let headers = format!("{cookie}Content-Type: application/partial-upload\r\nUpload-Offset: 0\r\n");
    let sent = Answer::read(&hall.ask("PATCH", &format!("/api/v1/uploads/{upload}"), &headers, content)?)?;

    let mut answers = demo_answers(item)?;
    answers.insert("id_card".to_owned(), json!([sent.body["file"]]));
    let writer = uuid::Uuid::now_v7();
    let change = |(at, (path, value)): (usize, (&String, &Value))| json!({ "path": path, "value": value, "stamp": format!("1.{at}.{writer}"), "seen": revision });
    let changes: Vec<Value> = answers.iter().enumerate().map(change).collect();
    let save = json!({ "base_revision": revision, "changes": changes });
    let saved = hall.ask_json("PATCH", &format!("/api/v1/drafts/{id}"), &cookie, &save)?;

    // The hash of another engine is not compared: the hall's own counts, once it is confirmed.
    let (today, ..) = SystemClock.now().at_offset(480);
    let mut submission = json!({
        "revision": saved.body["revision"], "as_of": today, "engine": 4_000_000, "transcript": "0".repeat(64),
    });
    let path = format!("/api/v1/drafts/{id}/submission");
    let told = hall.ask_json("POST", &path, &with_key(), &submission)?;
    submission["confirmed"] = told.text("/details/transcript")?.into();
    hall.ask_json("POST", &path, &with_key(), &submission)?.text("/case_id")
}

#[test]
fn each_line_of_the_log_is_json_and_no_line_names_who_was_there() -> Outcome {
    let folder = Folder::new()?;
    let log = folder.0.join("log");
    let hall = Running::start_with_log(onehall(&folder.data()), std::fs::File::create(&log)?.into())?;

    let (cookie, code) = log_in(&hall, "13800000001")?;
    let file_name = "张敏的身份证.pdf";
    let case = submit(&hall, &cookie, file_name)?;
    let (account, password) = ("ps-window", "maple-river-stone-41");
    let body = json!({ "account": account, "password": password });
    let ticket = hall
        .ask_json("POST", "/api/v1/staff/session", "", &body)?
        .text("/ticket")?;
    // What is refused is logged, too.
    let wrong = json!({ "phone": "13800000001", "code": "no code" });
    assert_eq!(
        hall.ask_json("POST", "/api/v1/identity/session", "", &wrong)?.status / 100,
        4
    );
    assert_eq!(
        Answer::read(&hall.ask("GET", "/api/v1/13800000001?name=13800000001", "", "")?)?.status,
        404
    );
    hall.signal("-TERM")?;
    assert_eq!(hall.wait()?.0, Some(0));

    let token = cookie.split_once('=').ok_or("a cookie has a name")?.1;
    let mut secrets = vec![code.as_str(), token, &ticket, password, file_name];
    let answers = demo_answers("vehicle-licence-renewal")?;
    for path in ["name", "citizen_id", "phone", "plate", "vin_end"] {
        secrets.push(answers[path].as_str().ok_or("a text")?);
    }
    secrets.push(answers["post_address"]["detail"].as_str().ok_or("an address")?);
    let mut lines = Vec::new();
    for line in std::fs::read_to_string(&log)?.lines() {
        let Ok(Value::Object(mut entry)) = serde_json::from_str(line) else {
            return Err(format!("this is no object of JSON: {line}").into());
        };
        for field in ["timestamp", "level", "target", "message"] {
            assert!(entry.get(field).is_some_and(Value::is_string), "no {field}: {line}");
        }
        // Digits that only look like somebody's.
        for field in ["timestamp", "request_id", "microseconds"] {
            entry.remove(field);
        }
        let said = Value::Object(entry.clone()).to_string();
        for secret in &secrets {
            assert!(!said.contains(secret), "{secret:?} is in the log: {line}");
        }
        lines.push(entry);
    }
    let answered = |route: &str, status: u16| {
        lines
            .iter()
            .any(|line| line.get("route") == Some(&route.into()) && line.get("status") == Some(&status.into()))
    };
    assert!(answered("/api/v1/identity/session", 200), "{lines:?}");
    assert!(answered("/api/v1/drafts/{id}/submission", 201), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.get("case") == Some(&case.as_str().into())),
        "{lines:?}"
    );
    Ok(())
}
