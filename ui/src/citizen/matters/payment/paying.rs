//! What is done on the page of a payment. What a terminal says of a card is a reason to ask the hall, and nothing else.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Request;
use onehall_client::citizen::{AskPayment, CancelPayment, Command, NewKey, Pay, Reply};
use onehall_protocol::payments::{BeginPayment, CasePayment, PaymentUnderWay, PaymentWay};
use onehall_protocol::{CaseId, CoreError, ErrorCode, Money, PaymentId};

use crate::citizen::Hall;
use crate::design::states::error_words;
use crate::shell::kiosk::{self, DeviceState, Fault, NotDone};
use crate::shell::{Loaded, Remote};
use crate::texts::{Phrase, Words, payments as words};

/// How often the hall is asked after a payment that is under way, in milliseconds.
const EACH: u32 = 3_000;

/// The page of a payment. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Paying {
    pub(super) hall: Hall,
    pub(super) case: CaseId,
    /// What the case owes.
    pub(super) here: Loaded<CasePayment>,
    /// The hall is being asked for something.
    pub(super) busy: RwSignal<bool>,
    /// The payment terminal waits for a card.
    pub(super) at_terminal: RwSignal<bool>,
    /// The payment terminal of this kiosk; none where there is none.
    pub(super) terminal: RwSignal<Option<DeviceState>>,
    /// What went wrong, and what to do.
    pub(super) told: RwSignal<Option<Words>>,
}

impl Paying {
    /// Follows what is under way as long as the page is there.
    pub(super) fn of(hall: Hall, case: CaseId, here: Loaded<CasePayment>) -> Paying {
        let paying = Paying {
            hall,
            case,
            here,
            busy: RwSignal::new(false),
            at_terminal: RwSignal::new(false),
            terminal: RwSignal::new(None),
            told: RwSignal::new(None),
        };
        paying.look_at_terminal();
        paying.follow();
        // Whoever goes elsewhere wants no card taken.
        on_cleanup(|| spawn_local(kiosk::stop()));
        paying
    }

    fn look_at_terminal(self) {
        spawn_local(async move {
            let devices = kiosk::devices().await;
            let _ = self.terminal.try_set(devices.payment);
        });
    }

    fn follow(self) {
        spawn_local(async move {
            loop {
                TimeoutFuture::new(EACH).await;
                let Some(at_terminal) = self.at_terminal.try_get_untracked() else {
                    return;
                };
                let Some(payment) = self.under_way().filter(|_| !at_terminal) else {
                    continue;
                };
                let case = self.case;
                if let Ok(payment) = self.hall.client.ask(AskPayment { case, payment }).await {
                    let _ = self.here.state().try_set(Remote::Ready(payment));
                }
            }
        });
    }

    /// The payment that is under way.
    fn under_way(self) -> Option<PaymentId> {
        let read = |state: &Remote<CasePayment>| match state {
            Remote::Ready(payment) => Some(payment.charge.as_ref()?.payment.as_ref()?.id),
            _ => None,
        };
        self.here.state().try_with_untracked(read).flatten()
    }

