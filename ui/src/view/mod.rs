//! What `view!` is made of: elements as plain values.
//!
//! Leptos' own `view!` makes a type of each place of a page, with its own copy of the code that builds, patches and drops
//! it; this one ([`view!`](view)) has the same syntax and makes every element an [`El`], which `draw` draws. It
//! lives among the views of Leptos: components, lists and closures are Leptos', and an `El` is a view to them.

use std::any::Any;
use std::borrow::Cow;

use leptos::ev::EventDescriptor;
use leptos::prelude::*;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::renderer::types::{Element, Event};
use leptos::tachys::view::RenderHtml;
use send_wrapper::SendWrapper;

mod draw;
mod follow;
mod value;

pub use follow::{effect, keyed, memo};
pub use onehall_ui_macro::view;
pub use value::{IntoSource, IntoValue, Source, Value};

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
    Listen(Cow<'static, str>, SendWrapper<Listener>),
    Node(SendWrapper<Load>),
}

type Listener = Box<dyn FnMut(Event)>;
type Load = Box<dyn FnOnce(&Element)>;

/// Where a value goes.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Attribute,
    Class,
    Property,
    Style,
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

    /// Sets a CSS property of its own.
    pub fn style(self, name: &'static str, value: impl IntoSource) -> El {
        self.set(Place::Style, name, value.into_source())
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
    fn listen(mut self, name: Cow<'static, str>, mut handler: Listener) -> El {
        let owner = Owner::current().unwrap_or_default();
        let handler: Listener = Box::new(move |event| owner.with(|| handler(event)));
        self.0.parts.push(Part::Listen(name, SendWrapper::new(handler)));
        self
    }

    /// Puts the element, when it is drawn, where `node` says.
    pub fn node_ref<E: ElementType>(mut self, node: impl NodeRefContainer<E>) -> El {
        let load: Load = Box::new(move |element: &Element| node.load(element));
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
