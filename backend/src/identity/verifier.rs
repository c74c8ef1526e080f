//! Who is who: a port to the authority that keeps names, numbers and pictures, and a way behind it.
//!
//! A verifier is asked about one person at a time and says one word. It never gives anything away that it was not told, and
//! nobody behind this port logs what it was asked.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use onehall_protocol::{CitizenId, ErrorCode};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::error::{Error, Result};

/// How long a verifier may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a verifier says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is this person.
    Match,
    /// The number is somebody's, and it is not this person.
    Mismatch,
    /// Nobody has this number.
    NotFound,
}

impl Verdict {
    /// Its name in metrics, and in the answers of a verifier's program.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Match => "match",
            Verdict::Mismatch => "mismatch",
            Verdict::NotFound => "not_found",
        }
    }
}

/// Compares people with what is registered of them.
#[async_trait]
pub trait Verifier: Send + Sync + std::fmt::Debug {
    /// Whether `number` is the identity number of somebody of this name.
    ///
    /// # Errors
    /// `identity/verifier_unavailable` if nobody can say now; `request/too_many` if it was asked about this number too often.
    async fn document(&self, name: &str, number: &CitizenId) -> Result<Verdict>;

    /// Whether a picture (JPEG or PNG, of a living face: that is the verifier's to judge) is of the person whose number this is.
    ///
    /// # Errors
    /// As [`Verifier::document`].
    async fn face(&self, name: &str, number: &CitizenId, picture: &[u8]) -> Result<Verdict>;

    /// Whether somebody is the guardian of a child, by the register of births and households. Names and numbers of both.
    ///
    /// # Errors
    /// As [`Verifier::document`].
    async fn guardian(&self, child: (&str, &CitizenId), guardian: (&str, &CitizenId)) -> Result<Verdict>;

    /// Whether there is one to ask at all.
    fn is_there(&self) -> bool {
        true
    }
}

/// There is none: every check has to be done in a hall.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoVerifier;

#[async_trait]
impl Verifier for NoVerifier {
    async fn document(&self, _: &str, _: &CitizenId) -> Result<Verdict> {
        Err(unavailable())
    }

    async fn face(&self, _: &str, _: &CitizenId, _: &[u8]) -> Result<Verdict> {
        Err(unavailable())
    }

    async fn guardian(&self, _: (&str, &CitizenId), _: (&str, &CitizenId)) -> Result<Verdict> {
        Err(unavailable())
    }

    fn is_there(&self) -> bool {
        false
    }
}

/// The refusal of a check that nobody can make now.
#[must_use]
pub fn unavailable() -> Error {
    Error::new(ErrorCode::VerifierUnavailable)
}

/// Runs a program of the city's for each check: the adapter to the authority's service. It gets
/// `{"check": "document", "name": "…", "citizen_id": "…"}`, `{"check": "face", …, "picture": "base64"}` or
/// `{"check": "guardian", …, "guardian_name": "…", "guardian_id": "…"}` (name and number are the child's) on its standard
/// input (nothing in its arguments, which other users of the machine could read) and says `match`, `mismatch`, `not_found` or
/// `too_many` on its standard output, with exit code 0. Whatever else happens means that nobody can say now.
#[derive(Debug, Clone)]
pub struct CommandVerifier {
    program: String,
    arguments: Vec<String>,
}

impl CommandVerifier {
    /// A verifier that runs `command`: the program, then its arguments. `None` if it is empty.
    #[must_use]
    pub fn new(command: &[String]) -> Option<CommandVerifier> {
        let (program, arguments) = command.split_first()?;
        Some(CommandVerifier {
            program: program.clone(),
            arguments: arguments.to_vec(),
        })
    }

