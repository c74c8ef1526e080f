//! What `view!` is made of: elements as plain values.
//!
//! Leptos' own `view!` makes a type of each place of a page, with its own copy of the code that builds, patches and drops
//! it; this one ([`view!`](view)) has the same syntax and makes every element an [`El`], which the code here draws. It
//! lives among the views of Leptos: components, lists and closures are Leptos', and an `El` is a view to them.

use std::any::Any;
use std::borrow::Cow;

use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Event, Node, Placeholder};
use leptos::tachys::renderer::{RemoveEventHandler, Rndr};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use leptos::wasm_bindgen::{JsCast, JsValue};
use send_wrapper::SendWrapper;

mod follow;

pub use follow::{effect, keyed, memo};
pub use onehall_ui_macro::view;

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element that is not drawn yet, or several things in a row. One pointer: it goes through many calls.
#[must_use]
pub struct El(Box<Parts>);

struct Parts {
    /// Empty for several things in a row.
    tag: &'static str,
    namespace: Option<&'static str>,
    /// The `view!` that it is the root of. What was drawn by another one is replaced, not patched.
    site: u32,
    /// Whether there may be another number of children next time.
    grows: bool,
    parts: Vec<Part>,
    children: Vec<AnyView>,
}

/// What belongs to an element.
enum Part {
    Set(Place, &'static str, Source),
    Listen(Cow<'static, str>, SendWrapper<Box<dyn FnMut(Event)>>),
    Node(SendWrapper<Box<dyn FnOnce(&Element)>>),
}

/// Where a value goes.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Attribute,
    Class,
    Property,
}

/// A value of an attribute, a class or a property.
#[derive(PartialEq)]
pub enum Value {
    /// Not there.
    Nothing,
    /// Text.
    Text(Cow<'static, str>),
    /// There or not.
    Flag(bool),
    /// A number, of a property.
    Number(f64),
}

/// Where a value comes from.
pub enum Source {
    /// It stays.
    Fixed(Value),
    /// It is computed anew when what it reads changes.
    Live(Box<dyn FnMut() -> Value + Send>),
}

impl El {
    /// An element of HTML.
    #[inline(never)]
    pub fn new(tag: &'static str) -> El {
        El(Box::new(Parts {
            tag,
            namespace: None,
            site: 0,
            grows: false,
            parts: Vec::new(),
            children: Vec::new(),
        }))
    }

    /// An element of SVG.
    #[inline(never)]
    pub fn svg(tag: &'static str) -> El {
        let mut element = El::new(tag);
        element.0.namespace = Some(SVG);
        element
    }

    /// Several things in a row.
    pub fn several() -> El {
        El::new("")
    }

    /// Any number of views in a row: they stay in their order while the number changes.
    fn list(children: Vec<AnyView>) -> El {
        let mut list = El::new("");
        list.0.grows = true;
        list.0.children = children;
        list
    }

    /// Names the `view!` that this is the root of.
    #[inline(never)]
    pub fn site(mut self, site: u32) -> El {
        self.0.site = site;
        self
    }

    /// Sets an attribute to a text that stays.
    #[inline(never)]
    pub fn plain(self, name: &'static str, value: &'static str) -> El {
        self.set(Place::Attribute, name, Source::Fixed(Value::Text(value.into())))
    }

    /// Sets an attribute; nothing or false leaves it out.
    pub fn attribute(self, name: &'static str, value: impl IntoSource) -> El {
        self.set(Place::Attribute, name, value.into_source())
    }

    /// Gives it a class where the value is true.
    pub fn class(self, name: &'static str, value: impl IntoSource) -> El {
        self.set(Place::Class, name, value.into_source())
    }

    /// Sets a property.
    pub fn property(self, name: &'static str, value: impl IntoSource) -> El {
        self.set(Place::Property, name, value.into_source())
    }

    #[inline(never)]
    fn set(mut self, place: Place, name: &'static str, source: Source) -> El {
        self.0.parts.push(Part::Set(place, name, source));
        self
    }

