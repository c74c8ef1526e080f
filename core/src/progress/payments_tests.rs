//! What is paid is asked of the hall each time, under the key of the attempt, and of nothing that was kept.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use onehall_client::citizen::{AskPayment, Command, GetPayment, Pay, Reply};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::payments::{BeginPayment, PaymentState, PaymentWay};
use onehall_protocol::{CaseId, ErrorCode, IdempotencyKey, Money, PaymentId};
use serde_json::{Value, json};

use crate::ports::{Http, HttpRequest, HttpResponse, NoAnswer};
use crate::testing::{CASE, Machine, PERSON, answer, session};
use crate::{Core, lock};

const PAYMENT: &str = "01935a00-0000-7000-8000-0000000000a1";

/// A hall with a case that owes 20 yuan; away once it is told so.
#[derive(Default)]
struct Hall {
    away: Mutex<bool>,
    heard: Mutex<Vec<(String, Value, Option<String>)>>,
    machine: Arc<Machine>,
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if *lock(&self.away) {
            return Err(NoAnswer);
        }
        let path = request.url.trim_start_matches("/api/v1").to_owned();
        let state = if path.ends_with("/confirmation") {
            "paid"
        } else {
            "begun"
        };
        if path.contains("/payment") {
            let key = request.headers.iter().find(|(name, _)| *name == "idempotency-key");
            let body = request
                .body
                .as_deref()
                .and_then(|body| serde_json::from_slice(body).ok());
            let heard = (path.clone(), body.unwrap_or_default(), key.map(|(_, key)| key.clone()));
            lock(&self.heard).push(heard);
        }
        Ok(answer(match path.as_str() {
            "/identity/session" => (200, session(PERSON)),
            path if path.contains("/payment") => {
                let charge = json!({ "lines": [], "amount": "20.00", "state": state, "before_result": false });
                (200, json!({ "charge": charge, "ways": [] }))
            }
            path if path.starts_with("/sync") => (
                200,
                json!({ "changes": [], "cursor": "c", "more": false, "principals": [PERSON] }),
            ),
            _ => (204, Value::Null),
        }))
    }
}

fn terminal() -> (Arc<Hall>, Core) {
    let hall = Arc::new(Hall::default());
    let host = hall.machine.host(hall.clone());
    (hall, Core::new(host, "", TerminalKind::Kiosk))
}

fn ask(hall: &Hall, core: &Core, command: Command) -> Result<Reply, ErrorCode> {
    let reply = hall.machine.wait(core.dispatch(command), 0);
    hall.machine.run();
    reply.map_err(|error| error.code)
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn a_payment_goes_to_the_hall_under_its_key_with_the_amount_that_was_seen() {
    let (hall, core) = terminal();
    let (case, key): (CaseId, IdempotencyKey) = (parsed(CASE), parsed(PAYMENT));
    let pay = Pay {
        case,
        payment: BeginPayment {
            way: PaymentWay::Card,
            amount: Money::from_fen(2000),
        },
        key,
    };
    for _ in 0..2 {
        let Ok(Reply::Pay(begun)) = ask(&hall, &core, Command::Pay(pay.clone())) else {
            panic!("no payment")
        };
        assert_eq!(begun.charge.map(|charge| charge.state), Some(PaymentState::Begun));
    }
    let payment: PaymentId = parsed(PAYMENT);
    let Ok(Reply::AskPayment(asked)) = ask(&hall, &core, Command::AskPayment(AskPayment { case, payment })) else {
        panic!("no payment")
    };
    assert_eq!(asked.charge.map(|charge| charge.state), Some(PaymentState::Paid));
    let heard = lock(&hall.heard);
    let begun = (
        format!("/cases/{CASE}/payment"),
        json!({ "way": "card", "amount": "20.00" }),
        Some(key.to_string()),
    );
    assert_eq!(heard[..2], [begun.clone(), begun]);
    assert_eq!(heard[2].0, format!("/cases/{CASE}/payment/confirmation"));
    assert_eq!(heard[2].1, json!({ "payment": PAYMENT }));
}

#[test]
fn without_the_hall_nobody_is_told_of_money_from_before() {
    let (hall, core) = terminal();
    let look = || Command::GetPayment(GetPayment { case: parsed(CASE) });
    assert!(ask(&hall, &core, look()).is_ok());
    *lock(&hall.away) = true;
    assert_eq!(ask(&hall, &core, look()).err(), Some(ErrorCode::Offline));
}
