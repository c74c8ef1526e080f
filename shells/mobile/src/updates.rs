//! The pages of an application, kept up to date: what `docs/updates.md` says of a terminal, for one that draws in a web view.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onehall_bundle::{Hash, Range, Version};
use onehall_client::Profile;
use onehall_client::bridge::{DATA, PROTOCOLS};
use onehall_protocol::ErrorCode;
use onehall_updates::disk::Folder;
use onehall_updates::download::Room;
use onehall_updates::machine::{Native, Nonce, Told};
use onehall_updates::mirror::{HttpLimits, HttpMirror, Mirror, Plain};
use onehall_updates::store::{Bundle, Inside};
use onehall_updates::trust::{MetadataFolder, SigstoreTrust};
use onehall_updates::{Ask, Outcome, Reporter, Reports, Settings, Updates, Watch};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::runtime::{Handle, Runtime};

use crate::OpenError;
use crate::config::origin;

/// Whether an address without TLS may be asked: on this machine alone, by who develops.
const PLAIN: Plain = if cfg!(debug_assertions) {
    Plain::Loopback
} else {
    Plain::Never
};

/// What an application says when it opens the updates of its pages. No page can say any of it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct UpdatesConfig {
    /// The hall's origin: `https://hall.example.gov.cn`. Updates come from `/updates/` there, and it is told what became of them.
    pub base_url: String,
    /// A folder of the application's own, not the one of the core. One object holds it.
    pub data_folder: String,
    /// The root of trust, `1.root.json` of the repository, as the application has it inside.
    pub root: Vec<u8>,
    /// The release of the pages inside the application: nothing older is taken.
    pub inside: u64,
    /// `stable`, or another that its maker set.
    pub channel: String,
    /// Its region; empty: none.
    pub region: String,
    /// How many bytes of an update may come in a second, 16384 at least; none: as many as come.
    #[uniffi(default = None)]
    pub bytes_per_second: Option<u64>,
}

/// The updates of an application's pages. What is asked of it returns at once, but for [`PageUpdates::check`].
#[derive(uniffi::Object)]
pub struct PageUpdates {
    inner: Arc<Inner>,
    runtime: Mutex<Option<Runtime>>,
}

struct Inner {
    updates: Updates<Folder>,
    reports: Arc<Reports<Folder>>,
    reporter: Option<Reporter>,
    trust: tokio::sync::Mutex<SigstoreTrust>,
    mirror: Arc<dyn Mirror>,
    /// The bundle of the page that is shown.
    shown: Mutex<Option<Bundle>>,
}

