//! What a clerk does, one thing at a time. Each press is one attempt, however often it has to be sent.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::staff::{CallNext, HandleTicket, NewKey, SitAt};
use onehall_protocol::halls::{self, CounterNumber, FloorView, HallRefusal};
use onehall_protocol::{CoreError, ErrorCode, HallCode, IdempotencyKey, TicketId};

use crate::console::desk::{Desk, use_desk};
use crate::design::states::error_words;
use crate::shell::{Loaded, document};
use crate::texts::{Words, floor as words};

/// Something done with a number.
#[derive(Clone, PartialEq)]
pub(super) struct Doing {
    /// Which.
    pub(super) ticket: TicketId,
    /// What.
    pub(super) what: halls::HandleTicket,
}

/// What is under way at a counter. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Acting {
    desk: Desk,
    hall: StoredValue<HallCode>,
    floor: Loaded<FloorView>,
    /// Something is on its way.
    pub(super) busy: RwSignal<bool>,
    /// Why the last one was refused.
    pub(super) refused: RwSignal<Option<Words>>,
    /// What was done last, for who does not see it.
    pub(super) said: RwSignal<Option<Words>>,
    /// What was asked for and not answered, with the key that names it.
    unanswered: StoredValue<Option<(Option<Doing>, IdempotencyKey)>>,
}

impl Acting {
    pub(super) fn new(hall: HallCode, floor: Loaded<FloorView>) -> Acting {
        Acting {
            desk: use_desk(),
            hall: StoredValue::new(hall),
            floor,
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            said: RwSignal::new(None),
            unanswered: StoredValue::new(None),
        }
    }

    /// Begins at a counter, or stops.
    pub(super) fn sit(self, counter: Option<CounterNumber>) {
        let hall = self.hall.get_value();
        self.run(
            async move { self.desk.core.ask(SitAt { hall, counter }).await },
            move |_| counter.is_none().then(|| words::STOPPED.into()),
        );
    }

    /// Calls the next.
    pub(super) fn call_next(self) {
        let hall = self.hall.get_value();
        let call = async move {
            let key = self.key(None).await?;
            self.answered(self.desk.core.ask(CallNext { hall, key }).await)
        };
        self.run(call, |floor| {
            let Some(ticket) = &floor.at_counter else {
                return Some(words::NO_ONE_WAITS.into());
            };
            let (number, counter) = (Words::from(ticket.number.clone()), floor.mine.unwrap_or_default());
            Some(words::CALLED.with([number.clone(), number, counter.to_string().into()]))
        });
    }

    /// Does something with a number.
    pub(super) fn act(self, doing: Doing) {
        let hall = self.hall.get_value();
        let act = async move {
            let key = self.key(Some(doing.clone())).await?;
            let Doing { ticket, what } = doing;
            let ask = HandleTicket {
                hall,
                ticket,
                doing: what,
                key,
            };
            self.answered(self.desk.core.ask(ask).await)
        };
        self.run(act, |_| None);
    }

    /// The key of what is asked for: the one of before, where the same was asked for and not answered.
    async fn key(self, doing: Option<Doing>) -> Result<IdempotencyKey, CoreError> {
        let before = self.unanswered.get_value().filter(|(asked, _)| *asked == doing);
        let key = match before {
            Some((_, key)) => key,
            None => self.desk.core.ask(NewKey {}).await?,
        };
        self.unanswered.set_value(Some((doing, key)));
        Ok(key)
    }

    fn answered<T>(self, answer: Result<T, CoreError>) -> Result<T, CoreError> {
        if !answer.as_ref().is_err_and(|error| error.retryable) {
            self.unanswered.set_value(None);
        }
        answer
    }

    fn run(
        self,
        ask: impl Future<Output = Result<FloorView, CoreError>> + 'static,
        say: impl FnOnce(&FloorView) -> Option<Words> + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let answer = ask.await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(floor) => {
                    self.said.set(say(&floor));
                    self.floor.put(floor);
                    // The button that was pressed may be gone: the next thing to do takes its place.
                    request_animation_frame(|| document::focus_into_view("floor-now-title"));
                }
                Err(error) => {
                    self.refused.set(Some(refusal(&error)));
                    self.floor.reload();
                }
            }
        });
    }
}

/// Why something was refused, as clerks are told.
fn refusal(error: &CoreError) -> Words {
    let why = serde_json::from_value::<HallRefusal>(error.details["why"].clone());
    let phrase = match (error.code, why) {
        (ErrorCode::NotPossibleInHall, Ok(why)) => match why {
            HallRefusal::NoCounter => words::WHY_NO_COUNTER,
            HallRefusal::CounterTaken => words::WHY_TAKEN,
            HallRefusal::CounterBusy => words::WHY_BUSY,
            HallRefusal::CounterClosed => words::WHY_CLOSED,
            HallRefusal::TicketMoved => words::WHY_MOVED,
            HallRefusal::HasTicket => words::WHY_HAS_TICKET,
            _ => return error_words(error),
        },
        _ => return error_words(error),
    };
    phrase.into()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn a_clerk_is_told_what_stands_in_the_way() {
        let mut error = CoreError::new(ErrorCode::NotPossibleInHall, Language::En);
        error.details = serde_json::json!({ "why": "counter_busy" });
        assert_eq!(refusal(&error).get(Language::En), "Deal with the current number first.");
        error.details = serde_json::Value::Null;
        assert_eq!(refusal(&error).get(Language::ZhCn), "大厅现在不能这样办理。");
    }
}
