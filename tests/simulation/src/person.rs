//! The citizen at a terminal: does one thing after another, as far as the terminal lets them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onehall_client::{FileContent, Outcome as Became, QueuedState, Request, TakenBack, citizen};
use onehall_protocol::cases::{CitizenAction, Rating, WithdrawCase};
use onehall_protocol::drafts::{AnswerChange, Answers, DraftView, StartDraft};
use onehall_protocol::files::UploadTo;
use onehall_protocol::{CaseId, CoreError, DraftId, ErrorCode, Text};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::chance::Chance;
use crate::hall::MATTERS;
use crate::history::{Edit, Outcome};
use crate::machines::Client;
use crate::world::{World, lock};

/// After how long somebody gives up to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(40);

/// The questions of one line.
pub(crate) const WORDS: [&str; 4] = ["first", "second", "third", "fourth"];

/// The group, and the questions of its rows.
pub(crate) const ROWS: &str = "helpers";
const CELLS: [&str; 2] = ["helper_name", "helper_role"];

/// A PNG of one point: the smallest file that is what it says. What stands behind it makes each file another one.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0x00, 0x05, 0x00, 0x01, 0xff, 0x56, 0xc7, 0x2f,
    0x0d, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Why somebody got no answer.
enum Trouble {
    Refused(CoreError),
    /// It took too long.
    Unknown,
}

impl Trouble {
    fn outcome(&self) -> Outcome {
        match self {
            Trouble::Refused(error) => Outcome::Refused(error.code.as_str().to_owned()),
            Trouble::Unknown => Outcome::Unknown,
        }
    }

    fn may_go_well_later(&self) -> bool {
        match self {
            Trouble::Refused(error) => error.retryable,
            Trouble::Unknown => true,
        }
    }
}

type Told<T> = Result<T, Trouble>;

/// The drafts that a terminal shows, and of those that were opened the rows in them.
pub(crate) type Screen = Arc<Mutex<BTreeMap<DraftId, Option<Vec<String>>>>>;

/// Uses a terminal until nothing is left to do.
pub(crate) async fn use_terminal(world: Arc<World>, terminal: usize, core: Client, screen: Screen) {
    let name = format!("person {terminal} {}", world.new_number());
    let mut person = Person {
        chance: Chance::new(world.plan.seed, &name),
        world,
        terminal,
        core,
        screen,
        cases: Vec::new(),
    };
    person.come_in().await;
    while person.world.operations_left() {
        let pause = person.chance.spread(5, 3_000);
        sleep(person.world.span(pause)).await;
        // Taken only now: one that is taken is carried out, and counted, whatever becomes of the terminal.
        if person.world.take_operation() {
            person.do_something().await;
        }
    }
}

/// Logs in, where nobody is.
pub(crate) async fn log_in(world: &World, core: &Client, chance: &mut Chance) -> bool {
    if let Ok(Ok(citizen::Reply::RestoreSession(Some(_)))) =
        timeout(PATIENCE, core.dispatch(citizen::RestoreSession {}.into_command())).await
    {
        return true;
    }
    let phone = world.hall.phone().to_owned();
    let asked = core.dispatch(citizen::RequestCode { phone: phone.clone() }.into_command());
    if !matches!(timeout(PATIENCE, asked).await, Ok(Ok(_))) {
        return false;
    }
    sleep(world.span(chance.spread(1, 2_000))).await;
    let code = world.hall.last_code().await;
    let logged_in = core.dispatch(citizen::LogIn { phone, code }.into_command());
    matches!(timeout(PATIENCE, logged_in).await, Ok(Ok(_)))
}

struct Person {
    world: Arc<World>,
    terminal: usize,
    core: Client,
    chance: Chance,
    screen: Screen,
    cases: Vec<CaseId>,
}

impl Person {
    async fn come_in(&mut self) {
        while !log_in(&self.world, &self.core, &mut self.chance).await {
            let pause = self.chance.spread(100, 5_000);
            sleep(self.world.span(pause)).await;
        }
    }

