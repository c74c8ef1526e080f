//! What the replicas have in common: the city, the store, the key, the messages.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use onehall_backend::city::{self, CityContent};
use onehall_backend::clock::Clock;
use onehall_backend::config::{CodeLimits, Config, Mode};
use onehall_backend::events::Hub;
use onehall_backend::files::{DatabaseBlobs, Files, NoScanner};
use onehall_backend::founding::Founding;
use onehall_backend::messages::DevelopmentSender;
use onehall_backend::rng::Rng;
use onehall_backend::secrets::{ServerKey, TokenHash};
use onehall_backend::staff;
use onehall_backend::state::{AppState, Services};
use onehall_backend::storage::Storage;
use onehall_backend::storage::sql::Database;
use onehall_protocol::{PersonId, StaffId, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::chance::{Chance, Numbers};
use crate::machines::Reception;
use crate::witness::{self, Kept, Saw};
use crate::{Bug, Plan};

/// Who uses the terminals: an agent of two companies.
const CITIZEN: &str = "zhou-jian";

/// The matters that there are, in a city that is the demo city otherwise.
pub(crate) const MATTERS: [&str; 3] = ["matter-a", "matter-b", "matter-c"];

/// The clerks who work, each with a session that lasts.
pub(crate) const CLERKS: [&str; 3] = ["ps-window", "ps-reviewer", "ps-issuer"];

/// The hall.
pub(crate) struct Hall {
    config: Config,
    city: Arc<CityContent>,
    key: ServerKey,
    database: Arc<Database>,
    storage: Arc<dyn Storage>,
    messages: Arc<DevelopmentSender>,
    rng: Arc<dyn Rng>,
    files: Files,
    bug: Option<Bug>,
    began: Instant,
    begins: Timestamp,
    accounts: Accounts,
    _folder: tempfile::TempDir,
}

/// Who there is.
pub(crate) struct Accounts {
    /// The phone number with which the citizen logs in.
    pub(crate) phone: String,
    /// Whose matters the citizen handles, the citizen's own first.
    pub(crate) principals: Vec<PersonId>,
}

/// Imports the accounts of the city into an empty store, and lets the clerks in.
pub(crate) async fn found(storage: &dyn Storage, city: &CityContent, key: &ServerKey, now: Timestamp) -> Accounts {
    let mut founding = must(Founding::of(city, Mode::Production, key), "no accounts");
    rename(&mut founding);
    let me = position(city, CITIZEN);
    let (me, phone) = (founding.people[me].id, city.people.citizens[me].phone.clone());
    let companies = founding.agencies.iter().filter(|(_, agent)| *agent == me);
    let principals = std::iter::once(me)
        .chain(companies.map(|(company, _)| *company))
        .collect();
    let clerks = clerks(&founding);
    must(storage.found(founding, now).await, "no accounts");
    for (clerk, id) in clerks {
        let_in(storage, key, clerk, id, now).await;
    }
    Accounts {
        phone: phone.into(),
        principals,
    }
}

/// Writes the key of the hall, which is the same each time: one of its own is made at random.
pub(crate) fn write_key(folder: &Path) -> std::io::Result<PathBuf> {
    let file = folder.join("secret.key");
    std::fs::write(&file, "A".repeat(43))?;
    Ok(file)
}

/// The code in a message.
pub(crate) fn code_in(text: &str) -> String {
    let mut digits = text.split(|character: char| !character.is_ascii_digit());
    digits.find(|part| part.len() == 6).unwrap_or_default().to_owned()
}

/// A clock of the hall: it goes with the simulation's, a little off.
#[derive(Debug)]
struct HallClock {
    began: Instant,
    begins: i64,
}

impl Clock for HallClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.begins + i64::try_from(self.began.elapsed().as_millis()).unwrap_or(0))
    }
}

fn must<T, E: std::fmt::Debug>(outcome: Result<T, E>, what: &str) -> T {
    outcome.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}

impl Hall {
    pub(crate) async fn open(plan: &Plan, began: Instant, begins: Timestamp) -> Hall {
        let seed = plan.seed;
        let folder = must(tempfile::tempdir(), "no folder");
        let city = city();
        let key_file = must(write_key(folder.path()), "no key");
        let key = must(ServerKey::load(&key_file), "no key");
        let clock: Arc<dyn Clock> = Arc::new(HallClock {
            began,
            begins: begins.unix_millis(),
        });
        let database = Arc::new(must(Database::inline(begins, pause(seed)), "no store"));
        must(witness::begin(&database).await, "no witness");
        if let Some(sql) = plan.bug.and_then(Bug::in_the_store) {
            must(witness::put_in(&database, sql).await, "no mistake");
        }
        let storage: Arc<dyn Storage> = database.clone();
        let accounts = found(storage.as_ref(), &city, &key, begins).await;
        Hall {
            config: Config {
                mode: Mode::Development,
                data: folder.path().to_owned(),
                codes: CodeLimits {
                    resend_after: 0,
                    tries: 1_000_000,
                    per_phone_hour: 1_000_000,
                    per_phone_day: 1_000_000,
                    per_client_hour: 1_000_000,
                    per_client_day: 1_000_000,
                    wrong_per_client_hour: 1_000_000,
                    ..CodeLimits::default()
                },
                ..Config::default()
            },
            city,
            key,
            files: Files::new(Arc::new(DatabaseBlobs::new(storage.clone())), Arc::new(NoScanner)),
            database,
            storage,
            messages: Arc::new(DevelopmentSender::new(clock)),
            rng: Arc::new(Numbers::new(Chance::new(seed, "hall"))),
            bug: plan.bug,
            began,
            begins,
            accounts,
            _folder: folder,
        }
    }

