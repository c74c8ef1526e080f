//! Content: sections, cards, rows, lists of facts, tables.

use leptos::prelude::*;

use super::icon::Icon;
use crate::shell::{Profile, use_ui};
use crate::texts::{Words, general};
use crate::view::{live, view};

/// A part of a page with its own heading.
#[component]
pub fn Section(
    /// Its id, to lead to it.
    #[prop(into)]
    id: String,
    /// What it is about.
    #[prop(into)]
    title: Words,
    /// Beside the heading: a link to all of it.
    #[prop(optional)]
    more: Option<AnyView>,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let heading_id = title_id.clone();
    view! {
        <section class="section" id=id aria-labelledby=title_id>
            <div class="section-head">
                <h2 class="section-title" id=heading_id>{title}</h2>
                {more}
            </div>
            {children()}
        </section>
    }
    .into_any()
}

/// A heading of a level that hangs on what stands around it; with an id the focus can be led there. Below the sixth there is
/// none.
pub fn heading(level: usize, class: &'static str, id: Option<String>, title: Words) -> AnyView {
    let tabindex = id.is_some().then_some("-1");
    match level {
        ..=2 => view! { <h2 class=class id=id tabindex=tabindex>{title}</h2> }.into_any(),
        3 => view! { <h3 class=class id=id tabindex=tabindex>{title}</h3> }.into_any(),
        4 => view! { <h4 class=class id=id tabindex=tabindex>{title}</h4> }.into_any(),
        5 => view! { <h5 class=class id=id tabindex=tabindex>{title}</h5> }.into_any(),
        _ => view! { <h6 class=class id=id tabindex=tabindex>{title}</h6> }.into_any(),
    }
}

/// A surface of its own.
#[component]
pub fn Card(
    /// A class beside `card`.
    #[prop(optional)]
    class: &'static str,
    /// What stands in it.
    children: Children,
) -> impl IntoView {
    view! { <div class=format!("card {class}")>{children()}</div> }.into_any()
}

/// A row that leads somewhere: the whole row is the link's target, the name is its text.
#[component]
pub fn LinkRow(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// What it is. A view, so that a search can mark its words.
    title: AnyView,
    /// More about it, below.
    #[prop(optional, into)]
    text: Option<Words>,
    /// Short facts below: tags.
    #[prop(optional)]
    facts: Option<AnyView>,
    /// An icon before it.
    #[prop(optional, into)]
    icon: Option<String>,
) -> impl IntoView {
    view! {
        <li class="row">
            {icon.map(|icon| view! { <span class="row-icon"><Icon name=icon/></span> })}
            <div class="row-body">
                <a class="row-link" href=href>{title}</a>
                {text.map(|text| view! { <p class="row-text">{text}</p> })}
                {facts.map(|facts| view! { <div class="row-facts">{facts}</div> })}
            </div>
            <Icon name="chevron-right" class="row-arrow"/>
        </li>
    }
    .into_any()
}

/// One fact.
pub struct Fact {
    /// What it is about.
    pub name: Words,
    /// What it is.
    pub value: AnyView,
    /// What can be done with it: a link to change it.
    pub action: Option<AnyView>,
}

impl Fact {
    /// A fact that is a text.
    pub fn new(name: impl Into<Words>, value: impl Into<Words>) -> Fact {
        let value: Words = value.into();
        Fact {
            name: name.into(),
            value: view! { {value} }.into_any(),
            action: None,
        }
    }

    /// A fact that is drawn.
    pub fn drawn(name: impl Into<Words>, value: AnyView) -> Fact {
        Fact {
            name: name.into(),
            value,
            action: None,
        }
    }

    /// With something that can be done.
    #[must_use]
    pub fn with_action(mut self, action: AnyView) -> Fact {
        self.action = Some(action);
        self
    }
}

/// Facts, name beside value (below each other where it is narrow).
#[component]
pub fn Facts(
    /// The facts.
    facts: Vec<Fact>,
) -> impl IntoView {
    view! {
        <dl class="facts">
            {facts.into_iter().map(|fact| view! {
                <div class="fact">
                    <dt class="fact-name">{fact.name}</dt>
                    <dd class="fact-value">{fact.value}</dd>
                    {fact.action.map(|action| view! { <dd class="fact-action">{action}</dd> })}
                </div>
            }).collect_view()}
        </dl>
    }
    .into_any()
}

/// A column of a [`Table`].
#[derive(Clone)]
pub struct Column {
    /// Its head.
    pub name: Words,
    /// A class for its cells: `number`, `narrow`.
    pub class: &'static str,
}

impl Column {
    /// A column of text.
    pub fn new(name: impl Into<Words>) -> Column {
        Column {
            name: name.into(),
            class: "",
        }
    }

    /// With a class for its cells.
    #[must_use]
    pub fn with_class(mut self, class: &'static str) -> Column {
        self.class = class;
        self
    }
}

/// A table; where it is narrow, each row becomes a card whose cells name their column. The first cell heads its row.
#[component]
pub fn Table(
    /// What the table holds.
    #[prop(into)]
    caption: Words,
    /// The columns.
    columns: Vec<Column>,
    /// The rows: as many cells as there are columns.
    rows: Vec<Vec<AnyView>>,
    /// The caption is for screen readers only.
    #[prop(optional)]
    caption_hidden: bool,
) -> impl IntoView {
    let heads = columns.clone();
    let draw = move |cells: Vec<AnyView>| {
        let cells = cells
            .into_iter()
            .zip(columns.clone())
            .enumerate()
            .map(|(at, (cell, column))| {
                let class = format!("table-cell {}", column.class);
                if at == 0 {
                    view! { <th scope="row" class=class data-column=column.name>{cell}</th> }.into_any()
                } else {
                    view! { <td class=class data-column=column.name>{cell}</td> }.into_any()
                }
            });
        view! { <tr class="table-row">{cells.collect_view()}</tr> }.into_any()
    };
    view! {
        <div class="table-holder">
            <table class="table">
                <caption class="table-caption" class:visually-hidden=caption_hidden>{caption}</caption>
                <thead class="table-head">
                    <tr>
                        {heads.into_iter().map(|column| view! {
                            <th scope="col" class=column.class>{column.name}</th>
                        }).collect_view()}
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(draw).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A question that opens to its answer.
#[component]
pub fn Disclosure(
    /// What is seen while it is closed.
    #[prop(into)]
    summary: Words,
    /// What is seen when it is open.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure">
            <summary class="disclosure-summary"><Icon name="chevron-right"/>{summary}</summary>
            <div class="disclosure-body">{children()}</div>
        </details>
    }
    .into_any()
}

/// A telephone number: a link that calls it, and on a kiosk, which calls nobody, a text.
#[component]
pub fn PhoneNumber(
    /// The number.
    #[prop(into)]
    number: Signal<String>,
    /// Its class.
    #[prop(optional)]
    class: Option<&'static str>,
) -> impl IntoView {
    let ui = use_ui();
    live(move || {
        let shown = move || number.get();
        if ui.profile.get() == Profile::Kiosk {
            view! { <span class=class>{shown}</span> }.into_any()
        } else {
            view! { <a class=class href=move || format!("tel:{}", number.get())>{shown}</a> }.into_any()
        }
    })
}

/// A link that opens a new window, and says so.
#[component]
pub fn ExternalLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// What it is.
    #[prop(into)]
    label: Words,
) -> impl IntoView {
    view! {
        <a href=href target="_blank" rel="noopener">
            {label}
            <Icon name="external-link"/>
            <span class="visually-hidden">"（"{general::OPENS_NEW_WINDOW}"）"</span>
        </a>
    }
    .into_any()
}
