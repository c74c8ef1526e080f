//! How an [`El`] is drawn, patched and taken away.

use leptos::prelude::*;
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::renderer::{RemoveEventHandler, Rndr};
use leptos::tachys::view::any_view::AnyViewState;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use leptos::wasm_bindgen::{JsCast, JsValue};

use super::value::{Source, Value};
use super::{El, Part, Place};

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
        (Place::Style, Value::Text(text)) => Rndr::set_css_property(&Rndr::style(element), name, text),
        (Place::Style, _) if was => Rndr::remove_css_property(&Rndr::style(element), name),
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
