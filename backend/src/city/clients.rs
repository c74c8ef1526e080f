//! Clients of the hall's login: `clients/<client id>.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_protocol::identity::{AssuranceLevel, TerminalKind};
use onehall_protocol::{ClientId, HallCode, Text};
use serde_json::{Map, Value};

use super::directory::Directory;
use super::document::{Entry, Source};
use super::finding::{Findings, Sited, once_each};
use crate::oidc::{Client, ClientKey, LogoutAddress, Proof, PublicKey, RedirectUri, RegisteredScope, Scope, Standing};

/// The members of a key in a file, as in a JWK.
const KEY_MEMBERS: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];

pub(super) fn read(
    sources: &[(String, Source)],
    directory: &Directory,
    findings: &Findings,
) -> BTreeMap<ClientId, Arc<Client>> {
    let mut clients = BTreeMap::new();
    for (stem, source) in sources {
        let id: ClientId = match stem.parse() {
            Ok(id) => id,
            Err(error) => {
                let reason = format!("the file's name `{stem}` is the client's id, and {error}");
                findings.add(&source.line(1), reason);
                continue;
            }
        };
        if let Some(client) = client(id.clone(), source, directory, findings) {
            clients.insert(id, Arc::new(client));
        }
    }
    clients
}

fn client(id: ClientId, source: &Source, directory: &Directory, findings: &Findings) -> Option<Client> {
    let table = source.table(findings)?;
    let file = Entry::of_file(source, &table, findings);
    let (name, operator): (Option<Sited<Text>>, Option<Sited<Text>>) =
        (file.required("name"), file.required("operator"));
    let proof = proof(&file);
    let device = flag(&file, "device");
    let redirect_uris = addresses(&file, "redirect_uris");
    let post_logout_redirect_uris = addresses(&file, "post_logout_redirect_uris");
    let logout_address: Option<Sited<LogoutAddress>> = file.optional("backchannel_logout_uri");
    let scopes = scopes(&file);
    let sector = sector(&file, &id, &redirect_uris);
    let assurance: Option<Sited<AssuranceLevel>> = file.optional("assurance");
    let (pushes, binds_tokens) = (flag(&file, "pushes"), flag(&file, "binds_tokens"));
    let standing = standing(&file, directory);
    if standing.is_some() && proof == Some(Proof::Public) {
        let reason = "a public client cannot show where it stands: `[standing]` is of a confidential one";
        file.find("standing", reason);
    }
    let terminal = terminal(&file, binds_tokens, standing.is_some(), &scopes);
    // A terminal of the hall also logs in by itself, with a code.
    let by_browser = !device && terminal.is_none();
    if redirect_uris.is_empty() && by_browser && !file.holds_any("redirect_uris") {
        file.find(
            "redirect_uris",
            "a client has `redirect_uris`, or logs in by another device (`device = true`)",
        );
    }
    file.close();
    Some(Client {
        id,
        name: name?.value,
        operator: operator?.value,
        proof: proof?,
        redirect_uris,
        post_logout_redirect_uris,
        logout_address: logout_address.map(|address| address.value),
        scopes,
        sector: sector?,
        assurance: assurance.map_or(AssuranceLevel::L1, |level| level.value),
        pushes,
        binds_tokens,
        device,
        standing,
        terminal,
    })
}

/// Which terminal of the hall the client is, if it is one. What it is given counts at the hall's own API, so it is worth
/// nothing to whoever takes it away, and lives no longer than a session.
fn terminal(file: &Entry<'_>, binds_tokens: bool, stands: bool, scopes: &[RegisteredScope]) -> Option<TerminalKind> {
    let kind: Sited<TerminalKind> = file.optional("first_party")?;
    let offline = scopes.iter().any(|registered| registered.scope == Scope::OfflineAccess);
    let native = matches!(
        kind.value,
        TerminalKind::Desktop | TerminalKind::Mobile | TerminalKind::Kiosk
    );
    for (wrong, reason) in [
        (
            !native,
            "a terminal of the hall is \"desktop\", \"mobile\" or \"kiosk\"",
        ),
        (
            !binds_tokens,
            "a terminal of the hall binds its tokens to a key (`binds_tokens = true`)",
        ),
        (
            stands,
            "a terminal of the hall has no `[standing]`: where a kiosk stands its key shows (`[[kiosk]]` of its hall)",
        ),
        (
            offline,
            "a terminal of the hall stays logged in as long as its session lasts: it has no scope offline_access",
        ),
    ] {
        if wrong {
            file.findings().add(&kind.place, reason);
        }
    }
    Some(kind.value)
}

