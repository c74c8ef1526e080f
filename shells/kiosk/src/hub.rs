//! What a page may ask of the devices, and what it is told. What stands on a card stays here: a page gets the number that the
//! card led to, and nothing of whose it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use onehall_bridge::Core;
use onehall_protocol::halls::{CardAtHall, CardSeen, KioskSign};
use onehall_protocol::identity::{CardCodeRequest, CardCodeSent, CardLogin, Session};
use onehall_protocol::{CitizenId, CoreError, HallCode, IdempotencyKey, QueueCode};
use serde::{Deserialize, Serialize};
use tauri::async_runtime;

use crate::devices::{Card, DeviceState, Fault, Fitted, KioskDevice, Paper, Patience, Slip, Stops};
use crate::keeper::Ended;

/// How long something is waited for that a person puts somewhere.
const FOR_A_PERSON: Duration = Duration::from_secs(45);

/// How long a printer may take.
const FOR_PAPER: Duration = Duration::from_secs(90);

/// How often the hall is told how this kiosk is.
const EACH: Duration = Duration::from_secs(60);

/// The most bytes of a document to print.
const LARGEST: usize = 20 * 1024 * 1024;

/// What a page asks.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Ask {
    /// How the devices are.
    Devices {},
    /// Waits for an identity card, and checks in with it.
    ReadCard {},
    /// Draws a number with the card that was read.
    DrawByCard {
        /// Of which queue.
        queue: QueueCode,
    },
    /// Waits for an identity card, and has a code sent to its owner.
    LogInByCard {},
    /// Has another code sent to the owner of the card that was read.
    SendCardCode {},
    /// Logs in with the card that was read.
    EnterCardCode {
        /// The code that its owner got.
        code: String,
    },
    /// Waits for a code.
    ScanCode {},
    /// Takes a picture.
    Take {
        /// With what.
        with: ImagerName,
    },
    /// Prints a slip.
    PrintSlip {
        /// What stands on it.
        slip: Slip,
    },
    /// Prints a document.
    PrintDocument {
        /// A PDF, in base64.
        pdf: String,
    },
    /// Ends what waits for somebody, and forgets the card.
    Stop {},
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ImagerName {
    Scanner,
    Camera,
}

/// What a page is told.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Devices(States),
    Card(CardSeen),
    CodeSent(CardCodeSent),
    LoggedIn(Box<Session>),
    Code(String),
    Picture {
        media_type: String,
        bytes: String,
    },
    Done {},
    /// A device did not do it.
    Fault(Fault),
    /// The hall refused.
    Refused(CoreError),
    /// Not what can be asked.
    Invalid {},
}

/// How each device is; one that this kiosk does not have is not named.
type States = BTreeMap<KioskDevice, DeviceState>;

/// A card that was read, until the visit ends or somebody stops it.
struct Held {
    card: Card,
    /// The attempt to draw a number with it, so that one that was not answered is made again.
    drawing: Option<(QueueCode, IdempotencyKey)>,
}

/// The devices of a kiosk in its hall.
pub struct Hub {
    fitted: Fitted,
    hall: HallCode,
    core: Core,
    stops: Arc<Stops>,
    held: Mutex<Option<Held>>,
}

impl Hub {
    /// The devices of a kiosk, over the core that speaks with its hall.
    pub fn new(fitted: Fitted, hall: HallCode, core: Core) -> Arc<Hub> {
        // A visit that fell may have left it on.
        fitted.shine(None);
        Arc::new(Hub {
            fitted,
            hall,
            core,
            stops: Arc::default(),
            held: Mutex::default(),
        })
    }

