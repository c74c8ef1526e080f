//! What forms are evaluated with besides the answers: the city's working days, and lists of which one entry is chosen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use onehall_forms::{Inputs, ListSearch};
use onehall_protocol::catalog::{FormReference, ListPage};
use onehall_protocol::{CoreError, ErrorCode, ListCode};

use super::{FRESH_MS, checked};
use crate::held::Held;
use crate::{Core, api, json, lock};

/// How many entries of a list at hand are given without a network: as the backend does where nobody says how many.
const MOST_FOUND: usize = 100;

#[derive(Default)]
pub(super) struct State {
    inputs: Mutex<HashMap<FormReference, Kept>>,
}

#[derive(Clone)]
struct Kept {
    inputs: Arc<Held<Inputs>>,
    tag: Option<String>,
    checked_at: i64,
}

struct Asked {
    list: ListCode,
    query: Option<String>,
    parent: Option<String>,
}

impl State {
    /// The hall goes by something else: what is known is asked for anew before it is used.
    pub(super) fn may_be_stale(&self) {
        for kept in lock(&self.inputs).values_mut() {
            kept.checked_at = i64::MIN;
        }
    }
}

impl Core {
    /// What a form is evaluated with, as it is now; without a network, as it was when it was last read.
    pub(crate) async fn form_inputs(&self, form: &FormReference) -> Result<Inputs, CoreError> {
        let now = self.inner.host.clock.now().unix_millis();
        let kept = lock(&self.inner.catalog.lists.inputs).get(form).cloned();
        if let Some(kept) = &kept
            && now.saturating_sub(kept.checked_at) < FRESH_MS
        {
            return Ok((**kept.inputs).clone());
        }
        let document = self
            .document(&format!("/forms/{}/{}/inputs", form.code, form.version))
            .await?;
        let inputs = match kept {
            // Read already.
            Some(kept) if kept.tag.is_some() && kept.tag == document.tag => kept.inputs,
            _ => {
                let read = json::read(&document.body).map_err(|_| self.error(ErrorCode::InvalidReply))?;
                #[allow(clippy::arc_with_non_send_sync)] // Send and Sync wherever there are threads.
                Arc::new(Held::new(read))
            }
        };
        let found = (**inputs).clone();
        let kept = Kept {
            inputs,
            tag: document.tag,
            checked_at: checked(now, document.fresh),
        };
        lock(&self.inner.catalog.lists.inputs).insert(form.clone(), kept);
        Ok(found)
    }

    /// Entries of a list. The hall looks, because it knows pinyin and has long lists whole; without a network what was
    /// found before counts, or what is found in a list that is at hand.
    pub(crate) async fn search_list(
        &self,
        list: &ListCode,
        query: Option<String>,
        parent: Option<String>,
    ) -> Result<ListPage, CoreError> {
        let mut path = format!("/lists/{list}?");
        for (name, value) in [("query", &query), ("parent", &parent)] {
            if let Some(value) = value {
                path.push_str(&format!("{name}={}&", api::query_value(value)));
            }
        }
        let asked = Asked {
            list: list.clone(),
            query,
            parent,
        };
        let error = match self.document(path.trim_end_matches(['?', '&'])).await {
            Ok(document) => return json::read(&document.body).map_err(|_| self.error(ErrorCode::InvalidReply)),
            Err(error) => error,
        };
        if !error.retryable {
            return Err(error);
        }
        self.look_at_hand(&asked).ok_or(error)
    }

    fn look_at_hand(&self, asked: &Asked) -> Option<ListPage> {
        let inputs = lock(&self.inner.catalog.lists.inputs);
        let mut lists = inputs.values().flat_map(|kept| &kept.inputs.lists);
        let list = lists.find(|list| list.code == asked.list && list.entries.is_some())?;
        let search = ListSearch::new(list.entries.clone()?, &|_| String::new());
        let query = asked.query.as_deref().unwrap_or_default();
        let (entries, more) = search.find(query, asked.parent.as_deref(), MOST_FOUND);
        Some(ListPage {
            version: list.version.clone(),
            entries,
            more,
        })
    }
}
