//! A host in JavaScript: it hands in an object with what the core needs (`core/js/host.js` is a browser's).

use std::cell::Cell;
use std::sync::Arc;

use async_trait::async_trait;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use onehall_protocol::Timestamp;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::memory::MemorySecrets;
use crate::ports::{
    BoxFuture, Clock, Host, Http, HttpRequest, HttpResponse, Journal, Later, NoAnswer, NotKept, Others, PokeListener,
    PokeSignal, Pokes, Rng, Spawner, Store, StoreError, StreamHandle, Timer, ToldListener, Write, scanned,
};

/// How long an answer may take, in milliseconds; an upload has more, by its size.
const TIMEOUT_MS: u32 = 20_000;

#[wasm_bindgen]
extern "C" {
    /// The host's object. What its methods take and give: `Host` in the types of the mini-app SDK.
    #[wasm_bindgen(typescript_type = "Host")]
    pub type WebHost;
    #[wasm_bindgen(method, structural, catch)]
    fn fetch(this: &WebHost, request: &Object) -> Result<HostCall, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn listen(this: &WebHost, url: &str, headers: &Array, on: &JsValue) -> Result<Function, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn others(this: &WebHost, told: &JsValue) -> Result<Option<HostOthers>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn get(this: &WebHost, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn scan(this: &WebHost, prefix: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn batch(this: &WebHost, writes: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn erase(this: &WebHost) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = keepUnsent)]
    fn keep_unsent(this: &WebHost, key: &str, value: Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn unsent(this: &WebHost) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = forgetUnsent)]
    fn forget_unsent(this: &WebHost, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural, catch, js_name = eraseUnsent)]
    fn erase_unsent(this: &WebHost) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, structural)]
    fn sleep(this: &WebHost, millis: u32) -> Promise;
    #[wasm_bindgen(method, structural)]
    fn random(this: &WebHost, bytes: Uint8Array) -> Uint8Array;

    /// The tabs that share a store.
    type HostOthers;
    #[wasm_bindgen(method, structural, getter)]
    fn lead(this: &HostOthers) -> Promise;
    #[wasm_bindgen(method, structural)]
    fn tell(this: &HostOthers);
    #[wasm_bindgen(method, structural)]
    fn leave(this: &HostOthers);

    /// A request under way.
    type HostCall;
    #[wasm_bindgen(method, structural, getter)]
    fn answer(this: &HostCall) -> Promise;
    #[wasm_bindgen(method, structural)]
    fn abort(this: &HostCall);
}

#[wasm_bindgen(module = "/js/host.js")]
extern "C" {
    #[wasm_bindgen(js_name = browserHost)]
    fn browser_host() -> WebHost;
}

/// The ports of a browser on the hall's own pages: the session is a cookie, which no script reads. A page whose program is in
/// two parts loads the second by `window.onehallLater`.
#[must_use]
pub fn browser() -> Host {
    let later = Reflect::get(&js_sys::global(), &"onehallLater".into()).ok();
    Host {
        secrets: None,
        ..web(browser_host(), later.and_then(|later| later.dyn_into().ok()))
    }
}

/// The ports of a host that hands itself in: in a stranger's page, a worker, a mini-program. The session's token is kept
/// in memory. `later` gives a promise of the second part of the program, where it is in two.
#[must_use]
#[allow(clippy::arc_with_non_send_sync)] // One thread.
pub fn web(host: WebHost, later: Option<Function>) -> Host {
    let web = Arc::new(Web(host));
    Host {
        http: web.clone(),
        pokes: web.clone(),
        store: web.clone(),
        journal: Some(web.clone()),
        clock: web.clone(),
        timer: web.clone(),
        spawner: web.clone(),
        rng: web,
        secrets: Some(Arc::new(MemorySecrets::default())),
        later: later.map(|load| Arc::new(LaterPart(load, Cell::new(false))) as Arc<dyn Later>),
    }
}

/// What loads the second part, and whether it is there.
struct LaterPart(Function, Cell<bool>);

#[async_trait(?Send)]
impl Later for LaterPart {
    async fn load(&self) -> Result<(), NoAnswer> {
        if !self.1.get() {
            let promise = self.0.call0(&JsValue::UNDEFINED).map_err(|_| NoAnswer)?;
            JsFuture::from(Promise::resolve(&promise)).await.map_err(|_| NoAnswer)?;
            self.1.set(true);
        }
        Ok(())
    }
}

