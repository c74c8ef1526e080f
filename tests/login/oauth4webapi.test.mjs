// The npm package oauth4webapi, as its documentation says to use it, with every check that it has.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";

import { Login } from "./city.mjs";

/** The hall of a test speaks HTTP, on this machine. */
const insecure = { [oauth.allowInsecureRequests]: true };

let login;
let as;
before(async () => {
  login = await Login.open();
  const issuer = new URL(login.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
});
after(() => login?.close());

/** Once more where the hall wants the proof made with its nonce. */
async function proven(ask, read) {
  try {
    return await read(await ask());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return read(await ask());
  }
}

test("a server pushes its request, binds its tokens, refreshes, asks what they are worth, and ends them", async () => {
  const client = { client_id: "bound" };
  const itself = oauth.PrivateKeyJwt({ key: login.keys.server.privateKey, kid: "first" });
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ];
  const asked = {
    redirect_uri: login.back("bound"),
    response_type: "code",
    scope: "openid profile offline_access",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    max_age: "3600",
    acr_values: "L1",
  };
  const pushed = await proven(
    () => oauth.pushedAuthorizationRequest(as, client, itself, asked, { DPoP, ...insecure }),
    (answer) => oauth.processPushedAuthorizationResponse(as, client, answer),
  );
  const address = new URL(as.authorization_endpoint);
  address.searchParams.set("client_id", client.client_id);
  address.searchParams.set("request_uri", pushed.request_uri);

  const back = oauth.validateAuthResponse(as, client, await login.allows(address), state);
  const ask = () => oauth.authorizationCodeGrantRequest(as, client, itself, back, login.back("bound"), verifier, { DPoP, ...insecure });
  let answered;
  const tokens = await proven(ask, (answer) => {
    answered = answer;
    const expected = { expectedNonce: nonce, maxAge: 3600, requireIdToken: true };
    return oauth.processAuthorizationCodeResponse(as, client, answer, expected);
  });
  await oauth.validateApplicationLevelSignature(as, answered, insecure);
  assert.equal(tokens.token_type, "dpop");
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  assert.ok(["L1", "L2", "L3"].includes(claims.acr));

  const says = await proven(
    () => oauth.userInfoRequest(as, client, tokens.access_token, { DPoP, ...insecure }),
    (answer) => oauth.processUserInfoResponse(as, client, claims.sub, answer),
  );
  assert.ok(says.name);

  const next = await proven(
    () => oauth.refreshTokenGrantRequest(as, client, itself, tokens.refresh_token, { DPoP, ...insecure }),
    (answer) => oauth.processRefreshTokenResponse(as, client, answer),
  );
  const worth = async (token) => {
    const answer = await oauth.introspectionRequest(as, client, itself, token, insecure);
    return oauth.processIntrospectionResponse(as, client, answer);
  };
  const found = await worth(next.access_token);
  assert.deepEqual([found.active, found.sub, typeof found.cnf.jkt], [true, claims.sub, "string"]);
  const ended = await oauth.revocationRequest(as, client, itself, next.refresh_token, insecure);
  await oauth.processRevocationResponse(ended);
  assert.deepEqual(await worth(next.access_token), { active: false });
});

test("a program without a secret is let in by a phone", async () => {
  const client = { client_id: "program" };
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  const asked = { scope: "openid offline_access" };
  const device = await proven(
    () => oauth.deviceAuthorizationRequest(as, client, oauth.None(), asked, insecure),
    (answer) => oauth.processDeviceAuthorizationResponse(as, client, answer),
  );
  assert.ok(device.verification_uri_complete.includes(device.user_code));
  const ask = () => oauth.deviceCodeGrantRequest(as, client, oauth.None(), device.device_code, { DPoP, ...insecure });
  const read = (answer) => oauth.processDeviceCodeResponse(as, client, answer);
  await assert.rejects(() => proven(ask, read), { error: "authorization_pending" });
  await assert.rejects(() => proven(ask, read), { error: "slow_down" });
  await login.letsIn(device.user_code, device.confirmation);
  await new Promise((fulfil) => setTimeout(fulfil, (device.interval + 5) * 1000));
  const tokens = await proven(ask, read);
  assert.equal(tokens.token_type, "dpop");
  const next = await proven(
    () => oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token, { DPoP, ...insecure }),
    (answer) => oauth.processRefreshTokenResponse(as, client, answer),
  );
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  const another = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));
  await assert.rejects(
    () =>
      proven(
        () => oauth.refreshTokenGrantRequest(as, client, oauth.None(), next.refresh_token, { DPoP: another, ...insecure }),
        (answer) => oauth.processRefreshTokenResponse(as, client, answer),
      ),
    { error: "invalid_grant" },
  );
});

test("a page that has no secret logs in, and hears that the session has ended", async () => {
  const client = { client_id: "page" };
  const verifier = oauth.generateRandomCodeVerifier();
  const address = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: "page",
    redirect_uri: login.back("page"),
    response_type: "code",
    scope: "openid phone",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  })) {
    address.searchParams.set(name, value);
  }
  const back = oauth.validateAuthResponse(as, client, await login.allows(address));
  const answer = await oauth.authorizationCodeGrantRequest(as, client, oauth.None(), back, login.back("page"), verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { requireIdToken: true });
  const claims = oauth.getValidatedIdTokenClaims(tokens);

  await login.hall.request("DELETE", "/api/v1/identity/session", undefined, { cookie: login.cookie });
  const keys = createRemoteJWKSet(new URL(as.jwks_uri));
  const expected = { issuer: as.issuer, audience: "page", typ: "logout+jwt", requiredClaims: ["iat", "exp", "jti", "events"] };
  const { payload } = await jwtVerify(await login.hears("page"), keys, expected);
  assert.deepEqual([payload.sub, payload.sid, payload.nonce], [claims.sub, claims.sid, undefined]);
  assert.deepEqual(payload.events, { "http://schemas.openid.net/event/backchannel-logout": {} });
  // What it had ended with the session.
  const after = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  assert.equal(after.status, 401);
});
