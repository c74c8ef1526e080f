//! Competent authorities.

use leptos::prelude::*;
use onehall_protocol::catalog::Catalog;

use super::parameter;
use crate::citizen::items::{by_use, item_rows};
use crate::citizen::not_found::NotFound;
use crate::citizen::place::Wide;
use crate::citizen::{routes, use_hall};
use crate::design::content::{Fact, Facts, LinkRow, PhoneNumber, Section};
use crate::design::navigation::Crumbs;
use crate::design::states::SkeletonKind;
use crate::shell::PageHeading;
use crate::texts::{Words, counted, find, frame, home};
use crate::view::view;

/// All authorities.
#[component]
pub fn AuthoritiesPage() -> impl IntoView {
    let hall = use_hall();
    let draw = |catalog: &Catalog| {
        let rows = catalog.authorities.iter().map(|authority| {
            let count = catalog
                .items
                .iter()
                .filter(|item| item.authority == authority.code)
                .count();
            let name: Words = (&authority.name).into();
            let facts = view! { <span>{counted(count, home::SERVICES_ONE, home::SERVICES_MORE)}</span> }.into_any();
            view! {
                <LinkRow
                    href=routes::authority(&authority.code)
                    title=view! { {name} }.into_any()
                    text=&authority.duty
                    facts=facts
                    icon="landmark"
                />
            }
        });
        view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <Wide>
            <PageHeading title=find::AUTHORITIES_TITLE/>
            <p class="lead">{find::AUTHORITIES_TEXT}</p>
            {hall.catalog.view(SkeletonKind::Rows, move |catalog| draw(catalog))}
        </Wide>
    }
    .into_any()
}

/// An authority and its services.
#[component]
pub fn AuthorityPage() -> impl IntoView {
    let hall = use_hall();
    let code = parameter("code");
    let draw = move |catalog: &Catalog| {
        let code = code.get();
        let Some(authority) = catalog
            .authorities
            .iter()
            .find(|authority| authority.code.as_str() == code)
        else {
            return view! { <NotFound/> }.into_any();
        };
        let phone = view! { <PhoneNumber number=authority.phone.clone()/> };
        let facts = vec![
            Fact::drawn(find::PHONE, phone.into_any()),
            Fact::new(find::ADDRESS, &authority.address),
            Fact::new(find::AUTHORITY_CODE, authority.organisation_code.as_str()),
        ];
        let duty: Words = (&authority.duty).into();
        let items = catalog
            .items
            .iter()
            .filter(|item| item.authority == authority.code)
            .collect();
        let items = item_rows(by_use(items), catalog);
        view! {
            <Crumbs way=vec![
                (routes::HOME.to_owned(), frame::HOME.into()),
                (routes::AUTHORITIES.to_owned(), frame::AUTHORITIES.into()),
            ]/>
            <PageHeading title=&authority.name/>
            <p class="lead">{duty}</p>
            <div class="card"><Facts facts=facts/></div>
            <Section id="services" title=find::AUTHORITY_SERVICES>{items}</Section>
        }
        .into_any()
    };
    view! { <Wide>{hall.catalog.view(SkeletonKind::Rows, move |catalog| draw(catalog))}</Wide> }.into_any()
}