    /// Ends what waits for somebody, and forgets the card.
    pub fn forget(&self) {
        self.stops.stop();
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Does what a page asks. Whatever came, an answer goes back, as JSON.
    pub async fn ask(self: &Arc<Hub>, ask: &str) -> String {
        let answer = match serde_json::from_str(ask) {
            Ok(ask) => self.answer(ask).await,
            Err(_) => Answer::Invalid {},
        };
        serde_json::to_string(&answer).unwrap_or_default()
    }

    async fn answer(self: &Arc<Hub>, ask: Ask) -> Answer {
        match ask {
            Ask::Devices {} => self.device(|hub| Ok(Answer::Devices(hub.states()))).await,
            Ask::ReadCard {} => match self.device(|hub| hub.read_card()).await {
                Answer::Done {} => self.shown(None).await,
                other => other,
            },
            Ask::DrawByCard { queue } => self.shown(Some(queue)).await,
            Ask::LogInByCard {} => match self.device(|hub| hub.read_card()).await {
                Answer::Done {} => self.send_card_code().await,
                other => other,
            },
            Ask::SendCardCode {} => self.send_card_code().await,
            Ask::EnterCardCode { code } => self.enter_card_code(code).await,
            Ask::ScanCode {} => {
                self.device(|hub| {
                    let scanner = hub.fitted.codes.as_ref().ok_or(Fault::Missing)?;
                    let scan = || scanner.scan(&hub.for_a_person());
                    hub.fitted.at(KioskDevice::Codes, scan).map(Answer::Code)
                })
                .await
            }
            Ask::Take { with } => self.device(move |hub| hub.take(&with)).await,
            Ask::PrintSlip { slip } => {
                let Ok(bytes) = slip.bytes() else {
                    return Answer::Invalid {};
                };
                self.device(move |hub| {
                    let printer = hub.fitted.slips.as_ref().ok_or(Fault::Missing)?;
                    let print = || printer.print(&Paper::Slip(&bytes), &hub.for_paper());
                    hub.fitted.at(KioskDevice::Slips, print)?;
                    Ok(Answer::Done {})
                })
                .await
            }
            Ask::PrintDocument { pdf } => {
                let Some(pdf) = document(&pdf) else {
                    return Answer::Invalid {};
                };
                self.device(move |hub| {
                    let printer = hub.fitted.documents.as_ref().ok_or(Fault::Missing)?;
                    let print = || printer.print(&Paper::Document(&pdf), &hub.for_paper());
                    hub.fitted.at(KioskDevice::Documents, print)?;
                    Ok(Answer::Done {})
                })
                .await
            }
            Ask::Stop {} => {
                self.forget();
                Answer::Done {}
            }
        }
    }

    /// Uses devices in a thread that may wait.
    async fn device(self: &Arc<Hub>, work: impl FnOnce(&Hub) -> Result<Answer, Fault> + Send + 'static) -> Answer {
        let hub = Arc::clone(self);
        let work = async_runtime::spawn_blocking(move || work(&hub).unwrap_or_else(Answer::Fault));
        work.await.unwrap_or(Answer::Fault(Fault::Broken))
    }

    fn for_a_person(&self) -> Patience {
        self.stops.patience(FOR_A_PERSON)
    }

    fn for_paper(&self) -> Patience {
        // Not ended by a new page: half a slip is nobody's.
        Arc::<Stops>::default().patience(FOR_PAPER)
    }

    fn states(&self) -> States {
        let fitted = &self.fitted;
        let all = [
            (
                KioskDevice::IdCard,
                fitted.id_card.as_ref().map(|device| device.state()),
            ),
            (KioskDevice::Codes, fitted.codes.as_ref().map(|device| device.state())),
            (
                KioskDevice::Scanner,
                fitted.scanner.as_ref().map(|device| device.state()),
            ),
            (KioskDevice::Camera, fitted.camera.as_ref().map(|device| device.state())),
            (KioskDevice::Slips, fitted.slips.as_ref().map(|device| device.state())),
            (
                KioskDevice::Documents,
                fitted.documents.as_ref().map(|device| device.state()),
            ),
            (KioskDevice::Light, fitted.light.as_ref().map(|device| device.state())),
            (KioskDevice::Door, fitted.door.as_ref().map(|device| device.state())),
        ];
        all.into_iter()
            .filter_map(|(device, state)| Some((device, state?)))
            .collect()
    }

    /// Tells the hall each minute how this kiosk is, as long as this process lives. Where it cannot be told, the next time counts.
    pub fn tell_how_it_is(self: &Arc<Hub>, visits: Ended) {
        let hub = Arc::clone(self);
        thread::spawn(move || {
            loop {
                let sign = KioskSign {
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    visits: visits.all,
                    unclean: visits.unclean,
                    devices: hub.states(),
                };
                let _ = async_runtime::block_on(hub.core.tell_kiosk(&hub.hall, &sign));
                thread::sleep(EACH);
            }
        });
    }

    fn read_card(&self) -> Result<Answer, Fault> {
        let reader = self.fitted.id_card.as_ref().ok_or(Fault::Missing)?;
        let patience = self.for_a_person();
        let card = self.fitted.at(KioskDevice::IdCard, || reader.read(&patience))?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // Stopped while the card was being read: nobody may find it here.
        match patience.check() {
            Err(Fault::Stopped) => return Err(Fault::Stopped),
            _ => *held = Some(Held { card, drawing: None }),
        }
        Ok(Answer::Done {})
    }

    /// Says to the hall which card was read.
    async fn shown(&self, queue: Option<QueueCode>) -> Answer {
        let asked = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.as_mut().map(|held| {
                let same = |(of, _): &&(QueueCode, IdempotencyKey)| Some(of) == queue.as_ref();
                let attempt = match held.drawing.as_ref().filter(same) {
                    Some((_, attempt)) => *attempt,
                    None => self.core.attempt(),
                };
                held.drawing = queue.clone().map(|queue| (queue, attempt));
                (held.card.citizen_id.clone(), attempt)
            })
        };
        let Some((citizen_id, attempt)) = asked else {
            return Answer::Fault(Fault::Removed);
        };
        let card = CardAtHall { citizen_id, queue };
        match self.core.card_at_hall(&self.hall, &card, attempt).await {
            Ok(seen) => {
                if seen.ticket.is_some() {
                    *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
                }
                Answer::Card(seen)
            }
            Err(error) => Answer::Refused(error),
        }
    }

