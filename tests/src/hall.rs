//! A real backend for a test: its own port and data folder, the demo city, development mode.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use onehall_protocol::Problem;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::{Failure, Outcome};

/// How long a start may take before the test gives up.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Limits that a test would run into: it logs in more people from one address, and for more programs, than a city has in
/// an hour.
const CONFIGURATION: &str = "\
[codes]
resend_after = 0
per_phone_hour = 100000
per_phone_day = 100000
per_client_hour = 100000
per_client_day = 100000

[oidc]
requests_per_client_hour = 100000
";

/// Where a hall is, and how to ask it.
#[derive(Debug, Clone)]
pub struct Site {
    port: u16,
    http: reqwest::Client,
}

/// A running backend of one's own. It ends with the value, and its data with it.
pub struct Hall {
    folder: TempDir,
    site: Site,
    process: Child,
    limits: Limits,
    embed_origins: Vec<String>,
    city: PathBuf,
}

impl std::ops::Deref for Hall {
    type Target = Site;
    fn deref(&self) -> &Site {
        &self.site
    }
}

/// Whose limits on one-time codes hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// None that a test would meet.
    Wide,
    /// Those of a city that configures nothing.
    Default,
}

impl Site {
    /// The hall that listens on a port of this machine.
    ///
    /// # Errors
    /// There is no HTTP client to be had.
    pub fn at(port: u16) -> Outcome<Site> {
        onehall_core::platform::native::choose_tls();
        Ok(Site {
            port,
            http: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    /// The hall that listens on a port of this machine, asked from another address of the same: it takes it for another's.
    ///
    /// # Errors
    /// There is no HTTP client to be had.
    pub fn seen_from(address: Ipv4Addr, port: u16) -> Outcome<Site> {
        onehall_core::platform::native::choose_tls();
        let http = reqwest::Client::builder()
            .no_proxy()
            .local_address(IpAddr::from(address));
        Ok(Site {
            port,
            http: http.build()?,
        })
    }

    /// The address of a path: `http://127.0.0.1:4711/ready`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A request below `/api/v1` as a browser sends it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.request_from("browser", method, path)
    }

    /// A request below `/api/v1` as a terminal of this kind sends it.
    pub fn request_from(&self, terminal: &str, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, self.url(&format!("{}{path}", onehall_protocol::API)))
            .header("OneHall-Terminal", terminal)
    }

    /// The newest one-time code that was sent to a phone.
    ///
    /// # Errors
    /// None was sent.
    pub async fn code_for(&self, phone: &str) -> Outcome<String> {
        let sent: Vec<onehall_protocol::identity::SentMessage> = self
            .request(Method::GET, "/dev/messages")
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let newest = sent
            .iter()
            .filter(|message| message.to.as_str() == phone)
            .max_by_key(|message| message.at);
        let text = newest.map(|message| message.text.as_str()).unwrap_or_default();
        let code = text
            .split(|letter: char| !letter.is_ascii_digit())
            .find(|digits| digits.len() == 6);
        code.map(str::to_owned)
            .ok_or_else(|| format!("no code was sent to {phone}").into())
    }
}

impl Hall {
    /// Opens a hall with wide limits and waits until it is ready.
    ///
    /// # Errors
    /// The binary is missing, or it does not become ready.
    pub async fn open() -> Outcome<Hall> {
        Hall::open_with(Limits::Wide).await
    }

    /// Opens a hall and waits until it is ready.
    ///
    /// # Errors
    /// The binary is missing, or it does not become ready.
    pub async fn open_with(limits: Limits) -> Outcome<Hall> {
        Hall::open_for(limits, &[]).await
    }

    /// As [`Hall::open_with`]; pages of the sites `embed_origins` may embed services.
    ///
    /// # Errors
    /// The binary is missing, or it does not become ready.
    pub async fn open_for(limits: Limits, embed_origins: &[String]) -> Outcome<Hall> {
        Hall::open_as(CONFIGURATION, limits, embed_origins).await
    }

    /// Opens a hall with wide limits on a database of PostgreSQL, and waits until it is ready.
    ///
    /// # Errors
    /// The binary is missing, or it does not become ready.
    pub async fn open_on(database: &str) -> Outcome<Hall> {
        let configuration = format!("{CONFIGURATION}\n[storage]\nurl = {database:?}\n");
        Hall::open_as(&configuration, Limits::Wide, &[]).await
    }

