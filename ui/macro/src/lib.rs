//! `view!` as Leptos writes it, compiled to something smaller.
//!
//! Leptos gives each place of a view a type of its own, and each type its own copy of the code that builds, patches and
//! drops it. That was a third of the bundle. This macro makes every element an `El`, a plain value that one
//! piece of code in `onehall_ui::view` builds and patches. Components are left to Leptos' own macro.
//!
//! What the pages use of the syntax is known here, and nothing else: elements, components, blocks and literal text;
//! plain attributes, `on:`, `class:`, `prop:`, `style:` and `node_ref`. Anything else does not compile.

use std::sync::atomic::{AtomicU32, Ordering};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use rstml::Infallible;
use rstml::node::{KeyedAttribute, Node, NodeAttribute, NodeBlock, NodeElement, NodeName};
use syn::{Expr, ExprLit, Lit, Stmt};

/// Elements of SVG that the UI draws with. Their names mean nothing in HTML.
const SVG: [&str; 8] = ["svg", "g", "path", "circle", "rect", "line", "use_", "defs"];

/// A view: see the crate's documentation.
#[proc_macro]
pub fn view(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let view = rstml::parse2(tokens.into()).and_then(|nodes| view_of(&nodes));
    match view {
        Ok(view) => quote! { { #[allow(unused_braces)] { #view } } }.into(),
        Err(error) => {
            let error = error.into_compile_error();
            quote! { { #error } }.into()
        }
    }
}

/// The value of the whole macro: keeps the type of what stands alone.
fn view_of(nodes: &[Node]) -> syn::Result<TokenStream> {
    let nodes: Vec<&Node> = nodes.iter().filter(|node| !matches!(node, Node::Comment(_))).collect();
    match nodes.as_slice() {
        [] => Ok(quote! { () }),
        [Node::Element(element)] if is_component(element) => {
            let component = component(element)?;
            rooted(quote! { crate::view::El::several().component(#component) })
        }
        [Node::Element(element)] => rooted(html(element)?),
        [Node::Block(block)] => Ok(quote! { ::leptos::prelude::IntoRender::into_render(#block) }),
        several => {
            let children = several
                .iter()
                .map(|node| child(node))
                .collect::<syn::Result<Vec<_>>>()?;
            rooted(quote! { crate::view::El::several()#(#children)* })
        }
    }
}

/// Numbers the roots, so that what one `view!` drew is never patched by another.
fn rooted(root: TokenStream) -> syn::Result<TokenStream> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let site = NEXT.fetch_add(1, Ordering::Relaxed);
    Ok(quote! { #root.site(#site) })
}

/// `.child(…)` for a node.
fn child(node: &Node) -> syn::Result<TokenStream> {
    Ok(match node {
        Node::Comment(_) => TokenStream::new(),
        Node::Text(text) => {
            let text = &text.value;
            quote! { .text(#text) }
        }
        Node::RawText(text) => {
            let text = text.to_string_best();
            quote! { .text(#text) }
        }
        Node::Element(element) if is_component(element) => {
            let component = component(element)?;
            quote! { .component(#component) }
        }
        Node::Element(element) => {
            let element = html(element)?;
            quote! { .element(#element) }
        }
        Node::Block(block) => match closure(block) {
            Some(closure) => quote! { .child(crate::view::live(#closure)) },
            None => quote! { .show(#block) },
        },
        Node::Fragment(fragment) => {
            let children = fragment.children.iter().map(child).collect::<syn::Result<Vec<_>>>()?;
            quote! { #(#children)* }
        }
        other => {
            return Err(syn::Error::new_spanned(
                other,
                "the view! of this UI does not know this",
            ));
        }
    })
}

/// A block that is nothing but a closure without arguments: what it gives is drawn anew when it changes.
fn closure(block: &NodeBlock) -> Option<&Expr> {
    let NodeBlock::ValidBlock(block) = block else {
        return None;
    };
    match block.stmts.as_slice() {
        [Stmt::Expr(closure @ Expr::Closure(inner), None)] if inner.inputs.is_empty() => Some(closure),
        _ => None,
    }
}

fn is_component(element: &NodeElement<Infallible>) -> bool {
    let name = element.open_tag.name.to_string();
    let last = name.rsplit("::").next().unwrap_or_default().trim_start();
    last.starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// A component as Leptos' macro takes it, its children by this one.
fn component(element: &NodeElement<Infallible>) -> syn::Result<TokenStream> {
    let open = &element.open_tag;
    if element.children.is_empty() {
        return Ok(quote! { ::leptos::view! { #element } });
    }
    let children = view_of(&element.children)?;
    let close = &element.close_tag;
    Ok(quote! { ::leptos::view! { #open { #children } #close } })
}

/// An element of HTML or SVG.
fn html(element: &NodeElement<Infallible>) -> syn::Result<TokenStream> {
    let tag = element.open_tag.name.to_string();
    let new = if SVG.contains(&tag.as_str()) {
        let tag = tag.trim_end_matches('_');
        quote! { crate::view::El::svg(#tag) }
    } else {
        quote! { crate::view::El::new(#tag) }
    };
    let attributes = element
        .open_tag
        .attributes
        .iter()
        .map(attribute)
        .collect::<syn::Result<Vec<_>>>()?;
    let children = element.children.iter().map(child).collect::<syn::Result<Vec<_>>>()?;
    Ok(quote! { #new #(#attributes)* #(#children)* })
}

fn attribute(attribute: &NodeAttribute) -> syn::Result<TokenStream> {
    let NodeAttribute::Attribute(attribute) = attribute else {
        return Err(syn::Error::new_spanned(
            attribute,
            "the view! of this UI knows named attributes only",
        ));
    };
    let name = name_of(&attribute.key);
    let value = attribute.value();
    Ok(match name.split_once(':') {
        Some(("on", event)) => {
            let event = Ident::new(event, Span::call_site());
            let handler = needed(attribute)?;
            quote! { .on(::leptos::ev::#event, #handler) }
        }
        Some(("class", class)) => {
            let value = needed(attribute)?;
            quote! { .class(#class, #value) }
        }
        Some(("prop", property)) => {
            let value = needed(attribute)?;
            quote! { .property(#property, #value) }
        }
        Some(("style", property)) => {
            let value = needed(attribute)?;
            quote! { .style(#property, #value) }
        }
        Some(_) => {
            return Err(syn::Error::new_spanned(
                attribute,
                "the view! of this UI does not know this",
            ));
        }
        None if name == "node_ref" => {
            let node = needed(attribute)?;
            quote! { .node_ref(#node) }
        }
        None => match value {
            None => quote! { .plain(#name, "") },
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            })) => quote! { .plain(#name, #text) },
            Some(value) => quote! { .attribute(#name, #value) },
        },
    })
}

fn needed(attribute: &KeyedAttribute) -> syn::Result<&Expr> {
    attribute
        .value()
        .ok_or_else(|| syn::Error::new_spanned(attribute, "this needs a value"))
}

/// A name as it is written, without the spaces between its tokens.
fn name_of(name: &NodeName) -> String {
    name.to_string().replace(' ', "")
}
