//! Servers that are slow, endless, lie about lengths, or break in the middle, over real sockets.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use onehall_bundle::Blob;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{City, Terminal};
use crate::mirror::{FetchError, HttpLimits, HttpMirror, Mirror, Piece, Plain};
use crate::testing::wait;
use crate::trust::{MetadataFolder, SigstoreTrust, Trust as _, TrustError};

/// How a server answers each request; it gets the head of it.
type Answer = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

#[derive(Clone)]
enum Reply {
    /// These bytes, and the connection ends.
    Bytes(Vec<u8>),
    /// These bytes, and then one byte again and again, this far apart.
    Drip(Vec<u8>, Duration),
    /// These bytes, and then zeros for ever.
    Endless(Vec<u8>),
    /// These bytes, and then nothing; the connection stays.
    Silence(Vec<u8>),
}

fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    [
        format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\n\r\n").as_bytes(),
        body,
    ]
    .concat()
}

fn ok(body: &[u8]) -> Reply {
    Reply::Bytes(http("200 OK", &format!("content-length: {}\r\n", body.len()), body))
}

fn missing() -> Reply {
    Reply::Bytes(http("404 Not Found", "content-length: 0\r\n", b""))
}

async fn serve(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(speak(connection, Arc::clone(&answer)));
        }
    });
    format!("http://{address}/")
}

async fn speak(mut connection: TcpStream, answer: Answer) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    // Whoever was cut off does not listen to the end.
    let _ = match answer(&String::from_utf8_lossy(&head)) {
        Reply::Bytes(bytes) => connection.write_all(&bytes).await,
        Reply::Drip(bytes, apart) => {
            let mut result = connection.write_all(&bytes).await;
            while result.is_ok() {
                tokio::time::sleep(apart).await;
                result = connection.write_all(b"x").await;
            }
            result
        }
        Reply::Endless(bytes) => {
            let mut result = connection.write_all(&bytes).await;
            while result.is_ok() {
                result = connection.write_all(&[0; 16 * 1024]).await;
            }
            result
        }
        Reply::Silence(bytes) => {
            let result = connection.write_all(&bytes).await;
            let _ = connection.read_u8().await;
            result
        }
    };
    let _ = connection.shutdown().await;
}

/// For servers that are too slow. Whoever should be heard is asked with more patience, so that a busy machine is no slow server.
const SHORT: HttpLimits = HttpLimits {
    connect: Duration::from_secs(5),
    stall: Duration::from_millis(1_500),
    slowest: 10_000,
    fastest: None,
};

fn mirror(base: &str, limits: HttpLimits) -> HttpMirror {
    HttpMirror::new(base, Plain::Loopback, limits).unwrap_or_else(|error| panic!("{error}"))
}

/// What becomes of a small file.
fn small(limits: HttpLimits, reply: Reply) -> Result<Option<Vec<u8>>, FetchError> {
    wait(async move {
        let base = serve(Arc::new(move |_| reply.clone())).await;
        mirror(&base, limits).metadata("timestamp.json", 1_000).await
    })
}

/// What becomes of a blob, and what came of it.
fn blob(
    limits: HttpLimits,
    blob: Blob,
    from: u64,
    answer: impl Fn(&str) -> Reply + Send + Sync + 'static,
) -> (Result<(), FetchError>, Vec<u8>) {
    wait(async move {
        let base = serve(Arc::new(answer)).await;
        let mut came = vec![b'?'; usize::try_from(from).unwrap_or_default()];
        let mut take = |piece: Piece<'_>| {
            match piece {
                Piece::FromTheStart => came.clear(),
                Piece::Bytes(bytes) => came.extend_from_slice(bytes),
            }
            Ok(())
        };
        let result = mirror(&base, limits).blob(blob, from, &mut take).await;
        (result, came)
    })
}

#[test]
fn an_honest_server_is_heard() {
    assert_eq!(
        small(HttpLimits::default(), ok(b"content")),
        Ok(Some(b"content".to_vec()))
    );
    assert_eq!(small(HttpLimits::default(), missing()), Ok(None));
    let without_length = Reply::Bytes(http("200 OK", "", b"content"));
    assert_eq!(
        small(HttpLimits::default(), without_length),
        Ok(Some(b"content".to_vec()))
    );
}

#[test]
fn a_server_that_says_nothing_or_stops_in_the_middle_is_too_slow() {
    assert_eq!(small(SHORT, Reply::Silence(Vec::new())), Err(FetchError::TooSlow));
    let middle = http("200 OK", "content-length: 100\r\n", b"some");
    assert_eq!(small(SHORT, Reply::Silence(middle)), Err(FetchError::TooSlow));
    assert_eq!(
        small(SHORT, Reply::Silence(b"HTTP/1.1 200".to_vec())),
        Err(FetchError::TooSlow)
    );
}