struct Web(WebHost);

/// Aborts the request when it is dropped; harmless once it is answered.
struct UnderWay {
    call: HostCall,
    _progress: Option<Closure<dyn FnMut(f64, f64)>>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.call.abort();
    }
}

#[async_trait(?Send)]
impl Http for Web {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let progress = request.progress.map(|listener| {
            Closure::<dyn FnMut(f64, f64)>::new(move |sent, total| listener(sent as u64, total as u64))
        });
        let body_len = request.body.as_ref().map_or(0, Vec::len);
        // At least 20 KB/s: a weak signal on a bus is no reason to give a photograph up.
        let timeout = TIMEOUT_MS.saturating_add(u32::try_from(body_len / 20).unwrap_or(u32::MAX));
        let asked = Object::new();
        set(&asked, "method", request.method.as_str());
        set(&asked, "url", request.url);
        set(&asked, "headers", pairs(&request.headers));
        set(&asked, "timeoutMs", timeout);
        if let Some(body) = &request.body {
            set(&asked, "body", Uint8Array::from(&body[..]));
        }
        if let Some(progress) = &progress {
            set(&asked, "onProgress", progress.as_ref());
        }
        let under_way = UnderWay {
            call: self.0.fetch(&asked).map_err(|_| NoAnswer)?,
            _progress: progress,
        };
        let answer = JsFuture::from(under_way.call.answer()).await.map_err(|_| NoAnswer)?;
        read(&answer).ok_or(NoAnswer)
    }

    fn may_leave(&self) -> bool {
        // Its yes says little, its no is sure.
        let online = |navigator: JsValue| Reflect::get(&navigator, &"onLine".into());
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
        navigator.and_then(online).ok().and_then(|online| online.as_bool()) != Some(false)
    }

    #[cfg(feature = "offline-catalog")]
    fn line(&self) -> crate::ports::Line {
        use crate::ports::Line;
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
        let connection = navigator.and_then(|navigator| Reflect::get(&navigator, &"connection".into()));
        // Not every browser says anything of it.
        let Ok(connection) = connection else { return Line::Good };
        let get = |name: &str| Reflect::get(&connection, &name.into()).unwrap_or_default();
        let is = |name: &str, one_of: &[&str]| {
            get(name)
                .as_string()
                .is_some_and(|said| one_of.contains(&said.as_str()))
        };
        if get("saveData").is_truthy() {
            Line::SavesData
        } else if is("type", &["cellular"]) || is("effectiveType", &["slow-2g", "2g", "3g"]) {
            Line::Weak
        } else {
            Line::Good
        }
    }
}

fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &key.into(), &value.into());
}

