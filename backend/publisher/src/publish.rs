//! From drafts to what terminals read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use onehall_bundle::metadata::{Content, Signer};
use onehall_bundle::{Blob, Hash, Manifest, Policy};
use time::OffsetDateTime;

use crate::draft::{Document, document};
use crate::key::OpenKey;
use crate::office::{Failure, HALTS, Office, Plan, file};

/// A role whose signature counts for no longer than so many days more is said to end soon.
const SOON: i64 = 14;

/// What makes all else in a repository count.
const TIMESTAMP: &str = "metadata/timestamp.json";

/// How a role stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub role: String,
    /// The version that terminals read; none: none yet.
    pub version: Option<u64>,
    /// The days until it ends.
    pub days: Option<i64>,
    /// Signatures that a draft has and needs; none: no draft waits.
    pub draft: Option<(usize, u64)>,
    pub keys: usize,
    pub threshold: u32,
}

impl Standing {
    /// Whether somebody should do something about it.
    pub fn ends_soon(&self) -> bool {
        // The short-lived ones are signed anew by a machine.
        let short = matches!(self.role.as_str(), "snapshot" | "timestamp");
        self.days.is_some_and(|days| days < if short { 1 } else { SOON })
    }
}

impl Office {
    /// Whether a draft has every signature that terminals will ask for.
    fn enough(&self, plan: &Plan, role: &str, document: &Document) -> Result<(), Failure> {
        let keys = plan.role(role)?.counts();
        let short = |counts: &crate::draft::Counts, of| {
            let has = document.signed_by(counts);
            let needed = counts.1;
            let failure = || Failure::NotSigned {
                role: role.to_owned(),
                needed,
                has,
                of,
            };
            if needed == 0 || (has as u64) < needed {
                Err(failure())
            } else {
                Ok(())
            }
        };
        if role == "root"
            && let Some(old) = self.published_root()?
        {
            short(&old, " of the root before it")?;
            return short(&keys, " of the new root");
        }
        short(&keys, "")
    }

    /// Publishes every draft, and a snapshot and timestamp that name them. Nothing is published where one of them lacks a
    /// signature. Which roles were published.
    pub fn publish(&self, online: &[OpenKey], now: OffsetDateTime) -> Result<Vec<String>, Failure> {
        self.publish_only(online, now, None)
    }

    /// Publishes the draft of one role, or of all.
    pub fn publish_only(
        &self,
        online: &[OpenKey],
        now: OffsetDateTime,
        only: Option<&str>,
    ) -> Result<Vec<String>, Failure> {
        let mut plan = self.plan()?;
        let mut drafts = self.drafts()?;
        drafts.retain(|(role, _)| only.is_none_or(|only| only == role));
        if drafts.is_empty() && plan.versions.contains_key("timestamp") {
            return Err(Failure::Nothing("no draft waits to be published"));
        }
        for (role, document) in &drafts {
            self.enough(&plan, role, document)?;
        }
        let everything = ["root", "targets", HALTS]
            .into_iter()
            .chain(plan.terminals.iter().map(String::as_str));
        for role in everything {
            if !plan.versions.contains_key(role) && !drafts.iter().any(|(draft, _)| draft == role) {
                return Err(Failure::Nothing(
                    "a repository needs a root, targets, halts and each kind of terminal: `status` says what is missing",
                ));
            }
        }
        // What a name leads to is there before the name is.
        let mut published = Vec::new();
        for (role, document) in drafts {
            if let Some(targets) = document.signed["targets"].as_object() {
                for (name, _) in targets {
                    self.put_target(&role, name)?;
                }
            }
            let version = document.version();
            let bytes = serde_json::to_vec(&document).map_err(|_| Failure::Machine("write a document"))?;
            self.write(&format!("repository/metadata/{version}.{role}.json"), &bytes)?;
            self.note(&mut plan, &role, &document);
            published.push(role);
        }
        self.sign_online(&mut plan, online, now)?;
        self.keep_plan(&plan)?;
        for role in &published {
            self.remove(&format!("drafts/{role}.json"))?;
        }
        Ok(published)
    }

    /// Signs the timestamp anew, and the snapshot with it: what runs each few hours.
    pub fn refresh(&self, online: &[OpenKey], now: OffsetDateTime) -> Result<(), Failure> {
        let mut plan = self.plan()?;
        if !plan.versions.contains_key("timestamp") {
            return Err(Failure::Nothing("nothing was published yet"));
        }
        self.sign_online(&mut plan, online, now)?;
        self.keep_plan(&plan)
    }

    fn sign_online(&self, plan: &mut Plan, online: &[OpenKey], now: OffsetDateTime) -> Result<(), Failure> {
        let mut meta = BTreeMap::new();
        for role in ["targets", HALTS]
            .into_iter()
            .chain(plan.terminals.iter().map(String::as_str))
        {
            let version = plan.versions.get(role).copied().unwrap_or_default();
            let path = format!("repository/metadata/{version}.{role}.json");
            let bytes = self
                .read(&path)?
                .ok_or(Failure::Nothing("the repository has lost metadata"))?;
            meta.insert(format!("{role}.json"), (version, Blob::of(&bytes)));
        }
        let (version, snapshot) = self.online(plan, "snapshot", &Content::Snapshot { meta }, online, now)?;
        let content = Content::Timestamp {
            snapshot: (version, Blob::of(&snapshot)),
        };
        let (_, timestamp) = self.online(plan, "timestamp", &content, online, now)?;
        self.write(&format!("repository/metadata/{version}.snapshot.json"), &snapshot)?;
        self.write("repository/metadata/timestamp.json", &timestamp)
    }

