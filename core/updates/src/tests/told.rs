//! What became of releases reaches a hall, whatever ends the program before.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use onehall_protocol::updates::{MOST_REPORTS, UpdateOutcome, UpdateReports};

use crate::disk::Disk;
use crate::machine::Told;
use crate::testing::{FaultyDisk, wait};
use crate::{Reporter, Reports};

/// A hall that answers each batch with the next of these, and what it was sent.
fn hall(answers: Vec<u16>) -> (Reporter, Receiver<UpdateReports>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("{error}"));
    let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
    let (sent, heard) = channel();
    thread::spawn(move || {
        for status in answers {
            let Ok((mut connection, _)) = listener.accept() else {
                return;
            };
            let mut lines = BufReader::new(&connection);
            let mut length = 0;
            loop {
                let mut line = String::new();
                let _ = lines.read_line(&mut line);
                let line = line.trim().to_ascii_lowercase();
                if line.is_empty() {
                    break;
                }
                length = line
                    .strip_prefix("content-length:")
                    .map_or(length, |said| said.trim().parse().unwrap_or_default());
            }
            let mut body = vec![0; length];
            let _ = lines.read_exact(&mut body);
            let told = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error}"));
            let _ = sent.send(told);
            let answer = format!("HTTP/1.1 {status} Said\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    let reporter = Reporter::new(&format!("http://{address}"), "kiosk").unwrap_or_else(|error| panic!("{error}"));
    (reporter, heard)
}

fn outcomes(told: &UpdateReports) -> Vec<(u64, UpdateOutcome)> {
    told.reports
        .iter()
        .map(|report| (report.release, report.outcome))
        .collect()
}

#[test]
fn what_was_told_before_the_program_ended_is_sent_at_its_next_start_and_once() {
    let disk: Arc<FaultyDisk> = Arc::default();
    // A program that ends, in whatever way, right after something was told.
    Reports::open(Arc::clone(&disk), "ui-kiosk").note(Told::RolledBack(3));
    let (reporter, heard) = hall(vec![503, 200, 200]);
    let reports = Reports::open(Arc::clone(&disk), "ui-kiosk");
    wait(reports.send(&reporter));
    let first = heard.recv().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (first.app.as_str(), outcomes(&first)),
        ("ui-kiosk", vec![(3, UpdateOutcome::RolledBack)])
    );
    // The hall could not take it: it waits on, also over a start, and under the same number.
    let reports = Reports::open(Arc::clone(&disk), "ui-kiosk");
    wait(reports.send(&reporter));
    assert_eq!(heard.recv().ok(), Some(first));
    let reports = Reports::open(disk, "ui-kiosk");
    reports.note(Told::Committed(2));
    wait(reports.send(&reporter));
    let last = heard.recv().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        outcomes(&last),
        [(2, UpdateOutcome::Committed)],
        "the first is not told twice"
    );
}

#[test]
fn what_nobody_hears_does_not_grow_for_ever_and_the_latest_say_most() {
    let disk: Arc<FaultyDisk> = Arc::default();
    let reports = Reports::open(Arc::clone(&disk), "ui-kiosk");
    (0..60).for_each(|release| reports.note(Told::Staged(release)));
    let (reporter, heard) = hall(vec![200]);
    wait(Reports::open(Arc::clone(&disk), "ui-kiosk").send(&reporter));
    let told = heard.recv().map(|told| outcomes(&told)).unwrap_or_default();
    assert_eq!(told.len(), MOST_REPORTS);
    assert_eq!(told.last(), Some(&(59, UpdateOutcome::Staged)));
    let kept = disk.read("reports.json", 1_000).ok().flatten().unwrap_or_default();
    assert_eq!(String::from_utf8_lossy(&kept), "[]");
}

#[test]
fn whoever_sends_is_woken_by_what_is_told_and_by_nothing_that_was_tried() {
    let reports = Arc::new(Reports::open(Arc::<FaultyDisk>::default(), "ui-kiosk"));
    let noting = Arc::clone(&reports);
    let told = thread::spawn(move || noting.note(Told::Damaged(4)));
    let began = Instant::now();
    assert!(reports.wait(Duration::from_secs(600)));
    assert!(began.elapsed() < Duration::from_secs(300), "not at the end of its time");
    told.join().unwrap_or_else(|_| panic!("nothing was noted"));
    // Nobody listens there.
    let reporter = Reporter::new("http://127.0.0.1:1", "kiosk").unwrap_or_else(|error| panic!("{error}"));
    wait(reports.send(&reporter));
    let began = Instant::now();
    assert!(!reports.wait(Duration::from_millis(50)));
    assert!(
        began.elapsed() >= Duration::from_millis(50),
        "what failed is tried at its time"
    );
}