#[uniffi::export]
impl PageUpdates {
    /// Takes up what is in the folder; reaches no network.
    ///
    /// # Errors
    /// [`OpenError`] with the code `client/invalid_configuration`.
    #[uniffi::constructor]
    pub fn open(config: UpdatesConfig) -> Result<Arc<PageUpdates>, OpenError> {
        let wrong = |what: &str| OpenError::new(ErrorCode::InvalidConfiguration, what);
        let hall = origin(&config.base_url).ok_or_else(|| wrong("base_url is not an origin"))?;
        if config.data_folder.is_empty() {
            return Err(wrong("data_folder is empty"));
        }
        let profile = Profile::Mobile.name();
        let role = format!("ui-{profile}");
        let folder = Folder::new(PathBuf::from(config.data_folder));
        let mirror = mirror(&hall, config.bytes_per_second).map_err(|reason| wrong(&reason))?;
        let trust = SigstoreTrust::new(
            &config.root,
            MetadataFolder::beside(folder.clone()),
            Arc::clone(&mirror),
        );
        let trust = trust.map_err(|_| wrong("root is not the root of a repository"))?;
        let settings = Settings {
            native: Native {
                core: env!("CARGO_PKG_VERSION").parse().unwrap_or(Version([0, 0, 0])),
                profile: profile.to_owned(),
                protocol: Range {
                    first: PROTOCOLS.min,
                    last: PROTOCOLS.max,
                },
                data: Range {
                    first: DATA.min,
                    last: DATA.max,
                },
                inside: config.inside,
            },
            role: role.clone(),
            channel: config.channel,
            region: config.region,
            hall: String::new(),
            kind: profile.to_owned(),
            room: Room::default(),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("onehall-updates")
            .enable_all()
            .build()
            .map_err(|error| OpenError::new(ErrorCode::ClientFault, error))?;
        let reports = Arc::new(Reports::open(folder.clone(), &role));
        let floor = Arc::new(Floor(config.inside));
        Ok(Arc::new(PageUpdates {
            inner: Arc::new(Inner {
                updates: Updates::open(folder, floor, settings, Arc::new(Clock(Arc::clone(&reports)))),
                reports,
                reporter: Reporter::new(&hall, profile).ok(),
                trust: tokio::sync::Mutex::new(trust),
                mirror,
                shown: Mutex::default(),
            }),
            runtime: Mutex::new(Some(runtime)),
        }))
    }

    /// A page is about to be shown, for the first time or in a new web view: `{"boot": "…", "release": 3, "entry":
    /// "index.html"}`. `release` is null where it is the one inside the application, which then serves its own files. Whoever
    /// shows it says so with the number of its boot, which no script of the page may read.
    pub fn boot(&self) -> String {
        let page = self.inner.updates.boot();
        let manifest = page.bundle.as_ref().map(|bundle| Arc::clone(&bundle.manifest));
        *self.inner.shown() = page.bundle;
        json!({
            "boot": format!("{:032x}", page.nonce.0),
            "release": manifest.as_ref().map(|manifest| manifest.release),
            "entry": manifest.map(|manifest| manifest.entry.to_string()),
        })
        .to_string()
    }

    /// A file of the page that is shown, `assets/shell.0123.js`. Where there is none there is no other place to look for it:
    /// two versions are never mixed.
    pub fn file(&self, path: String) -> Option<Vec<u8>> {
        self.inner.shown().as_ref()?.file(&path).map(|content| content.to_vec())
    }

    /// The page with this number has drawn itself.
    pub fn ready(&self, boot: String) {
        if let Some(nonce) = nonce(&boot) {
            self.inner.updates.ready(nonce);
        }
    }

    /// The page with this number cannot go on. What is asked for: `rebuild` (end the web view, [`PageUpdates::boot`] again),
    /// `interrupt` (save drafts, say so, then [`PageUpdates::quiet`]).
    pub fn failed(&self, boot: String) -> Vec<String> {
        nonce(&boot).map_or_else(Vec::new, |nonce| words(&self.inner.updates.failed(nonce)))
    }

    /// The page with this number has not been ready in its time, on a screen that is seen.
    pub fn late(&self, boot: String) -> Vec<String> {
        nonce(&boot).map_or_else(Vec::new, |nonce| words(&self.inner.updates.late(nonce)))
    }

    /// Nobody would be disturbed now: the application is in the background, with nobody's drafts open.
    pub fn quiet(&self) -> Vec<String> {
        words(&self.inner.updates.quiet())
    }

    /// Asks the repository and fetches what this phone should have: `{"outcome": "staged", "release": 3, "bytes": 5120, "asked":
    /// []}`. `outcome` is `staged`, `up_to_date`, `busy` or `failed`, which says why in `reason`, for a log. What the application
    /// told of before is sent to the hall. Dropped, it goes on to its end by itself.
    pub async fn check(&self) -> String {
        let Some(handle) = self.handle() else {
            return failed("shut down").to_string();
        };
        let inner = Arc::clone(&self.inner);
        let own = handle.clone();
        let checked = handle.spawn_blocking(move || own.block_on(inner.check()));
        let said = checked.await.unwrap_or_else(|_| failed("it broke off"));
        said.to_string()
    }

    /// Ends what is under way, and lets the folder go. What came so far stays.
    pub fn shut_down(&self) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }
}

impl PageUpdates {
    fn handle(&self) -> Option<Handle> {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        runtime.as_ref().map(|runtime| runtime.handle().clone())
    }
}

impl Drop for PageUpdates {
    fn drop(&mut self) {
        self.shut_down();
    }
}

impl Inner {
    fn shown(&self) -> MutexGuard<'_, Option<Bundle>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn check(&self) -> Value {
        let said = {
            // One check at a time; whoever comes second is told that one is under way.
            let Ok(mut trust) = self.trust.try_lock() else {
                return json!({ "outcome": "busy", "asked": [] });
            };
            match self.updates.check(&mut *trust, self.mirror.as_ref()).await {
                Ok((outcome, asked)) => {
                    let mut said = match outcome {
                        Outcome::Busy => json!({ "outcome": "busy" }),
                        Outcome::UpToDate => json!({ "outcome": "up_to_date" }),
                        Outcome::Staged { release, cost } => {
                            json!({ "outcome": "staged", "release": release, "bytes": cost.bytes })
                        }
                    };
                    said["asked"] = words(&asked).into();
                    said
                }
                Err(error) => failed(&error.to_string()),
            }
        };
        if let Some(reporter) = &self.reporter {
            self.reports.send(reporter).await;
        }
        said
    }
}