    /// The services of a replica whose clock is so far off.
    pub(crate) fn state(&self, skew_ms: i64) -> AppState {
        AppState::new(Services {
            config: self.config.clone(),
            clock: Arc::new(HallClock {
                began: self.began,
                begins: self.begins.unix_millis() + skew_ms,
            }),
            rng: Arc::clone(&self.rng),
            storage: Arc::clone(&self.storage),
            key: self.key.clone(),
            messages: self.messages.clone(),
            mail: None,
            development_messages: Some(self.messages.clone()),
            verifier: Arc::new(onehall_backend::identity::verifier::NoVerifier),
            city: Arc::clone(&self.city),
            files: self.files.clone(),
            events: Hub::new(),
            merge: Bug::merge(self.bug),
            stopping: CancellationToken::new(),
        })
    }
}

#[async_trait]
impl Reception for Arc<Hall> {
    fn phone(&self) -> &str {
        &self.accounts.phone
    }

    fn principals(&self) -> &[PersonId] {
        &self.accounts.principals
    }

    async fn last_code(&self) -> String {
        let sent = self.messages.sent();
        code_in(sent.first().map(|message| message.text.as_str()).unwrap_or_default())
    }

    async fn log(&self) -> (Vec<Saw>, Vec<Kept>) {
        let saw = must(witness::saw(&self.database).await, "no witness");
        (saw, must(witness::logs(&self.database).await, "no log"))
    }

    async fn trim_logs(&self, before: Timestamp) -> bool {
        must(self.storage.trim_changes(before, 100).await.map(drop), "cannot trim");
        true
    }
}

/// A command waits for its turn, and its answer for the disk.
fn pause(seed: u64) -> impl Fn() -> futures::future::BoxFuture<'static, ()> + Send + Sync + 'static {
    let chance = std::sync::Mutex::new(Chance::new(seed, "store"));
    move || {
        let millis = {
            let mut chance = crate::world::lock(&chance);
            if chance.happens(300) { chance.spread(1, 40) } else { 0 }
        };
        Box::pin(async move {
            if millis > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
            }
        })
    }
}

/// The token of a clerk's session.
pub(crate) fn clerk_token(clerk: &str) -> String {
    format!("token-of-{clerk}")
}

/// The secret of every clerk's authenticator app.
const CLERK_SECRET: &[u8] = b"a secret that clerks have";

/// The code that a clerk's authenticator app shows.
pub(crate) fn clerk_code(now: Timestamp) -> String {
    must(staff::totp::usable_code(CLERK_SECRET, None, now), "no code")
}

async fn let_in(storage: &dyn Storage, key: &ServerKey, clerk: &str, id: StaffId, now: Timestamp) {
    let attempt = staff::Attempt {
        account: key.keyed_hash("account", &[clerk]),
        account_here: key.keyed_hash("account here", &[clerk]),
        client: [0; 32],
        wrong_per_client_hour: 1_000,
        now,
    };
    let ticket = TokenHash::of(&format!("ticket-of-{clerk}"));
    let new = staff::NewTicket {
        ticket,
        staff: id,
        enrol: Some(must(key.seal(CLERK_SECRET), "no secret")),
        expires_at: now.plus_seconds(300),
        attempt,
    };
    must(storage.password_taken(new).await, "no ticket");
    let enter = staff::Enter {
        ticket,
        factor: staff::Factor::Code(1),
        new_password: Some("none".to_owned()),
        session: TokenHash::of(&clerk_token(clerk)),
        now,
    };
    must(storage.enter(enter, attempt).await.map(drop), "no session of a clerk");
}

/// Gives everybody an id that is the same each time.
fn rename(founding: &mut Founding) {
    let id = |kind: u128, index: usize| Uuid::from_u128((kind << 64) | (0x7000 << 64) | (1 << 63) | index as u128);
    for index in 0..founding.people.len() {
        let (old, new) = (founding.people[index].id, PersonId(id(1 << 32, index)));
        founding.people[index].id = new;
        for (company, agent) in &mut founding.agencies {
            for one in [company, agent] {
                if *one == old {
                    *one = new;
                }
            }
        }
    }
    for (index, member) in founding.staff.iter_mut().enumerate() {
        member.id = StaffId(id(2 << 32, index));
    }
}

fn clerks(founding: &Founding) -> Vec<(&'static str, StaffId)> {
    let of = |account: &str| founding.staff.iter().find(|member| member.account == account);
    CLERKS
        .into_iter()
        .filter_map(|clerk| of(clerk).map(|member| (clerk, member.id)))
        .collect()
}

fn position(city: &CityContent, key: &str) -> usize {
    let mut all = city.people.citizens.iter();
    all.position(|citizen| citizen.key == key)
        .unwrap_or_else(|| panic!("no citizen {key}"))
}

/// The demo city with the matters of the simulation beside its own, loaded once.
fn city() -> Arc<CityContent> {
    static CITY: OnceLock<Arc<CityContent>> = OnceLock::new();
    let load = || {
        let folder = must(tempfile::tempdir(), "no folder");
        must(write_city(folder.path()), "cannot write the city");
        Arc::new(must(city::load(folder.path()), "the city does not load"))
    };
    Arc::clone(CITY.get_or_init(load))
}

/// Writes that city's files.
pub(crate) fn write_city(folder: &Path) -> std::io::Result<()> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    copy(&here.join("../../backend/demo-city"), folder)?;
    for (index, code) in MATTERS.into_iter().enumerate() {
        for (from, to) in [
            ("item.toml", format!("items/{code}.toml")),
            ("form.json", format!("forms/{code}.v1.json")),
        ] {
            let text = std::fs::read_to_string(here.join("city").join(from))?;
            let text = text.replace("CODE", code).replace("NUMBER", &(index + 1).to_string());
            std::fs::write(folder.join(to), text)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
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
