//! A terminal that offers some of its hall's services: a kiosk beside the counter for residence permits.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Core, lock};

impl Core {
    /// From now on lists and searches have these service items alone. Whoever comes with an address, a draft or a case of
    /// another one reaches it all the same.
    pub fn offer_only(&self, items: BTreeSet<String>) {
        let state = &self.inner.catalog;
        *lock(&state.offered) = Some(items);
        *lock(&state.typed) = None;
        *lock(&state.written) = None;
    }
}

/// A catalog with the items that are offered; without any said, all of it.
pub(super) fn narrowed(body: Vec<u8>, offered: Option<&BTreeSet<String>>) -> Option<Vec<u8>> {
    let Some(offered) = offered else {
        return Some(body);
    };
    let mut tree: Value = serde_json::from_slice(&body).ok()?;
    let is_offered = |item: &Value| item["code"].as_str().is_some_and(|code| offered.contains(code));
    if let Some(items) = tree["items"].as_array_mut() {
        items.retain(is_offered);
    }
    serde_json::to_vec(&tree).ok()
}
