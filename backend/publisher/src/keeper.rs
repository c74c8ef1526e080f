//! What a server does by itself with an office that lies on it: it signs snapshot and timestamp before they end, and stops a
//! release. It can offer nothing: no key that could is here.

use std::path::{Path, PathBuf};

use onehall_bundle::metadata::Signer as _;
use time::OffsetDateTime;

use crate::key::OpenKey;
use crate::office::{Failure, HALTS, Office, Plan};

/// An office with the keys that are online.
pub struct Keeper {
    office: PathBuf,
    keys: Vec<OpenKey>,
}

/// When what terminals read of a role counts no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The role.
    pub role: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// Whether somebody should do something about it.
    pub soon: bool,
}

/// When the roles of an office end.
///
/// # Errors
/// There is no office, or it is damaged.
pub fn endings(office: &Path, now: OffsetDateTime) -> Result<Vec<Ending>, Failure> {
    let office = Office::new(office);
    let plan = office.plan()?;
    let standings = office.status(now)?.into_iter().filter_map(|standing| {
        let at = *plan.ends.get(&standing.role)?;
        // What a machine signs is signed anew at half of its time.
        let by_itself = matches!(standing.role.as_str(), "snapshot" | "timestamp");
        let days = plan.roles.get(&standing.role).map_or(0, |role| i64::from(role.days));
        let soon = if by_itself {
            at - now.unix_timestamp() < days * 86_400 / 4
        } else {
            standing.ends_soon()
        };
        Some(Ending {
            at,
            soon,
            role: standing.role,
        })
    });
    Ok(standings.collect())
}

impl Keeper {
    /// Opens the keys, each of which has this passphrase. That of the root, of the targets or of a kind of terminal is
    /// refused: whoever takes a server over must not be able to offer anything.
    ///
    /// # Errors
    /// There is no office, a key does not open, or it counts for what must not be online.
    pub fn open(office: &Path, keys: &[PathBuf], passphrase: &str) -> Result<Keeper, Failure> {
        let at = Office::new(office);
        let plan = at.plan()?;
        let mut opened = Vec::new();
        for path in keys {
            let file = at.key(path)?;
            let offline = |role: &&String| !matches!(role.as_str(), "snapshot" | "timestamp" | HALTS);
            let counts = |role: &&String| plan.roles[*role].keys.values().any(|public| public == file.public());
            if let Some(role) = plan.roles.keys().filter(offline).find(counts) {
                return Err(Failure::NotOnline(file.name().to_owned(), role.clone()));
            }
            opened.push(file.open(|| passphrase.to_owned())?);
        }
        Ok(Keeper {
            office: office.to_owned(),
            keys: opened,
        })
    }

    /// Signs snapshot and timestamp anew where one of them is past half of its time; whether it did. Nothing where somebody
    /// works in the office: the next look comes soon.
    ///
    /// # Errors
    /// The keys do not count, or the disk fails.
    pub fn keep(&self, now: OffsetDateTime) -> Result<bool, Failure> {
        let Some(office) = Office::if_free(&self.office)? else {
            return Ok(false);
        };
        let plan = office.plan()?;
        let old = |role: &str| {
            let days = plan.roles.get(role).map_or(0, |role| i64::from(role.days));
            plan.ends
                .get(role)
                .is_none_or(|ends| ends - now.unix_timestamp() < days * 86_400 / 2)
        };
        if !plan.versions.contains_key("timestamp") || !(old("timestamp") || old("snapshot")) {
            return Ok(false);
        }
        office.refresh(&self.keys, now)?;
        Ok(true)
    }

    /// Stops a release that nobody has stopped yet, and publishes that alone; whether it did. What else waits for signatures
    /// goes on waiting.
    ///
    /// # Errors
    /// No key that may is here, there is no such release, or the disk fails.
    pub fn halt(&self, terminal: &str, release: u64, now: OffsetDateTime) -> Result<bool, Failure> {
        let Some(office) = Office::if_free(&self.office)? else {
            return Ok(false);
        };
        let plan = office.plan()?;
        let role = plan.terminal(terminal)?;
        let manifest = office.release(role, release)?;
        if office.drafts()?.iter().any(|(draft, _)| draft == HALTS) {
            // It may say more than this, and this signature would count for all of it.
            return Err(Failure::Nothing(
                "a draft of the halts waits for its key: sign and publish it",
            ));
        }
        if office
            .halts(role)?
            .blocks
            .iter()
            .any(|block| block.manifest() == manifest)
        {
            return Ok(false);
        }
        let key = self.key_of(&plan, HALTS)?;
        office.block(role, release, false)?;
        office.draft(&plan, HALTS, now)?;
        office.sign_only(&plan, key, Some(HALTS))?;
        office.publish_only(&self.keys, now, Some(HALTS))?;
        Ok(true)
    }

    fn key_of(&self, plan: &Plan, role: &str) -> Result<&OpenKey, Failure> {
        let counts = plan.role(role)?.counts();
        let found = self
            .keys
            .iter()
            .find(|key| counts.0.contains_key(&key.public_key().id()));
        found.ok_or(Failure::Nothing("no key that can stop a release is online"))
    }
}
