//! The OpenAPI document: what the handlers say of themselves, and what holds for all of them.

use onehall_protocol::cases::QueueScope;
use onehall_protocol::drafts::{ChangesToConfirm, DraftMoved};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{API, Problem};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{OpenApi, PartialSchema, ToSchema};

use super::problem::MEDIA_TYPE;
use crate::identity::SESSION_COOKIE;
use crate::staff::STAFF_COOKIE;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "OneHall",
        description = "One government service hall on every terminal. Every error is a problem (RFC 9457) with a stable \
                       code; unknown fields are refused; every mutation names its terminal in the header OneHall-Terminal. \
                       A page that goes by a cookie says in OneHall-Citizen for whom it asks (the id of the actor): where \
                       another citizen has logged in since, it is answered as if nobody had."
    ),
    components(schemas(Problem, QueueScope, ChangesToConfirm, DraftMoved)),
    tags(
        (name = "catalog", description = "Service items and their guides; open to everybody"),
        (name = "identity", description = "One-time codes, the citizen's session and profile"),
        (name = "login", description = "The hall as an OpenID provider: others' applications log citizens in; errors of the protocol's routes are those of OAuth 2"),
        (name = "drafts", description = "Applications that are being filled, and their submission"),
        (name = "files", description = "Uploads, checked by size, type, content and a scanner"),
        (name = "cases", description = "Submitted applications, as their citizen sees them"),
        (name = "halls", description = "Halls as they are run: queues and their numbers, appointments, counters"),
        (name = "events", description = "Pokes: something changed, read anew (server-sent events)"),
        (name = "sync", description = "What keeps a citizen's terminals alike: changes since a cursor, snapshots, waiting"),
        (name = "staff", description = "Login, queue and administration of those who work in the hall"),
        (name = "insight", description = "How the hall is used: what terminals count with their citizens' consent, and what comes of it"),
        (name = "development", description = "Development mode only"),
        (name = "operations", description = "Health, readiness, metrics"),
    )
)]
struct Base;

/// What the handlers' own descriptions are added to.
#[must_use]
pub fn base() -> Document {
    Base::openapi()
}

/// Adds what holds for every operation: the problem as the answer to whatever goes wrong, the header that names the
/// terminal, the session cookies.
#[must_use]
pub fn complete(mut document: Document) -> Document {
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = document.components.get_or_insert_default();
    for (name, cookie) in [("citizen", SESSION_COOKIE), ("staff", STAFF_COOKIE)] {
        let scheme = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie)));
        components.add_security_scheme(name, scheme);
    }
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("citizen_token", bearer);
    components
        .schemas
        .insert("TerminalKind".to_owned(), TerminalKind::schema());
    for (path, item) in &mut document.paths.paths {
        let reads = [&mut item.get, &mut item.head, &mut item.options];
        reads.into_iter().flatten().for_each(answer_with_problems);
        for operation in [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
            .into_iter()
            .flatten()
        {
            answer_with_problems(operation);
            if path.starts_with(API) {
                name_the_terminal(operation);
            }
        }
    }
    document
}

fn answer_with_problems(operation: &mut Operation) {
    let problem = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(problem)).build();
    let response = ResponseBuilder::new()
        .description("A problem: `code` says which")
        .content(MEDIA_TYPE, content);
    operation
        .responses
        .responses
        .entry("default".to_owned())
        .or_insert(RefOr::T(response.build()));
}

fn name_the_terminal(operation: &mut Operation) {
    let parameter = ParameterBuilder::new()
        .name("OneHall-Terminal")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("The kind of terminal"))
        .schema(Some(Ref::from_schema_name("TerminalKind")))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}