    /// The number on the card that was read.
    fn card(&self) -> Option<CitizenId> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|held| held.card.citizen_id.clone())
    }

    async fn send_card_code(&self) -> Answer {
        let Some(citizen_id) = self.card() else {
            return Answer::Fault(Fault::Removed);
        };
        let sent = self.core.send_card_code(&CardCodeRequest { citizen_id }).await;
        sent.map_or_else(Answer::Refused, Answer::CodeSent)
    }

    async fn enter_card_code(&self, code: String) -> Answer {
        let Some(citizen_id) = self.card() else {
            return Answer::Fault(Fault::Removed);
        };
        match self.core.log_in_with_card(&CardLogin { citizen_id, code }).await {
            Ok(session) => {
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Answer::LoggedIn(Box::new(session))
            }
            Err(error) => Answer::Refused(error),
        }
    }

    fn take(&self, with: &ImagerName) -> Result<Answer, Fault> {
        let (device, imager) = match with {
            ImagerName::Scanner => (KioskDevice::Scanner, &self.fitted.scanner),
            ImagerName::Camera => (KioskDevice::Camera, &self.fitted.camera),
        };
        let imager = imager.as_ref().ok_or(Fault::Missing)?;
        let picture = self.fitted.at(device, || imager.take(&self.for_a_person()))?;
        Ok(Answer::Picture {
            media_type: picture.media_type,
            bytes: STANDARD.encode(picture.bytes),
        })
    }
}

/// A PDF out of base64; none where it is none, or too large.
fn document(pdf: &str) -> Option<Vec<u8>> {
    if pdf.len() / 4 * 3 > LARGEST {
        return None;
    }
    let bytes = STANDARD.decode(pdf).ok()?;
    bytes.starts_with(b"%PDF-").then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pdf_is_a_document() {
        assert_eq!(document(&STANDARD.encode("%PDF-1.7")), Some(b"%PDF-1.7".to_vec()));
        assert_eq!(document(&STANDARD.encode("#!/bin/sh")), None);
        assert_eq!(document("%PDF-1.7"), None);
        assert_eq!(document(&"A".repeat(LARGEST * 4 / 3 + 8)), None);
    }

    #[test]
    fn a_page_asks_what_there_is_to_ask_and_nothing_else() {
        let known = |ask: &str| serde_json::from_str::<Ask>(ask).is_ok();
        for ask in [
            r#"{"devices":{}}"#,
            r#"{"read_card":{}}"#,
            r#"{"draw_by_card":{"queue":"household"}}"#,
            r#"{"log_in_by_card":{}}"#,
            r#"{"send_card_code":{}}"#,
            r#"{"enter_card_code":{"code":"123456"}}"#,
            r#"{"print_slip":{"slip":{"title":"x"}}}"#,
            r#"{"take":{"with":"camera"}}"#,
            r#"{"stop":{}}"#,
        ] {
            assert!(known(ask), "{ask}");
        }
        for ask in [
            "",
            "null",
            r#"{"simulate":{}}"#,
            r#"{"read_card":{"card":{}}}"#,
            r#"{"draw_by_card":{"queue":"household","citizen_id":"11010519491231002X"}}"#,
            r#"{"send_card_code":{"citizen_id":"11010519491231002X"}}"#,
            r#"{"enter_card_code":{"code":"123456","citizen_id":"11010519491231002X"}}"#,
            r#"{"print_slip":{"slip":{"raw":"x"}}}"#,
            r#"{"take":{"with":"/dev/video0"}}"#,
        ] {
            assert!(!known(ask), "{ask}");
        }
    }
}