fn pairs(headers: &[(&'static str, String)]) -> Array {
    let pair = |(name, value): &(&'static str, String)| Array::of2(&(*name).into(), &value.into());
    headers.iter().map(pair).collect()
}

fn read(answer: &JsValue) -> Option<HttpResponse> {
    let get = |key: &str| Reflect::get(answer, &key.into()).ok();
    let status = get("status")?.as_f64().filter(|status| *status > 0.0)? as u16;
    let body = Uint8Array::new(&get("body")?).to_vec();
    let headers = Array::from(&get("headers")?);
    let headers = headers.iter().filter_map(|pair| {
        let pair = Array::from(&pair);
        Some((pair.get(0).as_string()?.to_ascii_lowercase(), pair.get(1).as_string()?))
    });
    Some(HttpResponse {
        status,
        headers: headers.collect(),
        body,
    })
}

struct Listening {
    stop: Option<Function>,
    _on: Closure<dyn FnMut(String, Option<String>)>,
}

impl StreamHandle for Listening {}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(stop) = &self.stop {
            let _ = stop.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Pokes for Web {
    fn listen(
        &self,
        url: &str,
        headers: Vec<(&'static str, String)>,
        listener: Box<PokeListener>,
    ) -> Box<dyn StreamHandle> {
        let on =
            Closure::<dyn FnMut(String, Option<String>)>::new(move |signal: String, data: Option<String>| {
                match (signal.as_str(), data) {
                    ("open", _) => listener(PokeSignal::Open),
                    ("broken", _) => listener(PokeSignal::Broken),
                    ("poke", Some(data)) => listener(PokeSignal::Poke(data)),
                    _ => {}
                }
            });
        // A host without streams: the hall is asked to answer when something changes.
        let stop = self.0.listen(url, &pairs(&headers), on.as_ref()).ok();
        Box::new(Listening { stop, _on: on })
    }

    fn streams(&self) -> bool {
        Reflect::get(&self.0, &"listen".into()).is_ok_and(|listen| listen.is_function())
    }

    fn others(&self, told: Box<ToldListener>) -> Option<Box<dyn Others>> {
        let told = Closure::<dyn FnMut()>::new(told);
        let tabs = self.0.others(told.as_ref()).ok()??;
        Some(Box::new(Tabs { tabs, _told: told }))
    }
}

struct Tabs {
    tabs: HostOthers,
    _told: Closure<dyn FnMut()>,
}

impl Others for Tabs {
    fn lead(&self) -> BoxFuture<'static, ()> {
        let lead = self.tabs.lead();
        Box::pin(async move {
            let _ = JsFuture::from(lead).await;
        })
    }

    fn tell(&self) {
        self.tabs.tell();
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.tabs.leave();
    }
}

async fn done(promise: Result<Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(promise.ok()?).await.ok()
}

/// What a promise of the store gives; what it is rejected with says why by its `code`. A host without a store has no method
/// to ask.
async fn kept(promise: Result<Promise, JsValue>) -> Result<JsValue, StoreError> {
    let error = match promise {
        Ok(promise) => match JsFuture::from(promise).await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        },
        Err(_) => return Err(StoreError::Forbidden),
    };
    let code = Reflect::get(&error, &"code".into())
        .ok()
        .and_then(|code| code.as_string());
    Err(match code.as_deref() {
        Some("full") => StoreError::Full,
        Some("forbidden") => StoreError::Forbidden,
        Some("newer") => StoreError::Newer,
        _ => StoreError::Broken,
    })
}

/// Keys and values out of an array of pairs.
fn entries(pairs: &JsValue) -> Vec<(String, Vec<u8>)> {
    let pair = |pair: JsValue| {
        let pair = Array::from(&pair);
        Some((pair.get(0).as_string()?, pair.get(1).dyn_ref::<Uint8Array>()?.to_vec()))
    };
    Array::from(pairs).iter().filter_map(pair).collect()
}

#[async_trait(?Send)]
impl Store for Web {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let value = kept(self.0.get(key)).await?;
        Ok(value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(entries(&kept(self.0.scan(&scanned(prefix))).await?))
    }

    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let writes: Array = writes
            .into_iter()
            .map(|write| match write {
                Write::Put { key, value } => Array::of2(&key.into(), &Uint8Array::from(&value[..])),
                Write::Delete { key } => Array::of1(&key.into()),
            })
            .collect();
        kept(self.0.batch(&writes)).await.map(drop)
    }

    async fn erase(&self) -> Result<(), StoreError> {
        kept(self.0.erase()).await.map(drop)
    }
}

#[async_trait(?Send)]
impl Journal for Web {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        let kept = done(self.0.keep_unsent(key, Uint8Array::from(&value[..]))).await;
        kept.filter(|kept| kept.is_truthy()).map(drop).ok_or(NotKept)
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        match kept(self.0.unsent()).await {
            Ok(kept) if Array::is_array(&kept) => Ok(entries(&kept)),
            // Where nothing may be kept, nothing is.
            Ok(_) | Err(StoreError::Forbidden) => Ok(Vec::new()),
            Err(_) => Err(NotKept),
        }
    }

    async fn forget(&self, key: &str) {
        done(self.0.forget_unsent(key)).await;
    }

    async fn erase(&self) {
        done(self.0.erase_unsent()).await;
    }
}

impl Clock for Web {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(js_sys::Date::now() as i64)
    }
}

impl Timer for Web {
    fn sleep(&self, millis: u32) -> BoxFuture<'static, ()> {
        let promise = self.0.sleep(millis);
        Box::pin(async move { drop(JsFuture::from(promise).await) })
    }
}

impl Spawner for Web {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        wasm_bindgen_futures::spawn_local(work);
    }
}

impl Rng for Web {
    fn fill(&self, bytes: &mut [u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.0.random(Uint8Array::new_with_length(length)).copy_to(bytes);
    }
}
