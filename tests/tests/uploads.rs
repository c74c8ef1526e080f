//! Files on their way while connections are cut at any byte, and while the hall is killed.

use futures::{StreamExt, stream};
use onehall_protocol::DraftId;
use onehall_protocol::files::{BeginUpload, UPLOAD_OFFSET, UploadTo, UploadView};
use onehall_tests::Outcome;
use onehall_tests::citizen::{Citizen, read};
use onehall_tests::hall::Hall;
use reqwest::{Body, Method, header};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const ZHANG_MIN: &str = "13800000001";
const CHUNK: usize = 1024 * 1024;

/// Somebody who sends one file.
struct Sending {
    citizen: Citizen,
    draft: DraftId,
    key: Uuid,
    bytes: Vec<u8>,
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % most.max(1)
    }
}

impl Sending {
    async fn new(hall: &Hall, size: usize) -> Outcome<Sending> {
        let citizen = Citizen::login(hall, ZHANG_MIN).await?;
        let draft = citizen.start(hall, "identity-card-renewal").await?.summary.id;
        let mut bytes = onehall_tests::citizen::PICTURE.to_vec();
        bytes.extend((bytes.len()..size).map(|n| (n.wrapping_mul(31) ^ (n >> 8)) as u8));
        Ok(Sending {
            citizen,
            draft,
            key: Uuid::new_v4(),
            bytes,
        })
    }

    /// Begins, or hears how far it is.
    async fn begin(&self, hall: &Hall) -> Outcome<UploadView> {
        let begin = BeginUpload {
            to: UploadTo::Draft(self.draft),
            path: Some("old_card".to_owned()),
            name: "card.png".to_owned(),
            media_type: Some("image/png".to_owned()),
            size: self.bytes.len() as u64,
            sha256: Sha256::digest(&self.bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        };
        let request = self.citizen.request(hall, Method::POST, "/uploads");
        read(request.header("idempotency-key", self.key.to_string()).json(&begin)).await
    }

    /// Sends the next piece; the connection breaks after `cut` bytes of it.
    async fn send(&self, hall: &Hall, known: &UploadView, cut: Option<usize>) -> Outcome<UploadView> {
        let from = usize::try_from(known.offset)?;
        let piece = &self.bytes[from..self.bytes.len().min(from + CHUNK)];
        let came = &piece[..cut.unwrap_or(piece.len()).min(piece.len())];
        let broken = (came.len() < piece.len()).then(|| Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
        let parts: Vec<_> = came.chunks(4096).map(|part| Ok(part.to_vec())).chain(broken).collect();
        self.send_as(hall, known, piece.len(), Body::wrap_stream(stream::iter(parts)))
            .await
    }

    /// Sends the next piece; the hall is killed when this share of 256 of it has left.
    async fn send_and_kill(&self, hall: &Hall, known: &UploadView, process: u32, share: usize) -> Outcome<UploadView> {
        let from = usize::try_from(known.offset)?;
        let piece = &self.bytes[from..self.bytes.len().min(from + CHUNK)];
        // One part more, of nothing: the last moment is when all has left.
        let mut parts: Vec<_> = piece.chunks(4096).map(<[u8]>::to_vec).collect();
        parts.push(Vec::new());
        let at = (parts.len() - 1) * share / 255;
        let parts = stream::iter(parts.into_iter().enumerate()).map(move |(number, part)| {
            if number == at {
                kill_9(process).map_err(|error| std::io::Error::other(error.to_string()))?;
            }
            Ok::<_, std::io::Error>(part)
        });
        self.send_as(hall, known, piece.len(), Body::wrap_stream(parts)).await
    }

    async fn send_as(&self, hall: &Hall, known: &UploadView, length: usize, body: Body) -> Outcome<UploadView> {
        let request = self
            .citizen
            .request(hall, Method::PATCH, &format!("/uploads/{}", known.id))
            .header(UPLOAD_OFFSET, known.offset)
            .header(header::CONTENT_TYPE, "application/partial-upload")
            .header(header::CONTENT_LENGTH, length)
            .body(body);
        read(request).await
    }

    /// Whether the hall gives back what was sent.
    async fn is_there(&self, hall: &Hall, known: &UploadView) -> Outcome<bool> {
        let Some(file) = &known.file else { return Ok(false) };
        let request = self.citizen.request(hall, Method::GET, &format!("/files/{}", file.id));
        Ok(request.send().await?.error_for_status()?.bytes().await? == self.bytes)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_at_any_byte_costs_no_more_than_what_was_under_way() -> Outcome {
    let hall = Hall::open().await?;
    let mut chance = Chance(20_261_126);
    let mut cuts = 0;
    for size in [9 * CHUNK, 3 * CHUNK + 12_345, 200_000, 70_000] {
        let sending = Sending::new(&hall, size).await?;
        let mut known = sending.begin(&hall).await?;
        let mut furthest = 0;
        for _ in 0..12 {
            let cut = chance.below(CHUNK * 3 / 4);
            let before = known.offset;
            furthest = furthest.max(before + cut as u64);
            if let Ok(whole) = sending.send(&hall, &known, Some(cut)).await {
                known = whole;
            } else {
                cuts += 1;
                // What was cut off may still be on its way into the hall: it stands where it stands.
                known = sending.begin(&hall).await?;
                assert!(
                    known.offset >= before && known.offset <= furthest,
                    "{before} + {cut}: {known:?}"
                );
            }
            if known.file.is_some() {
                break;
            }
        }
        while known.file.is_none() {
            known = match sending.send(&hall, &known, None).await {
                Ok(known) => known,
                Err(_) => sending.begin(&hall).await?,
            };
        }
        assert!(sending.is_there(&hall, &known).await?, "{size} bytes");
    }
    assert!(cuts > 10, "only {cuts} were cut");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_that_is_killed_in_the_middle_of_a_file_goes_on_with_what_it_acknowledged() -> Outcome {
    let mut hall = Hall::open().await?;
    let mut chance = Chance(7);
    let sending = Sending::new(&hall, 8 * CHUNK + 77).await?;
    let mut known = sending.begin(&hall).await?;
    let mut kills = 0;
    while known.file.is_none() {
        if kills < 6 {
            let process = hall.process_id().ok_or("the backend does not run")?;
            // The last time when all of it has left: then it may have been taken, and only its answer is missing.
            let share = if kills == 5 { 255 } else { chance.below(256) };
            let sent = sending.send_and_kill(&hall, &known, process, share).await;
            let acknowledged = sent.map_or(known.offset, |known| known.offset);
            hall.kill().await?;
            hall.restart().await?;
            kills += 1;
            known = sending.begin(&hall).await?;
            assert!(
                known.offset >= acknowledged,
                "{acknowledged} were acknowledged, {} are there",
                known.offset
            );
        } else {
            known = sending.send(&hall, &known, None).await?;
        }
    }
    assert_eq!(kills, 6);
    assert!(sending.is_there(&hall, &known).await?);
    Ok(())
}

fn kill_9(process: u32) -> Outcome {
    let killed = std::process::Command::new("kill")
        .args(["-9", &process.to_string()])
        .status()?;
    if killed.success() {
        Ok(())
    } else {
        Err("nothing was killed".into())
    }
}
