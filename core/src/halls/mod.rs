//! Halls: numbers of queues, appointments, and what moves while one waits. All of it is the hall's to answer, and nothing is
//! kept: a number of an hour ago tells nothing.

#[cfg(feature = "native")]
mod card;

use std::sync::Mutex;

use onehall_client::Event;
use onehall_client::citizen::{BookAppointment, CheckIn, CheckInByCode, MoveAppointment, TakeTicket};
use onehall_protocol::{API, AppointmentId, CoreError, HallCode, QueueCode, halls};
use serde::de::DeserializeOwned;

use crate::ports::{PokeSignal, StreamHandle};
use crate::{Core, api, lock};

#[derive(Default)]
pub(crate) struct State {
    watched: Mutex<Option<(HallCode, Box<dyn StreamHandle>)>>,
}

impl Core {
    pub(crate) async fn halls<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/halls").open()).await
    }

    pub(crate) async fn hall<T: DeserializeOwned>(&self, code: &HallCode) -> Result<T, CoreError> {
        self.fetch(api::get(format!("/halls/{code}")).open()).await
    }

    pub(crate) async fn hall_display<T: DeserializeOwned>(&self, code: &HallCode) -> Result<T, CoreError> {
        self.fetch(api::get(format!("/halls/{code}/display")).open()).await
    }

    pub(crate) async fn take_ticket<T: DeserializeOwned>(&self, ask: &TakeTicket) -> Result<T, CoreError> {
        let path = format!("/halls/{}/tickets", ask.hall);
        self.fetch(api::post(path).key(ask.key).json(&ask.ticket)).await
    }

    pub(crate) async fn tickets<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/tickets")).await
    }

    pub(crate) async fn ticket<T: DeserializeOwned>(&self, follow: &str) -> Result<T, CoreError> {
        self.fetch(api::get(ticket_path(follow)).open()).await
    }

    pub(crate) async fn leave_queue<T: DeserializeOwned>(&self, follow: &str) -> Result<T, CoreError> {
        self.fetch(api::delete(ticket_path(follow)).open()).await
    }

    pub(crate) async fn slots<T: DeserializeOwned>(&self, hall: &HallCode, queue: &QueueCode) -> Result<T, CoreError> {
        self.fetch(api::get(format!("/halls/{hall}/queues/{queue}/slots")).open())
            .await
    }

    pub(crate) async fn appointments<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/appointments")).await
    }

    pub(crate) async fn book_appointment<T: DeserializeOwned>(&self, ask: &BookAppointment) -> Result<T, CoreError> {
        self.fetch(api::post("/appointments").key(ask.key).json(&ask.appointment))
            .await
    }

    pub(crate) async fn move_appointment<T: DeserializeOwned>(&self, ask: &MoveAppointment) -> Result<T, CoreError> {
        let path = format!("/appointments/{}", ask.id);
        self.fetch(api::post(path).key(ask.key).json(&ask.to)).await
    }

    pub(crate) async fn cancel_appointment<T: DeserializeOwned>(&self, id: AppointmentId) -> Result<T, CoreError> {
        self.fetch(api::delete(format!("/appointments/{id}"))).await
    }

    pub(crate) async fn check_in<T: DeserializeOwned>(&self, ask: &CheckIn) -> Result<T, CoreError> {
        let path = format!("/appointments/{}/check-in", ask.id);
        self.fetch(api::post(path).key(ask.key)).await
    }

    pub(crate) async fn check_in_by_code<T: DeserializeOwned>(&self, ask: &CheckInByCode) -> Result<T, CoreError> {
        let path = format!("/halls/{}/check-in", ask.hall);
        let code = halls::CheckInByCode { code: ask.code.clone() };
        self.fetch(api::post(path).key(ask.key).json(&code)).await
    }

    /// Listens to a hall, and to no other; whoever looks at none listens to none. The stream says nothing of who listens.
    pub(crate) fn watch_hall(&self, hall: Option<HallCode>) {
        let same = |watched: &Option<(HallCode, Box<dyn StreamHandle>)>| {
            watched.as_ref().map(|(hall, _)| hall) == hall.as_ref()
        };
        if same(&lock(&self.inner.halls.watched)) {
            return;
        }
        let begun = hall.map(|hall| {
            let inner = std::sync::Arc::downgrade(&self.inner);
            // Also where the stream opens anew: something may have moved while it was broken.
            let listener = Box::new(move |signal: PokeSignal| {
                if let (Some(inner), PokeSignal::Open | PokeSignal::Poke(_)) = (inner.upgrade(), signal) {
                    Core { inner }.emit(&Event::QueueChanged);
                }
            });
            let url = format!("{}{API}/halls/{hall}/events", self.inner.base_url);
            (hall, self.inner.host.pokes.listen(&url, Vec::new(), listener))
        });
        // Taken out first: dropping the handle may call back.
        let before = std::mem::replace(&mut *lock(&self.inner.halls.watched), begun);
        drop(before);
    }
}

/// The address may be what somebody typed.
fn ticket_path(follow: &str) -> String {
    format!("/tickets/{}", api::query_value(follow))
}