    async fn open_as(configuration: &str, limits: Limits, embed_origins: &[String]) -> Outcome<Hall> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("onehall.toml"), configuration)?;
        let city = demo_city();
        // Any port that is free, of which the backend tells: one that was looked for here might be taken until it listens.
        let mut process = start(folder.path(), 0, limits, embed_origins, &city)?;
        let port = port_told(&mut process, folder.path()).await?;
        let mut hall = Hall {
            folder,
            site: Site::at(port)?,
            process,
            limits,
            embed_origins: embed_origins.to_owned(),
            city,
        };
        hall.wait_until_ready().await?;
        Ok(hall)
    }

    /// Where it is.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The process id of the backend.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Kills the backend: no handler of it runs. What it had written the system still has, unlike after a power cut.
    ///
    /// # Errors
    /// It cannot be ended.
    pub async fn kill(&mut self) -> Outcome {
        self.process.kill().await?;
        Ok(())
    }

    /// Starts the backend again on the data that it left.
    ///
    /// # Errors
    /// It does not become ready.
    pub async fn restart(&mut self) -> Outcome {
        let (folder, city) = (self.folder.path(), &self.city);
        self.process = start(folder, self.port, self.limits, &self.embed_origins, city)?;
        // Connections to the dead process are gone.
        self.site = Site::at(self.port)?;
        self.wait_until_ready().await
    }

    /// Ends the backend and starts it again with the demo city as `change` makes it, in a folder of its own.
    ///
    /// # Errors
    /// The city cannot be written, or the backend does not become ready.
    pub async fn restart_with(&mut self, change: impl FnOnce(&Path) -> Outcome) -> Outcome {
        let city = self.folder.path().join("city");
        copy(&demo_city(), &city)?;
        change(&city)?;
        self.city = city;
        self.kill().await?;
        self.restart().await
    }

    async fn wait_until_ready(&mut self) -> Outcome {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Err(format!("the backend ended with {status}:\n{}", self.log()).into());
            }
            if self
                .http
                .get(self.url("/ready"))
                .send()
                .await
                .is_ok_and(|answer| answer.status() == StatusCode::OK)
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("the backend was not ready in time:\n{}", self.log()).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the backend has printed.
    #[must_use]
    pub fn log(&self) -> String {
        log_in(self.folder.path())
    }
}

fn log_in(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("backend.log")).unwrap_or_default()
}

/// The port on which a backend says that it listens.
async fn port_told(process: &mut Child, folder: &Path) -> Outcome<u16> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        let log = log_in(folder);
        // The last line may be half written.
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let told = whole.lines().find_map(|line| line.trim().strip_prefix("citizens"));
        if let Some(address) = told {
            let port = address.trim().trim_end_matches('/').rsplit(':').next();
            return Ok(port.unwrap_or_default().parse()?);
        }
        if let Some(status) = process.try_wait()? {
            return Err(format!("the backend ended with {status}:\n{log}").into());
        }
        if Instant::now() > deadline {
            return Err(format!("the backend did not say where it listens:\n{log}").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The refusal that an answer holds; an error where it is none.
///
/// # Errors
/// The answer is a success, or its body is no problem.
pub async fn refusal(answer: Response) -> Outcome<Problem> {
    let status = answer.status();
    let text = answer.text().await?;
    if status.is_success() {
        return Err(format!("{status} where a refusal had to come: {text}").into());
    }
    serde_json::from_str(&text).map_err(|error| Failure::from(format!("{status}, and no problem ({error}): {text}")))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            std::fs::copy(from, to)?;
        }
    }
    Ok(())
}

fn start(folder: &Path, port: u16, limits: Limits, embed_origins: &[String], city: &Path) -> Outcome<Child> {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("backend.log"))?;
    let binary = binary();
    let mut command = Command::new(&binary);
    // A setting of whoever runs the tests is none of theirs.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ONEHALL_")) {
        command.env_remove(name);
    }
    if limits == Limits::Wide {
        command.arg("--config").arg(folder.join("onehall.toml"));
    }
    if !embed_origins.is_empty() {
        command.env("ONEHALL_EMBED_ORIGINS", embed_origins.join(","));
    }
    command
        .args(["serve", "--mode", "development", "--port", &port.to_string()])
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--city")
        .arg(city)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            format!(
                "could not start {}: {error}; `cargo xtask test` builds it",
                binary.display()
            )
            .into()
        })
}

/// The built backend: what `cargo xtask` says, else what `cargo build` leaves beside this test.
fn binary() -> PathBuf {
    if let Some(binary) = std::env::var_os("ONEHALL_TEST_BACKEND") {
        return PathBuf::from(binary);
    }
    // <target>/<profile>/deps/test or <target>/<profile>/load
    let own = std::env::current_exe().unwrap_or_default();
    own.ancestors()
        .skip(1)
        .map(|folder| folder.join("onehall"))
        .find(|file| file.is_file())
        .unwrap_or("onehall".into())
}

/// The demo city's files.
#[must_use]
pub fn demo_city() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/demo-city")
}