    async fn ask<R>(&self, request: R) -> Told<R::Reply>
    where
        R: Request<Command = citizen::Command, AnyReply = citizen::Reply>,
    {
        match timeout(PATIENCE, self.core.dispatch(request.into_command())).await {
            Ok(Ok(reply)) => R::from_reply(reply)
                .ok_or_else(|| Trouble::Refused(CoreError::new(ErrorCode::Internal, Default::default()))),
            Ok(Err(error)) => Err(Trouble::Refused(error)),
            Err(_) => Err(Trouble::Unknown),
        }
    }

    async fn do_something(&mut self) {
        let mut doing = Doing::new(&self.world, self.terminal);
        let outcome = match self.chance.below(1000) {
            0..430 => self.edit(&mut doing).await,
            430..520 => self.add_row(&mut doing).await,
            520..560 => self.remove_row(&mut doing).await,
            560..650 => self.read_draft(&mut doing).await,
            650..720 => self.list_drafts(&mut doing).await,
            720..800 => self.open(&mut doing).await,
            800..880 => self.submit(&mut doing).await,
            880..920 => self.list_cases(&mut doing).await,
            920..950 => self.read_case(&mut doing).await,
            950..970 => self.withdraw(&mut doing).await,
            970..985 => self.rate(&mut doing).await,
            985..988 => self.discard(&mut doing).await,
            988..992 => self.look_after_what_waits(&mut doing).await,
            992..997 => self.upload(&mut doing).await,
            _ => self.leave_and_come_back(&mut doing).await,
        };
        let outcome = match outcome {
            Ok(()) => Outcome::Done,
            Err(trouble) => trouble.outcome(),
        };
        let nobody = outcome == Outcome::Refused(ErrorCode::NotLoggedIn.as_str().to_owned());
        doing.done(outcome);
        if nobody {
            self.come_in().await;
        }
    }

    fn some_draft(&mut self) -> Option<DraftId> {
        let known: Vec<DraftId> = lock(&self.screen).keys().copied().collect();
        self.chance.pick(&known).copied()
    }

    /// What something is called while it waits on the terminal, where it may.
    fn waits(&mut self) -> Option<Text> {
        self.chance
            .happens(600)
            .then(|| Text::new("模拟事项", "Simulated matter"))
    }

    fn new_value(&self) -> String {
        format!("t{}n{}", self.terminal, self.world.new_number())
    }

    fn seen(&mut self, draft: &DraftView) {
        self.show(draft.summary.id, rows_of(&draft.answers));
    }

    fn show(&self, draft: DraftId, rows: Vec<String>) {
        let mut others: Vec<DraftId> = lock(&self.screen).keys().copied().collect();
        {
            let mut history = self.world.history();
            history.seen_rows(self.terminal, &rows);
            others.retain(|other| history.known_as(other) == history.known_as(&draft));
        }
        let mut screen = lock(&self.screen);
        // One page of a draft is open at a time: where it has two ids, the page under the other one is left.
        for other in others {
            screen.insert(other, None);
        }
        screen.insert(draft, Some(rows));
    }

    /// The rows of a draft as the terminal shows them; the draft is opened where it is not.
    async fn rows(&mut self, id: DraftId) -> Told<Vec<String>> {
        let shown = lock(&self.screen).get(&id).cloned().flatten();
        match shown {
            Some(rows) => Ok(rows),
            None => {
                let draft = self.ask(citizen::GetDraft { id }).await?;
                self.seen(&draft);
                Ok(rows_of(&draft.answers))
            }
        }
    }

