//! A browser: XMLHttpRequest (it tells the progress of an upload, which fetch does not), EventSource, localStorage.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use futures::channel::oneshot;
use onehall_protocol::Timestamp;
use wasm_bindgen::prelude::*;
use web_sys::{Event, EventSource, MessageEvent, ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

use crate::ports::{
    BoxFuture, Clock, Host, Http, HttpRequest, HttpResponse, NoAnswer, PokeListener, PokeSignal, Pokes, Rng, Spawner,
    Store, StreamHandle, Timer,
};

/// How long an answer may take, in milliseconds; an upload has more, by its size.
const TIMEOUT_MS: u32 = 20_000;

/// The ports of a browser.
#[must_use]
#[allow(clippy::arc_with_non_send_sync)] // One thread.
pub fn browser() -> Host {
    Host {
        http: Arc::new(Browser),
        pokes: Arc::new(Browser),
        store: Arc::new(Browser),
        clock: Arc::new(Browser),
        timer: Arc::new(Browser),
        spawner: Arc::new(Browser),
        rng: Arc::new(Browser),
    }
}

struct Browser;

/// A request under way: its callbacks live as long as it, and it ends when it is dropped.
struct UnderWay {
    request: XmlHttpRequest,
    _callbacks: Vec<Closure<dyn FnMut(Event)>>,
    _progress: Option<Closure<dyn FnMut(ProgressEvent)>>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.request.set_onload(None);
        self.request.set_onerror(None);
        self.request.set_ontimeout(None);
        if self.request.ready_state() != XmlHttpRequest::DONE {
            let _ = self.request.abort();
        }
    }
}

#[async_trait(?Send)]
impl Http for Browser {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let answered = open(request).map_err(|_| NoAnswer)?;
        let (under_way, ended) = answered;
        let arrived = ended.await.unwrap_or(false);
        if arrived {
            read(&under_way.request).ok_or(NoAnswer)
        } else {
            Err(NoAnswer)
        }
    }
}

fn open(request: HttpRequest) -> Result<(UnderWay, oneshot::Receiver<bool>), JsValue> {
    let xhr = XmlHttpRequest::new()?;
    xhr.open_with_async(request.method.as_str(), &request.url, true)?;
    xhr.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    let body_len = request.body.as_ref().map_or(0, Vec::len);
    // At least 20 KB/s: a weak signal on a bus is no reason to give a photograph up.
    xhr.set_timeout(TIMEOUT_MS.saturating_add(u32::try_from(body_len / 20).unwrap_or(u32::MAX)));
    for (name, value) in &request.headers {
        xhr.set_request_header(name, value)?;
    }
    let (sender, ended) = oneshot::channel();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let end_with = |arrived: bool| {
        let sender = sender.clone();
        Closure::<dyn FnMut(Event)>::new(move |_| {
            if let Some(sender) = sender.borrow_mut().take() {
                let _ = sender.send(arrived);
            }
        })
    };
    let (load, error, timeout) = (end_with(true), end_with(false), end_with(false));
    xhr.set_onload(Some(load.as_ref().unchecked_ref()));
    xhr.set_onerror(Some(error.as_ref().unchecked_ref()));
    xhr.set_ontimeout(Some(timeout.as_ref().unchecked_ref()));
    let progress = match request.progress {
        None => None,
        Some(listener) => {
            let closure = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
                listener(event.loaded() as u64, event.total() as u64);
            });
            xhr.upload()?.set_onprogress(Some(closure.as_ref().unchecked_ref()));
            Some(closure)
        }
    };
    match &request.body {
        Some(body) => xhr.send_with_opt_u8_array(Some(body))?,
        None => xhr.send()?,
    }
    Ok((
        UnderWay {
            request: xhr,
            _callbacks: vec![load, error, timeout],
            _progress: progress,
        },
        ended,
    ))
}

fn read(xhr: &XmlHttpRequest) -> Option<HttpResponse> {
    let status = xhr.status().ok().filter(|status| *status != 0)?;
    let body = js_sys::Uint8Array::new(&xhr.response().ok()?).to_vec();
    let headers = xhr.get_all_response_headers().unwrap_or_default();
    let headers = headers.lines().filter_map(|line| line.split_once(": "));
    let headers = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(HttpResponse { status, headers, body })
}

struct Listening {
    source: EventSource,
    _open: Closure<dyn FnMut(Event)>,
    _error: Closure<dyn FnMut(Event)>,
    _poke: Closure<dyn FnMut(MessageEvent)>,
}

impl StreamHandle for Listening {}

impl Drop for Listening {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

/// A host without an EventSource: the UI reads anew when it is looked at.
struct NoStream;
impl StreamHandle for NoStream {}

impl Pokes for Browser {
    fn listen(&self, url: &str, listener: Box<PokeListener>) -> Box<dyn StreamHandle> {
        let Ok(source) = EventSource::new(url) else {
            return Box::new(NoStream);
        };
        let listener: Rc<PokeListener> = Rc::from(listener);
        let on = listener.clone();
        let open = Closure::<dyn FnMut(Event)>::new(move |_| on(PokeSignal::Open));
        source.set_onopen(Some(open.as_ref().unchecked_ref()));
        let on = listener.clone();
        let error = Closure::<dyn FnMut(Event)>::new(move |_| on(PokeSignal::Broken));
        source.set_onerror(Some(error.as_ref().unchecked_ref()));
        let poke = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                listener(PokeSignal::Poke(text));
            }
        });
        let _ = source.add_event_listener_with_callback("poke", poke.as_ref().unchecked_ref());
        Box::new(Listening {
            source,
            _open: open,
            _error: error,
            _poke: poke,
        })
    }
}

fn local_storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn storage_key(key: &str) -> String {
    format!("onehall.{key}")
}

#[async_trait(?Send)]
impl Store for Browser {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        local_storage()?
            .get_item(&storage_key(key))
            .ok()?
            .map(String::into_bytes)
    }

    async fn put(&self, key: &str, value: Vec<u8>) {
        if let (Some(storage), Ok(text)) = (local_storage(), String::from_utf8(value)) {
            let _ = storage.set_item(&storage_key(key), &text);
        }
    }

    async fn delete(&self, key: &str) {
        if let Some(storage) = local_storage() {
            let _ = storage.remove_item(&storage_key(key));
        }
    }
}

impl Clock for Browser {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(js_sys::Date::now() as i64)
    }
}

impl Timer for Browser {
    fn sleep(&self, millis: u32) -> BoxFuture<'static, ()> {
        Box::pin(gloo_timers::future::TimeoutFuture::new(millis))
    }
}

impl Spawner for Browser {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(work);
    }
}

impl Rng for Browser {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random numbers no key is unique: a panic is the honest end, and browsers always have them.
        if getrandom::fill(bytes).is_err() {
            wasm_bindgen::throw_str("no random numbers");
        }
    }
}
