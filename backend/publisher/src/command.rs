//! The words of `onehall update`, and what is said to whoever types them.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use onehall_bundle::metadata::Signer as _;
use time::OffsetDateTime;

use crate::key::{KeyFile, OpenKey, Sealed};
use crate::office::{Failure, HALTS, Office, Plan, Role, file, pretty};
use crate::token::Token;
use crate::words::{At, Deed};

/// Publish hot updates of the pages: keys, releases, who gets them
#[derive(Debug, Args)]
pub struct UpdateCommand {
    #[command(subcommand)]
    deed: Deed,
}

/// Who types, and reads.
pub trait Desk {
    /// Says something.
    fn say(&mut self, line: &str);
    /// Asks whether something should be done that cannot be undone.
    fn agrees(&mut self, question: &str) -> bool;
    /// Asks for the passphrase of a key.
    fn passphrase(&mut self, key: &str) -> String;
    /// The time.
    fn now(&self) -> OffsetDateTime;
}

/// A terminal of text. A passphrase comes from `ONEHALL_KEY_PASSPHRASE` where it is set, as a timer needs it.
#[derive(Debug, Default)]
pub struct Terminal;

impl Desk for Terminal {
    fn say(&mut self, line: &str) {
        println!("{line}");
    }

    fn agrees(&mut self, question: &str) -> bool {
        print!("{question}\nType yes to go on: ");
        let _ = std::io::stdout().flush();
        read_line().trim() == "yes"
    }