#[test]
fn a_server_that_sends_a_byte_before_each_stall_is_too_slow() {
    let head = http("200 OK", "content-length: 1000\r\n", b"");
    let drip = Reply::Drip(head, Duration::from_millis(20));
    assert_eq!(small(SHORT, drip), Err(FetchError::TooSlow));
}

#[test]
fn what_does_not_end_and_what_is_said_to_be_long_is_cut_off() {
    assert_eq!(
        small(HttpLimits::default(), Reply::Endless(http("200 OK", "", b""))),
        Err(FetchError::TooLong)
    );
    let said = Reply::Silence(http("200 OK", "content-length: 9999999999999\r\n", b"x"));
    assert_eq!(small(HttpLimits::default(), said), Err(FetchError::TooLong));
    let content = Blob::of(b"abc");
    let (result, came) = blob(HttpLimits::default(), content, 0, |_| {
        Reply::Endless(http("200 OK", "", b""))
    });
    assert_eq!((result, came.len()), (Err(FetchError::TooLong), 0));
}

#[test]
fn a_server_that_says_more_than_it_sends_or_sends_more_than_it_says() {
    let short = Reply::Bytes(http("200 OK", "content-length: 100\r\n", b"some"));
    assert_eq!(
        small(HttpLimits::default(), short),
        Err(FetchError::Unreachable),
        "the connection broke"
    );
    let long = Reply::Bytes(http("200 OK", "content-length: 4\r\n", b"something more"));
    assert_eq!(
        small(HttpLimits::default(), long),
        Ok(Some(b"some".to_vec())),
        "the rest is not read"
    );
}

#[test]
fn a_server_that_fails_sends_elsewhere_or_speaks_another_language() {
    let status = |status: &str, headers: &str| small(HttpLimits::default(), Reply::Bytes(http(status, headers, b"")));
    assert_eq!(status("500 Oh", "content-length: 0\r\n"), Err(FetchError::Refused(500)));
    assert_eq!(
        status("302 Found", "location: http://127.0.0.1:1/\r\ncontent-length: 0\r\n"),
        Err(FetchError::Refused(302))
    );
    assert_eq!(status("204 No Content", ""), Err(FetchError::Refused(204)));
    assert_eq!(
        small(HttpLimits::default(), Reply::Bytes(b"SSH-2.0\r\n".to_vec())),
        Err(FetchError::Unreachable)
    );
    let nobody = wait(mirror("http://127.0.0.1:1/", SHORT).metadata("root.json", 10));
    assert!(nobody.is_err());
}

#[test]
fn what_came_before_is_gone_on_with_where_the_server_can_and_forgotten_where_it_cannot() {
    let content = Blob::of(b"abcdef");
    let (result, came) = blob(HttpLimits::default(), content, 2, |head| {
        assert!(head.to_ascii_lowercase().contains("range: bytes=2-"), "{head}");
        Reply::Bytes(http(
            "206 Partial Content",
            "content-range: bytes 2-5/6\r\ncontent-length: 4\r\n",
            b"cdef",
        ))
    });
    assert_eq!((result, came), (Ok(()), b"??cdef".to_vec()));
    let (result, came) = blob(HttpLimits::default(), content, 2, |_| ok(b"abcdef"));
    assert_eq!((result, came), (Ok(()), b"abcdef".to_vec()));
    // A part of another place than was asked for.
    let (result, came) = blob(HttpLimits::default(), content, 2, |_| {
        Reply::Bytes(http(
            "206 Partial Content",
            "content-range: bytes 0-5/6\r\ncontent-length: 6\r\n",
            b"abcdef",
        ))
    });
    assert_eq!((result, came), (Ok(()), b"abcdef".to_vec()));
}

#[test]
fn no_more_comes_in_a_second_than_is_allowed() {
    let limits = HttpLimits {
        fastest: Some(100_000),
        ..HttpLimits::default()
    };
    let content = vec![7; 30_000];
    let began = std::time::Instant::now();
    let body = content.clone();
    let (result, came) = blob(limits, Blob::of(&content), 0, move |_| ok(&body));
    assert_eq!((result, came), (Ok(()), content));
    assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
}