    /// Begins a payment; a card is waited for at once.
    pub(super) fn begin(self, way: PaymentWay, amount: Money) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.told.set(None);
        spawn_local(async move {
            let begun = self.begun(way, amount).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match begun {
                Ok(payment) => {
                    let under_way = payment.charge.as_ref().and_then(|charge| charge.payment.clone());
                    self.here.put(payment);
                    if let Some(under_way) = under_way.filter(|under_way| under_way.way == PaymentWay::Card) {
                        self.take_card(&under_way, amount);
                    }
                }
                Err(error) => self.failed(&error),
            }
        });
    }

    async fn begun(self, way: PaymentWay, amount: Money) -> Result<CasePayment, CoreError> {
        let key = self.hall.client.ask(NewKey {}).await?;
        let pay = Pay {
            case: self.case,
            payment: BeginPayment { way, amount },
            key,
        };
        self.hall.client.ask(pay).await
    }

    /// Has the terminal take a card for what was begun.
    pub(super) fn take_card(self, under_way: &PaymentUnderWay, amount: Money) {
        let Some(order) = under_way.pay_at.clone() else {
            return self.ask();
        };
        self.told.set(None);
        self.at_terminal.set(true);
        spawn_local(async move {
            let taken = kiosk::pay_by_card(&order, amount).await;
            if self.at_terminal.try_set(false).is_some() {
                return;
            }
            let fault = match taken {
                Ok(()) => None,
                Err(NotDone::Fault(fault)) => Some(fault),
                Err(NotDone::Refused(_)) => Some(Fault::Broken),
            };
            self.told.set(fault.map(|fault| not_paid(fault).into()));
            if fault.is_some_and(is_unpaid) {
                // So that another way is open at once.
                self.cancel();
            } else {
                self.ask();
            }
            self.look_at_terminal();
        });
    }

    /// Asks what became of what is under way.
    pub(super) fn ask(self) {
        if let Some(payment) = self.under_way() {
            let case = self.case;
            self.change(AskPayment { case, payment });
        }
    }

    /// Breaks it off.
    pub(super) fn cancel(self) {
        if let Some(payment) = self.under_way() {
            let case = self.case;
            self.change(CancelPayment { case, payment });
        }
    }

    fn change<R>(self, request: R)
    where
        R: Request<Command = Command, AnyReply = Reply, Reply = CasePayment> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let asked = self.hall.client.ask(request);
        spawn_local(async move {
            let answer = asked.await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(payment) => self.here.put(payment),
                Err(error) => self.failed(&error),
            }
        });
    }

    fn failed(self, error: &CoreError) {
        self.told.set(Some(error_words(error)));
        // It is otherwise than this page shows.
        if matches!(
            error.code,
            ErrorCode::PaymentNotPossible | ErrorCode::PaymentsUnavailable | ErrorCode::NotFound
        ) {
            self.here.reload();
        }
    }
}

/// Whether it is certain that no card was charged.
fn is_unpaid(fault: Fault) -> bool {
    match fault {
        Fault::Missing
        | Fault::Busy
        | Fault::Removed
        | Fault::Unreadable
        | Fault::TimedOut
        | Fault::Stopped
        | Fault::OutOfPaper
        | Fault::Jammed => true,
        // The provider knows why, or nobody does.
        Fault::Refused | Fault::Uncertain | Fault::Broken => false,
    }
}

/// What is said where the terminal took no card, and what to do.
fn not_paid(fault: Fault) -> Phrase {
    match fault {
        Fault::Refused => words::CARD_REFUSED,
        Fault::Removed => words::CARD_REMOVED,
        Fault::Unreadable => words::CARD_UNREADABLE,
        Fault::TimedOut => words::CARD_TIMED_OUT,
        Fault::Stopped => words::CARD_STOPPED,
        Fault::Busy => words::CARD_BUSY,
        Fault::Missing | Fault::OutOfPaper | Fault::Jammed => words::CARD_MISSING,
        Fault::Uncertain | Fault::Broken => words::CARD_UNCERTAIN,
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn only_where_it_is_certain_that_nothing_was_charged_somebody_is_told_so() {
        for fault in [
            Fault::Busy,
            Fault::Removed,
            Fault::Unreadable,
            Fault::TimedOut,
            Fault::Stopped,
        ] {
            assert!(is_unpaid(fault));
            assert!(not_paid(fault).get(Language::ZhCn).contains("没有扣款"), "{fault:?}");
        }
        for fault in [Fault::Uncertain, Fault::Broken] {
            assert!(!is_unpaid(fault));
            assert!(
                not_paid(fault).get(Language::ZhCn).contains("请不要再刷卡"),
                "{fault:?}"
            );
        }
    }
}
