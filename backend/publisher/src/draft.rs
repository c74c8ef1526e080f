//! Documents that wait for signatures.

use std::collections::{BTreeMap, BTreeSet};

use onehall_bundle::metadata::{Content, Delegation, Keys, Signer};
use onehall_bundle::{Blob, canonical};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::key::{OpenKey, hexadecimal, public_key, verifies};
use crate::office::{Failure, HALTS, Office, Plan, Role, pretty};

/// A document and the signatures that it has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    /// What is signed.
    pub signed: Value,
    /// By whom.
    pub signatures: Vec<Signature>,
}

/// A signature.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Signature {
    /// The name of the key in metadata.
    pub keyid: String,
    /// The signature.
    pub sig: String,
}

/// Public keys that count, by their names in metadata, and how many of them must sign.
pub type Counts = (BTreeMap<String, String>, u64);

impl Document {
    fn message(&self) -> Vec<u8> {
        canonical(&self.signed).unwrap_or_default()
    }

    /// How many of these keys have signed.
    pub fn signed_by(&self, (keys, _): &Counts) -> usize {
        let message = self.message();
        let valid = |signature: &&Signature| {
            keys.get(&signature.keyid)
                .is_some_and(|public| verifies(public, &message, &signature.sig))
        };
        let by: BTreeSet<&String> = self
            .signatures
            .iter()
            .filter(valid)
            .map(|signature| &signature.keyid)
            .collect();
        by.len()
    }

    fn sign(&mut self, key: &OpenKey) -> Result<(), Failure> {
        let keyid = key.public_key().id();
        let sig = hexadecimal(&key.sign(&self.message())?);
        self.signatures.retain(|signature| signature.keyid != keyid);
        self.signatures.push(Signature { keyid, sig });
        Ok(())
    }

    pub fn version(&self) -> u64 {
        self.signed["version"].as_u64().unwrap_or_default()
    }
}

impl Role {
    fn keys(&self) -> Keys {
        Keys {
            keys: self.keys.values().filter_map(|public| public_key(public)).collect(),
            threshold: self.threshold,
        }
    }

    pub fn counts(&self) -> Counts {
        let named = self
            .keys
            .values()
            .filter_map(|public| Some((public_key(public)?.id(), public.clone())));
        (named.collect(), u64::from(self.threshold))
    }
}

/// The next version of a role, not signed by anybody.
pub fn document(plan: &Plan, role: &str, content: &Content, now: OffsetDateTime) -> Result<Document, Failure> {
    let version = plan.versions.get(role).copied().unwrap_or_default() + 1;
    let ends = now + Duration::days(i64::from(plan.role(role)?.days));
    Ok(Document {
        signed: content.signed(version, ends)?,
        signatures: Vec::new(),
    })
}

impl Office {
    pub fn drafts(&self) -> Result<Vec<(String, Document)>, Failure> {
        let mut drafts = Vec::new();
        for name in self.names("drafts")? {
            let path = format!("drafts/{name}");
            if let (Some(role), Some(bytes)) = (name.strip_suffix(".json"), self.read(&path)?) {
                drafts.push((role.to_owned(), self.parsed(&path, &bytes)?));
            }
        }
        // In the order in which terminals verify them.
        let place = |role: &str| {
            ["root", "targets", HALTS]
                .iter()
                .position(|known| *known == role)
                .unwrap_or(usize::MAX)
        };
        drafts.sort_by_key(|(role, _): &(String, Document)| place(role));
        Ok(drafts)
    }

    /// Writes a role anew, for its keys to sign. Signatures of an older draft are gone: they were of something else.
    pub fn draft(&self, plan: &Plan, role: &str, now: OffsetDateTime) -> Result<(), Failure> {
        let content = match role {
            "root" => Content::Root {
                root: plan.role("root")?.keys(),
                targets: plan.role("targets")?.keys(),
                snapshot: plan.role("snapshot")?.keys(),
                timestamp: plan.role("timestamp")?.keys(),
            },
            "targets" => Content::Targets {
                targets: BTreeMap::new(),
                delegations: delegations(plan)?,
            },
            role => Content::Targets {
                targets: self.targets(role)?,
                delegations: Vec::new(),
            },
        };
        let document = document(plan, role, &content, now)?;
        self.write(&format!("drafts/{role}.json"), &pretty(&document))
    }

    /// What a role names.
    pub fn targets(&self, role: &str) -> Result<BTreeMap<String, Blob>, Failure> {
        let mut targets = BTreeMap::new();
        for name in self.names(&format!("targets/{role}"))? {
            if let Some(content) = self.read(&format!("targets/{role}/{name}"))? {
                targets.insert(name, Blob::of(&content));
            }
        }
        Ok(targets)
    }

    /// Signs every draft for which a key counts; which.
    pub fn sign(&self, plan: &Plan, key: &OpenKey) -> Result<Vec<String>, Failure> {
        self.sign_only(plan, key, None)
    }

    /// Signs the draft of one role, or of all.
    pub fn sign_only(&self, plan: &Plan, key: &OpenKey, only: Option<&str>) -> Result<Vec<String>, Failure> {
        let mut signed = Vec::new();
        let keyid = key.public_key().id();
        for (role, mut document) in self.drafts()? {
            if only.is_some_and(|only| only != role) {
                continue;
            }
            let counts = |counts: &Counts| counts.0.contains_key(&keyid);
            let old = if role == "root" { self.published_root()? } else { None };
            if counts(&plan.role(&role)?.counts()) || old.as_ref().is_some_and(counts) {
                document.sign(key)?;
                self.write(&format!("drafts/{role}.json"), &pretty(&document))?;
                signed.push(role);
            }
        }
        Ok(signed)
    }

    /// The keys of the root that is published, which its successor needs too.
    pub fn published_root(&self) -> Result<Option<Counts>, Failure> {
        let version = self.plan()?.versions.get("root").copied().unwrap_or_default();
        let path = format!("repository/metadata/{version}.root.json");
        let Some(bytes) = self.read(&path)? else {
            return Ok(None);
        };
        let root: Document = self.parsed(&path, &bytes)?;
        let role = &root.signed["roles"]["root"];
        let ids = role["keyids"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let keys = ids.filter_map(|id| {
            let public = root.signed["keys"][id]["keyval"]["public"].as_str()?;
            Some((id.to_owned(), public.to_owned()))
        });
        Ok(Some((keys.collect(), role["threshold"].as_u64().unwrap_or(u64::MAX))))
    }
}

/// The halt key's targets come first: terminals ask the first role that matches and no other.
fn delegations(plan: &Plan) -> Result<Vec<Delegation>, Failure> {
    let one = |name: &str, path: String| {
        Ok::<_, Failure>(Delegation {
            name: name.to_owned(),
            keys: plan.role(name)?.keys(),
            paths: vec![path],
        })
    };
    let halts = one(HALTS, "*.halts.json".to_owned());
    let terminals = plan
        .terminals
        .iter()
        .map(|terminal| one(terminal, format!("{terminal}.*")));
    std::iter::once(halts).chain(terminals).collect()
}
