//! What keeps terminals alike, measured over HTTP on the loopback interface: pulls, the saving of an answer by a native
//! terminal, the memory of a stream that waits, and how soon a change at one terminal is seen on another.
//!
//! `cargo xtask bench sync` runs it on a release build. `sync plain` is the server that it compares with: axum's own stream of
//! events, and nothing else.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures::stream::{self, StreamExt};
use onehall_client::{Event, Request, SaveState, citizen};
use onehall_core::Core;
use onehall_core::platform::native::{Keep, native};
use onehall_protocol::drafts::{AnswerChange, DraftView, SaveDraft, StampedChange, StartDraft};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::{Change, Pull, Stamp};
use onehall_protocol::{DraftId, WriterId};
use onehall_tests::citizen::{Citizen, new_key, read, today};
use onehall_tests::hall::{Hall, Site};
use onehall_tests::load::streams::Streams;
use onehall_tests::load::{ITEMS, Row, bare, crowd, drive, milliseconds, table};
use onehall_tests::{Failure, Outcome, samples};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Citizens with twenty changes, of whom one after the other pulls.
const BUSY: usize = 40;
/// Of their drafts, how many become cases and are begun again: five cases, five drafts that are gone, ten that are open.
const SUBMITTED: usize = 5;
const CHANGES: usize = 20;
const PULLS: usize = 4_000;
const PULLS_UNCHANGED: usize = 20_000;

/// The service whose form is filled in, and a question of it.
const ITEM: &str = "identity-card-renewal";
const QUESTION: &str = "recipient";

/// The most answers that a terminal gives, one after another, and for how long.
const EDITS: usize = 500;
const EDITS_FOR: Duration = Duration::from_secs(15);

/// Connected terminals, each of a citizen of its own; the budget's line is drawn at them.
const CONNECTED: usize = 15_000;
/// Streams and requests before the memory is measured that everything begins with.
const WARM: usize = 200;

/// Citizens whose one terminal edits while their other one is connected among all, for how long, and how long each thinks.
const EDITING: usize = 100;
const EDIT_FOR: Duration = Duration::from_secs(20);
const THINKS: Duration = Duration::from_secs(1);
/// How long a change may take to be seen before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> Outcome {
    if std::env::args().nth(1).as_deref() == Some("plain") {
        return plain().await;
    }
    let mut hall = Hall::open().await?;
    let pulls = pulls(&hall).await?;
    let autosave = autosave(&hall).await?;
    let (memory, seen) = connected(&mut hall).await?;

    println!("\nPulls over HTTP, 64 under way at once:\n\n{}", table(&pulls));
    println!(
        "\nAn answer on a native terminal, one after another:\n\n{}",
        table(&autosave)
    );
    println!("\n{memory}");
    println!(
        "\nA change on one terminal until another of the same citizen has pulled it:\n\n{}",
        table(&seen)
    );
    Ok(())
}

/// A citizen with twenty changes.
async fn busy(site: &Site, number: usize) -> Outcome<Citizen> {
    let today = today()?;
    let citizen = Citizen::login(site, &format!("137{number:08}")).await?;
    for (place, item) in ITEMS.into_iter().enumerate() {
        let sample = samples::complete(item, today)?;
        let ready = citizen.fill(site, &sample).await?;
        if place < SUBMITTED {
            citizen.submit(site, &ready, new_key()).await?;
            citizen.fill(site, &sample).await?;
        }
    }
    Ok(citizen)
}

async fn pulls(hall: &Hall) -> Outcome<Vec<Row>> {
    let mut rows = vec![bare(PULLS_UNCHANGED).await?];
    let mut citizens = Vec::new();
    let mut busy = stream::iter(0..BUSY).map(|number| busy(hall, number)).buffered(16);
    while let Some(citizen) = busy.next().await {
        citizens.push(citizen?);
    }
    drop(busy);
    let mut cursors = Vec::new();
    for citizen in &citizens {
        let pull: Pull = read(citizen.request(hall, Method::GET, "/sync?limit=100")).await?;
        if pull.changes.len() != CHANGES {
            return Err(format!("{} changes where there have to be {CHANGES}", pull.changes.len()).into());
        }
        cursors.push(pull.cursor);
    }
    let (site, people) = (hall.site().clone(), citizens.clone());
    let unchanged = move |number: usize| {
        let at = number % people.len();
        people[at].request(&site, Method::GET, &format!("/sync?cursor={}", cursors[at]))
    };
    rows.push(drive("pull, unchanged", PULLS_UNCHANGED, StatusCode::OK, unchanged).await?);
    let site = hall.site().clone();
    let changed = move |number: usize| citizens[number % citizens.len()].request(&site, Method::GET, "/sync?limit=100");
    rows.push(drive("pull of 20 changes", PULLS, StatusCode::OK, changed).await?);
    Ok(rows)
}

/// Asks a core.
async fn ask<R>(core: &Core, request: R) -> Outcome<R::Reply>
where
    R: Request<Command = citizen::Command, AnyReply = citizen::Reply>,
{
    let reply = core.dispatch(request.into_command()).await;
    let reply = reply.map_err(|error| Failure::from(format!("the core says {error:?}")))?;
    R::from_reply(reply).ok_or_else(|| "the core replied to another command".into())
}

