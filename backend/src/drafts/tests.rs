//! Promises of drafts in storage.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerChange, Answers, DraftSaved, PrefillSource, Prefilled, SaveDraft, StampedChange};
use onehall_protocol::files::FileView;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::Stamp;
use onehall_protocol::{DraftId, ErrorCode, FileId, PersonId, Timestamp, WriterId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::error::Result;
use crate::files::{FileStore, NewFile};
use crate::identity::Reach;
use crate::storage::sql::testing::TestDatabase;

pub(super) struct Place {
    folder: PathBuf,
    pub(super) sqlite: TestDatabase,
    pub(super) citizen: PersonId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(super) fn place() -> Place {
    let folder = std::env::temp_dir().join(format!("onehall-drafts-{}", Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
    let sqlite = TestDatabase::new(&folder, Timestamp::from_unix_millis(0));
    Place {
        folder,
        sqlite,
        citizen: PersonId(Uuid::now_v7()),
    }
}

pub(super) fn writer(number: u128) -> WriterId {
    WriterId(Uuid::from_u128(number))
}

fn change(path: &str, value: Value) -> AnswerChange {
    AnswerChange {
        path: path.to_owned(),
        value,
    }
}

impl Place {
    async fn open(&self) -> Result<Opened> {
        let open = OpenDraft {
            begun: false,
            id: DraftId(Uuid::now_v7()),
            actor: self.citizen,
            principal: self.citizen,
            item: "residence-permit".parse().unwrap_or_else(|error| panic!("{error}")),
            form: FormReference {
                code: "residence-permit".parse().unwrap_or_else(|error| panic!("{error}")),
                version: 1,
            },
            prefilled: vec![FirstAnswer {
                path: "name".to_owned(),
                value: json!("陈雨"),
                source: PrefillSource::Profile,
            }],
            terminal: TerminalKind::Kiosk,
            now: Timestamp::from_unix_millis(1),
        };
        self.sqlite.open_draft(open).await
    }

    pub(super) async fn new_draft(&self) -> Result<StoredDraft> {
        match self.open().await? {
            Opened::New(draft) | Opened::Existing(draft) => Ok(draft),
        }
    }

    /// Saves as a terminal does whose clock goes by the order of the calls.
    async fn save(&self, id: DraftId, by: u128, base: u64, changes: Vec<AnswerChange>) -> Result<DraftSaved> {
        static TURN: AtomicU32 = AtomicU32::new(0);
        let changes = changes.into_iter().map(|change| StampedChange {
            path: change.path,
            value: change.value,
            stamp: Stamp {
                at: 2,
                count: TURN.fetch_add(1, Ordering::Relaxed),
                writer: writer(by),
            },
            seen: base,
        });
        self.merge(id, base, changes.collect(), &[], 2).await
    }

    /// Saves these changes at a time of the hall's; `groups` are the paths of repeating groups.
    pub(super) async fn merge(
        &self,
        id: DraftId,
        base_revision: u64,
        changes: Vec<StampedChange>,
        groups: &[&str],
        now: i64,
    ) -> Result<DraftSaved> {
        let command = SaveCommand {
            id,
            reach: vec![self.citizen].into(),
            save: SaveDraft {
                base_revision,
                changes,
                page: None,
            },
            groups: groups.iter().map(|path| (*path).to_owned()).collect(),
            merge: onehall_sync::later,
            terminal: TerminalKind::Mobile,
            now: Timestamp::from_unix_millis(now),
        };
        self.sqlite.save_draft(command).await
    }

    pub(super) async fn answers(&self, id: DraftId) -> Result<Answers> {
        Ok(self.sqlite.draft(id, vec![self.citizen].into()).await?.answers)
    }
}

#[tokio::test]
async fn a_draft_begun_on_one_terminal_is_the_one_that_another_opens() -> Result<()> {
    let place = place();
    let Opened::New(draft) = place.open().await? else {
        panic!("should be new")
    };
    assert_eq!(
        (draft.answers["name"].clone(), draft.prefilled.clone()),
        (
            json!("陈雨"),
            vec![Prefilled {
                path: "name".to_owned(),
                source: PrefillSource::Profile
            }]
        )
    );
    place
        .save(draft.id, 1, draft.revision, vec![change("reason", json!("work"))])
        .await?;
    let Opened::Existing(again) = place.open().await? else {
        panic!("should be there")
    };
    assert_eq!((again.id, again.answers["reason"].clone()), (draft.id, json!("work")));
    Ok(())
}

#[tokio::test]
async fn two_terminals_that_change_different_answers_both_keep_theirs() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    place.save(draft.id, 1, 1, vec![change("a", json!("one"))]).await?;
    let second = place.save(draft.id, 2, 1, vec![change("b", json!("two"))]).await?;
    let others: Vec<_> = second
        .others
        .iter()
        .map(|one| (one.path.as_str(), &one.value))
        .collect();
    assert_eq!(others, [("a", &json!("one"))]);
    assert!(second.lost.is_empty());
    let answers = place.answers(draft.id).await?;
    assert_eq!((&answers["a"], &answers["b"]), (&json!("one"), &json!("two")));
    Ok(())
}

#[tokio::test]
async fn the_same_value_again_does_not_count_as_a_change() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let first = place.save(draft.id, 1, 1, vec![change("a", json!("one"))]).await?;
    let again = place.save(draft.id, 2, 1, vec![change("a", json!("one"))]).await?;
    assert_eq!(first.revision, again.revision);
    Ok(())
}

#[tokio::test]
async fn a_value_of_the_profile_that_the_citizen_confirms_is_theirs() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    place.save(draft.id, 1, 1, vec![change("name", json!("陈雨"))]).await?;
    assert!(
        place
            .sqlite
            .draft(draft.id, vec![place.citizen].into())
            .await?
            .prefilled
            .is_empty()
    );
    Ok(())
}

#[tokio::test]
async fn somebody_elses_draft_is_not_there() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let stranger: Reach = vec![PersonId(Uuid::now_v7())].into();
    let read = place.sqlite.draft(draft.id, stranger.clone()).await;
    assert_eq!(read.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    let gone = place
        .sqlite
        .discard_draft(draft.id, stranger, Timestamp::from_unix_millis(9))
        .await;
    assert_eq!(gone.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    Ok(())
}

#[tokio::test]
async fn a_draft_that_is_thrown_away_takes_its_files_along() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let file = NewFile {
        view: FileView {
            id: FileId(Uuid::now_v7()),
            name: "photo.png".to_owned(),
            media_type: "image/png".to_owned(),
            size: 1,
            sha256: String::new(),
            uploaded_at: Timestamp::from_unix_millis(3),
            source: None,
        },
        principal: place.citizen,
        draft: Some(draft.id),
        case: None,
        path: Some("photo".to_owned()),
        released: true,
        origin: None,
    };
    place.sqlite.add_file(file.clone()).await?;
    assert_eq!(place.sqlite.file(file.view.id, vec![place.citizen].into()).await?, file);
    let stranger = place
        .sqlite
        .file(file.view.id, vec![PersonId(Uuid::now_v7())].into())
        .await;
    assert_eq!(stranger.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    assert_eq!(
        place
            .sqlite
            .discard_draft(draft.id, vec![place.citizen].into(), Timestamp::from_unix_millis(9))
            .await?,
        [file.view.id]
    );
    let gone = place.sqlite.file(file.view.id, vec![place.citizen].into()).await;
    assert_eq!(gone.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    let late = place.sqlite.add_file(file).await;
    assert_eq!(late.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    Ok(())
}

#[tokio::test]
async fn a_revision_beyond_all_counting_is_one_like_any_other() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let outcome = place
        .save(draft.id, 1, u64::MAX, vec![change("note", json!("x"))])
        .await?;
    assert!(outcome.others.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_draft_moves_only_if_it_is_still_what_was_decided_on() -> Result<()> {
    let place = place();
    let draft = place.new_draft().await?;
    let newer = FormReference {
        version: 2,
        ..draft.form.clone()
    };
    let decided = MoveDraft {
        id: draft.id,
        reach: vec![place.citizen].into(),
        from: draft.form.clone(),
        to: newer.clone(),
        revision: draft.revision,
        changes: vec![change("name", json!(["陈雨"]))],
        prefilled: Vec::new(),
        now: Timestamp::from_unix_millis(3),
    };
    // Another terminal saves something between the decision and the move.
    let changes = vec![change("name", json!("陈雪"))];
    let saved = place.save(draft.id, 1, draft.revision, changes).await?;
    assert_eq!(place.sqlite.move_draft(decided.clone()).await?, None);
    let now = place.sqlite.draft(draft.id, vec![place.citizen].into()).await?;
    assert_eq!((&now.form, &now.answers["name"]), (&draft.form, &json!("陈雪")));

    let decided = MoveDraft {
        revision: saved.revision,
        ..decided
    };
    let somebody_else = MoveDraft {
        reach: vec![PersonId(Uuid::now_v7())].into(),
        ..decided.clone()
    };
    let refused = place.sqlite.move_draft(somebody_else).await;
    assert_eq!(refused.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    let moved = place
        .sqlite
        .move_draft(decided.clone())
        .await?
        .unwrap_or_else(|| panic!("should move"));
    assert_eq!(
        (&moved.form, moved.revision, moved.moved_from),
        (&newer, saved.revision + 1, Some(1))
    );
    assert_eq!(moved.answers["name"], json!(["陈雨"]));
    // Decided twice, by two terminals, it moves once.
    assert_eq!(place.sqlite.move_draft(decided).await?, None);
    // What the move wrote nobody wrote: not even who gave the answer overwrites it in the old form. It is told of.
    let changes = vec![change("name", json!("陈云"))];
    let late = place.save(draft.id, 1, saved.revision, changes).await?;
    assert_eq!(
        (late.others[0].value.clone(), late.lost[0].value.clone()),
        (json!(["陈雨"]), json!("陈云"))
    );
    assert_eq!(place.answers(draft.id).await?["name"], json!(["陈雨"]));
    // A draft that is back where it came from has not moved.
    let back = MoveDraft {
        id: draft.id,
        reach: vec![place.citizen].into(),
        from: newer,
        to: draft.form.clone(),
        revision: moved.revision,
        changes: Vec::new(),
        prefilled: Vec::new(),
        now: Timestamp::from_unix_millis(4),
    };
    let back = place.sqlite.move_draft(back).await?;
    let back = back.unwrap_or_else(|| panic!("should move back"));
    assert_eq!((back.form, back.moved_from), (draft.form, None));
    Ok(())
}