    fn online(
        &self,
        plan: &mut Plan,
        role: &str,
        content: &Content,
        keys: &[OpenKey],
        now: OffsetDateTime,
    ) -> Result<(u64, Vec<u8>), Failure> {
        let unsigned = document(plan, role, content, now)?;
        let counts = plan.role(role)?.counts();
        let signers: Vec<&dyn Signer> = keys
            .iter()
            .filter(|key| counts.0.contains_key(&key.public_key().id()))
            .map(|key| key as &dyn Signer)
            .collect();
        let bytes = onehall_bundle::metadata::sign(&unsigned.signed, &signers)?;
        let signed: Document = self.parsed(role, &bytes)?;
        self.enough(plan, role, &signed)?;
        self.note(plan, role, &signed);
        Ok((signed.version(), bytes))
    }

    fn note(&self, plan: &mut Plan, role: &str, document: &Document) {
        plan.versions.insert(role.to_owned(), document.version());
        let ends = document.signed["expires"]
            .as_str()
            .and_then(|text| OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok());
        plan.ends.insert(
            role.to_owned(),
            ends.map(OffsetDateTime::unix_timestamp).unwrap_or_default(),
        );
    }

    fn put_target(&self, role: &str, name: &str) -> Result<(), Failure> {
        let content = self.read(&format!("targets/{role}/{name}"))?;
        let content = content.ok_or(Failure::Nothing("a target of a draft is gone: stage it again"))?;
        self.write(&format!("repository/targets/{}.{name}", Hash::of(&content)), &content)
    }

    /// How every role stands.
    pub fn status(&self, now: OffsetDateTime) -> Result<Vec<Standing>, Failure> {
        let plan = self.plan()?;
        let drafts = self.drafts()?;
        let standing = |(name, role): (&String, &crate::office::Role)| {
            let counts = role.counts();
            let draft = drafts.iter().find(|(draft, _)| draft == name);
            Standing {
                role: name.clone(),
                version: plan.versions.get(name).copied(),
                days: plan
                    .ends
                    .get(name)
                    .map(|ends| (ends - now.unix_timestamp()).div_euclid(86_400)),
                draft: draft.map(|(_, document)| (document.signed_by(&counts), counts.1)),
                keys: role.keys.len(),
                threshold: role.threshold,
            }
        };
        Ok(plan.roles.iter().map(standing).collect())
    }

    /// Copies what a terminal needs that has no network: all metadata, what the roles name, and the contents of every release
    /// that is offered. It says what is missing instead of leaving it out. How many files.
    pub fn export(&self, to: &Path) -> Result<usize, Failure> {
        let plan = self.plan()?;
        let mut wanted = BTreeSet::from([TIMESTAMP.to_owned()]);
        for (role, version) in &plan.versions {
            let first = if role == "root" { 1 } else { *version };
            if role != "timestamp" {
                wanted.extend((first..=*version).map(|version| format!("metadata/{version}.{role}.json")));
            }
        }
        for role in plan.terminals.iter().map(String::as_str).chain([HALTS]) {
            let version = plan.versions.get(role).copied().unwrap_or_default();
            let path = format!("repository/metadata/{version}.{role}.json");
            let document: Document = self.parsed(
                &path,
                &self.read(&path)?.ok_or(Failure::Nothing("nothing was published yet"))?,
            )?;
            let mut named = BTreeMap::new();
            for (name, target) in document.signed["targets"].as_object().into_iter().flatten() {
                let hash = target["hashes"]["sha256"].as_str().unwrap_or_default();
                wanted.insert(format!("targets/{hash}.{name}"));
                named.insert(name.clone(), hash.to_owned());
            }
            wanted.extend(self.offered_blobs(role, &named)?);
        }
        let missing: Vec<&String> = wanted
            .iter()
            .filter(|path| !self.path("repository").join(path).is_file())
            .collect();
        if let Some(first) = missing.first() {
            let what = format!("it is missing, and {} more", missing.len() - 1);
            return Err(Failure::Damaged {
                path: self.path("repository").join(first),
                what,
            });
        }
        // Last of all: with it a stick is whole, also for a terminal in which it is already.
        let mut paths: Vec<&String> = wanted.iter().collect();
        paths.sort_by_key(|path| path.as_str() == TIMESTAMP);
        for path in paths {
            let (from, to) = (self.path("repository").join(path), to.join(path));
            let folder = to.parent().unwrap_or(&to);
            fs::create_dir_all(folder).map_err(|error| file(folder, error))?;
            fs::copy(&from, &to).map_err(|error| file(&to, error))?;
        }
        Ok(wanted.len())
    }

    /// The contents of the releases that a role offers.
    fn offered_blobs(&self, role: &str, named: &BTreeMap<String, String>) -> Result<Vec<String>, Failure> {
        let target = |name: String| {
            let Some(hash) = named.get(&name) else { return Ok(None) };
            self.read(&format!("repository/targets/{hash}.{name}"))
        };
        let Some(policy) = target(format!("{role}.rollout.json"))? else {
            return Ok(Vec::new());
        };
        let policy = Policy::read(&policy).map_err(|mistake| Failure::Mistake(role.to_owned(), mistake))?;
        let mut blobs = Vec::new();
        for offer in policy.offers {
            let name = format!("{role}.{}.json", offer.release);
            let manifest = target(name.clone())?.ok_or_else(|| Failure::NoRelease(role.to_owned(), offer.release))?;
            let manifest = Manifest::read(&manifest).map_err(|mistake| Failure::Mistake(name, mistake))?;
            for file in manifest.files {
                let blob = file
                    .zstd
                    .filter(|zstd| zstd.size < file.content.size)
                    .unwrap_or(file.content);
                blobs.push(format!("blobs/{}", blob.sha256));
            }
        }
        Ok(blobs)
    }
}