    /// Calls `handler` with each event of a kind.
    pub fn on<E>(self, event: E, mut handler: impl FnMut(E::EventType) + 'static) -> El
    where
        E: EventDescriptor,
        E::EventType: From<Event>,
    {
        self.listen(event.name(), Box::new(move |event| handler(event.into())))
    }

    #[inline(never)]
    fn listen(mut self, name: Cow<'static, str>, mut handler: Box<dyn FnMut(Event)>) -> El {
        let owner = Owner::current().unwrap_or_default();
        let handler = Box::new(move |event| owner.with(|| handler(event)));
        self.0.parts.push(Part::Listen(name, SendWrapper::new(handler)));
        self
    }

    /// Puts the element, when it is drawn, where `node` says.
    pub fn node_ref<E: ElementType>(mut self, node: impl NodeRefContainer<E>) -> El {
        let load = Box::new(move |element: &Element| node.load(element));
        self.0.parts.push(Part::Node(SendWrapper::new(load)));
        self
    }

    /// Appends a view.
    #[inline(never)]
    pub fn child(mut self, child: AnyView) -> El {
        self.0.children.push(child);
        self
    }

    /// Appends what can stand in a view.
    #[inline(never)]
    pub fn show<V: IntoRender<Output: RenderHtml + 'static>>(self, view: V) -> El {
        self.child(erase(view.into_render()))
    }

    /// Appends a component.
    #[inline(never)]
    pub fn component<V: RenderHtml + 'static>(self, component: View<V>) -> El {
        self.child(erase(component.into_inner()))
    }

    /// Appends an element.
    #[inline(never)]
    pub fn element(self, child: El) -> El {
        self.child(child.into_any())
    }

    /// Appends a text that stays.
    #[inline(never)]
    pub fn text(self, text: &'static str) -> El {
        self.child(IntoAny::into_any(text))
    }

    /// As a view of any kind.
    #[inline(never)]
    #[must_use]
    pub fn into_any(self) -> AnyView {
        IntoAny::into_any(self)
    }
}

/// A view of any kind. What is of any kind already is not wrapped again, and what there may be none or many of becomes an
/// [`El`]. Never inlined, as most of what is here: it stands in hundreds of places.
#[inline(never)]
pub fn erase<V: RenderHtml + 'static>(view: V) -> AnyView {
    let mut view = Some(view);
    if let Some(any) = taken::<V, AnyView>(&mut view) {
        any
    } else if let Some(element) = taken::<V, El>(&mut view) {
        element.into_any()
    } else if let Some(element) = taken::<V, Option<El>>(&mut view) {
        El::list(element.map(El::into_any).into_iter().collect()).into_any()
    } else if let Some(any) = taken::<V, Option<AnyView>>(&mut view) {
        El::list(any.into_iter().collect()).into_any()
    } else if let Some(all) = taken::<V, Vec<AnyView>>(&mut view) {
        El::list(all).into_any()
    } else {
        match view {
            Some(view) => IntoAny::into_any(view),
            None => IntoAny::into_any(()),
        }
    }
}

/// The view, where it is of this type: known when it is compiled.
#[inline(always)]
fn taken<V: 'static, Known: 'static>(view: &mut Option<V>) -> Option<Known> {
    (view as &mut dyn Any).downcast_mut::<Option<Known>>()?.take()
}

/// A view that is drawn anew when what `draw` reads changes.
#[inline(always)]
pub fn live<V: RenderHtml + 'static>(mut draw: impl FnMut() -> V + Send + 'static) -> AnyView {
    drawn_anew(Box::new(move || erase(draw())))
}

#[inline(never)]
fn drawn_anew(draw: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    IntoAny::into_any(draw)
}

/// What can be a value of an attribute, a class or a property.
pub trait IntoValue {
    /// As a value.
    fn into_value(self) -> Value;
}

