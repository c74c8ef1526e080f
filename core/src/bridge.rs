//! The core behind a bridge: JSON in, JSON out. Shells, UniFFI and wasm-bindgen carry the text and nothing else.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use futures::future::{AbortHandle, Abortable};
use onehall_client::bridge::{Cancel, Hello, PROTOCOLS, ProtocolRange, Welcome};
use onehall_client::{Event, Profile};
use onehall_protocol::{CoreError, ErrorCode};
use serde_json::Value;

use crate::ports::TextListener;
use crate::relay::Relayed;
use crate::{Core, json, lock};

/// A core behind a bridge. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Bridge {
    core: Core,
    profile: Profile,
    capabilities: Arc<[String]>,
    under_way: Arc<Mutex<UnderWay>>,
}

/// An [`onehall_client::bridge::Envelope`], its command not read yet: what reads every command comes with the second part of a
/// program.
struct Envelope {
    protocol: u32,
    id: u64,
    call: Call,
}

enum Call {
    Hello(Hello),
    Cancel(Cancel),
    /// The name of a command, and what stands in it.
    Ask(String, Value),
}

/// The calls under way, by their numbers.
#[derive(Default)]
struct UnderWay {
    calls: HashMap<u64, (u64, AbortHandle)>,
    /// Tells a call from a later one of the same number.
    serial: u64,
}

impl Bridge {
    /// A bridge to `core`, for a UI that is drawn in `profile` on a host that can do `capabilities` besides.
    #[must_use]
    pub fn new(core: Core, profile: Profile, capabilities: impl IntoIterator<Item = String>) -> Bridge {
        Bridge {
            core,
            profile,
            capabilities: capabilities.into_iter().collect(),
            under_way: Arc::default(),
        }
    }

    /// The core behind it.
    #[must_use]
    pub fn core(&self) -> &Core {
        &self.core
    }

