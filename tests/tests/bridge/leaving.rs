//! A citizen who leaves, a terminal that ends, a connection that is cut: what stays, and for whom.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onehall_client::Profile;
use onehall_core::platform::native::{InUse, Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::identity::TerminalKind;
use onehall_tests::Outcome;
use onehall_tests::hall::{Hall, Site};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::{ITEM, PATIENCE, PHONE, Terminal, answer};

async fn restored(site: &Site, folder: &Path) -> Outcome<Value> {
    let terminal = started_again(site, folder).await?;
    terminal.ask(json!({ "restore_session": {} })).await
}

#[tokio::test]
async fn a_terminal_that_starts_again_knows_its_citizen_until_they_log_out() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let folder = tempfile::tempdir()?;
    {
        let terminal = Terminal::start(site, TerminalKind::Desktop, Keep::Folder(folder.path().to_owned()))?;
        assert_eq!(terminal.ask(json!({ "restore_session": {} })).await?, Value::Null);
        terminal.log_in(site, PHONE).await?;
        let second = native(Keep::Folder(folder.path().to_owned()), Handle::current());
        assert!(matches!(second, Err(InUse(_))), "one process at a time");
    }
    assert_eq!(restored(site, folder.path()).await?["actor"]["name"], "张敏");
    {
        let terminal = started_again(site, folder.path()).await?;
        terminal.ask(json!({ "restore_session": {} })).await?;
        terminal.ask(json!({ "log_out": {} })).await?;
    }
    assert_eq!(restored(site, folder.path()).await?, Value::Null);
    let mut files = vec![folder.path().to_owned()];
    while let Some(place) = files.pop() {
        if place.is_dir() {
            files.extend(
                std::fs::read_dir(place)?
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<Result<Vec<_>, _>>()?,
            );
        } else {
            for secret in ["session-token", "login", "login-key"] {
                let kept = place.ends_with(format!("secrets/{secret}"));
                assert!(!kept, "{secret} is destroyed at log-out");
            }
        }
    }
    Ok(())
}

/// A hall that is far away: what is asked of it arrives, and what it answers comes, when it is let through.
struct FarAway {
    address: String,
    asking: watch::Sender<bool>,
    answering: watch::Sender<bool>,
    /// How often something was kept back.
    kept_back: watch::Sender<usize>,
}

/// Passes on what comes while the gate is open.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut gate: watch::Receiver<bool>,
    kept_back: watch::Sender<usize>,
) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut bytes).await {
        if !*gate.borrow() {
            kept_back.send_modify(|times| *times += 1);
        }
        if read == 0 || gate.wait_for(|open| *open).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

impl FarAway {
    async fn from(site: &Site) -> Outcome<FarAway> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (asking, answering) = (watch::Sender::new(true), watch::Sender::new(true));
        let (asks, answers) = (asking.subscribe(), answering.subscribe());
        let kept_back = watch::Sender::new(0);
        let counts = kept_back.clone();
        let hall = format!("127.0.0.1:{}", site.port());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&hall).await else {
                    return;
                };
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(pass(near_in, far_out, asks.clone(), counts.clone()));
                tokio::spawn(pass(far_in, near_out, answers.clone(), counts.clone()));
            }
        });
        Ok(FarAway {
            address,
            asking,
            answering,
            kept_back,
        })
    }

    /// Keeps back what the hall answers.
    fn hold(&self, held: bool) {
        self.answering.send_replace(!held);
    }

    /// Waits until something is kept back.
    async fn keeps_back(&self) -> Outcome {
        self.kept_back.subscribe().wait_for(|times| *times > 0).await?;
        Ok(())
    }

    /// Keeps back what the hall is asked.
    fn cut(&self, cut: bool) {
        self.asking.send_replace(!cut);
    }
}

#[tokio::test]
async fn an_answer_for_somebody_who_has_left_is_seen_by_nobody() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let far = FarAway::from(site).await?;
    let host = native(Keep::Nothing, Handle::current())?;
    let bridge = Bridge::new(
        Core::new(host, far.address.clone(), TerminalKind::Kiosk),
        Profile::Kiosk,
        [],
    );
    let kiosk = Arc::new(Terminal {
        bridge,
        events: Arc::default(),
    });
    kiosk.log_in(site, PHONE).await?;
    let draft = kiosk
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    let view = json!({ "view_draft": { "id": draft["id"], "page": null } });

    // What is asked for next is the draft.
    kiosk.ask(json!({ "get_catalog": {} })).await?;

    far.hold(true);
    let (asking, asked) = (kiosk.clone(), view.clone());
    let late = tokio::spawn(async move { asking.outcome(asked).await });
    far.keeps_back().await?;
    let leaving = kiosk.clone();
    let log_out = tokio::spawn(async move { leaving.outcome(json!({ "log_out": {} })).await });
    let deadline = Instant::now() + PATIENCE;
    let unknown = json!({ "change_answers": { "id": draft["id"], "changes": [], "page": null } });
    while kiosk.outcome(unknown.clone()).await?["error"]["code"] != "identity/not_logged_in" {
        assert!(
            Instant::now() < deadline,
            "the person is forgotten before the hall was told"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    far.hold(false);
    assert_eq!(late.await??["error"]["code"], "client/cancelled");
    log_out.await??;

    kiosk.log_in(site, "13800000002").await?;
    let seen = kiosk.outcome(view).await?;
    assert_eq!(seen["error"]["code"], "request/not_found", "{seen}");
    Ok(())
}

#[tokio::test]
async fn what_was_answered_a_moment_before_the_log_out_is_kept() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let kiosk = Terminal::start(site, TerminalKind::Kiosk, Keep::Nothing)?;
    kiosk.log_in(site, PHONE).await?;
    let draft = kiosk
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    kiosk.ask(answer(&draft, "plate", json!("陕A7K392"))).await?;
    kiosk.ask(json!({ "log_out": {} })).await?;
    kiosk.log_in(site, PHONE).await?;
    let again = kiosk.ask(json!({ "get_draft": { "id": draft["id"] } })).await?;
    assert_eq!(again["answers"]["plate"], "陕A7K392");
    Ok(())
}

