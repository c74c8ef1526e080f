//! Which commands are events.

use std::collections::HashMap;

use onehall_client::Outcome;
use onehall_client::citizen::{Command as C, Reply as R};
use onehall_protocol::analytics::{Event, Hits, Minutes, Stars};
use onehall_protocol::drafts::DraftView;
use onehall_protocol::{CaseId, DraftId, FileId, ItemCode};

use crate::{Core, lock};

/// How long nothing more is typed until a search is one, in milliseconds.
const TYPED_MS: u32 = 2_000;

/// What has to be known of a command when its reply is there, because the reply does not say it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// Nothing.
    Nothing,
    /// The search of this number.
    Search(u32),
    /// The draft that is handed in.
    Submit(DraftId),
    /// The file that is read.
    File(FileId),
}

/// What was seen on this terminal since it started. Kept in memory only, and never sent.
#[derive(Default)]
pub(super) struct Seen {
    item: Option<ItemCode>,
    case: Option<CaseId>,
    /// The result of the case that was last looked at.
    result: Option<(FileId, ItemCode)>,
    /// When drafts were opened, in Unix milliseconds.
    opened: HashMap<DraftId, i64>,
    /// The number of the last search.
    searches: u32,
}

impl Core {
    /// What has to be known of `command`.
    pub(crate) fn asked(&self, command: &C) -> Asked {
        match command {
            C::SearchCatalog(ask) => self.search_asked(&ask.query).map_or(Asked::Nothing, Asked::Search),
            C::Submit(ask) => Asked::Submit(ask.id),
            C::ReadFile(ask) => Asked::File(ask.id),
            _ => Asked::Nothing,
        }
    }

    /// The number of a search, given when it is asked: answers may come in another order. None where nothing is searched
    /// for.
    pub(crate) fn search_asked(&self, query: &str) -> Option<u32> {
        if query.trim().is_empty() {
            return None;
        }
        let mut seen = lock(&self.inner.analytics.seen);
        seen.searches = seen.searches.wrapping_add(1);
        Some(seen.searches)
    }

    /// Counts a command that was carried out.
    pub(crate) fn watch(&self, asked: Asked, reply: &R) {
        match (asked, reply) {
            (Asked::Search(number), R::SearchCatalog(hits)) => self.searched(number, hits.len()),
            (Asked::Submit(draft), R::Submit(Outcome::Done(receipt))) => self.submitted(draft, receipt.item.clone()),
            (Asked::File(file), R::ReadFile(_)) => self.file_read(file),
            (_, R::GetItem(item)) => self.item_seen(&item.summary.code),
            (_, R::OpenDraft(draft)) => self.draft_opened(draft),
            (_, R::GetDraft(draft)) => self.draft_seen(draft.summary.id),
            (_, R::GetCase(case)) => {
                let file = case.result.as_ref().and_then(|result| result.file.as_ref());
                self.case_seen(case.summary.id, &case.summary.item, file.map(|file| file.id));
            }
            (_, R::Rate(Outcome::Done(case))) => {
                if let Some(rating) = &case.rating {
                    self.rated(case.summary.item.clone(), rating.stars);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn submitted(&self, draft: DraftId, item: ItemCode) {
        let opened = lock(&self.inner.analytics.seen).opened.remove(&draft);
        let millis = opened.map_or(0, |opened| self.inner.host.clock.now().unix_millis() - opened);
        self.count(Event::ApplicationSubmitted {
            item,
            minutes: Minutes::of(u32::try_from(millis / 60_000).unwrap_or(0)),
        });
    }

    pub(crate) fn file_read(&self, file: FileId) {
        let result = lock(&self.inner.analytics.seen).result.clone();
        if let Some((_, item)) = result.filter(|(result, _)| *result == file) {
            self.count(Event::ResultDownloaded { item });
        }
    }

    pub(crate) fn item_seen(&self, code: &ItemCode) {
        if lock(&self.inner.analytics.seen).item.replace(code.clone()).as_ref() != Some(code) {
            self.count(Event::ItemViewed { item: code.clone() });
        }
    }

    pub(crate) fn draft_opened(&self, draft: &DraftView) {
        self.draft_seen(draft.summary.id);
        self.count(Event::DraftOpened {
            item: draft.summary.item.clone(),
        });
    }

    pub(crate) fn rated(&self, item: ItemCode, stars: u8) {
        self.count(Event::ServiceRated {
            item,
            stars: Stars::of(u32::from(stars)),
        });
    }

    pub(crate) fn draft_seen(&self, draft: DraftId) {
        let now = self.inner.host.clock.now().unix_millis();
        lock(&self.inner.analytics.seen).opened.entry(draft).or_insert(now);
    }

    /// Notes a case that is shown, and the file of its result; counts it where another one was shown before.
    pub(crate) fn case_seen(&self, id: CaseId, item: &ItemCode, result: Option<FileId>) {
        let another = {
            let mut seen = lock(&self.inner.analytics.seen);
            seen.result = result.map(|file| (file, item.clone()));
            seen.case.replace(id) != Some(id)
        };
        if another {
            self.count(Event::CaseViewed { item: item.clone() });
        }
    }

    /// A search goes on with each key: the last one counts.
    pub(crate) fn searched(&self, number: u32, hits: usize) {
        if !lock(&self.inner.preferences).counts() {
            return;
        }
        let core = self.clone();
        self.spawn(async move {
            core.inner.host.timer.sleep(TYPED_MS).await;
            if lock(&core.inner.analytics.seen).searches == number {
                let hits = Hits::of(u32::try_from(hits).unwrap_or(u32::MAX));
                core.count(Event::SearchMade { hits });
            }
        });
    }
}