    async fn change(&mut self, draft: DraftId, changes: Vec<AnswerChange>) -> Told<()> {
        let first = {
            let mut history = self.world.history();
            let first = history.edits.len();
            history.edits.extend(changes.iter().map(|change| Edit {
                terminal: self.terminal,
                draft,
                path: change.path.clone(),
                value: change.value.clone(),
                outcome: Outcome::Unknown,
            }));
            first
        };
        let count = changes.len();
        let told = self
            .ask(citizen::ChangeAnswers {
                id: draft,
                changes,
                page: None,
            })
            .await;
        let outcome = told.as_ref().map_or_else(Trouble::outcome, |()| Outcome::Done);
        for edit in &mut self.world.history().edits[first..first + count] {
            edit.outcome = outcome.clone();
        }
        told
    }

    async fn edit(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("edit");
        let Some(draft) = self.some_draft() else {
            return self.open(doing).await;
        };
        let rows = self.rows(draft).await?;
        let in_a_row = self.chance.happens(300);
        let path = match self.chance.pick(&rows) {
            Some(row) if in_a_row => {
                let cell = CELLS[self.chance.below(2) as usize];
                format!("{ROWS}/{row}/{cell}")
            }
            _ => WORDS[self.chance.spread(1, 4) as usize - 1].to_owned(),
        };
        let value = Value::String(self.new_value());
        doing.about(format_args!("{draft} {path} {value}"));
        self.change(draft, vec![AnswerChange { path, value }]).await
    }

    async fn add_row(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("add row");
        let Some(draft) = self.some_draft() else {
            return self.open(doing).await;
        };
        let mut rows = self.rows(draft).await?;
        let (row, value) = (self.new_value(), self.new_value());
        rows.push(row.clone());
        if rows.len() > 6 {
            rows.remove(0);
        }
        doing.about(format_args!("{draft} {row}"));
        let changes = vec![
            AnswerChange {
                path: ROWS.to_owned(),
                value: json!(rows),
            },
            AnswerChange {
                path: format!("{ROWS}/{row}/{}", CELLS[0]),
                value: json!(value),
            },
        ];
        self.show(draft, rows);
        self.change(draft, changes).await
    }

    async fn remove_row(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("remove row");
        let Some(draft) = self.some_draft() else {
            return self.open(doing).await;
        };
        let mut rows = self.rows(draft).await?;
        if rows.is_empty() {
            return self.read_draft(doing).await;
        }
        let row = rows.remove(self.chance.below(rows.len() as u64) as usize);
        doing.about(format_args!("{draft} {row}"));
        self.show(draft, rows.clone());
        let change = AnswerChange {
            path: ROWS.to_owned(),
            value: json!(rows),
        };
        self.change(draft, vec![change]).await
    }

    async fn read_draft(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("read draft");
        let Some(id) = self.some_draft() else {
            return self.list_drafts(doing).await;
        };
        doing.about(format_args!("{id}"));
        if self.chance.happens(300) {
            let page = Some("people".to_owned());
            let form = self.ask(citizen::ViewDraft { id, page }).await?;
            let group = form.page.questions.iter().find(|question| question.path == ROWS);
            let rows = group.map(|group| group.rows.iter().map(|row| row.id.clone()).collect());
            self.show(id, rows.unwrap_or_default());
            return Ok(());
        }
        match self.ask(citizen::GetDraft { id }).await {
            Ok(draft) => {
                self.seen(&draft);
                Ok(())
            }
            Err(trouble) => {
                lock(&self.screen).remove(&id);
                Err(trouble)
            }
        }
    }

    async fn list_drafts(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("list drafts");
        let drafts = self.ask(citizen::ListDrafts {}).await?;
        let mut screen = lock(&self.screen);
        let known = std::mem::take(&mut *screen);
        for draft in drafts {
            screen.insert(draft.id, known.get(&draft.id).cloned().flatten());
        }
        Ok(())
    }

