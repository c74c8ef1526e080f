//! Engine-neutral journeys: `tests/scenarios/*.json`, carried out over the core's bridge. `tests/scenarios/README.md` says
//! what a step may be; every runner (this one, Kotlin on the JVM, the SDK in a browser, the desktop window) gives the same
//! transcript.

pub mod outside;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onehall_core::Bridge;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{Failure, Outcome};

/// How long a step waits for an event: less than the 40 seconds after which a silent stream is opened anew.
const EVENT_WITHIN: Duration = Duration::from_secs(30);

/// A journey.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub name: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A step: one of `ask`, `hello`, `outside` and `event`, and what is made of its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    ask: Option<Value>,
    hello: Option<bool>,
    outside: Option<Value>,
    event: Option<String>,
    /// The code of the error that the step must end with.
    fail: Option<String>,
    /// What an event must hold, by pointer.
    #[serde(default, rename = "match")]
    matches: BTreeMap<String, Value>,
    /// Values to keep, by name, from pointers into the answer.
    #[serde(default)]
    keep: BTreeMap<String, String>,
    /// What of the answer goes into the transcript, by pointer.
    #[serde(default)]
    show: Vec<String>,
}

impl Scenario {
    /// Reads a journey.
    ///
    /// # Errors
    /// It is not there, or is none.
    pub fn read(path: &Path) -> Outcome<Scenario> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()).into())
    }
}

/// Events as they came, until a step takes them.
#[derive(Clone, Default)]
struct Events {
    came: Arc<Mutex<VecDeque<Value>>>,
    more: Arc<Notify>,
}

impl Events {
    fn hear(&self, text: &str) {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.push_back(message["event"].clone());
        self.more.notify_one();
    }

    /// The next event of this kind that holds what it must; those before it are passed over.
    async fn next(&self, kind: &str, holds: &BTreeMap<String, Value>) -> Outcome<Value> {
        let deadline = Instant::now() + EVENT_WITHIN;
        loop {
            loop {
                let event = self.came.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some(event) = event else { break };
                if event["kind"] == kind && holds.iter().all(|(at, value)| event.pointer(at) == Some(value)) {
                    return Ok(event);
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if tokio::time::timeout(left, self.more.notified()).await.is_err() {
                return Err(format!("no event {kind} came").into());
            }
        }
    }
}

/// Carries a journey out over `bridge`; `outside` is the address of what does not happen on the terminal. Gives the
/// transcript.
///
/// # Errors
/// A step did not go as it had to; the error names it.
pub async fn run(scenario: &Scenario, bridge: &Bridge, outside: &str) -> Outcome<Vec<String>> {
    let events = Events::default();
    let heard = events.clone();
    let subscription = bridge.subscribe(Box::new(move |text| heard.hear(&text)));
    let mut run = Run {
        bridge,
        outside,
        events,
        kept: BTreeMap::new(),
        next_id: 0,
        http: reqwest::Client::builder().no_proxy().build()?,
    };
    let mut transcript = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        let failed = |error: Failure| Failure::from(format!("{}, step {index}: {error}", scenario.name));
        let answer = run.step(step).await.map_err(failed)?;
        for (name, pointer) in &step.keep {
            let value = answer.pointer(pointer);
            let value = value.ok_or_else(|| failed(format!("nothing at {pointer} in {answer}").into()))?;
            run.kept.insert(name.clone(), value.clone());
        }
        for pointer in &step.show {
            let value = answer.pointer(pointer);
            let value = value.ok_or_else(|| failed(format!("nothing at {pointer} in {answer}").into()))?;
            transcript.push(json!([index, pointer, sorted(value)]).to_string());
        }
    }
    bridge.core().unsubscribe(subscription);
    Ok(transcript)
}

/// The value with the keys of every object sorted, whatever the order in which a map of `serde_json` keeps them.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> = fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        other => other.clone(),
    }
}

struct Run<'a> {
    bridge: &'a Bridge,
    outside: &'a str,
    events: Events,
    kept: BTreeMap<String, Value>,
    next_id: u64,
    http: reqwest::Client,
}

impl Run<'_> {
    async fn step(&mut self, step: &Step) -> Outcome<Value> {
        if let Some(command) = &step.ask {
            let name = command.as_object().and_then(|command| command.keys().next());
            let name = name.ok_or("a command is an object with one key")?.clone();
            let outcome = self.call(json!({ "ask": self.filled(command)? })).await?;
            return match (&step.fail, outcome.pointer("/error")) {
                (None, None) => Ok(outcome["ok"]["ask"][&name].clone()),
                (None, Some(error)) => Err(format!("{name} failed: {error}").into()),
                (Some(code), Some(error)) if error["code"] == *code => Ok(error.clone()),
                (Some(code), _) => Err(format!("{name} had to fail with {code}: {outcome}").into()),
            };
        }
        if step.hello == Some(true) {
            let range = onehall_client::bridge::PROTOCOLS;
            let hello = json!({ "hello": { "protocols": range, "version": env!("CARGO_PKG_VERSION") } });
            let outcome = self.call(hello).await?;
            return Ok(outcome["ok"]["hello"].clone());
        }
        if let Some(outside) = &step.outside {
            let answer = self.http.post(self.outside).json(&self.filled(outside)?).send().await?;
            let (status, text) = (answer.status(), answer.text().await?);
            if !status.is_success() {
                return Err(format!("outside: {text}").into());
            }
            return Ok(serde_json::from_str(&text)?);
        }
        let kind = step.event.as_deref().ok_or("a step asks, waits or happens outside")?;
        let holds = step.matches.iter();
        let holds = holds
            .map(|(at, value)| Ok((at.clone(), self.filled(value)?)))
            .collect::<Outcome<_>>()?;
        self.events.next(kind, &holds).await
    }

    async fn call(&mut self, call: Value) -> Outcome<Value> {
        self.next_id += 1;
        let envelope = json!({ "protocol": 1, "id": self.next_id, "call": call }).to_string();
        let reply: Value = serde_json::from_str(&self.bridge.call(&envelope).await)?;
        if reply["id"] != self.next_id {
            return Err(format!("the reply answers another call: {reply}").into());
        }
        Ok(reply["outcome"].clone())
    }

    /// A value with what was kept in the place of `{name}`.
    fn filled(&self, value: &Value) -> Outcome<Value> {
        Ok(match value {
            Value::String(text) => self.filled_text(text)?,
            Value::Array(items) => Value::Array(items.iter().map(|item| self.filled(item)).collect::<Outcome<_>>()?),
            Value::Object(fields) => {
                let field = |(key, value): (&String, &Value)| Ok((key.clone(), self.filled(value)?));
                Value::Object(fields.iter().map(field).collect::<Outcome<_>>()?)
            }
            other => other.clone(),
        })
    }

    fn filled_text(&self, text: &str) -> Outcome<Value> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once('{') {
            let (name, after) = from.split_once('}').ok_or_else(|| format!("{text:?} has no end"))?;
            let value = self
                .kept
                .get(name)
                .ok_or_else(|| format!("nothing was kept as {name}"))?;
            if before.is_empty() && filled.is_empty() && after.is_empty() {
                return Ok(value.clone());
            }
            filled.push_str(before);
            match value {
                Value::String(value) => filled.push_str(value),
                other => filled.push_str(&other.to_string()),
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(Value::String(filled))
    }
}