    async fn ask(&self, question: &serde_json::Value) -> Result<Verdict> {
        let outcome = tokio::time::timeout(PATIENCE, self.run(question.to_string().as_bytes())).await;
        match outcome {
            Ok(Ok(Some(said))) => match said.trim() {
                "match" => Ok(Verdict::Match),
                "mismatch" => Ok(Verdict::Mismatch),
                "not_found" => Ok(Verdict::NotFound),
                "too_many" => Err(Error::too_many(3600)),
                // What it said may be about somebody: it is not repeated.
                _ => Err(unavailable().caused_by("understand the verifier's program", "it said no word that is known")),
            },
            Ok(Ok(None)) => Err(unavailable().caused_by("check an identity", "the verifier's program failed")),
            Ok(Err(cause)) => Err(unavailable().caused_by("run the verifier's program", cause)),
            Err(cause) => Err(unavailable().caused_by("wait for the verifier's program", cause)),
        }
    }

    async fn run(&self, question: &[u8]) -> std::io::Result<Option<String>> {
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
        Ok(output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }
}

#[async_trait]
impl Verifier for CommandVerifier {
    async fn document(&self, name: &str, number: &CitizenId) -> Result<Verdict> {
        let question = serde_json::json!({ "check": "document", "name": name, "citizen_id": number });
        self.ask(&question).await
    }

    async fn face(&self, name: &str, number: &CitizenId, picture: &[u8]) -> Result<Verdict> {
        let picture = BASE64_STANDARD.encode(picture);
        let question = serde_json::json!({ "check": "face", "name": name, "citizen_id": number, "picture": picture });
        self.ask(&question).await
    }

    async fn guardian(&self, child: (&str, &CitizenId), guardian: (&str, &CitizenId)) -> Result<Verdict> {
        let question = serde_json::json!({
            "check": "guardian", "name": child.0, "citizen_id": child.1,
            "guardian_name": guardian.0, "guardian_id": guardian.1,
        });
        self.ask(&question).await
    }
}

/// A name as it is compared: without the space around it, and with the one middle dot of names that have one.
#[must_use]
pub fn comparable(name: &str) -> String {
    let dot = |character| match character {
        '•' | '・' | '‧' | '．' | '.' => '·',
        other => other,
    };
    name.trim().chars().map(dot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verifier(script: &str) -> CommandVerifier {
        let command = ["sh", "-c", script].map(str::to_owned);
        CommandVerifier::new(&command).unwrap_or_else(|| panic!("a command"))
    }

    fn number() -> CitizenId {
        "11010519491231002X".parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[tokio::test]
    async fn the_program_gets_the_question_on_its_input_and_says_one_word() {
        let script = r#"grep -q '"citizen_id":"11010519491231002X"' && echo match || echo mismatch"#;
        let said = verifier(script).document("张三", &number()).await;
        assert_eq!(said.ok(), Some(Verdict::Match));
        let script = r#"grep -q '"picture":"QUJD"' && echo mismatch || echo match"#;
        let said = verifier(script).face("张三", &number(), b"ABC").await;
        assert_eq!(said.ok(), Some(Verdict::Mismatch));
        let script = r#"grep '"name":"王小禾"' | grep -q '"guardian_name":"赵雪"' && echo match || echo mismatch"#;
        let child = ("王小禾", &number());
        let said = verifier(script).guardian(child, ("赵雪", &number())).await;
        assert_eq!(said.ok(), Some(Verdict::Match));
    }

    #[tokio::test]
    async fn a_program_that_fails_or_mumbles_has_matched_nobody() {
        for script in [
            "cat >/dev/null; echo match; exit 3",
            "cat >/dev/null; echo MATCH 张三",
            "exit 1",
        ] {
            let said = verifier(script).document("张三", &number()).await;
            let code = said.as_ref().err().map(Error::code);
            assert_eq!(code, Some(ErrorCode::VerifierUnavailable), "{script}");
            let told = said.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!told.contains("张三") && !told.contains("11010519491231002X"), "{told}");
        }
        let missing = CommandVerifier::new(&["/no/such/program".to_owned()]).unwrap_or_else(|| panic!("a command"));
        assert!(missing.document("张三", &number()).await.is_err());
    }

    #[test]
    fn a_name_is_compared_however_its_dot_was_typed() {
        assert_eq!(comparable(" 阿依古丽•买买提 "), "阿依古丽·买买提");
    }
}
