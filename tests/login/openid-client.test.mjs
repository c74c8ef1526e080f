// The npm package openid-client, as its documentation says to use it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import * as client from "openid-client";

import { Login } from "./city.mjs";

let login;
before(async () => (login = await Login.open()));
after(() => login?.close());

/** What it knows of the hall, as one of the clients; with every check of signatures that it has. */
async function known(id, itself) {
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
  return client.discovery(new URL(login.issuer), id, undefined, itself, { execute });
}

const server = () => client.PrivateKeyJwt({ key: login.keys.server.privateKey, kid: "first" });

/** Logs the citizen in; the tokens, and what they were asked with. */
async function loggedIn(config, id, more = {}, options) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
  const asked = {
    redirect_uri: login.back(id),
    scope: "openid profile phone offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  };
  const address = options
    ? await client.buildAuthorizationUrlWithPAR(config, asked, options)
    : client.buildAuthorizationUrl(config, asked);
  const back = await login.allows(address);
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
  return client.authorizationCodeGrant(config, back, checks, undefined, options);
}

test("a server that signs for itself logs in, refreshes, asks what tokens are worth, and ends them", async () => {
  const config = await known("server", server());
  const tokens = await loggedIn(config, "server", { max_age: "3600", login_hint: login.phone });
  const { sub, sid } = tokens.claims();
  assert.ok(sub && sid);
  const says = await client.fetchUserInfo(config, tokens.access_token, sub);
  assert.equal(says.phone_number, `+86${login.phone}`);
  const next = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(next.claims().sub, sub);
  assert.equal((await client.tokenIntrospection(config, next.access_token)).active, true);
  // Whom it means it gets, also where nobody is to be asked.
  const quiet = await loggedIn(config, "server", { id_token_hint: tokens.id_token, prompt: "none" });
  assert.equal(quiet.claims().sub, sub);
  await client.tokenRevocation(config, next.refresh_token);
  assert.equal((await client.tokenIntrospection(config, next.access_token)).active, false);
  await assert.rejects(() => client.refreshTokenGrant(config, next.refresh_token), { error: "invalid_grant" });
});

test("a server that has to pushes its request and binds its tokens to a key", async () => {
  const config = await known("bound", server());
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  const tokens = await loggedIn(config, "bound", {}, { DPoP });
  assert.equal(tokens.token_type, "dpop");
  const says = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
  assert.ok(says.name);
  const next = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
  assert.equal(next.token_type, "dpop");
  // Without its key the token is worth nothing.
  await assert.rejects(() => client.fetchUserInfo(config, next.access_token, next.claims().sub));
});

test("a program is let in by a phone while it asks", async () => {
  const config = await known("program", client.None());
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  const device = await client.initiateDeviceAuthorization(config, { scope: "openid profile offline_access" });
  const asking = client.pollDeviceAuthorizationGrant(config, device, undefined, { DPoP });
  await login.letsIn(device.user_code, device.confirmation);
  const tokens = await asking;
  const says = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
  assert.equal(says.sub, tokens.claims().sub);
});

test("a page has the citizen logged out of the hall, too, and gets them back", async () => {
  const config = await known("page", client.None());
  const tokens = await loggedIn(config, "page");
  const address = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: login.out("page"),
    id_token_hint: tokens.id_token,
    state: "out",
  });
  const { asked, location } = await login.logsOut(address);
  assert.deepEqual([asked, location], [false, `${login.out("page")}?state=out`]);
  assert.ok(await login.hears("page"));
  // What was to last goes on: the citizen allowed that, and takes it back at the hall.
  const next = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.ok(next.access_token);
});
