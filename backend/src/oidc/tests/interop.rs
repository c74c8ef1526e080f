//! That a client works which nobody here wrote: the crate `openidconnect`, as its documentation says to use it.

use std::time::Duration;

use axum::body::Body;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, CsrfToken, DeviceAuthorizationResponse, DeviceAuthorizationUrl,
    ExtraDeviceAuthorizationFields, HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RevocationUrl, Scope,
    TokenResponse,
};
use serde::{Deserialize, Serialize};

use super::*;
use crate::clock::SystemClock;

/// The client's way to the hall, without a network between.
async fn carry(wire: TestTerminal, request: HttpRequest) -> Result<HttpResponse, std::convert::Infallible> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut wire = wire;
    let reply = wire.send_body(parts.method, &path, &headers, Body::from(body)).await;
    let mut response = HttpResponse::new(reply.body);
    *response.status_mut() = must(reply.status.try_into());
    *response.headers_mut() = reply.headers;
    Ok(response)
}

#[tokio::test]
async fn a_client_of_rust_logs_a_citizen_in_and_stays_and_ends() {
    let provider = Provider::open().await;
    // It reads the clock of the machine.
    provider.hall.clock.set(SystemClock.now());
    let wire = provider.wire.clone();
    let http = move |request: HttpRequest| carry(wire.clone(), request);

    let issuer = must(IssuerUrl::new(ISSUER.to_owned()));
    let metadata = must(ProviderMetadataWithLogout::discover_async(issuer, &http).await);
    let logs_out = metadata.additional_metadata().end_session_endpoint.clone();
    let logs_out = logs_out.unwrap_or_else(|| panic!("no end of the session"));
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(BUS.to_owned()), None)
        .set_redirect_uri(must(RedirectUrl::new(BUS_BACK.to_owned())))
        .set_revocation_url(must(RevocationUrl::new(format!("{ISSUER}/oauth/revoke"))));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(["profile", "phone", "offline_access"].map(|name| Scope::new(name.to_owned())))
        .set_pkce_challenge(challenge)
        .url();

    let mut browser = provider.citizen(ZHANG).await;
    let place = url.as_str().strip_prefix(ISSUER).unwrap_or_else(|| panic!("{url}"));
    let request = waiting(&provider.get(place, &[]).await);
    let back = provider
        .allow(&mut browser, &request, "openid profile phone offline_access")
        .await;
    assert_eq!((&back["state"], back["iss"].as_str()), (state.secret(), ISSUER));

    let code = AuthorizationCode::new(back["code"].clone());
    let tokens = must(client.exchange_code(code))
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await;
    let tokens = must(tokens);
    let id_token = tokens.id_token().unwrap_or_else(|| panic!("no id token"));
    let id_verifier = client.id_token_verifier();
    let claims = must(id_token.claims(&id_verifier, &nonce));
    let signed_by = must(id_token.signing_key(&id_verifier));
    let hash = must(AccessTokenHash::from_token(
        tokens.access_token(),
        must(id_token.signing_alg()),
        signed_by,
    ));
    assert_eq!(claims.access_token_hash(), Some(&hash));

    let asked = must(client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())));
    let says: CoreUserInfoClaims = must(asked.request_async(&http).await);
    assert_eq!(
        says.name().and_then(|name| name.get(None)).map(|name| name.as_str()),
        Some("张敏")
    );
    assert_eq!(says.phone_number().map(|phone| phone.as_str()), Some("+8613800000001"));

    let kept = tokens.refresh_token().unwrap_or_else(|| panic!("no refresh token"));
    let next = must(must(client.exchange_refresh_token(kept)).request_async(&http).await);
    let kept = next
        .refresh_token()
        .unwrap_or_else(|| panic!("no next refresh token"))
        .clone();
    let again = next.id_token().unwrap_or_else(|| panic!("no id token"));
    let again = must(again.claims(&id_verifier, |_: Option<&Nonce>| Ok(())));
    assert_eq!(again.subject(), claims.subject());

    // Its citizen is to be logged out of the hall, too, and to come back.
    let out = LogoutRequest::from(logs_out)
        .set_id_token_hint(id_token)
        .set_post_logout_redirect_uri(must(PostLogoutRedirectUrl::new(BUS_OUT.to_owned())))
        .set_state(CsrfToken::new("out".to_owned()))
        .http_get_url();
    let place = out.as_str().strip_prefix(ISSUER).unwrap_or_else(|| panic!("{out}"));
    let wish = logout::shown(&mut browser, &provider.get(place, &[]).await).await;
    assert_eq!(
        (&wish["next"], &wish["location"]),
        (&json!("go_on"), &json!(format!("{BUS_OUT}?state=out")))
    );

    must(
        must(client.revoke_token(kept.clone().into()))
            .request_async(&http)
            .await,
    );
    let ended = must(client.exchange_refresh_token(&kept)).request_async(&http).await;
    let said = ended.err().map(|error| format!("{error:?}")).unwrap_or_default();
    assert!(said.contains("invalid_grant"), "{said}");
}

/// What the hall says besides to who wants to be let in by a phone.
#[derive(Debug, Serialize, Deserialize)]
struct Confirmed {
    /// The number to show beside the code.
    confirmation: String,
}

impl ExtraDeviceAuthorizationFields for Confirmed {}

#[tokio::test]
async fn a_client_of_rust_is_let_in_by_a_phone_while_it_asks() {
    let provider = Provider::open().await;
    provider.hall.clock.set(SystemClock.now());
    let wire = provider.wire.clone();
    let http = move |request: HttpRequest| carry(wire.clone(), request);
    let metadata = must(CoreProviderMetadata::discover_async(must(IssuerUrl::new(ISSUER.to_owned())), &http).await);
    let asks_at = must(DeviceAuthorizationUrl::new(format!("{ISSUER}/oauth/device")));
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(DESKTOP.to_owned()), None)
        .set_device_authorization_url(asks_at);
    let asked = client
        .exchange_device_code()
        .add_scope(Scope::new("profile".to_owned()));
    let device: DeviceAuthorizationResponse<Confirmed> = must(asked.request_async(&http).await);
    assert_eq!(device.verification_uri().as_str(), format!("{ISSUER}/device"));

    let phone = provider.citizen(ZHANG).await;
    let clock = Arc::clone(&provider.hall.clock);
    let grant = format!("/api/v1/devices/{}/grant", device.user_code().secret());
    let says = json!({ "number": device.extra_fields().confirmation, "scopes": ["openid", "profile"] });
    // While it waits before it asks again, its citizen confirms.
    let wait = |pause: Duration| {
        let (mut phone, clock, grant, says) = (phone.clone(), Arc::clone(&clock), grant.clone(), says.clone());
        async move {
            assert_eq!(pause.as_secs(), 5);
            clock.advance(5);
            assert_eq!(phone.post(&grant, says).await.status, 204);
        }
    };
    let asking = must(client.exchange_device_access_token(&device));
    let tokens = must(asking.request_async(&http, wait, None).await);
    let id_token = tokens.id_token().unwrap_or_else(|| panic!("no id token"));
    let claims = must(id_token.claims(&client.id_token_verifier(), |_: Option<&Nonce>| Ok(())));
    let asked = must(client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())));
    let says: CoreUserInfoClaims = must(asked.request_async(&http).await);
    let name = says.name().and_then(|name| name.get(None));
    assert_eq!(name.map(|name| name.as_str()), Some("张敏"));
}