#[test]
fn only_an_address_that_may_be_asked_is_a_mirror() {
    for (address, plain, is) in [
        ("https://updates.example/repository", Plain::Never, true),
        ("http://127.0.0.1:8080", Plain::Loopback, true),
        ("http://[::1]:8080/", Plain::Loopback, true),
        ("http://localhost:8080/", Plain::Loopback, true),
        ("http://127.0.0.1:8080", Plain::Never, false),
        ("http://updates.example/", Plain::Loopback, false),
        ("http://127.0.0.1.updates.example/", Plain::Loopback, false),
        ("https://name:secret@updates.example/", Plain::Never, false),
        ("file:///etc/", Plain::Loopback, false),
        ("ftp://127.0.0.1/", Plain::Loopback, false),
        ("updates.example", Plain::Loopback, false),
    ] {
        assert_eq!(
            HttpMirror::new(address, plain, HttpLimits::default()).is_ok(),
            is,
            "{address}"
        );
    }
}

#[test]
fn a_name_that_leads_elsewhere_is_asked_nowhere() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    let results = wait(async move {
        let note = move |head: &str| {
            let line = head.lines().next().unwrap_or_default().to_owned();
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            ok(b"content")
        };
        let base = serve(Arc::new(note)).await;
        let mirror = mirror(&base, HttpLimits::default());
        let mut results = Vec::new();
        for name in [
            "../../secret",
            "//127.0.0.1:1/x",
            "http://127.0.0.1:1/x",
            "/etc/passwd",
            "a?b#c",
        ] {
            results.push(mirror.target(name, 100).await);
        }
        results
    });
    assert_eq!(results[..4], [Ok(None), Ok(None), Ok(None), Ok(None)]);
    let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(*asked, ["GET /targets/a%3Fb%23c HTTP/1.1"]);
}

/// A server that has all of a repository but answers one file in another way.
fn refresh(city: &City, limits: HttpLimits, name: &'static str, reply: Reply) -> Result<(), TrustError> {
    let files = city.mirror.files().metadata.clone();
    let terminal = Terminal::new(Arc::new(crate::testing::FaultyDisk::default()));
    wait(async move {
        let answer = move |head: &str| {
            let path = head.split(' ').nth(1).unwrap_or_default();
            let asked = path.strip_prefix("/metadata/").unwrap_or_default();
            if asked == name {
                return reply.clone();
            }
            files.get(asked).map_or_else(missing, |content| ok(content))
        };
        let base = serve(Arc::new(answer)).await;
        let kept = MetadataFolder::beside(Arc::clone(&terminal.disk));
        let trust = SigstoreTrust::new(&city.root, kept, Arc::new(mirror(&base, limits)));
        let mut trust = trust.unwrap_or_else(|error| panic!("{error}"));
        let result = trust.refresh(crate::testing::day(0)).await;
        // Whatever it was, the next try of an honest server counts.
        let kept = MetadataFolder::beside(Arc::clone(&terminal.disk));
        let honest = SigstoreTrust::new(&city.root, kept, city.mirror.clone());
        let mut honest = honest.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(honest.refresh(crate::testing::day(0)).await, Ok(()));
        result
    })
}

#[test]
fn a_chain_that_breaks_at_any_of_its_links_is_refused_and_made_good_by_the_next_try() {
    let mut city = City::new();
    city.repository.publish_root(&mut city.mirror.files());
    city.release(11, &[]);
    let versions = &city.repository.versions;
    assert_eq!((versions["root"], versions["snapshot"], versions["targets"]), (2, 2, 2));
    let patient = HttpLimits::default();
    for name in [
        "2.root.json",
        "3.root.json",
        "timestamp.json",
        "2.snapshot.json",
        "2.targets.json",
    ] {
        let failing = Reply::Bytes(http("503 Busy", "content-length: 0\r\n", b""));
        assert_eq!(
            refresh(&city, patient, name, failing),
            Err(TrustError::Fetch(FetchError::Refused(503))),
            "{name}"
        );
        let half = Reply::Bytes(http("200 OK", "content-length: 500\r\n", br#"{"signed":"#));
        assert_eq!(
            refresh(&city, patient, name, half),
            Err(TrustError::Fetch(FetchError::Unreachable)),
            "{name}"
        );
    }
    for name in ["timestamp.json", "2.snapshot.json", "2.targets.json"] {
        let endless = Reply::Endless(http("200 OK", "", b"{"));
        let result = refresh(&city, patient, name, endless);
        assert_eq!(result, Err(TrustError::Fetch(FetchError::TooLong)), "{name}");
    }
    let silent = Reply::Silence(http("200 OK", "content-length: 500\r\n", b"{"));
    assert_eq!(
        refresh(&city, SHORT, "2.snapshot.json", silent),
        Err(TrustError::Fetch(FetchError::TooSlow))
    );
    assert_eq!(refresh(&city, patient, "nothing", missing()), Ok(()));
}
