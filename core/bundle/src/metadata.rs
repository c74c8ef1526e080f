//! The documents of The Update Framework that a repository of ours signs, after version 1.0 of its specification, with
//! consistent snapshots. They are only written here; whoever reads them verifies them (`onehall-updates`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::canonical::canonical;
use crate::{Blob, Hash};

/// A public key as metadata names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// Ed25519, 32 bytes.
    Ed25519([u8; 32]),
    /// P-256, as the PEM of a SubjectPublicKeyInfo: hardware often knows nothing else.
    P256(String),
}

impl PublicKey {
    fn value(&self) -> Value {
        match self {
            PublicKey::Ed25519(bytes) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                json!({ "keytype": "ed25519", "scheme": "ed25519", "keyval": { "public": digits } })
            }
            PublicKey::P256(pem) => {
                json!({ "keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": { "public": pem } })
            }
        }
    }

    /// The name of the key: the hash of its canonical form.
    #[must_use]
    pub fn id(&self) -> String {
        Hash::of(&canonical(&self.value()).unwrap_or_default()).to_string()
    }
}

/// A key that signs: a file, a token, a service.
pub trait Signer {
    /// What verifies its signatures.
    fn public_key(&self) -> PublicKey;

    /// Signs a message.
    ///
    /// # Errors
    /// The key is not to be had, or its holder refused.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NotSigned>;
}

/// A signature was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key did not sign: {0}")]
pub struct NotSigned(pub String);

/// The keys of a role and how many of them must sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<PublicKey>,
    /// How many of them must sign.
    pub threshold: u32,
}

impl Keys {
    fn role(&self) -> Value {
        json!({ "keyids": self.keys.iter().map(PublicKey::id).collect::<Vec<_>>(), "threshold": self.threshold })
    }
}

/// A role that the targets role hands paths to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its name, such as `ui-kiosk`.
    pub name: String,
    /// Its keys.
    pub keys: Keys,
    /// The targets that it may sign, such as `ui-kiosk.*`.
    pub paths: Vec<String>,
}

/// What is signed in each role besides its version and its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Which keys count.
    Root {
        /// Of the root itself.
        root: Keys,
        /// Of the targets.
        targets: Keys,
        /// Of the snapshot.
        snapshot: Keys,
        /// Of the timestamp.
        timestamp: Keys,
    },
    /// Which targets there are, and who else may say so.
    Targets {
        /// The targets, by name.
        targets: BTreeMap<String, Blob>,
        /// The roles that paths are handed to, the first that matches first.
        delegations: Vec<Delegation>,
    },
    /// Which version of each targets role belongs together.
    Snapshot {
        /// By the name of the file: version and content.
        meta: BTreeMap<String, (u64, Blob)>,
    },
    /// Which snapshot is the newest.
    Timestamp {
        /// Its version and content.
        snapshot: (u64, Blob),
    },
}

impl Content {
    /// What is signed.
    ///
    /// # Errors
    /// The end is no date that can be written.
    pub fn signed(&self, version: u64, expires: OffsetDateTime) -> Result<Value, NotSigned> {
        let expires = expires
            .replace_nanosecond(0)
            .ok()
            .and_then(|expires| expires.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok())
            .ok_or_else(|| NotSigned("the end is not a date".to_owned()))?;
        let mut fields = Map::new();
        fields.insert("spec_version".to_owned(), "1.0.34".into());
        fields.insert("version".to_owned(), version.into());
        fields.insert("expires".to_owned(), expires.into());
        match self {
            Content::Root {
                root,
                targets,
                snapshot,
                timestamp,
            } => {
                let all = [
                    ("root", root),
                    ("targets", targets),
                    ("snapshot", snapshot),
                    ("timestamp", timestamp),
                ];
                fields.insert("_type".to_owned(), "root".into());
                fields.insert("consistent_snapshot".to_owned(), true.into());
                fields.insert("keys".to_owned(), key_table(all.iter().map(|(_, keys)| *keys)));
                let roles: Map<String, Value> = all
                    .iter()
                    .map(|(name, keys)| ((*name).to_owned(), keys.role()))
                    .collect();
                fields.insert("roles".to_owned(), roles.into());
            }
            Content::Targets { targets, delegations } => {
                fields.insert("_type".to_owned(), "targets".into());
                let targets: Map<String, Value> = targets
                    .iter()
                    .map(|(name, blob)| (name.clone(), pinned(*blob)))
                    .collect();
                fields.insert("targets".to_owned(), targets.into());
                if !delegations.is_empty() {
                    let role = |delegation: &Delegation| {
                        let mut role = delegation.keys.role();
                        role["name"] = delegation.name.clone().into();
                        role["paths"] = json!(delegation.paths);
                        role["terminating"] = true.into();
                        role
                    };
                    let roles: Vec<Value> = delegations.iter().map(role).collect();
                    let keys = key_table(delegations.iter().map(|delegation| &delegation.keys));
                    fields.insert("delegations".to_owned(), json!({ "keys": keys, "roles": roles }));
                }
            }
            Content::Snapshot { meta } => {
                fields.insert("_type".to_owned(), "snapshot".into());
                let meta: Map<String, Value> = meta
                    .iter()
                    .map(|(name, (version, blob))| (name.clone(), meta_file(*version, *blob)))
                    .collect();
                fields.insert("meta".to_owned(), meta.into());
            }
            Content::Timestamp { snapshot } => {
                fields.insert("_type".to_owned(), "timestamp".into());
                fields.insert(
                    "meta".to_owned(),
                    json!({ "snapshot.json": meta_file(snapshot.0, snapshot.1) }),
                );
            }
        }
        Ok(fields.into())
    }
}

fn key_table<'k>(roles: impl Iterator<Item = &'k Keys>) -> Value {
    let keys = roles.flat_map(|role| &role.keys);
    keys.map(|key| (key.id(), key.value()))
        .collect::<Map<String, Value>>()
        .into()
}

fn pinned(blob: Blob) -> Value {
    json!({ "length": blob.size, "hashes": { "sha256": blob.sha256.to_string() } })
}

fn meta_file(version: u64, blob: Blob) -> Value {
    let mut fields = pinned(blob);
    fields["version"] = version.into();
    fields
}

/// A document with the signatures of these keys, as it is sent.
///
/// # Errors
/// A key did not sign.
pub fn sign(signed: &Value, signers: &[&dyn Signer]) -> Result<Vec<u8>, NotSigned> {
    let message = canonical(signed).map_err(|error| NotSigned(error.to_string()))?;
    let mut signatures = Vec::new();
    for signer in signers {
        let digits: String = signer
            .sign(&message)?
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        signatures.push(json!({ "keyid": signer.public_key().id(), "sig": digits }));
    }
    let document = json!({ "signed": signed, "signatures": signatures });
    serde_json::to_vec(&document).map_err(|error| NotSigned(error.to_string()))
}