    async fn open(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("open draft");
        let principals = self.world.principals();
        let principal = principals[self.chance.below(2.min(principals.len() as u64)) as usize];
        let matter = MATTERS[self.chance.below(MATTERS.len() as u64) as usize];
        doing.about(format_args!("{matter} of {principal}"));
        let Ok(item) = matter.parse() else { return Ok(()) };
        let start = StartDraft {
            item,
            principal: Some(principal),
            begun: None,
        };
        let draft = self.ask(citizen::OpenDraft { start }).await?;
        doing.about(format_args!("{}", draft.summary.id));
        self.seen(&draft);
        Ok(())
    }

    async fn submit(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("submit");
        let Some(id) = self.some_draft() else {
            return self.open(doing).await;
        };
        doing.about(format_args!("{id}"));
        let wait_as = self.waits();
        let may_wait = wait_as.is_some();
        let submission = self.ask(citizen::PrepareSubmission { id, may_wait }).await?;
        let key = self.ask(citizen::NewKey {}).await?;
        {
            // Before it is pressed: where the terminal dies at once, it may go on with it all the same when it is started.
            let mut history = self.world.history();
            let attempt = history.attempt(&key.to_string());
            (attempt.terminal, attempt.draft) = (self.terminal, Some(id));
            attempt.left = may_wait;
        }
        for _ in 0..5 {
            let presses = self.chance.between(1, 3);
            let press = || {
                self.ask(citizen::Submit {
                    id,
                    submission: submission.clone(),
                    key,
                    wait_as: wait_as.clone(),
                })
            };
            let told = futures::future::join_all((0..presses).map(|_| press())).await;
            let mut last = None;
            for one in told {
                let said = match &one {
                    Ok(Became::Done(receipt)) => Ok(receipt.case_id),
                    Ok(Became::Queued { .. }) => Err("queued".to_owned()),
                    Err(Trouble::Refused(error)) => Err(error.code.as_str().to_owned()),
                    Err(Trouble::Unknown) => Err("unknown".to_owned()),
                };
                let mut history = self.world.history();
                let attempt = history.attempt(&key.to_string());
                attempt.queued |= matches!(one, Ok(Became::Queued { .. }));
                attempt.told.push(said);
                drop(history);
                last = Some(one);
            }
            match last {
                Some(Ok(Became::Done(receipt))) => {
                    lock(&self.screen).remove(&id);
                    self.cases.push(receipt.case_id);
                    return Ok(());
                }
                Some(Ok(Became::Queued { .. })) => {
                    doing.name("submit later");
                    lock(&self.screen).remove(&id);
                    return Ok(());
                }
                Some(Err(trouble)) if trouble.may_go_well_later() => {
                    let pause = self.chance.spread(100, 5_000);
                    sleep(self.world.span(pause)).await;
                }
                Some(Err(trouble)) => {
                    lock(&self.screen).remove(&id);
                    return Err(trouble);
                }
                None => {}
            }
        }
        Err(Trouble::Unknown)
    }

    async fn list_cases(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("list cases");
        let cases = self.ask(citizen::ListCases {}).await?;
        self.cases = cases.into_iter().map(|case| case.id).collect();
        Ok(())
    }

    async fn read_case(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("read case");
        let Some(id) = self.chance.pick(&self.cases).copied() else {
            return self.list_cases(doing).await;
        };
        self.ask(citizen::GetCase { id }).await.map(drop)
    }

    async fn withdraw(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("withdraw");
        let Some(id) = self.chance.pick(&self.cases).copied() else {
            return self.list_cases(doing).await;
        };
        doing.about(format_args!("{id}"));
        let case = self.ask(citizen::GetCase { id }).await?;
        if !case.can.contains(&CitizenAction::Withdraw) {
            return Ok(());
        }
        let withdrawal = WithdrawCase {
            version: case.summary.version,
            reason: None,
        };
        let wait_as = self.waits();
        self.ask(citizen::Withdraw {
            id,
            withdrawal,
            wait_as,
        })
        .await
        .map(drop)
    }