fn flag(file: &Entry<'_>, key: &'static str) -> bool {
    file.optional::<bool>(key).is_some_and(|flag| flag.value)
}

fn addresses(file: &Entry<'_>, key: &'static str) -> Vec<RedirectUri> {
    let read: Vec<Sited<RedirectUri>> = file.list(key);
    once_each("address", &read, file.findings());
    read.into_iter().map(|address| address.value).collect()
}

fn proof(file: &Entry<'_>) -> Option<Proof> {
    let kind: Option<Sited<String>> = file.required("kind");
    let entries = file.entries("keys");
    let (findings, any) = (file.findings(), !entries.is_empty());
    let mut keys: Vec<ClientKey> = Vec::new();
    for entry in entries {
        let id: Option<Sited<String>> = entry.required("kid");
        let mut jwk = Map::new();
        for member in KEY_MEMBERS {
            let value: Option<Sited<String>> = entry.optional(member);
            jwk.extend(value.map(|value| (member.to_owned(), Value::String(value.value))));
        }
        let place = entry.place.clone();
        entry.close();
        match PublicKey::of_jwk(&jwk) {
            Ok(key) => keys.extend(id.map(|id| {
                if keys.iter().any(|known| known.id == id.value) {
                    findings.add(&id.place, "another key of this client has this name already");
                }
                ClientKey { id: id.value, key }
            })),
            Err(fault) => findings.add(&place, format!("the key {fault}")),
        }
    }
    let kind = kind?;
    match kind.value.as_str() {
        "public" if any => {
            findings.add(
                &kind.place,
                "a public client has no keys: it could not keep the private ones",
            );
            None
        }
        "public" => Some(Proof::Public),
        "confidential" if !any => {
            findings.add(
                &kind.place,
                "a confidential client needs `[[keys]]` with its public keys",
            );
            None
        }
        "confidential" => Some(Proof::Keys(keys)),
        _ => {
            findings.add(&kind.place, "`kind` is \"public\" or \"confidential\"");
            None
        }
    }
}

fn scopes(file: &Entry<'_>) -> Vec<RegisteredScope> {
    let mut scopes: Vec<RegisteredScope> = Vec::new();
    for entry in file.entries("scopes") {
        let (scope, why): (Option<Sited<Scope>>, Option<Sited<Text>>) =
            (entry.required("scope"), entry.required("why"));
        entry.close();
        let Some(scope) = scope else { continue };
        if scope.value == Scope::OpenId {
            file.findings().add(
                &scope.place,
                "every client has the scope openid; it is not written here",
            );
        }
        if scope.value == Scope::Hall {
            file.findings().add(
                &scope.place,
                "the scope hall is of terminals of the hall itself (`first_party`); it is not written here",
            );
        }
        if scopes.iter().any(|known| known.scope == scope.value) {
            file.findings().add(&scope.place, "this scope stands in the list twice");
        }
        scopes.extend(why.map(|why| RegisteredScope {
            scope: scope.value,
            why: why.value,
        }));
    }
    scopes
}

/// The sector of the file, or the one host of the addresses (OpenID Connect Core 1.0, section 8.1).
fn sector(file: &Entry<'_>, id: &ClientId, redirect_uris: &[RedirectUri]) -> Option<String> {
    if file.has("sector") {
        return file.required("sector").map(|sector: Sited<String>| sector.value);
    }
    let mut hosts: Vec<&str> = redirect_uris.iter().filter_map(RedirectUri::host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    match hosts.as_slice() {
        // A program without pages: nobody else shares its sector.
        [] => Some(id.to_string()),
        [host] => Some((*host).to_owned()),
        _ => {
            let reason = "`redirect_uris` of several hosts need a `sector` that says whose they are";
            file.find("redirect_uris", reason);
            None
        }
    }
}

fn standing(file: &Entry<'_>, directory: &Directory) -> Option<Standing> {
    let entry = file.entry("standing")?;
    let hall: Option<Sited<HallCode>> = entry.optional("hall");
    let place: Option<Sited<Text>> = entry.required("place");
    entry.close();
    if let Some(hall) = &hall {
        directory.hall_codes.expect(hall, file.findings());
    }
    Some(Standing {
        hall: hall.map(|hall| hall.value),
        place: place?.value,
    })
}
