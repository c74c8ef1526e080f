//! What becomes of what is about a draft that the hall does not want any more: nothing of it waits for ever, and its citizen is
//! told.

use onehall_client::{FileContent, QueuedState, citizen};
use onehall_protocol::{CoreError, ErrorCode};

use super::*;
use crate::ports::{BoxFuture, Store};
use crate::testing::UnhurriedJournal;

type Asked = BoxFuture<'static, Result<citizen::Reply, CoreError>>;

impl Place {
    /// The hall has begun it, which nobody here heard; and it is submitted elsewhere.
    fn becomes_a_case(&self, draft: &str) {
        *lock(&self.hall.network) = Network::Deaf;
        self.hall.machine.pass(5_000);
        let mut drafts = lock(&self.hall.drafts);
        let held = drafts.get_mut(draft).unwrap_or_else(|| panic!("it was not begun"));
        held.submitted = Some(json!({}));
    }

    /// How many files are kept: by their records, and by their bytes.
    fn files(&self) -> (usize, usize) {
        let records = self.kept().iter().filter(|key| key.contains("/upload/")).count();
        let bytes = self.store.scan("uploads").now_or_never().and_then(Result::ok);
        (records, bytes.map_or(0, |bytes| bytes.len()))
    }
}

impl Running {
    /// The citizen chooses a file for a draft.
    fn choose(&self, draft: &str) -> Asked {
        let file = FileContent {
            name: "a.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: vec![1; 10],
        };
        let to = json!({"kind": "draft", "id": draft});
        let (core, path) = (self.core.clone(), "photo");
        let upload = command(json!({"upload_file": {"to": to, "path": path, "file": file, "transfer": 1}}));
        let mut asked: Asked = Box::pin(async move { core.dispatch(upload).await });
        assert!((&mut asked).now_or_never().is_none());
        self.hall.machine.run();
        asked
    }

    /// Why the last file that came to its end did not arrive.
    fn ended_by(&self) -> Option<ErrorCode> {
        let told = lock(&self.told);
        told.iter().rev().find_map(|event| match event {
            Event::UploadEnded { error, .. } => error.as_ref().map(|error| error.code),
            _ => None,
        })
    }
}

fn failed(asked: &mut Asked) -> Option<ErrorCode> {
    asked.now_or_never()?.err().map(|error| error.code)
}

#[test]
fn a_file_for_a_draft_that_became_a_case_elsewhere_waits_no_longer() {
    for killed in [false, true] {
        let (place, mut running) = Place::visited(Network::Off);
        let id = running.opened();
        running.change(&id, "name", "张敏");
        let mut file = running.choose(&id);
        assert_eq!(failed(&mut file), None);
        assert_eq!(place.files(), (1, 1));
        place.becomes_a_case(&id);
        assert_eq!(failed(&mut file), None, "it waits, as for the network");
        if killed {
            place.hall.machine.die();
            drop((file, running));
            running = place.start(TerminalKind::Desktop);
            running.heal();
        } else {
            running.heal();
            assert_eq!(failed(&mut file), Some(ErrorCode::DraftSubmitted));
        }
        assert_eq!(running.ended_by(), Some(ErrorCode::DraftSubmitted));
        assert_eq!(place.files(), (0, 0));
        let answers = running.saving(&id);
        assert!(
            matches!(answers, Some(SaveState::Refused { .. })),
            "they stay to be seen: {answers:?}"
        );
    }
}

#[test]
fn a_file_for_a_draft_that_is_thrown_away_goes_with_it() {
    let (place, running) = Place::visited(Network::Off);
    let id = running.opened();
    let mut file = running.choose(&id);
    assert_eq!(failed(&mut file), None);
    assert_eq!(running.ask(json!({"discard_draft": {"id": id}})), Value::Null);
    assert_eq!(failed(&mut file), Some(ErrorCode::Cancelled));
    assert_eq!((place.files(), place.kept().len()), ((0, 0), 0));
}

#[test]
fn a_file_goes_where_its_draft_went_also_after_a_start() {
    let (place, running) = Place::visited(Network::Off);
    let id = running.opened();
    let mut file = running.choose(&id);
    assert_eq!(failed(&mut file), None);
    lock(&place.hall.drafts).insert(
        DRAFT.to_owned(),
        Held {
            revision: 4,
            ..Held::default()
        },
    );
    running.network(Network::Well);
    running.core.connection(true);
    place.hall.machine.pass(2_000);
    place.hall.machine.die();
    drop((file, running));
    let running = place.start(TerminalKind::Desktop);
    place.hall.machine.pass(0);
    let shown = running.ask(json!({"list_uploads": {"to": {"kind": "draft", "id": DRAFT}}}));
    assert_eq!(shown[0]["name"], "a.pdf", "{shown}");
}

#[test]
fn a_submission_of_a_draft_that_became_a_case_elsewhere_is_told_of() {
    let (place, running) = Place::visited(Network::Off);
    let id = running.opened();
    let submission = json!({"revision": 0, "as_of": "2026-11-26", "engine": 1, "transcript": "00"});
    let left = running.ask(json!({"submit": {"id": id, "submission": submission, "key": KEY, "wait_as": text()}}));
    assert!(left["queued"].is_object(), "{left}");
    place.becomes_a_case(&id);
    running.heal();
    let asked = running.core.dispatch(command(json!({"list_queued": {}})));
    let Ok(citizen::Reply::ListQueued(queued)) = place.hall.machine.wait(asked, 0) else {
        panic!("no list")
    };
    let states: Vec<_> = queued.iter().map(|one| &one.state).collect();
    assert!(
        matches!(states[..], [QueuedState::Conflict { error }] if error.code == ErrorCode::DraftSubmitted),
        "{states:?}"
    );
}

#[test]
fn what_is_found_a_second_time_is_shown_as_the_hall_left_it_meanwhile() {
    let place = Place::new();
    let running = place.start(TerminalKind::Desktop);
    running.network(Network::Gone);
    running.change(DRAFT, "name", "张敏");
    place.hall.machine.die();
    drop(running);
    // The hall does not have it any more.
    *lock(&place.hall.network) = Network::Well;
    let disk = Arc::new(UnhurriedJournal(place.journal.clone(), place.hall.machine.clone()));
    let running = place.start_over(TerminalKind::Desktop, disk);
    let machine = &place.hall.machine;
    machine.pass(500);
    assert_eq!(running.saving(DRAFT), None, "it is being found");
    // A page that is loaded anew has it looked for again; the hall refuses it before that has come to its end.
    let again = running.core.dispatch(command(json!({"restore_session": {}})));
    assert!(machine.wait(again, 0).is_ok());
    for _ in 0..50 {
        machine.pass(100);
    }
    let shown = running.saving(DRAFT);
    assert!(matches!(shown, Some(SaveState::Refused { .. })), "{shown:?}");
}
