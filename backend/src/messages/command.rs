//! A sender that hands each message to a program of the city's: the adapter to its text-message gateway, or to its mail server.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use onehall_protocol::contacts::EmailAddress;
use onehall_protocol::{ErrorCode, PhoneNumber};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{MailSender, MessageSender};
use crate::error::{Error, Result};

/// How long the program may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a program for each message. It gets `{"to": "13800000001", "text": "…"}` on its standard input (nothing in its
/// arguments, which other users of the machine could read) and says by exit code 0 that the message was taken. A program that
/// sends mail gets an address as `to`, and a `subject`.
#[derive(Debug, Clone)]
pub struct CommandSender {
    program: String,
    arguments: Vec<String>,
}

impl CommandSender {
    /// A sender that runs `command`: the program, then its arguments. `None` if it is empty.
    #[must_use]
    pub fn new(command: &[String]) -> Option<CommandSender> {
        let (program, arguments) = command.split_first()?;
        Some(CommandSender {
            program: program.clone(),
            arguments: arguments.to_vec(),
        })
    }

    async fn hand_over(&self, message: &[u8]) -> std::io::Result<bool> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(message).await?;
        }
        Ok(child.wait().await?.success())
    }
}

#[async_trait]
impl MessageSender for CommandSender {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<()> {
        self.pass_on(&serde_json::json!({ "to": to.as_str(), "text": text }))
            .await
    }
}

#[async_trait]
impl MailSender for CommandSender {
    async fn mail(&self, to: &EmailAddress, subject: &str, text: &str) -> Result<()> {
        let message = serde_json::json!({ "to": to.as_str(), "subject": subject, "text": text });
        self.pass_on(&message).await
    }
}

impl CommandSender {
    async fn pass_on(&self, message: &serde_json::Value) -> Result<()> {
        let message = message.to_string();
        let outcome = tokio::time::timeout(PATIENCE, self.hand_over(message.as_bytes())).await;
        let unavailable = Error::new(ErrorCode::Unavailable);
        match outcome {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(unavailable.caused_by("send a message", "the program said no")),
            Ok(Err(cause)) => Err(unavailable.caused_by("run the program that sends messages", cause)),
            Err(cause) => Err(unavailable.caused_by("wait for the program that sends messages", cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(script: &str) -> CommandSender {
        let command = ["sh", "-c", script].map(str::to_owned);
        CommandSender::new(&command).unwrap_or_else(|| panic!("a command"))
    }

    fn phone() -> PhoneNumber {
        "13800000001".parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[tokio::test]
    async fn the_program_gets_the_message_on_its_input() {
        let outcome = sender(r#"grep -q '"to":"13800000001"'"#).send(&phone(), "123456").await;
        assert!(outcome.is_ok(), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_program_that_sends_mail_gets_the_subject_too() {
        let address: EmailAddress = "zhang.min@mail.example"
            .parse()
            .unwrap_or_else(|error| panic!("{error}"));
        let script = r#"grep '"to":"zhang.min@mail.example"' | grep -q '"subject":"政务大厅"'"#;
        let outcome = sender(script).mail(&address, "政务大厅", "123456").await;
        assert!(outcome.is_ok(), "{outcome:?}");
        let outcome = sender(script).mail(&address, "其他", "123456").await;
        assert!(outcome.is_err());
    }

    #[tokio::test]
    async fn a_message_that_was_not_taken_is_not_said_to_be_sent() {
        for script in ["cat >/dev/null; exit 3", "exit 1"] {
            let outcome = sender(script).send(&phone(), "123456").await;
            assert_eq!(outcome.err().map(|error| error.code()), Some(ErrorCode::Unavailable));
        }
        let missing = CommandSender::new(&["/no/such/program".to_owned()]).unwrap_or_else(|| panic!("a command"));
        assert!(missing.send(&phone(), "123456").await.is_err());
    }
}