    fn passphrase(&mut self, key: &str) -> String {
        if let Ok(passphrase) = std::env::var("ONEHALL_KEY_PASSPHRASE") {
            return passphrase;
        }
        eprint!("Passphrase of {key}: ");
        read_line().trim_end_matches(['\n', '\r']).to_owned()
    }

    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

fn read_line() -> String {
    let mut line = String::new();
    // What cannot be read is no answer, and no answer is no.
    let _ = std::io::stdin().lock().read_line(&mut line);
    line
}

impl UpdateCommand {
    /// Does it.
    ///
    /// # Errors
    /// Why not. Nothing is published then.
    pub fn run(self, desk: &mut dyn Desk) -> Result<(), Failure> {
        match self.deed {
            Deed::Init {
                office,
                terminals,
                timestamp_days,
            } => init(&office.open()?, terminals, timestamp_days, desk),
            Deed::AddKey {
                office,
                role,
                name,
                of,
                token,
                program,
                threshold,
            } => {
                let from = match (of, token) {
                    (Some(file), _) => KeyFrom::File(file),
                    (None, Some(public)) => KeyFrom::Token(public, program),
                    (None, None) => KeyFrom::Here,
                };
                add_key(&office.open()?, &role, &name, from, threshold, desk)
            }
            Deed::Rotate { office, role, old, new } => {
                sure(
                    &office,
                    desk,
                    &format!("After it is published, {old} counts for {role} nowhere any more."),
                )?;
                let office = office.open()?;
                if !office.plan()?.role(&role)?.keys.contains_key(&old) {
                    return Err(Failure::NoKey(role, old));
                }
                add_key(&office, &role, &new, KeyFrom::Here, None, desk)?;
                let mut plan = office.plan()?;
                plan.role_mut(&role)?.keys.remove(&old);
                changed_keys(&office, &plan, &role, desk)
            }
            Deed::Stage {
                office,
                terminal,
                folder,
                facts,
            } => {
                let office = office.open()?;
                let plan = office.plan()?;
                let manifest = office.stage(plan.terminal(&terminal)?, &folder, facts.read(&folder)?)?;
                office.draft(&plan, &terminal, desk.now())?;
                let patches: u64 = manifest
                    .files
                    .iter()
                    .filter_map(|file| file.patches.first())
                    .map(|patch| patch.blob.size)
                    .sum();
                desk.say(&format!(
                    "release {} of {terminal}: {} files, {} bytes; patches from the release before: {patches} bytes",
                    manifest.release,
                    manifest.files.len(),
                    manifest.size()
                ));
                desk.say("Nobody gets it until `rollout` offers it, it is signed and published.");
                Ok(())
            }
            Deed::Catalog { office, terminal, file } => {
                let office = office.open()?;
                let plan = office.plan()?;
                let version = office.carry(plan.terminal(&terminal)?, &file)?;
                office.draft(&plan, &terminal, desk.now())?;
                desk.say(&format!(
                    "catalog {version} goes with the pages of {terminal}, once signed and published"
                ));
                Ok(())
            }
            Deed::Kiosks { office, terminal, file } => {
                let office = office.open()?;
                let plan = office.plan()?;
                let version = office.tell(plan.terminal(&terminal)?, &file)?;
                office.draft(&plan, &terminal, desk.now())?;
                desk.say(&format!(
                    "kiosks of {terminal} are told version {version}, once signed and published"
                ));
                Ok(())
            }
            Deed::Rollout {
                office,
                terminal,
                release,
                terms,
            } => {
                let office = office.open()?;
                let plan = office.plan()?;
                let offered = office.offer(plan.terminal(&terminal)?, release, terms.read()?)?;
                office.draft(&plan, &terminal, desk.now())?;
                let share = offered.now.share;
                let before = offered.before.as_ref();
                let before = before.map_or(String::new(), |before| format!(" (before: {} %)", before.share));
                desk.say(&format!(
                    "release {release} of {terminal} is for {share} %{before}, once signed and published"
                ));
                for line in offered.lines() {
                    desk.say(&line);
                }
                Ok(())
            }
            Deed::Forgive {
                office,
                terminal,
                release,
            } => {
                let office = office.open()?;
                let plan = office.plan()?;
                office.forgive(plan.terminal(&terminal)?, release)?;
                office.draft(&plan, &terminal, desk.now())
            }
            Deed::Halt {
                office,
                terminal,
                release,
            } => block(&office.open()?, &terminal, release, false, desk),
            Deed::Revoke {
                office,
                terminal,
                release,
            } => {
                sure(
                    &office,
                    desk,
                    &format!("Every terminal that runs release {release} of {terminal} will leave it, for good."),
                )?;
                block(&office.open()?, &terminal, release, true, desk)
            }
            Deed::Sign { office, key } => {
                let office = office.open()?;
                let plan = office.plan()?;
                let signed = office.sign(&plan, &open(&office, &key, desk)?)?;
                if signed.is_empty() {
                    return Err(Failure::Nothing("this key counts for none of the drafts"));
                }
                desk.say(&format!("signed: {}", signed.join(", ")));
                Ok(())
            }
            Deed::Publish { office, keys } => {
                sure(
                    &office,
                    desk,
                    "What is published is seen by terminals and cannot be taken back, only followed by more.",
                )?;
                let office = office.open()?;
                let keys = open_all(&office, &keys, desk)?;
                let published = office.publish(&keys, desk.now())?;
                desk.say(&format!("published: {}, snapshot, timestamp", published.join(", ")));
                Ok(())
            }
            Deed::Refresh { office, keys } => {
                let office = office.open()?;
                let keys = open_all(&office, &keys, desk)?;
                office.refresh(&keys, desk.now())
            }
            Deed::Status { office } => status(&office.open()?, desk),
            Deed::Export { office, to } => {
                let files = office.open()?.export(&to)?;
                desk.say(&format!("{files} files in {}", to.display()));
                Ok(())
            }
        }
    }
}

fn sure(at: &At, desk: &mut dyn Desk, what: &str) -> Result<(), Failure> {
    if at.yes || desk.agrees(what) {
        Ok(())
    } else {
        Err(Failure::SaidNo)
    }
}

fn init(office: &Office, terminals: Vec<String>, timestamp_days: u32, desk: &mut dyn Desk) -> Result<(), Failure> {
    if office.read("plan.json")?.is_some() || !office.names("")?.is_empty() {
        return Err(Failure::NotEmpty(office.path("")));
    }
    let mut plan = Plan::default();
    let mut add = |name: &str, threshold, days| {
        let role = Role {
            keys: std::collections::BTreeMap::new(),
            threshold,
            days,
        };
        plan.roles.insert(name.to_owned(), role);
    };
    add("root", 3, 365);
    add("targets", 2, 90);
    add("snapshot", 1, timestamp_days.max(7));
    add("timestamp", 1, timestamp_days);
    add(HALTS, 1, 90);
    for terminal in &terminals {
        is_name(terminal)?;
        add(terminal, 2, 90);
    }
    plan.terminals = terminals;
    office.keep_plan(&plan)?;
    desk.say(
        "An office of updates. Next: add-key for every role, at different machines; docs/updates.md has the ceremony.",
    );
    status(office, desk)
}

/// Where a key comes from.
enum KeyFrom {
    /// It is made here, or was.
    Here,
    /// It was made elsewhere.
    File(PathBuf),
    /// It is in a token, whose public key this is, and that this program asks.
    Token(PathBuf, Vec<String>),
}

fn add_key(
    office: &Office,
    role: &str,
    name: &str,
    from: KeyFrom,
    threshold: Option<u32>,
    desk: &mut dyn Desk,
) -> Result<(), Failure> {
    is_name(name)?;
    let mut plan = office.plan()?;
    let place = format!("keys/{name}.json");
    let key = match from {
        KeyFrom::File(file) => office.key(&file)?,
        // A key may count in two roles, as that of snapshot and timestamp does.
        KeyFrom::Here if office.read(&place)?.is_some() => office.key(&office.path(&place))?,
        KeyFrom::Here => {
            let key = KeyFile::Sealed(Sealed::create(name, &desk.passphrase(name))?);
            office.write(&place, &pretty(&key))?;
            desk.say(&format!(
                "{place}: carry it away from this machine, and keep the passphrase elsewhere"
            ));
            key
        }
        KeyFrom::Token(public, program) => {
            let pem = std::fs::read_to_string(&public).map_err(|error| file(&public, error))?;
            let token = Token::new(name, &pem, program)?;
            // Before anybody relies on it: the token signs, and what it signs verifies.
            token.sign(b"a key of updates is tried")?;
            let key = KeyFile::Token(token);
            office.write(&place, &pretty(&key))?;
            desk.say(&format!("{place} says how the token is asked; the key stays in it"));
            key
        }
    };
    let entry = plan.role_mut(role)?;
    if entry.keys.insert(name.to_owned(), key.public().to_owned()).is_some() {
        return Err(Failure::KeyThere(name.to_owned()));
    }
    if let Some(threshold) = threshold {
        entry.threshold = threshold.max(1);
    }
    changed_keys(office, &plan, role, desk)
}

/// Other keys count: the document that says so is drafted anew.
fn changed_keys(office: &Office, plan: &Plan, role: &str, desk: &mut dyn Desk) -> Result<(), Failure> {
    office.keep_plan(plan)?;
    let now = desk.now();
    let top = matches!(role, "root" | "targets" | "snapshot" | "timestamp");
    office.draft(plan, if top { "root" } else { "targets" }, now)?;
    // What a role signed with its old keys does not count under new ones.
    let own = !matches!(role, "root" | "snapshot" | "timestamp");
    if own && role != "targets" {
        office.draft(plan, role, now)?;
    } else if own {
        office.draft(plan, "targets", now)?;
    }
    let entry = plan.role(role)?;
    let has = entry.keys.len();
    desk.say(&format!("{role}: {has} keys, {} must sign", entry.threshold));
    Ok(())
}

fn block(office: &Office, terminal: &str, release: u64, revoked: bool, desk: &mut dyn Desk) -> Result<(), Failure> {
    let plan = office.plan()?;
    office.block(plan.terminal(terminal)?, release, revoked)?;
    office.draft(&plan, HALTS, desk.now())?;
    desk.say(&format!("{HALTS} waits for its key: sign and publish it"));
    Ok(())
}

fn status(office: &Office, desk: &mut dyn Desk) -> Result<(), Failure> {
    for standing in office.status(desk.now())? {
        let version = standing
            .version
            .map_or("not published".to_owned(), |version| format!("version {version}"));
        let ends = standing.days.map_or(String::new(), |days| match days {
            ..0 => ", HAS ENDED".to_owned(),
            days if standing.ends_soon() => format!(", ENDS IN {days} DAYS"),
            days => format!(", ends in {days} days"),
        });
        let draft = standing.draft.map_or(String::new(), |(has, needed)| {
            format!("; a draft has {has} of {needed} signatures")
        });
        let keys = if standing.keys < standing.threshold as usize {
            format!("; {} of at least {} keys", standing.keys, standing.threshold)
        } else {
            String::new()
        };
        desk.say(&format!("{:<12} {version}{ends}{keys}{draft}", standing.role));
    }
    Ok(())
}

fn open(office: &Office, key: &std::path::Path, desk: &mut dyn Desk) -> Result<OpenKey, Failure> {
    let file = office.key(key)?;
    file.open(|| desk.passphrase(file.name()))
}

fn open_all(office: &Office, keys: &[PathBuf], desk: &mut dyn Desk) -> Result<Vec<OpenKey>, Failure> {
    keys.iter().map(|key| open(office, key, desk)).collect()
}

fn is_name(name: &str) -> Result<(), Failure> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > 40 || !name.bytes().all(plain) {
        return Err(Failure::NotAName(name.to_owned()));
    }
    Ok(())
}
