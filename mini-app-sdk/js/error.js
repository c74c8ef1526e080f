/**
 * What went wrong, with a stable code. `message` is one sentence for a person, in the hall's language, free of personal
 * data.
 */
export class OneHallError extends Error {
  constructor({ code, message, retryable = false, fields = [], details = null }, options) {
    super(message, options);
    this.name = "OneHallError";
    this.code = code;
    this.retryable = retryable;
    this.fields = fields;
    this.details = details;
    /** Of a submission: whether it had left, so that nobody knows whether it arrived. */
    this.sent = false;
  }
}

/** Errors that come about before there is a core to word them. */
const OWN = {
  "sdk/not_initialised": "The SDK is not initialised: await init() first.",
  "sdk/not_loaded": "The SDK's WebAssembly could not be loaded.",
  "sdk/closed": "This hall was closed.",
  "sdk/invalid_option": "An option is missing or not what it should be.",
  "client/cancelled": "This was cancelled.",
};

/** @internal */
export function ownError(code, { cause, message = OWN[code], details } = {}) {
  const retryable = code === "sdk/not_loaded";
  return new OneHallError({ code, message, retryable, details }, cause === undefined ? undefined : { cause });
}
