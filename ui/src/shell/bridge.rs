//! The core of a shell, over the bridge that the shell gives its pages: `window.onehallBridge`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use onehall_client::bridge::{Answer, Call, Cancel, Envelope, EventMessage, Hello, Outcome, PROTOCOLS, Reply, Welcome};
use onehall_client::{CoreClient, Event, Subscription, citizen};
use onehall_protocol::{CoreError, ErrorCode, Language};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::document;
use crate::texts::general;

/// Where a shell puts the bridge.
const GLOBAL: &str = "onehallBridge";

/// The core behind the bridge. Cheap to clone.
#[derive(Clone)]
pub struct BridgeClient(Rc<Inner>);

type Listener = Rc<dyn Fn(Event)>;

struct Inner {
    bridge: JsValue,
    call: Function,
    /// The protocol that both sides speak.
    protocol: Cell<u32>,
    next_call: Cell<u64>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    next_listener: Cell<u64>,
    /// Whether the core cannot reach the hall, as it said last.
    away: Cell<bool>,
}

impl BridgeClient {
    /// Says hello to the core, and hears its events from now on.
    ///
    /// # Errors
    /// `bridge/protocol_mismatch` where this page and the core speak no common protocol; `client/fault` where the page
    /// does not stand in a shell.
    pub async fn open() -> Result<(BridgeClient, Welcome), CoreError> {
        let bridge = Reflect::get(&window(), &GLOBAL.into()).map_err(fault)?;
        let method = |name: &str| {
            let method = Reflect::get(&bridge, &name.into()).map_err(fault)?;
            method.dyn_into::<Function>().map_err(fault)
        };
        let (call, listen) = (method("call")?, method("listen")?);
        let client = BridgeClient(Rc::new(Inner {
            bridge: bridge.clone(),
            call,
            protocol: Cell::new(PROTOCOLS.max),
            // Calls of a page that was here before may still be under way, with numbers of their own.
            next_call: Cell::new(js_sys::Date::now() as u64 * 1000),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            away: Cell::new(false),
        }));
        let hello = Hello {
            protocols: PROTOCOLS,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let Answer::Hello(welcome) = client.call(Call::Hello(hello)).await? else {
            return Err(error(ErrorCode::InvalidReply));
        };
        client.0.protocol.set(welcome.protocol);
        client.listen(&listen)?;
        Ok((client, welcome))
    }

    fn listen(&self, listen: &Function) -> Result<(), CoreError> {
        let client = self.clone();
        let hear = Closure::<dyn Fn(String)>::new(move |message: String| {
            // An event that this page does not know is news for a newer one.
            if let Ok(EventMessage { event, .. }) = serde_json::from_str(&message) {
                client.emit(&event);
            }
        });
        listen.call1(&self.0.bridge, hear.as_ref()).map_err(fault)?;
        // The shell holds it as long as the page is there.
        hear.forget();
        Ok(())
    }

    fn emit(&self, event: &Event) {
        if let Event::Connection { online } = event {
            self.0.away.set(!online);
        }
        // Not borrowed while listeners run: one may subscribe.
        let all: Vec<_> = self
            .0
            .listeners
            .borrow()
            .iter()
            .map(|(_, listener)| listener.clone())
            .collect();
        for listener in all {
            listener(event.clone());
        }
    }

    async fn call(&self, call: Call) -> Result<Answer, CoreError> {
        let id = self.next_id();
        let under_way = UnderWay {
            client: self,
            id,
            done: Cell::new(false),
        };
        let reply = self.send(id, call).await;
        under_way.done.set(true);
        match reply?.outcome {
            Outcome::Ok(answer) => Ok(answer),
            Outcome::Error(error) => Err(error),
        }
    }

    async fn send(&self, id: u64, call: Call) -> Result<Reply, CoreError> {
        let envelope = Envelope {
            protocol: self.0.protocol.get(),
            id,
            call,
        };
        let envelope = serde_json::to_string(&envelope).map_err(|_| error(ErrorCode::ClientFault))?;
        let promise = self.0.call.call1(&self.0.bridge, &envelope.into()).map_err(fault)?;
        let reply = JsFuture::from(promise.unchecked_into::<Promise>())
            .await
            .map_err(fault)?;
        let reply: Option<Reply> = reply.as_string().and_then(|text| serde_json::from_str(&text).ok());
        reply
            .filter(|reply| reply.id == id)
            .ok_or_else(|| error(ErrorCode::InvalidReply))
    }

    fn next_id(&self) -> u64 {
        let id = self.0.next_call.get();
        self.0.next_call.set(id + 1);
        id
    }
}

/// A call that the core ends when nobody waits for it any more.
struct UnderWay<'a> {
    client: &'a BridgeClient,
    id: u64,
    done: Cell<bool>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.done.get() {
            let (client, id) = (self.client.clone(), self.id);
            spawn_local(async move {
                let _ = client.send(client.next_id(), Call::Cancel(Cancel { id })).await;
            });
        }
    }
}

impl CoreClient for BridgeClient {
    fn dispatch(&self, command: citizen::Command) -> LocalBoxFuture<'static, Result<citizen::Reply, CoreError>> {
        let client = self.clone();
        Box::pin(async move {
            match client.call(Call::Ask(Box::new(command))).await? {
                Answer::Ask(reply) => Ok(*reply),
                _ => Err(error(ErrorCode::InvalidReply)),
            }
        })
    }

    fn subscribe(&self, listener: Box<dyn Fn(Event)>) -> Subscription {
        // It may have been said before anybody listened.
        if self.0.away.get() {
            listener(Event::Connection { online: false });
        }
        let number = self.0.next_listener.get();
        self.0.next_listener.set(number + 1);
        self.0.listeners.borrow_mut().push((number, Rc::from(listener)));
        let inner = Rc::downgrade(&self.0);
        Subscription::new(move || {
            if let Some(inner) = inner.upgrade() {
                inner.listeners.borrow_mut().retain(|(other, _)| *other != number);
            }
        })
    }
}

/// Says, in every language at once, that this page and the program around it do not fit together.
pub fn say_why_not(error: &CoreError) {
    let code = error.code;
    let said = move |language: Language| {
        view! {
            <div lang=language.tag()>
                <h1>{general::SHELL_MISMATCH.get(language)}</h1>
                <p>{CoreError::new(code, language).message}</p>
            </div>
        }
    };
    let page = move || {
        view! {
            <div class="boot-failed" role="alert">
                {said(Language::ZhCn)}
                {said(Language::En)}
                <p><small>{code.as_str()}</small></p>
            </div>
        }
    };
    leptos::mount::mount_to(document::app_root(), page).forget();
    document::remove_boot();
}

fn error(code: ErrorCode) -> CoreError {
    let language = document::root_attribute("lang").and_then(|tag| Language::from_tag(&tag));
    CoreError::new(code, language.unwrap_or_default())
}

/// What JavaScript threw says nothing to a person.
fn fault(_: JsValue) -> CoreError {
    error(ErrorCode::ClientFault)
}