    async fn rate(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("rate");
        let Some(id) = self.chance.pick(&self.cases).copied() else {
            return self.list_cases(doing).await;
        };
        doing.about(format_args!("{id}"));
        let case = self.ask(citizen::GetCase { id }).await?;
        if !case.can.contains(&CitizenAction::Rate) {
            return Ok(());
        }
        let rating = Rating {
            stars: self.chance.between(1, 5) as u8,
            tags: Vec::new(),
            comment: None,
        };
        let wait_as = self.waits();
        self.ask(citizen::Rate { id, rating, wait_as }).await.map(drop)
    }

    async fn discard(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("discard");
        let Some(id) = self.some_draft() else {
            return self.open(doing).await;
        };
        doing.about(format_args!("{id}"));
        lock(&self.screen).remove(&id);
        self.world.history().discarded.insert(id);
        self.ask(citizen::DiscardDraft { id }).await.map(drop)
    }

    /// Takes back something that waits, or tries it again.
    async fn look_after_what_waits(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("list what waits");
        let queued = self.ask(citizen::ListQueued {}).await?;
        let Some(one) = self.chance.pick(&queued) else {
            return Ok(());
        };
        let id = one.id;
        if matches!(one.state, QueuedState::Refused { .. }) && self.chance.happens(500) {
            doing.name("try again");
            return self.ask(citizen::RetryQueued { id }).await;
        }
        doing.name("take back");
        doing.about(format_args!("{id}"));
        let attempt = id.to_string();
        if let Some(attempt) = self.world.history().attempts.get_mut(&attempt) {
            attempt.taken_back = Some(false);
        }
        let told = self.ask(citizen::CancelQueued { id }).await?;
        if let Some(attempt) = self.world.history().attempts.get_mut(&attempt) {
            attempt.taken_back = (told == TakenBack::TakenBack).then_some(true);
        }
        Ok(())
    }

    async fn upload(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("upload");
        let Some(draft) = self.some_draft() else {
            return self.open(doing).await;
        };
        doing.about(format_args!("{draft}"));
        let number = self.world.new_number();
        let file = FileContent {
            name: format!("{number}.png"),
            media_type: "image/png".to_owned(),
            bytes: [PICTURE, &number.to_le_bytes()].concat(),
        };
        let (to, path) = (UploadTo::Draft(draft), "proof".to_owned());
        let transfer = number as u32;
        self.ask(citizen::UploadFile {
            to,
            path,
            file,
            transfer,
        })
        .await
        .map(drop)
    }

    async fn leave_and_come_back(&mut self, doing: &mut Doing) -> Told<()> {
        doing.name("log out");
        let told = self.ask(citizen::LogOut { discard_unsent: false }).await;
        if told.is_ok() {
            self.world.history().logged_out(self.terminal);
        }
        let pause = self.chance.spread(10, 5_000);
        sleep(self.world.span(pause)).await;
        self.come_in().await;
        told
    }
}

/// The rows that answers hold.
pub(crate) fn rows_of(answers: &Answers) -> Vec<String> {
    answers.get(ROWS).map(names).unwrap_or_default()
}

/// The rows that a list names.
pub(crate) fn names(rows: &Value) -> Vec<String> {
    let names = rows.as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// An operation under way. Where it is dropped, nobody was told what came of it.
struct Doing {
    world: Arc<World>,
    terminal: usize,
    name: &'static str,
    outcome: Outcome,
}

impl Doing {
    fn new(world: &Arc<World>, terminal: usize) -> Doing {
        Doing {
            world: Arc::clone(world),
            terminal,
            name: "nothing",
            outcome: Outcome::Unknown,
        }
    }

    fn name(&mut self, name: &'static str) {
        self.name = name;
    }

    fn about(&self, what: std::fmt::Arguments<'_>) {
        self.world.tell(format_args!("t{} {} {what}", self.terminal, self.name));
    }

    fn done(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Doing {
    fn drop(&mut self) {
        self.world
            .tell(format_args!("t{} {}: {:?}", self.terminal, self.name, self.outcome));
        self.world.history().count(self.name, &self.outcome);
    }
}