/// A desktop in a folder that another one has just left.
async fn started_again(site: &Site, folder: &Path) -> Outcome<Terminal> {
    started_again_at(&site.url(""), folder).await
}

async fn started_again_at(address: &str, folder: &Path) -> Outcome<Terminal> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let keep = Keep::Folder(folder.to_owned());
        match Terminal::start_at(address, TerminalKind::Desktop, keep, Handle::current()) {
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            Ok(terminal) => return Ok(terminal),
        }
    }
}

/// A desktop that types an answer while nothing of it arrives.
async fn typed_without_a_network(
    runtime: Handle,
    site: &Site,
    far: &FarAway,
    folder: &Path,
) -> Outcome<(Terminal, Value)> {
    let keep = Keep::Folder(folder.to_owned());
    let desktop = Terminal::start_at(&far.address, TerminalKind::Desktop, keep, runtime)?;
    desktop.log_in(site, PHONE).await?;
    let draft = desktop
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    far.cut(true);
    desktop.ask(answer(&draft, "plate", json!("陕A7K392"))).await?;
    Ok((desktop, draft))
}

#[tokio::test]
async fn what_was_typed_without_a_network_outlives_a_crash_and_is_sent_by_the_next_start() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let far = FarAway::from(site).await?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let (desktop, draft) = typed_without_a_network(runtime.handle().clone(), site, &far, folder.path()).await?;
    // The process ends in the middle of everything; what it was about to do is not done.
    runtime.shutdown_background();
    drop(desktop);
    far.cut(false);

    // As before it knows the hall by this address: the proofs of its key are made for it.
    let again = started_again_at(&far.address, folder.path()).await?;
    again.ask(json!({ "restore_session": {} })).await?;
    let deadline = Instant::now() + PATIENCE;
    let other = Terminal::start(site, TerminalKind::Mobile, Keep::Nothing)?;
    other.log_in(site, PHONE).await?;
    loop {
        let seen = other.ask(json!({ "get_draft": { "id": draft["id"] } })).await?;
        if seen["answers"]["plate"] == "陕A7K392" {
            break;
        }
        assert!(Instant::now() < deadline, "it does not arrive: {seen}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // It is sent once: what another terminal answers afterwards stays.
    other.ask(answer(&draft, "plate", json!("陕A00001"))).await?;
    other.ask(json!({ "flush_draft": { "id": draft["id"] } })).await?;
    drop(again);
    let third = started_again_at(&far.address, folder.path()).await?;
    third.ask(json!({ "restore_session": {} })).await?;
    let seen = third.ask(json!({ "get_draft": { "id": draft["id"] } })).await?;
    assert_eq!(seen["answers"]["plate"], "陕A00001");
    Ok(())
}

#[tokio::test]
async fn a_log_out_that_would_lose_answers_waits_for_a_word() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let far = FarAway::from(site).await?;
    let folder = tempfile::tempdir()?;
    let (desktop, draft) = typed_without_a_network(Handle::current(), site, &far, folder.path()).await?;

    let refused = desktop.outcome(json!({ "log_out": {} })).await?;
    assert_eq!(refused["error"]["code"], "drafts/unsent", "{refused}");
    assert_eq!(
        refused["error"]["details"],
        json!({ "answers": 1, "queued": 0, "files": 0, "supplements": 0 })
    );
    // Nobody was logged out, and what was typed is still on its way.
    desktop.ask(answer(&draft, "plate", json!("陕A00002"))).await?;
    far.cut(false);
    desktop.ask(json!({ "flush_draft": { "id": draft["id"] } })).await?;

    far.cut(true);
    desktop.ask(answer(&draft, "plate", json!("陕A00003"))).await?;
    let leaving = desktop.outcome(json!({ "log_out": { "discard_unsent": true } }));
    let (_, ()) = tokio::join!(leaving, async {
        while folder.path().join("journal").exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        far.cut(false);
    });
    assert!(
        !folder.path().join("journal").exists(),
        "nothing of it stays on the terminal"
    );
    assert!(!folder.path().join("secrets/journal-key").exists());
    // Who comes next has nothing of it waiting, and leaves without being asked.
    desktop.log_in(site, PHONE).await?;
    desktop.ask(json!({ "log_out": {} })).await?;
    Ok(())
}
