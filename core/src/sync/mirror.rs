//! What a terminal holds of its citizen's open drafts and cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onehall_protocol::PersonId;
use onehall_protocol::sync::Entity;
use onehall_sync::Checksum;
use serde_json::Value;
use uuid::Uuid;

use crate::json;

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// Whose matter it is.
    pub(crate) principal: PersonId,
    /// What a checksum knows of it.
    pub(crate) version: u64,
    /// The view, as the hall wrote it. Whoever reads the copy shares it: an agent of companies has hundreds of them.
    pub(crate) view: Arc<str>,
}

/// A kind of thing, and which.
pub(crate) type Key = (Entity, Uuid);

/// A thing that changed, as it is now; none where it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) key: Key,
    pub(crate) principal: PersonId,
    pub(crate) now: Option<Held>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Mirror(BTreeMap<Key, Held>);

impl Mirror {
    /// Of what was kept.
    pub(crate) fn of(kept: impl IntoIterator<Item = (Key, Held)>) -> Mirror {
        Mirror(kept.into_iter().collect())
    }

    /// Takes a change. Gives whether anything is other than before.
    pub(crate) fn take(&mut self, change: Change) -> bool {
        match change.now {
            Some(held) if self.0.get(&change.key) == Some(&held) => false,
            Some(held) => {
                self.0.insert(change.key, held);
                true
            }
            // Gone from one whose matter it is not says nothing.
            None => match self.0.get(&change.key) {
                Some(held) if held.principal == change.principal => self.0.remove(&change.key).is_some(),
                _ => false,
            },
        }
    }

    /// Drops what is of nobody among these. Gives what went.
    pub(crate) fn keep_only(&mut self, principals: &BTreeSet<PersonId>) -> Vec<Key> {
        let gone = self.0.iter().filter(|(_, held)| !principals.contains(&held.principal));
        let gone: Vec<Key> = gone.map(|(key, _)| *key).collect();
        for key in &gone {
            self.0.remove(key);
        }
        gone
    }

    /// The checksum over what is held of a principal.
    pub(crate) fn checksum(&self, principal: PersonId) -> Checksum {
        let mut sum = Checksum::default();
        for ((entity, id), held) in self.0.iter().filter(|(_, held)| held.principal == principal) {
            sum.add(*entity, *id, held.version);
        }
        sum
    }

    /// One thing.
    pub(crate) fn get(&self, key: Key) -> Option<&Held> {
        self.0.get(&key)
    }

    /// All that is held.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Key, &Held)> {
        self.0.iter()
    }

    /// The views of one kind.
    pub(crate) fn views(&self, entity: Entity) -> impl Iterator<Item = &Held> {
        let of_kind = self.0.iter().filter(move |((kind, _), _)| *kind == entity);
        of_kind.map(|(_, held)| held)
    }
}

/// A change out of the hall's JSON. None for what this core does not know: a kind of thing of a newer hall.
pub(crate) fn change(mut change: Value) -> Option<Change> {
    let entity = entity(change["entity"].as_str()?)?;
    let id = change["id"].as_str()?.parse().ok()?;
    let principal = change["principal"].as_str()?.parse().ok()?;
    let now = match change.get_mut("put").map(Value::take) {
        None | Some(Value::Null) => None,
        Some(view) => Some(held(entity, principal, &view)?),
    };
    Some(Change {
        key: (entity, id),
        principal,
        now,
    })
}

fn held(entity: Entity, principal: PersonId, view: &Value) -> Option<Held> {
    let version = match entity {
        Entity::Draft => &view["revision"],
        Entity::Case => &view["version"],
    };
    Some(Held {
        principal,
        version: version.as_u64()?,
        view: view.to_string().into(),
    })
}

/// A thing as it is kept.
pub(crate) fn kept(held: &Held) -> Vec<u8> {
    // Principal and version stand in front of a view that is JSON already.
    format!("{} {} {}", held.principal, held.version, held.view).into_bytes()
}

/// A thing out of what was kept.
pub(crate) fn taken_up(bytes: Vec<u8>) -> Option<Held> {
    let text = String::from_utf8(bytes).ok()?;
    let (principal, rest) = text.split_once(' ')?;
    let (version, view) = rest.split_once(' ')?;
    Some(Held {
        principal: principal.parse().ok()?,
        version: version.parse().ok()?,
        view: view.into(),
    })
}

/// The name of a kind on the wire and in keys.
pub(crate) fn name(entity: Entity) -> &'static str {
    match entity {
        Entity::Draft => "draft",
        Entity::Case => "case",
    }
}

/// The kind of a name.
pub(crate) fn entity(name: &str) -> Option<Entity> {
    match name {
        "draft" => Some(Entity::Draft),
        "case" => Some(Entity::Case),
        _ => None,
    }
}

/// What a list shows of a view: the view without what only a page of its own shows.
pub(crate) fn summary(view: &str) -> Option<Value> {
    let mut view: Value = json::read(view.as_bytes()).ok()?;
    let fields = view.as_object_mut()?;
    for name in [
        "answers",
        "prefilled",
        "form_change",
        "history",
        "supplement",
        "result",
        "rating",
        "can",
        "evaluated",
        "lost",
        "clock",
    ] {
        fields.remove(name);
    }
    Some(view)
}
