//! Who takes the money: a port to a provider of payments.
//!
//! A provider knows a payment by our id of it, and hears of nobody: neither names nor numbers of citizens or cases leave the
//! hall. Each call may be made again with the same id; that makes nothing a second time.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use onehall_protocol::payments::{PaymentRefusal, PaymentWay};
use onehall_protocol::{ErrorCode, Money, PaymentId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::error::{Error, Result};

/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A payment as its provider is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Names it, for good.
    pub id: PaymentId,
    /// How much, in CNY.
    pub amount: Money,
    /// By which way it is to be paid.
    pub way: PaymentWay,
    /// What it is for: the name of the service item.
    pub what: Text,
    /// Until when it can be paid.
    pub until: Timestamp,
}

/// How it is paid, once the provider knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// What a phone opens, or what a payment terminal is given.
    #[serde(default)]
    pub pay_at: Option<String>,
}

/// What a provider says of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Answer {
    /// It is not paid, and can be.
    Waiting,
    /// It is paid.
    Paid {
        /// The provider's own number for it.
        reference: String,
        /// What was paid.
        amount: Money,
    },
    /// It came to nothing, and can never be paid.
    Refused {
        /// Why.
        why: PaymentRefusal,
    },
    /// It was given back.
    Refunded,
    /// There is no such payment.
    Unknown,
}

/// Takes payments.
#[async_trait]
pub trait PaymentProvider: Send + Sync + std::fmt::Debug {
    /// Makes a payment possible.
    ///
    /// # Errors
    /// `payments/unavailable` where nobody can say whether it is possible now.
    async fn open(&self, order: &Order) -> Result<Opened>;

    /// Asks what became of a payment.
    ///
    /// # Errors
    /// `payments/unavailable` where nobody can say.
    async fn ask(&self, id: PaymentId) -> Result<Answer>;

    /// Sees to it that a payment that is not paid never will be, also where the provider has not heard of it yet. Says what
    /// became of it: `Refused`, or `Paid` where it was paid before.
    ///
    /// # Errors
    /// `payments/unavailable` where nobody can say.
    async fn close(&self, id: PaymentId) -> Result<Answer>;

    /// Gives back what was paid, all of it, once.
    ///
    /// # Errors
    /// `payments/unavailable` where nobody can say.
    async fn refund(&self, id: PaymentId, amount: Money) -> Result<Answer>;

    /// Whether there is one at all.
    fn is_there(&self) -> bool {
        true
    }
}

/// The refusal of what no provider can say now.
#[must_use]
pub fn unavailable() -> Error {
    Error::new(ErrorCode::PaymentsUnavailable)
}

/// There is none: payments are taken at the windows alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProvider;

#[async_trait]
impl PaymentProvider for NoProvider {
    async fn open(&self, _: &Order) -> Result<Opened> {
        Err(unavailable())
    }

    async fn ask(&self, _: PaymentId) -> Result<Answer> {
        Err(unavailable())
    }

    async fn close(&self, _: PaymentId) -> Result<Answer> {
        Err(unavailable())
    }

    async fn refund(&self, _: PaymentId, _: Money) -> Result<Answer> {
        Err(unavailable())
    }

    fn is_there(&self) -> bool {
        false
    }
}

/// Runs a program of the city's for each question: the adapter to its provider. It gets one JSON object on its standard input
/// (`{"do": "open", "payment": "<id>", "amount": "20.00", "currency": "CNY", "way": "code", "what": {"zh-CN": "…", "en": "…"},
/// "until": "<RFC 3339>"}`; `{"do": "ask" | "close", "payment": "<id>"}`; `{"do": "refund", "payment": "<id>", "amount":
/// "20.00"}`) and writes one on its standard output, with exit code 0: `{"pay_at": "<address>"}` to `open`, else `{"state":
/// "waiting"}`, `{"state": "paid", "reference": "<number>", "amount": "20.00"}`, `{"state": "refused", "why": "declined" |
/// "funds" | "expired" | "cancelled"}`, `{"state": "refunded"}` or `{"state": "unknown"}`. Whatever else happens means that nobody
/// can say now.
#[derive(Debug, Clone)]
pub struct CommandProvider {
    program: String,
    arguments: Vec<String>,
}

impl CommandProvider {
    /// A provider that runs `command`: the program, then its arguments. `None` if it is empty.
    #[must_use]
    pub fn new(command: &[String]) -> Option<CommandProvider> {
        let (program, arguments) = command.split_first()?;
        Some(CommandProvider {
            program: program.clone(),
            arguments: arguments.to_vec(),
        })
    }

