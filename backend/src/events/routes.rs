//! Pokes over HTTP: server-sent events, or the same over a WebSocket.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::{SinkExt, Stream, StreamExt};
use onehall_protocol::cases::Poke;
use onehall_protocol::{HallCode, Problem};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hub::{Channel, Listener};
use crate::cases::model::Viewer;
use crate::error::{Error, Result};
use crate::identity::{Citizen, Reach};
use crate::secrets::TokenHash;
use crate::staff::Staff;
use crate::state::AppState;

/// Between two heartbeats: proxies close what is silent for longer, and a dead terminal is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The most streams of one person: terminals and tabs that are open at once.
const MOST_STREAMS: usize = 40;

/// The most streams of one hall at one replica: its screens, and everybody who waits there with a phone in the hand.
const MOST_STREAMS_OF_HALL: usize = 2000;

/// The routes of events; hung where requests may last.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(citizen_events))
        .routes(routes!(staff_events))
}

/// The longest that a client says over a socket: it has nothing to say but that it goes.
const MOST_SAID: usize = 1024;

/// How a client listens: over a socket where it asked for one, else to server-sent events.
pub type Asked = std::result::Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// Pokes for a citizen
///
/// Server-sent events named `poke`, each with a `Poke` as its data: a case or a draft changed, read it anew. A comment
/// every 15 seconds keeps the stream open. The stream ends with the session.
///
/// A host that has neither such events nor answers that stream asks for a WebSocket here (RFC 6455): each text is a `Poke`,
/// and an empty one keeps it open.
#[utoipa::path(get, path = "/events", tag = "events", responses(
    (status = 200, description = "A stream of pokes", content_type = "text/event-stream", body = Poke),
    (status = 401, body = Problem), (status = 429, body = Problem),
))]
async fn citizen_events(State(state): State<AppState>, citizen: Citizen, asked: Asked) -> Result<Response> {
    let own = Channel::Person(citizen.actor.id);
    let channels = citizen.principal_ids().into_iter().map(Channel::Person).collect();
    open(
        state,
        (&own, MOST_STREAMS),
        channels,
        Session::Citizen(citizen.session, limits(&citizen).map(Box::new)),
        asked,
    )
}

/// What somebody may handle, where that is not all of it: then not everything that is poked is theirs to hear.
fn limits(citizen: &Citizen) -> Option<Reach> {
    let reach = citizen.reach();
    let all = citizen.principals().all(|person| reach.covers_all(person.id));
    (!all).then_some(reach)
}

/// Pokes for a clerk
///
/// As for a citizen: a case of the authority, or its queue, changed.
#[utoipa::path(get, path = "/staff/events", tag = "events", responses(
    (status = 200, description = "A stream of pokes", content_type = "text/event-stream", body = Poke),
    (status = 401, body = Problem), (status = 429, body = Problem),
))]
async fn staff_events(State(state): State<AppState>, staff: Staff, asked: Asked) -> Result<Response> {
    let own = Channel::Staff(staff.id);
    let authority = staff.authority.clone().map(Channel::Authority);
    let of_hall = |hall: &HallCode| staff.hall.is_none() || staff.hall.as_ref() == Some(hall);
    let halls = state.city.catalog.halls.iter().map(|hall| &hall.code);
    let halls = halls.filter(|hall| of_hall(hall)).cloned().map(Channel::Hall);
    let channels = [own.clone()].into_iter().chain(authority).chain(halls).collect();
    open(
        state,
        (&own, MOST_STREAMS),
        channels,
        Session::Staff(staff.session),
        asked,
    )
}

/// Pokes of a hall, for anybody.
///
/// # Errors
/// `request/too_many` where too many listen.
pub fn stream_of_hall(state: AppState, hall: HallCode, asked: Asked) -> Result<Response> {
    let own = Channel::Hall(hall);
    let channels = vec![own.clone()];
    open(state, (&own, MOST_STREAMS_OF_HALL), channels, Session::Nobody, asked)
}

#[derive(Debug)]
enum Session {
    /// A citizen's, and what they may handle where that is not all.
    Citizen(TokenHash, Option<Box<Reach>>),
    Staff(TokenHash),
    /// Nobody's: what anybody may see.
    Nobody,
}

impl Session {
    /// Whether it still is one. Asking does not prolong it: a kiosk that was left alone must log out.
    async fn lives(&self, state: &AppState) -> bool {
        let now = state.clock.now();
        let lives = match self {
            Session::Citizen(session, _) => state
                .storage
                .citizen(*session, now)
                .await
                .map(|session| session.is_some()),
            Session::Staff(session) => state
                .storage
                .staff(*session, now)
                .await
                .map(|session| session.is_some()),
            Session::Nobody => Ok(true),
        };
        // A store that does not answer for a moment is no reason to log everybody out.
        lives.unwrap_or(true)
    }
}