/// What can stand as the value of an attribute, a class or a property in a `view!`.
pub trait IntoSource {
    /// As a source of values.
    fn into_source(self) -> Source;
}

macro_rules! values {
    ($($Type:ty: $value:ident => $made:expr;)+) => {
        $(
            impl IntoValue for $Type {
                fn into_value(self) -> Value {
                    let $value = self;
                    $made
                }
            }
            impl IntoSource for $Type {
                fn into_source(self) -> Source {
                    Source::Fixed(self.into_value())
                }
            }
        )+
    };
}

values! {
    &'static str: text => Value::Text(Cow::Borrowed(text));
    String: text => Value::Text(Cow::Owned(text));
    bool: flag => Value::Flag(flag);
    f64: number => Value::Number(number);
    u32: number => Value::Text(Cow::Owned(number.to_string()));
}

impl<V: IntoValue> IntoValue for Option<V> {
    fn into_value(self) -> Value {
        self.map_or(Value::Nothing, V::into_value)
    }
}

impl<S: IntoSource> IntoSource for Option<S> {
    fn into_source(self) -> Source {
        self.map_or(Source::Fixed(Value::Nothing), S::into_source)
    }
}

impl<F, V> IntoSource for F
where
    F: FnMut() -> V + Send + 'static,
    V: IntoValue,
{
    fn into_source(mut self) -> Source {
        Source::Live(Box::new(move || self().into_value()))
    }
}

/// Puts a value where it belongs; `before` is what stood there.
fn put(element: &Element, place: Place, name: &'static str, value: &Value, before: Option<&Value>) {
    if place == Place::Property {
        let value = match value {
            Value::Nothing if before.is_none() => return,
            Value::Nothing => JsValue::UNDEFINED,
            Value::Text(text) => JsValue::from_str(text),
            Value::Flag(flag) => JsValue::from_bool(*flag),
            Value::Number(number) => JsValue::from_f64(*number),
        };
        // Whether or not it changed: what a person typed may stand there now.
        return Rndr::set_property_or_value(element, name, &value);
    }
    if before == Some(value) {
        return;
    }
    let was = before.is_some_and(|before| !matches!(before, Value::Nothing | Value::Flag(false)));
    match (place, value) {
        (Place::Class, Value::Flag(true)) => Rndr::add_class(&element.class_list(), name),
        (Place::Class, _) if was => Rndr::remove_class(&element.class_list(), name),
        (Place::Attribute, Value::Text(text)) => Rndr::set_attribute(element, name, text),
        (Place::Attribute, Value::Flag(true)) => Rndr::set_attribute(element, name, ""),
        (Place::Attribute, _) if was => Rndr::remove_attribute(element, name),
        _ => {}
    }
}

/// Keeps a value where it belongs, as long as the effect lives.
fn keep(
    element: &Element,
    place: Place,
    name: &'static str,
    mut value: Box<dyn FnMut() -> Value + Send>,
    before: Option<Value>,
) -> RenderEffect<Value> {
    let element = element.clone();
    RenderEffect::new_with_value(
        move |before: Option<Value>| {
            let value = value();
            put(&element, place, name, &value, before.as_ref());
            value
        },
        before,
    )
}

/// What was drawn of an [`El`].
pub struct ElState {
    site: u32,
    tag: &'static str,
    element: Option<Element>,
    /// Where a list ends.
    end: Option<Placeholder>,
    parts: Vec<PartState>,
    children: Vec<AnyViewState>,
}