    async fn say<T: serde::de::DeserializeOwned>(&self, question: &serde_json::Value) -> Result<T> {
        let outcome = tokio::time::timeout(PATIENCE, self.run(question.to_string().as_bytes())).await;
        let said = match outcome {
            Ok(Ok(Some(said))) => said,
            Ok(Ok(None)) => return Err(unavailable().caused_by("ask after a payment", "the provider's program failed")),
            Ok(Err(cause)) => return Err(unavailable().caused_by("run the provider's program", cause)),
            Err(cause) => return Err(unavailable().caused_by("wait for the provider's program", cause)),
        };
        // What it said is not repeated: it may be about somebody.
        serde_json::from_slice(&said)
            .map_err(|_| unavailable().caused_by("understand the provider's program", "it said nothing that is known"))
    }

    async fn run(&self, question: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(question).await?;
        }
        let output = child.wait_with_output().await?;
        Ok(output.status.success().then_some(output.stdout))
    }
}

#[async_trait]
impl PaymentProvider for CommandProvider {
    async fn open(&self, order: &Order) -> Result<Opened> {
        let question = serde_json::json!({
            "do": "open", "payment": order.id, "amount": order.amount, "currency": "CNY", "way": order.way,
            "what": order.what, "until": order.until,
        });
        self.say(&question).await
    }

    async fn ask(&self, id: PaymentId) -> Result<Answer> {
        self.say(&serde_json::json!({ "do": "ask", "payment": id })).await
    }

    async fn close(&self, id: PaymentId) -> Result<Answer> {
        self.say(&serde_json::json!({ "do": "close", "payment": id })).await
    }

    async fn refund(&self, id: PaymentId, amount: Money) -> Result<Answer> {
        self.say(&serde_json::json!({ "do": "refund", "payment": id, "amount": amount }))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(script: &str) -> CommandProvider {
        let command = ["sh", "-c", script].map(str::to_owned);
        CommandProvider::new(&command).unwrap_or_else(|| panic!("a command"))
    }

    fn id() -> PaymentId {
        PaymentId(uuid::Uuid::from_u128(7))
    }

    fn order() -> Order {
        Order {
            id: id(),
            amount: Money::from_fen(2000),
            way: PaymentWay::Code,
            what: Text::new("工本费", "Cost"),
            until: Timestamp::from_unix_millis(0),
        }
    }

    #[tokio::test]
    async fn the_program_gets_one_object_and_says_one() {
        let script = r#"grep '"do":"open"' | grep '"currency":"CNY"' | grep -q '"amount":"20.00"' && echo '{"pay_at":"https://pay.example/7"}'"#;
        let opened = provider(script).open(&order()).await.ok();
        assert_eq!(
            opened.and_then(|opened| opened.pay_at).as_deref(),
            Some("https://pay.example/7")
        );
        let script = r#"cat >/dev/null; echo '{"state":"paid","reference":"B-1","amount":"20.00"}'"#;
        let paid = Answer::Paid {
            reference: "B-1".to_owned(),
            amount: Money::from_fen(2000),
        };
        assert_eq!(provider(script).ask(id()).await.ok(), Some(paid));
        let script = r#"cat >/dev/null; echo '{"state":"refused","why":"funds"}'"#;
        let refused = Answer::Refused {
            why: PaymentRefusal::Funds,
        };
        assert_eq!(provider(script).close(id()).await.ok(), Some(refused));
    }

    #[tokio::test]
    async fn a_program_that_fails_or_mumbles_has_said_nothing() {
        for script in [
            r#"cat >/dev/null; echo '{"state":"paid","reference":"B-1","amount":"20.00"}'; exit 3"#,
            r#"cat >/dev/null; echo '{"state":"paid"}'"#,
            r#"cat >/dev/null; echo '{"state":"PAID","reference":"B-1","amount":"20.00"}'"#,
            r#"cat >/dev/null; echo '{"state":"paid","reference":"B-1","amount":20}'"#,
            "exit 1",
        ] {
            let said = provider(script).ask(id()).await;
            let code = said.as_ref().err().map(Error::code);
            assert_eq!(code, Some(ErrorCode::PaymentsUnavailable), "{script}");
            let told = said.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!told.contains("B-1"), "{told}");
        }
    }
}