    /// Carries out the call in `envelope`, an `Envelope` as JSON; gives a `Reply` as JSON, whatever came.
    pub async fn call(&self, envelope: &str) -> String {
        let (protocol, id, outcome) = match self.read(envelope) {
            Ok(envelope) => (envelope.protocol, envelope.id, self.carry_out(envelope).await),
            Err((protocol, id, error)) => (protocol, id, refused(&error)),
        };
        // A `Reply`, put together of parts that are JSON already.
        format!(r#"{{"protocol":{protocol},"id":{id},"outcome":{outcome}}}"#)
    }

    /// Calls `listener` with each event, an [`EventMessage`](onehall_client::bridge::EventMessage) as JSON, until [`Core::unsubscribe`] is called with the
    /// number that this gives.
    ///
    /// Where the hall cannot be reached it is told so at once: a page in a shell begins anew while its core goes on.
    pub fn subscribe(&self, listener: Box<TextListener>) -> u64 {
        let hear = move |event: &Event| {
            let (protocol, event) = (PROTOCOLS.max, event_written(event));
            // An `EventMessage`, put together of parts that are JSON already.
            listener(format!(r#"{{"protocol":{protocol},"event":{event}}}"#));
        };
        // Pages that are one program with their core begin with it.
        #[cfg(feature = "native")]
        if !self.core.inner.progress.is_online() {
            hear(&Event::Connection { online: false });
        }
        self.core.subscribe(Box::new(hear))
    }

    /// The envelope, or the refusal of it: protocol, number and error of the reply.
    #[allow(clippy::result_large_err)] // The refusal is what is sent.
    fn read(&self, text: &str) -> Result<Envelope, (u32, u64, CoreError)> {
        let unreadable = |reason: &str| self.core.unreadable(reason);
        let tree: Value = serde_json::from_str(text).map_err(|error| {
            // The place, not what stands there: it may be personal data.
            let reason = format!(
                "{:?} error at line {} column {}",
                error.classify(),
                error.line(),
                error.column()
            );
            (PROTOCOLS.max, 0, unreadable(&reason))
        })?;
        // Read first: with it, an envelope of another protocol can still be answered.
        let head = (
            tree["protocol"].as_u64().and_then(|protocol| protocol.try_into().ok()),
            tree["id"].as_u64(),
        );
        let (Some(protocol), Some(id)) = head else {
            return Err((PROTOCOLS.max, 0, unreadable("no protocol and number")));
        };
        if !PROTOCOLS.contains(protocol) {
            return Err((PROTOCOLS.max, id, self.no_common_protocol()));
        }
        match call(tree) {
            Some(call) => Ok(Envelope { protocol, id, call }),
            None => Err((protocol, id, unreadable(NO_SUCH_CALL))),
        }
    }

    /// Carries a call out; gives an `Outcome` as JSON.
    async fn carry_out(&self, envelope: Envelope) -> String {
        let call = match envelope.call {
            Call::Hello(hello) => return self.hello(&hello),
            Call::Cancel(cancel) => {
                let under_way = lock(&self.under_way).calls.remove(&cancel.id);
                if let Some((_, under_way)) = &under_way {
                    under_way.abort();
                }
                return well("cancel", if under_way.is_some() { "true" } else { "false" });
            }
            Call::Ask(name, fields) => self.core.relay(name, fields),
        };
        let (handle, registration) = AbortHandle::new_pair();
        let serial = {
            let mut under_way = lock(&self.under_way);
            under_way.serial += 1;
            let serial = under_way.serial;
            match under_way.calls.entry(envelope.id) {
                Entry::Vacant(place) => place.insert((serial, handle)),
                Entry::Occupied(_) => {
                    return refused(&self.core.unreadable("a call of this number is under way"));
                }
            };
            serial
        };
        // Taken off also where the caller drops this future.
        let _ended = Ended {
            under_way: &self.under_way,
            id: envelope.id,
            serial,
        };
        match Abortable::new(call, registration).await {
            Ok(Ok(Relayed { name, content })) => well("ask", &format!(r#"{{"{name}":{content}}}"#)),
            Ok(Err(error)) => refused(&error),
            Err(_) => refused(&self.core.error(ErrorCode::Cancelled)),
        }
    }

    fn hello(&self, hello: &Hello) -> String {
        let Some(protocol) = PROTOCOLS.agree(hello.protocols) else {
            return refused(&self.no_common_protocol());
        };
        let welcome = Welcome {
            protocol,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            terminal: self.core.inner.terminal,
            profile: self.profile,
            capabilities: self.capabilities.to_vec(),
        };
        well("hello", &written(&welcome))
    }

    fn no_common_protocol(&self) -> CoreError {
        let mut error = self.core.error(ErrorCode::BridgeProtocol);
        let ProtocolRange { min, max } = PROTOCOLS;
        error.details = json::object([("min", min.into()), ("max", max.into())]);
        error
    }
}

/// What is said of a call that nobody knows, or that is not written as it should be.
pub(crate) const NO_SUCH_CALL: &str = "no such call";

/// What an envelope calls: `{"protocol": …, "id": …, "call": {"hello" | "cancel" | "ask": …}}`, and nothing else in it.
fn call(envelope: Value) -> Option<Call> {
    let Value::Object(mut envelope) = envelope else {
        return None;
    };
    let (kind, content) = only(envelope.remove("call")?)?;
    if envelope.len() != 2 {
        return None;
    }
    match kind.as_str() {
        "hello" => json::read_value(content).ok().map(Call::Hello),
        "cancel" => json::read_value(content).ok().map(Call::Cancel),
        "ask" => only(content).map(|(name, fields)| Call::Ask(name, fields)),
        _ => None,
    }
}

/// Name and content of the one thing that an object holds.
fn only(object: Value) -> Option<(String, Value)> {
    match object {
        Value::Object(object) if object.len() == 1 => object.into_iter().next(),
        _ => None,
    }
}

/// The outcome of a call that went well; `content` is JSON.
fn well(answer: &str, content: &str) -> String {
    format!(r#"{{"ok":{{"{answer}":{content}}}}}"#)
}

/// The outcome of a call that did not.
fn refused(error: &CoreError) -> String {
    format!(r#"{{"error":{}}}"#, written(error))
}

struct Ended<'a> {
    under_way: &'a Mutex<UnderWay>,
    id: u64,
    serial: u64,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let mut under_way = lock(self.under_way);
        // A cancelled call is taken off already, and its number may be another call's by now.
        if under_way
            .calls
            .get(&self.id)
            .is_some_and(|(serial, _)| *serial == self.serial)
        {
            under_way.calls.remove(&self.id);
        }
    }
}

/// An event as JSON. Most are of the second part of the program, and so is what writes those.
fn event_written(event: &Event) -> String {
    let plain = |kind: &str, fields: &str| format!(r#"{{"kind":"{kind}"{fields}}}"#);
    match event {
        Event::SessionChanged { session } => plain("session_changed", &format!(r#","session":{}"#, written(session))),
        Event::CaseChanged { id } => plain("case_changed", &format!(r#","id":"{id}""#)),
        Event::DraftChanged { id } => plain("draft_changed", &format!(r#","id":"{id}""#)),
        Event::Connection { online } => plain("connection", &format!(r#","online":{online}"#)),
        Event::MayHaveMissed => plain("may_have_missed", ""),
        Event::QueueChanged => plain("queue_changed", ""),
        event => enter_part(event),
    }
}

/// Writes an event that only the second part of the program makes.
#[inline(never)]
fn enter_part(event: &Event) -> String {
    written(event)
}

impl Core {
    /// What was sent over the bridge cannot be carried out; `reason` says why to who wrote it.
    pub(crate) fn unreadable(&self, reason: &str) -> CoreError {
        let mut error = self.error(ErrorCode::InvalidEnvelope);
        error.details = json::object([("reason", reason.into())]);
        error
    }
}

fn written(message: &impl serde::Serialize) -> String {
    // Wire types have string keys and no failing serialisers.
    serde_json::to_string(message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::identity::Session;
    #[cfg(feature = "native")]
    use onehall_protocol::identity::TerminalKind;
    use onehall_protocol::{CaseId, DraftId, Timestamp};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    #[cfg(feature = "native")]
    use crate::testing::{Away, Machine};

    #[cfg(feature = "native")]
    #[test]
    fn a_page_that_begins_while_the_hall_is_away_is_told_so() {
        let core = Core::new(
            Arc::new(Machine::default()).host(Arc::new(Away)),
            "",
            TerminalKind::Kiosk,
        );
        let bridge = Bridge::new(core.clone(), Profile::Kiosk, []);
        let told = || {
            let heard = Arc::new(Mutex::new(Vec::new()));
            let hear = heard.clone();
            bridge.subscribe(Box::new(move |event| lock(&hear).push(event)));
            lock(&heard).clone()
        };
        assert!(told().is_empty(), "nobody has asked the hall yet");
        core.connection(false);
        let away = format!(
            r#"{{"protocol":{},"event":{{"kind":"connection","online":false}}}}"#,
            PROTOCOLS.max
        );
        assert_eq!(told(), [away]);
        core.connection(true);
        assert!(told().is_empty());
    }

    #[test]
    fn an_event_is_written_by_hand_as_its_type_writes_it() {
        let actor = json!({ "id": Uuid::nil(), "kind": "citizen", "name": "\"林\"" });
        let session: Session = json::read_value(
            json!({ "actor": actor, "principals": [actor], "phone": "1", "assurance": "L1",
            "expires_at": "2026-01-01T00:00:00Z" }),
        )
        .unwrap_or_else(|_| panic!("no session"));
        for event in [
            Event::SessionChanged { session: None },
            Event::SessionChanged { session: Some(session) },
            Event::CaseChanged {
                id: CaseId(Uuid::nil()),
            },
            Event::DraftChanged {
                id: DraftId(Uuid::nil()),
            },
            Event::Connection { online: true },
            Event::MayHaveMissed,
            Event::QueueChanged,
            Event::OutboxChanged,
            Event::ShownAsOf {
                at: Timestamp::from_unix_millis(0),
            },
        ] {
            assert_eq!(event_written(&event), written(&event));
        }
    }
}