enum PartState {
    Fixed(Value),
    Live(RenderEffect<Value>),
    /// Takes the listener off when it is dropped.
    Listening(#[allow(dead_code)] RemoveEventHandler<Element>),
    Done,
}

impl Part {
    fn draw(self, element: &Element, before: Option<PartState>) -> PartState {
        match self {
            Part::Set(place, name, source) => {
                let before = match before {
                    Some(PartState::Fixed(value)) => Some(value),
                    Some(PartState::Live(effect)) => effect.take_value(),
                    _ => None,
                };
                match source {
                    Source::Fixed(value) => {
                        put(element, place, name, &value, before.as_ref());
                        PartState::Fixed(value)
                    }
                    Source::Live(value) => PartState::Live(keep(element, place, name, value, before)),
                }
            }
            Part::Listen(name, handler) => {
                drop(before);
                PartState::Listening(Rndr::add_event_listener(element, &name, handler.take()))
            }
            Part::Node(load) => {
                (load.take())(element);
                PartState::Done
            }
        }
    }
}

impl Render for El {
    type State = ElState;

    #[inline(never)]
    fn build(self) -> ElState {
        let this = *self.0;
        let element = (!this.tag.is_empty()).then(|| Rndr::create_element(this.tag, this.namespace));
        let mut parts = Vec::with_capacity(this.parts.len());
        if let Some(element) = &element {
            parts.extend(this.parts.into_iter().map(|part| part.draw(element, None)));
        }
        let mut children: Vec<_> = this.children.into_iter().map(Render::build).collect();
        if let Some(element) = &element {
            for child in &mut children {
                child.mount(element, None);
            }
        }
        ElState {
            site: this.site,
            tag: this.tag,
            element,
            end: this.grows.then(Rndr::create_placeholder),
            parts,
            children,
        }
    }

    #[inline(never)]
    fn rebuild(self, state: &mut ElState) {
        let this = &self.0;
        let alike = this.site == state.site
            && this.tag == state.tag
            && this.parts.len() == state.parts.len()
            && this.grows == state.end.is_some()
            && (this.grows || this.children.len() == state.children.len());
        if !alike {
            let mut new = self.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
            return;
        }
        let this = *self.0;
        if let Some(element) = &state.element {
            for (part, before) in this.parts.into_iter().zip(&mut state.parts) {
                let was = std::mem::replace(before, PartState::Done);
                *before = part.draw(element, Some(was));
            }
        }
        let mut children = this.children.into_iter();
        if children.len() < state.children.len() {
            for mut gone in state.children.drain(children.len()..) {
                gone.unmount();
            }
        }
        for (before, child) in state.children.iter_mut().zip(&mut children) {
            child.rebuild(before);
        }
        for child in children {
            let mut new = child.build();
            if let Some(end) = &mut state.end {
                end.insert_before_this(&mut new);
            }
            state.children.push(new);
        }
    }
}

impl Mountable for ElState {
    fn unmount(&mut self) {
        match &self.element {
            Some(element) => element.remove(),
            None => self.children.iter_mut().for_each(Mountable::unmount),
        }
        if let Some(end) = &mut self.end {
            end.unmount();
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        match &self.element {
            Some(element) => Rndr::insert_node(parent, element, marker),
            None => {
                for child in &mut self.children {
                    child.mount(parent, marker);
                }
            }
        }
        if let Some(end) = &mut self.end {
            end.mount(parent, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(element) = &self.element else {
            let before = self.children.iter().any(|first| first.insert_before_this(child));
            return before || self.end.as_ref().is_some_and(|end| end.insert_before_this(child));
        };
        match Rndr::get_parent(element).and_then(|parent| parent.dyn_into::<Element>().ok()) {
            Some(parent) => {
                child.mount(&parent, Some(element));
                true
            }
            None => false,
        }
    }

    fn elements(&self) -> Vec<Element> {
        match &self.element {
            Some(element) => vec![element.clone()],
            None => self.children.iter().flat_map(Mountable::elements).collect(),
        }
    }
}

impl AddAnyAttr for El {
    type Output<NewAttr: Attribute> = El;

    /// Nothing in this UI adds attributes to a view from outside.
    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> El {
        self
    }
}

/// For a browser only: Leptos asks for the rest of what it can do with a view.
impl RenderHtml for El {
    type AsyncOutput = El;
    type Owned = El;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> El {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> ElState {
        self.build()
    }

    fn into_owned(self) -> El {
        self
    }
}
