//! The provider of development mode: takes play money, and fails as a real one does. It forgets everything with its process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use onehall_protocol::payments::{PaymentRefusal, PaymentWay};
use onehall_protocol::{Money, PaymentId, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::provider::{Answer, Opened, Order, PaymentProvider, unavailable};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How the provider is, for everybody: set in development mode, and by tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// As it should be.
    #[default]
    Fine,
    /// It cannot be reached: nothing of what it is told arrives.
    Down,
    /// It does what it is told, and its answers are lost.
    Mute,
}

/// What the one who pays does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Pays.
    Pay,
    /// Pays, and less than is due: what a provider never should take.
    PayLess,
    /// Is refused by the bank.
    Decline,
    /// Has not enough money.
    LackFunds,
}

/// A payment as the simulator has it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SimulatedPayment {
    /// Which.
    pub id: PaymentId,
    /// How much.
    pub amount: Money,
    /// By which way.
    pub way: PaymentWay,
    /// What for.
    pub what: Text,
    /// How it stands: `waiting`, `paid`, `refused`, `refunded`.
    pub state: String,
    /// How often money went over for it: more than once is what must not be.
    pub charged: u32,
}

#[derive(Debug, Clone)]
struct Held {
    order: Order,
    answer: Answer,
    charged: u32,
}

#[derive(Debug, Default)]
struct Inside {
    condition: Condition,
    orders: BTreeMap<PaymentId, Held>,
    /// Closed before it was opened: never opened any more.
    closed: BTreeMap<PaymentId, ()>,
    charged: u32,
}

/// Takes play money.
#[derive(Debug)]
pub struct SimulatedProvider {
    clock: Arc<dyn Clock>,
    inside: Mutex<Inside>,
}

impl SimulatedProvider {
    /// One that knows of no payment yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> SimulatedProvider {
        SimulatedProvider {
            clock,
            inside: Mutex::default(),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets how it is from now on.
    pub fn set(&self, condition: Condition) {
        self.inside().condition = condition;
    }

    /// Somebody pays, or tries to.
    ///
    /// # Errors
    /// `request/not_found` where there is nothing to be paid.
    pub fn act(&self, id: PaymentId, deed: Deed) -> Result<SimulatedPayment> {
        let mut inside = self.inside();
        self.expire(&mut inside, id);
        let held = inside.orders.get_mut(&id).ok_or_else(Error::not_found)?;
        if held.answer != Answer::Waiting {
            return Err(Error::not_found());
        }
        let paid = |amount: Money| Answer::Paid {
            reference: format!("SIM-{}", &id.0.simple().to_string()[20..]),
            amount,
        };
        held.answer = match deed {
            Deed::Pay => paid(held.order.amount),
            Deed::PayLess => paid(Money::from_fen(held.order.amount.fen() - 1)),
            Deed::Decline => refused(PaymentRefusal::Declined),
            Deed::LackFunds => refused(PaymentRefusal::Funds),
        };
        let goes_over = matches!(held.answer, Answer::Paid { .. });
        held.charged += u32::from(goes_over);
        let seen = seen(held);
        inside.charged += u32::from(goes_over);
        Ok(seen)
    }

    /// All payments, the newest first.
    #[must_use]
    pub fn payments(&self) -> Vec<SimulatedPayment> {
        self.inside().orders.values().rev().map(seen).collect()
    }

    /// How often money went over in all.
    #[must_use]
    pub fn charged(&self) -> u32 {
        self.inside().charged
    }

    fn expire(&self, inside: &mut Inside, id: PaymentId) {
        let now = self.clock.now();
        if let Some(held) = inside.orders.get_mut(&id)
            && held.answer == Answer::Waiting
            && held.order.until < now
        {
            held.answer = refused(PaymentRefusal::Expired);
        }
    }

    /// Does what it is told, where it hears it; says so, where it is heard.
    fn told<T>(&self, work: impl FnOnce(&mut Inside) -> Result<T>) -> Result<T> {
        let mut inside = self.inside();
        let condition = inside.condition;
        if condition == Condition::Down {
            return Err(unavailable());
        }
        let done = work(&mut inside);
        if condition == Condition::Mute {
            return Err(unavailable());
        }
        done
    }
}

fn refused(why: PaymentRefusal) -> Answer {
    Answer::Refused { why }
}

fn seen(held: &Held) -> SimulatedPayment {
    let state = match held.answer {
        Answer::Waiting => "waiting",
        Answer::Paid { .. } => "paid",
        Answer::Refused { .. } => "refused",
        Answer::Refunded => "refunded",
        Answer::Unknown => "unknown",
    };
    SimulatedPayment {
        id: held.order.id,
        amount: held.order.amount,
        way: held.order.way,
        what: held.order.what.clone(),
        state: state.to_owned(),
        charged: held.charged,
    }
}

#[async_trait]
impl PaymentProvider for SimulatedProvider {
    async fn open(&self, order: &Order) -> Result<Opened> {
        self.told(|inside| {
            if inside.closed.contains_key(&order.id) {
                return Err(unavailable());
            }
            inside.orders.entry(order.id).or_insert_with(|| Held {
                order: order.clone(),
                answer: Answer::Waiting,
                charged: 0,
            });
            let pay_at = match order.way {
                PaymentWay::Code => format!("/dev#pay-{}", order.id),
                PaymentWay::Card | PaymentWay::Cash => order.id.to_string(),
            };
            Ok(Opened { pay_at: Some(pay_at) })
        })
    }

    async fn ask(&self, id: PaymentId) -> Result<Answer> {
        self.told(|inside| {
            self.expire(inside, id);
            Ok(inside
                .orders
                .get(&id)
                .map_or(Answer::Unknown, |held| held.answer.clone()))
        })
    }

    async fn close(&self, id: PaymentId) -> Result<Answer> {
        self.told(|inside| {
            self.expire(inside, id);
            let Some(held) = inside.orders.get_mut(&id) else {
                inside.closed.insert(id, ());
                return Ok(refused(PaymentRefusal::Unreachable));
            };
            if held.answer == Answer::Waiting {
                held.answer = refused(PaymentRefusal::Cancelled);
            }
            Ok(held.answer.clone())
        })
    }

    async fn refund(&self, id: PaymentId, amount: Money) -> Result<Answer> {
        self.told(|inside| {
            // One from before a restart, of which nobody but the hall knows any more.
            let Some(held) = inside.orders.get_mut(&id) else {
                return Ok(Answer::Refunded);
            };
            if matches!(&held.answer, Answer::Paid { amount: paid, .. } if *paid == amount) {
                held.answer = Answer::Refunded;
            }
            Ok(held.answer.clone())
        })
    }
}
