"""A client of the login, written with Authlib as its documentation says to use it. `authlib.test.mjs` runs it."""

import json
import os
import sys
import time
import urllib.request
from urllib.parse import urlencode

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken

ISSUER = os.environ["ISSUER"]
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"


def read(address):
    with urllib.request.urlopen(address) as answer:
        return json.load(answer)


METADATA = read(ISSUER + "/.well-known/openid-configuration")


def citizen(does, *given):
    """Has the citizen do something."""
    body = json.dumps({"does": does, "with": given}).encode()
    return read(urllib.request.Request(os.environ["CITIZEN"], data=body, method="POST"))


def session(client, scope):
    """A session of a client; the one that keeps a key signs for itself."""
    more = {"redirect_uri": f"https://{client}.example/back", "scope": scope, "code_challenge_method": "S256"}
    if client != "old":
        return OAuth2Session(client, token_endpoint_auth_method="none", **more)
    how = "private_key_jwt"
    methods = {"token_endpoint_auth_method": how, "revocation_endpoint_auth_method": how}
    with_key = OAuth2Session(client, os.environ["KEY"], **methods, **more)
    with_key.register_client_auth_method(PrivateKeyJWT(METADATA["token_endpoint"], alg="RS256"))
    return with_key


def log_in(client, scope, **more):
    """Logs the citizen in: the session with its tokens, and what the id token says."""
    oauth = session(client, scope)
    verifier, nonce = generate_token(48), generate_token(20)
    address, state = oauth.create_authorization_url(
        METADATA["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
    )
    back = citizen("allows", address)
    tokens = oauth.fetch_token(
        METADATA["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    return oauth, tokens, verified(client, tokens, nonce)


def verified(client, tokens, nonce=None):
    """What an id token says, with every check that the library has."""
    options = {
        "iss": {"essential": True, "value": ISSUER},
        "aud": {"essential": True, "value": client},
    }
    params = {"client_id": client, "access_token": tokens["access_token"]}
    if nonce:
        params["nonce"] = nonce
    keys = JsonWebKey.import_key_set(read(METADATA["jwks_uri"]))
    claims = jwt.decode(tokens["id_token"], keys, CodeIDToken, claims_options=options, claims_params=params)
    claims.validate()
    return claims


def server():
    oauth, tokens, claims = log_in("old", "openid profile offline_access", acr_values="L1")
    says = oauth.get(METADATA["userinfo_endpoint"]).json()
    assert says["sub"] == claims["sub"] and says["name"], says

    introspect = METADATA["introspection_endpoint"]
    worth = oauth.introspect_token(introspect, token=tokens["access_token"]).json()
    assert worth["active"] and worth["sub"] == claims["sub"], worth

    following = oauth.refresh_token(METADATA["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert following["refresh_token"] != tokens["refresh_token"]
    assert verified("old", following)["sub"] == claims["sub"]

    ended = oauth.revoke_token(METADATA["revocation_endpoint"], token=following["refresh_token"])
    assert ended.status_code == 200, ended.text
    worth = oauth.introspect_token(introspect, token=following["access_token"]).json()
    assert worth == {"active": False}, worth
    try:
        oauth.refresh_token(METADATA["token_endpoint"], refresh_token=following["refresh_token"])
    except OAuthError as error:
        assert error.error == "invalid_grant", error
    else:
        raise AssertionError("a token that has ended was exchanged")


def page():
    oauth, tokens, _ = log_in("page", "openid phone")
    says = oauth.get(METADATA["userinfo_endpoint"]).json()
    assert says["phone_number"].startswith("+86"), says
    out = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": "https://page.example/out"}
    done = citizen("logsOut", METADATA["end_session_endpoint"] + "?" + urlencode(out))
    assert done == {"asked": False, "location": "https://page.example/out"}, done
    assert oauth.get(METADATA["userinfo_endpoint"]).status_code == 401


def machine():
    oauth = session("old", "openid profile")
    endpoint = METADATA["device_authorization_endpoint"]
    body = {"client_id": "old", "scope": "openid profile"}
    device = oauth.post(endpoint, data=body, withhold_token=True, auth=oauth.client_auth("private_key_jwt")).json()

    def ask():
        return oauth.fetch_token(
            METADATA["token_endpoint"], grant_type=DEVICE_CODE, device_code=device["device_code"]
        )

    try:
        ask()
    except OAuthError as error:
        assert error.error == "authorization_pending", error
    else:
        raise AssertionError("nobody has confirmed it yet")
    citizen("letsIn", device["user_code"], device["confirmation"])
    time.sleep(device["interval"])
    tokens = ask()
    assert verified("old", tokens)["sub"]


{"server": server, "page": page, "machine": machine}[sys.argv[1]]()
