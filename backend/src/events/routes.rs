//! Pokes over HTTP: server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use onehall_protocol::Problem;
use onehall_protocol::cases::Poke;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hub::{Channel, Listener};
use crate::error::{Error, Result};
use crate::identity::Citizen;
use crate::secrets::TokenHash;
use crate::staff::Staff;
use crate::state::AppState;

/// Between two heartbeats: proxies close what is silent for longer, and a dead terminal is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The most streams of one person: terminals and tabs that are open at once.
const MOST_STREAMS: usize = 40;

/// The routes of events; hung where requests may last.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(citizen_events))
        .routes(routes!(staff_events))
}

/// Pokes for a citizen
///
/// Server-sent events named `poke`, each with a `Poke` as its data: a case or a draft changed, read it anew. A comment
/// every 15 seconds keeps the stream open. The stream ends with the session.
#[utoipa::path(get, path = "/events", tag = "events", responses(
    (status = 200, description = "A stream of pokes", content_type = "text/event-stream", body = Poke),
    (status = 401, body = Problem), (status = 429, body = Problem),
))]
async fn citizen_events(State(state): State<AppState>, citizen: Citizen) -> Result<Response> {
    let own = Channel::Person(citizen.actor.id);
    let channels = citizen.principal_ids().into_iter().map(Channel::Person).collect();
    stream(state, &own, channels, Session::Citizen(citizen.session))
}

/// Pokes for a clerk
///
/// As for a citizen: a case of the authority, or its queue, changed.
#[utoipa::path(get, path = "/staff/events", tag = "events", responses(
    (status = 200, description = "A stream of pokes", content_type = "text/event-stream", body = Poke),
    (status = 401, body = Problem), (status = 429, body = Problem),
))]
async fn staff_events(State(state): State<AppState>, staff: Staff) -> Result<Response> {
    let own = Channel::Staff(staff.id);
    let authority = staff.authority.clone().map(Channel::Authority);
    stream(
        state,
        &own,
        [own.clone()].into_iter().chain(authority).collect(),
        Session::Staff(staff.session),
    )
}

#[derive(Debug, Clone, Copy)]
enum Session {
    Citizen(TokenHash),
    Staff(TokenHash),
}

impl Session {
    /// Whether it still is one. Asking does not prolong it: a kiosk that was left alone must log out.
    async fn lives(self, state: &AppState) -> bool {
        let now = state.clock.now();
        let lives = match self {
            Session::Citizen(session) => state
                .storage
                .citizen(session, now)
                .await
                .map(|session| session.is_some()),
            Session::Staff(session) => state.storage.staff(session, now).await.map(|session| session.is_some()),
        };
        // A store that does not answer for a moment is no reason to log everybody out.
        lives.unwrap_or(true)
    }
}

fn stream(state: AppState, own: &Channel, channels: Vec<Channel>, session: Session) -> Result<Response> {
    if state.events.listeners(own) >= MOST_STREAMS {
        return Err(Error::too_many(60));
    }
    let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = state.events.listen(channels);
    let open = Open {
        state,
        session,
        listener,
        heartbeat,
        waiting: VecDeque::new(),
        ended: false,
    };
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

impl Open {
    fn events(self) -> impl Stream<Item = std::result::Result<Event, Infallible>> + Send {
        // A comment at once: the terminal knows that it is connected before anything happens.
        let begin = futures::stream::once(async { Ok(Event::default().comment("connected")) });
        let rest = futures::stream::unfold(self, |mut open| async move {
            let event = open.next().await?;
            Some((Ok(event), open))
        });
        futures::StreamExt::chain(begin, rest)
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.ended {
                return None;
            }
            if let Some(poke) = self.waiting.pop_front() {
                if poke != Poke::SessionEnded {
                    return event(&poke);
                }
                // A session of this person ended: perhaps another terminal's.
                if self.ends().await {
                    return event(&Poke::SessionEnded);
                }
                continue;
            }
            tokio::select! {
                // In the order written, so that a simulation repeats.
                biased;
                pokes = self.listener.next() => self.waiting.extend(pokes?),
                _ = self.heartbeat.tick() => {
                    let ends = self.ends().await;
                    return if ends { event(&Poke::SessionEnded) } else { Some(Event::default().comment("")) };
                }
            }
        }
    }

    async fn ends(&mut self) -> bool {
        self.ended = !self.session.lives(&self.state).await;
        self.ended
    }
}

fn event(poke: &Poke) -> Option<Event> {
    Event::default().event("poke").json_data(poke).ok()
}
