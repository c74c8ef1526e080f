/** A device that asks for a finger and keeps passkeys, beside the page of a terminal. */
export async function device(terminal) {
  const cdp = await terminal.context.newCDPSession(terminal.page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const verified = (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  const keys = async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return { verified, keys };
}