/// Where updates come from, or why not from there.
fn mirror(hall: &str, bytes_per_second: Option<u64>) -> Result<Arc<dyn Mirror>, String> {
    let limits = HttpLimits::held_to(bytes_per_second).map_err(|few| format!("bytes_per_second: {few}"))?;
    let mirror = HttpMirror::new(&format!("{hall}/updates/"), PLAIN, limits);
    Ok(Arc::new(mirror.map_err(|_| "base_url is not https".to_owned())?))
}

fn failed(reason: &str) -> Value {
    json!({ "outcome": "failed", "reason": reason, "asked": [] })
}

fn nonce(boot: &str) -> Option<Nonce> {
    u128::from_str_radix(boot, 16).ok().map(Nonce)
}

fn words(asked: &[Ask]) -> Vec<String> {
    let word = |ask: &Ask| match ask {
        Ask::Rebuild => "rebuild",
        Ask::Interrupt => "interrupt",
    };
    asked.iter().map(|ask| word(ask).to_owned()).collect()
}

/// The clock of the phone, and what is told to the hall.
struct Clock(Arc<Reports<Folder>>);

impl Watch for Clock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn told(&self, told: Told) {
        self.0.note(told);
    }
}

/// The pages inside the application: this library knows their number alone, the application has their files.
struct Floor(u64);

impl Inside for Floor {
    fn release(&self) -> u64 {
        self.0
    }

    fn content(&self, _: Hash) -> Option<Arc<[u8]>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::TcpListener;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    fn config() -> UpdatesConfig {
        UpdatesConfig {
            base_url: "https://hall.example.gov.cn".to_owned(),
            data_folder: "/nowhere".to_owned(),
            root: b"{}".to_vec(),
            inside: 4,
            channel: "stable".to_owned(),
            region: String::new(),
            bytes_per_second: Some(16_384),
        }
    }

    #[test]
    fn what_is_wrong_in_a_configuration_is_named_by_one_stable_code() {
        type Change = fn(&mut UpdatesConfig);
        let changes: [(&str, Change); 5] = [
            ("base_url", |config| config.base_url = "hall.example.gov.cn".to_owned()),
            ("base_url", |config| {
                config.base_url = "http://hall.example.gov.cn".to_owned()
            }),
            ("data_folder", |config| config.data_folder = String::new()),
            ("bytes_per_second", |config| config.bytes_per_second = Some(16_383)),
            ("root", |_| {}),
        ];
        for (setting, change) in changes {
            let mut wrong = config();
            change(&mut wrong);
            let Err(OpenError::Refused { code, reason }) = PageUpdates::open(wrong.clone()) else {
                panic!("{wrong:?} was taken");
            };
            assert_eq!(code, "client/invalid_configuration");
            assert!(reason.starts_with(setting), "{reason} does not name {setting}");
        }
    }

    #[test]
    fn no_more_comes_in_a_second_than_the_application_allows() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
        let address = server.local_addr().unwrap_or_else(|error| panic!("{error}"));
        let serves = thread::spawn(move || -> io::Result<()> {
            let (mut connection, _) = server.accept()?;
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte)?;
                head.extend(byte);
            }
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 30000\r\nconnection: close\r\n\r\n")?;
            connection.write_all(&[7; 30_000])
        });
        let mirror = mirror(&format!("http://{address}"), Some(100_000)).unwrap_or_else(|reason| panic!("{reason}"));
        let runtime = Runtime::new().unwrap_or_else(|error| panic!("{error}"));
        let began = Instant::now();
        let came = runtime.block_on(mirror.metadata("timestamp.json", 30_000));
        assert_eq!(came, Ok(Some(vec![7; 30_000])));
        assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
        assert!(matches!(serves.join(), Ok(Ok(()))));
    }

    #[test]
    fn what_is_no_number_of_a_boot_vouches_for_nothing() {
        assert_eq!(nonce("000000000000000000000000000000ff"), Some(Nonce(255)));
        for wrong in ["", "ready", "-1", "0x1", "100000000000000000000000000000000"] {
            assert_eq!(nonce(wrong), None, "{wrong}");
        }
        assert_eq!(words(&[Ask::Rebuild, Ask::Interrupt]), ["rebuild", "interrupt"]);
    }
}
