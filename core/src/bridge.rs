//! The core behind a bridge: JSON in, JSON out. Shells, UniFFI and wasm-bindgen carry the text and nothing else.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use futures::future::{AbortHandle, Abortable};
use onehall_client::Profile;
use onehall_client::bridge::{
    Answer, Call, Envelope, EventMessage, Hello, Outcome, PROTOCOLS, ProtocolRange, Reply, Welcome,
};
use onehall_protocol::{CoreError, ErrorCode};
use serde::Deserialize;

use crate::ports::TextListener;
use crate::{Core, lock};

/// A core behind a bridge. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Bridge {
    core: Core,
    profile: Profile,
    capabilities: Arc<[String]>,
    under_way: Arc<Mutex<HashMap<u64, AbortHandle>>>,
}

/// What is read of an envelope first: with it, an envelope of another protocol can still be answered.
#[derive(Deserialize)]
struct Head {
    protocol: u32,
    id: u64,
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

    /// Carries out the call in `envelope`, an [`Envelope`] as JSON; gives a [`Reply`] as JSON, whatever came.
    pub async fn call(&self, envelope: &str) -> String {
        let reply = match self.read(envelope) {
            Ok(envelope) => Reply {
                protocol: envelope.protocol,
                id: envelope.id,
                outcome: self.carry_out(envelope).await,
            },
            Err(refusal) => refusal,
        };
        written(&reply)
    }

    /// Calls `listener` with each event, an [`EventMessage`] as JSON, until [`Core::unsubscribe`] is called with the
    /// number that this gives.
    pub fn subscribe(&self, listener: Box<TextListener>) -> u64 {
        self.core.subscribe(Box::new(move |event| {
            listener(written(&EventMessage {
                protocol: PROTOCOLS.max,
                event,
            }));
        }))
    }

    #[allow(clippy::result_large_err)] // The refusal is what is sent.
    fn read(&self, text: &str) -> Result<Envelope, Reply> {
        let refusal = |protocol, id, error| Reply {
            protocol,
            id,
            outcome: Outcome::Error(error),
        };
        let head: Head =
            serde_json::from_str(text).map_err(|error| refusal(PROTOCOLS.max, 0, self.invalid_envelope(&error)))?;
        if !PROTOCOLS.contains(head.protocol) {
            return Err(refusal(PROTOCOLS.max, head.id, self.no_common_protocol()));
        }
        serde_json::from_str(text).map_err(|error| refusal(head.protocol, head.id, self.invalid_envelope(&error)))
    }

    async fn carry_out(&self, envelope: Envelope) -> Outcome {
        let call = match envelope.call {
            Call::Hello(hello) => return self.hello(&hello),
            Call::Cancel(cancel) => {
                let under_way = lock(&self.under_way).remove(&cancel.id);
                if let Some(under_way) = &under_way {
                    under_way.abort();
                }
                return Outcome::Ok(Answer::Cancel(under_way.is_some()));
            }
            Call::Ask(command) => self.core.dispatch(*command),
        };
        let (handle, registration) = AbortHandle::new_pair();
        match lock(&self.under_way).entry(envelope.id) {
            Entry::Vacant(place) => place.insert(handle),
            Entry::Occupied(_) => {
                let error = self.core.error(ErrorCode::InvalidEnvelope);
                return Outcome::Error(with_reason(error, "a call of this number is under way"));
            }
        };
        // Taken off also where the caller drops this future.
        let _under_way = UnderWay(&self.under_way, envelope.id);
        match Abortable::new(call, registration).await {
            Ok(Ok(reply)) => Outcome::Ok(Answer::Ask(Box::new(reply))),
            Ok(Err(error)) => Outcome::Error(error),
            Err(_) => Outcome::Error(self.core.error(ErrorCode::Cancelled)),
        }
    }

    fn hello(&self, hello: &Hello) -> Outcome {
        let Some(protocol) = PROTOCOLS.agree(hello.protocols) else {
            return Outcome::Error(self.no_common_protocol());
        };
        Outcome::Ok(Answer::Hello(Welcome {
            protocol,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            terminal: self.core.inner.terminal,
            profile: self.profile,
            capabilities: self.capabilities.to_vec(),
        }))
    }

    fn no_common_protocol(&self) -> CoreError {
        let mut error = self.core.error(ErrorCode::BridgeProtocol);
        let ProtocolRange { min, max } = PROTOCOLS;
        error.details = serde_json::json!({ "min": min, "max": max });
        error
    }

    /// Names the place, not what stands there: it may be personal data.
    fn invalid_envelope(&self, error: &serde_json::Error) -> CoreError {
        let reason = format!(
            "{:?} error at line {} column {}",
            error.classify(),
            error.line(),
            error.column()
        );
        with_reason(self.core.error(ErrorCode::InvalidEnvelope), &reason)
    }
}

struct UnderWay<'a>(&'a Mutex<HashMap<u64, AbortHandle>>, u64);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        lock(self.0).remove(&self.1);
    }
}

fn with_reason(mut error: CoreError, reason: &str) -> CoreError {
    error.details = serde_json::json!({ "reason": reason });
    error
}

fn written(message: &impl serde::Serialize) -> String {
    // Wire types have string keys and no failing serialisers.
    serde_json::to_string(message).unwrap_or_default()
}