/// A native terminal that keeps what it keeps in a folder; a citizen types, and each answer is first on its disk (encrypted,
/// journal and fsync), then with the hall.
async fn autosave(hall: &Hall) -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let host = native(
        Keep::Folder(folder.path().to_owned()),
        tokio::runtime::Handle::current(),
    )?;
    let core = Core::new(host, hall.url(""), TerminalKind::Desktop);
    let phone = "13600000001".to_owned();
    ask(&core, citizen::RequestCode { phone: phone.clone() }).await?;
    let code = hall.code_for(&phone).await?;
    ask(&core, citizen::LogIn { phone, code }).await?;
    let start = StartDraft {
        item: ITEM.parse()?,
        principal: None,
        begun: None,
    };
    let id = ask(&core, citizen::OpenDraft { start }).await?.summary.id;
    let (tell, mut saved) = mpsc::unbounded_channel();
    core.subscribe(Box::new(move |event| {
        if let Event::DraftSaving {
            state: SaveState::Saved { .. },
            ..
        } = event
        {
            let _ = tell.send(());
        }
    }));
    let (mut kept, mut acknowledged) = (Vec::new(), Vec::new());
    let began = Instant::now();
    for number in 0..EDITS {
        if began.elapsed() > EDITS_FOR {
            break;
        }
        let given = Instant::now();
        ask(&core, change(id, number)).await?;
        kept.push(given.elapsed());
        tokio::time::timeout(PATIENCE, saved.recv()).await?;
        acknowledged.push(given.elapsed());
        // What was told beside it is not of the next one.
        while saved.try_recv().is_ok() {}
    }
    let mut rows = vec![Row::of(
        "from the key until the hall has it",
        began.elapsed(),
        acknowledged,
    )];
    rows.push(Row::of(
        "from the key until it is on the terminal's disk",
        kept.iter().sum(),
        kept,
    ));
    // Typed without a pause: every answer is on the disk before the next one is taken.
    let (mut typed, began) = (Vec::new(), Instant::now());
    for number in 0..EDITS {
        if began.elapsed() > EDITS_FOR {
            break;
        }
        let given = Instant::now();
        ask(&core, change(id, EDITS + number)).await?;
        typed.push(given.elapsed());
    }
    rows.push(Row::of("the same, typed without a pause", began.elapsed(), typed));
    core.close();
    for row in &rows {
        eprintln!("{}", row.line());
    }
    Ok(rows)
}

fn change(id: DraftId, number: usize) -> citizen::ChangeAnswers {
    citizen::ChangeAnswers {
        id,
        changes: vec![AnswerChange {
            path: QUESTION.to_owned(),
            value: format!("张敏{number}").into(),
        }],
        page: None,
    }
}

/// Connects everybody; says what one costs, and how soon one terminal sees what another did.
async fn connected(hall: &mut Hall) -> Outcome<(String, Vec<Row>)> {
    let most = crowd::most_connections()?.min(CONNECTED);
    let citizens = crowd::log_in(hall.port(), most).await?;
    eprintln!("{most} citizens are logged in");
    let cookies: Vec<String> = citizens.iter().map(|citizen| citizen.cookie().to_owned()).collect();
    let mut editors = Vec::new();
    for citizen in citizens.iter().take(EDITING) {
        editors.push((citizen.clone(), citizen.start(hall, ITEM).await?));
    }
    // A hall that has served nobody yet: memory that all the logins left over must not hide what the streams take.
    hall.kill().await?;
    hall.restart().await?;
    let process = hall.process_id().ok_or("the hall does not run")?;
    let path = format!("{}/events", onehall_protocol::API);
    let mut warm = Streams::default();
    warm.open(hall.port(), &path, &cookies[..WARM.min(most)], 0).await?;
    drop(warm);
    for citizen in citizens.iter().take(WARM) {
        read::<Pull>(citizen.request(hall, Method::GET, "/sync?limit=100")).await?;
    }
    let before = crowd::resident(process)?;
    let mut streams = Streams::default();
    let pokes = streams.open(hall.port(), &path, &cookies, EDITING).await?;
    let after = crowd::resident(process)?;
    let plain = plain_memory(&cookies).await?;
    let each = |bytes: u64| bytes as f64 / 1024.0 / cookies.len() as f64;
    let memory = format!(
        "| {} streams of as many citizens, connected and idle | KiB each |\n|---|---:|\n| the hall | {:.1} |\n\
         | a plain axum server of events | {:.1} |\n\nThe hall has {} MB with nobody connected.",
        cookies.len(),
        each(after.saturating_sub(before)),
        each(plain),
        before / 1024 / 1024
    );
    eprintln!("{memory}");
    let seen = seen_elsewhere(hall.site(), editors, pokes).await?;
    if streams.ended() > 0 {
        return Err(format!("{} streams ended meanwhile", streams.ended()).into());
    }
    Ok((memory, seen))
}