fn open(
    state: AppState,
    (own, most): (&Channel, usize),
    channels: Vec<Channel>,
    session: Session,
    asked: Asked,
) -> Result<Response> {
    let listener = state.events.listen_for(own, most, channels);
    let listener = listener.ok_or_else(|| Error::too_many(60))?;
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let open = Open {
        state,
        session,
        listener,
        heartbeat,
        waiting: VecDeque::new(),
        ended: false,
    };
    if let Ok(upgrade) = asked {
        return Ok(upgrade
            .max_message_size(MOST_SAID)
            .on_upgrade(move |socket| open.over(socket)));
    }
    let mut response = Sse::new(open.events()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would hold pokes back otherwise.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

struct Open {
    state: AppState,
    session: Session,
    listener: Listener,
    heartbeat: Interval,
    waiting: VecDeque<Poke>,
    ended: bool,
}

/// What a stream says.
enum Said {
    Poke(Poke),
    /// Nothing, but that it is still there.
    Alive,
}

impl Open {
    /// Tells it over a socket, until its client goes or the session ends.
    async fn over(mut self, socket: WebSocket) {
        let (mut tell, mut hear) = socket.split();
        let mut said = Some(Said::Alive);
        while let Some(next) = said {
            let text = match next {
                Said::Alive => String::new(),
                Said::Poke(poke) => serde_json::to_string(&poke).unwrap_or_default(),
            };
            if tell.send(Message::Text(text.into())).await.is_err() {
                return;
            }
            let next = self.next();
            tokio::pin!(next);
            // What a client says is heard, so that its end is; what comes next is not begun anew for it.
            said = loop {
                tokio::select! {
                    biased;
                    heard = hear.next() => if !matches!(heard, Some(Ok(_))) { return },
                    said = &mut next => break said,
                }
            };
        }
        let _ = tell.close().await;
    }

    fn events(self) -> impl Stream<Item = std::result::Result<Event, Infallible>> + Send {
        // A comment at once: the terminal knows that it is connected before anything happens.
        let begin = futures::stream::once(async { Ok(Event::default().comment("connected")) });
        let rest = futures::stream::unfold(self, |mut open| async move {
            let event = event(open.next().await?)?;
            Some((Ok(event), open))
        });
        begin.chain(rest)
    }

    async fn next(&mut self) -> Option<Said> {
        loop {
            if self.ended {
                return None;
            }
            if let Some(poke) = self.waiting.pop_front() {
                if matches!(poke, Poke::Delegations | Poke::Again) {
                    self.listen_anew().await;
                    // The end of the session may have been among what the listener of before had not heard yet.
                    if self.ends().await {
                        return Some(Said::Poke(Poke::SessionEnded));
                    }
                }
                if poke != Poke::SessionEnded {
                    if self.may_hear(&poke).await {
                        return Some(Said::Poke(poke));
                    }
                    continue;
                }
                // A session of this person ended: perhaps another terminal's.
                if self.ends().await {
                    return Some(Said::Poke(Poke::SessionEnded));
                }
                continue;
            }
            tokio::select! {
                // In the order written, so that a simulation repeats.
                biased;
                pokes = self.listener.next() => self.waiting.extend(pokes?),
                _ = self.heartbeat.tick() => {
                    let ends = self.ends().await;
                    return Some(if ends { Said::Poke(Poke::SessionEnded) } else { Said::Alive });
                }
            }
        }
    }

    /// Listens to those whose matters the citizen handles now; those of before are heard no more.
    async fn listen_anew(&mut self) {
        let Session::Citizen(session, within) = &mut self.session else {
            return;
        };
        let citizen = self.state.storage.citizen(*session, self.state.clock.now()).await;
        if let Ok(Some(citizen)) = citizen {
            let channels = citizen.principal_ids().into_iter().map(Channel::Person).collect();
            self.listener.turn_to(channels);
            *within = limits(&citizen).map(Box::new);
        }
    }

    /// Whether what is poked is about something that this citizen may handle. Of others not even that there is something is
    /// told; that something is there no more is found out by the next pull.
    async fn may_hear(&self, poke: &Poke) -> bool {
        let Session::Citizen(_, Some(reach)) = &self.session else {
            return true;
        };
        let reach = Reach::clone(reach);
        let found = match poke {
            Poke::Draft { id } | Poke::Present { id, .. } => self.state.storage.draft_head(*id, reach).await.map(drop),
            Poke::Case { id } => self.state.storage.case(*id, Viewer::Citizen(reach)).await.map(drop),
            _ => return true,
        };
        found.is_ok()
    }

    async fn ends(&mut self) -> bool {
        self.ended = !self.session.lives(&self.state).await;
        self.ended
    }
}

fn event(said: Said) -> Option<Event> {
    match said {
        Said::Poke(poke) => Event::default().event("poke").json_data(poke).ok(),
        Said::Alive => Some(Event::default().comment("")),
    }
}