/// Somebody edits at one terminal, thinks, and edits again; another terminal of theirs, one of all that are connected, pulls
/// when it is poked.
async fn seen_elsewhere(
    site: &Site,
    editors: Vec<(Citizen, DraftView)>,
    pokes: Vec<mpsc::UnboundedReceiver<()>>,
) -> Outcome<Vec<Row>> {
    let began = Instant::now();
    let mut at_work = JoinSet::new();
    for (number, ((citizen, draft), pokes)) in editors.into_iter().zip(pokes).enumerate() {
        let site = site.clone();
        at_work.spawn(async move {
            // Not all at the same moment.
            tokio::time::sleep(THINKS.mul_f64(number as f64 / EDITING as f64)).await;
            edit(&site, &citizen, &draft, pokes).await
        });
    }
    let (mut sent, mut accepted) = (Vec::new(), Vec::new());
    while let Some(edits) = at_work.join_next().await {
        let (since_sent, since_accepted) = edits??;
        sent.extend(since_sent);
        accepted.extend(since_accepted);
    }
    let took = began.elapsed();
    let rows = vec![
        Row::of("since the hall accepted it", took, accepted),
        Row::of("since it was sent", took, sent),
    ];
    for row in &rows {
        eprintln!("{}: p99 {}", row.line(), milliseconds(row.within(0.99)));
    }
    Ok(rows)
}

/// The edits of one citizen: how long until each was seen, since it was sent, and since it was accepted.
async fn edit(
    site: &Site,
    citizen: &Citizen,
    draft: &DraftView,
    mut pokes: mpsc::UnboundedReceiver<()>,
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let id = draft.summary.id;
    let first: Pull = read(citizen.request(site, Method::GET, "/sync?limit=100")).await?;
    let (mut cursor, mut revision) = (first.cursor, draft.summary.revision);
    let writer = WriterId(Uuid::new_v4());
    let (mut sent, mut accepted) = (Vec::new(), Vec::new());
    let began = Instant::now();
    for number in 0.. {
        if began.elapsed() > EDIT_FOR {
            break;
        }
        while pokes.try_recv().is_ok() {}
        let body = SaveDraft {
            base_revision: revision,
            changes: vec![StampedChange {
                path: QUESTION.to_owned(),
                value: format!("张敏{number}").into(),
                stamp: Stamp {
                    at: draft.clock + u64::from(number),
                    count: number,
                    writer,
                },
                seen: revision,
            }],
            page: None,
        };
        revision += 1;
        let given = Instant::now();
        let save = citizen
            .request(site, Method::PATCH, &format!("/drafts/{id}"))
            .json(&body);
        let terminal = async {
            onehall_tests::citizen::succeed(save).await?;
            Ok::<_, Failure>(Instant::now())
        };
        let other = async {
            loop {
                pokes.recv().await.ok_or("the stream ended")?;
                let path = format!("/sync?cursor={cursor}");
                let pull: Pull = read(citizen.request(site, Method::GET, &path)).await?;
                cursor = pull.cursor;
                let seen = |change: &Change| matches!(change, Change::Draft { id: of, put: Some(draft), .. } if *of == id && draft.summary.revision >= revision);
                if pull.changes.iter().any(seen) {
                    return Ok::<_, Failure>(Instant::now());
                }
            }
        };
        let both = futures::future::try_join(terminal, other);
        let (acknowledged, seen) = tokio::time::timeout(PATIENCE, both).await??;
        sent.push(seen.duration_since(given));
        accepted.push(seen.saturating_duration_since(acknowledged));
        tokio::time::sleep(THINKS).await;
    }
    Ok((sent, accepted))
}

/// Serves streams of events as axum does them, until it is ended; prints its port.
async fn plain() -> Outcome {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?.port());
    let events = || async {
        let first = stream::once(async { Ok::<_, Infallible>(Sent::default().comment("connected")) });
        Sse::new(first.chain(stream::pending())).keep_alive(KeepAlive::default())
    };
    let router = axum::Router::new().route("/events", axum::routing::get(events));
    Ok(axum::serve(listener, router).await?)
}

/// What the same streams take of a plain server, in bytes.
async fn plain_memory(cookies: &[String]) -> Outcome<u64> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut server: Child = command.arg("plain").stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let output = server.stdout.take().ok_or("the plain server says nothing")?;
    let port = BufReader::new(output).lines().next_line().await?;
    let port = port.ok_or("the plain server does not say its port")?.parse()?;
    let process = server.id().ok_or("the plain server does not run")?;
    let mut warm = Streams::default();
    warm.open(port, "/events", &cookies[..WARM.min(cookies.len())], 0)
        .await?;
    drop(warm);
    let before = crowd::resident(process)?;
    // This process has the hall's streams open as well: half as many tell as much.
    let some = &cookies[..cookies.len() / 2];
    let mut streams = Streams::default();
    streams.open(port, "/events", some, 0).await?;
    let after = crowd::resident(process)?;
    Ok(after.saturating_sub(before) * 2)
}
