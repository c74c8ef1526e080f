// The typed API over the core: one method for each thing that a page can ask.
import { OneHallError, ownError } from "./error.js";

const PROTOCOL = 1;
const LANGUAGES = { zh: "zh-CN", en: "en" };

/** The hall's language for a BCP 47 tag; undefined where the hall does not speak it. */
export function languageOf(tag) {
  return LANGUAGES[String(tag ?? "").toLowerCase().split(/[-_]/)[0]];
}

export class Hall {
  #core;
  #last = 0;
  #under = new Set();
  #listeners = new Map();
  #attempts = new Map();
  #transfers = 0;

  /** @internal */
  constructor(core) {
    this.#core = core;
    core.listen((text) => this.#tell(JSON.parse(text).event));
    const ask = (name, fields, options) => this.ask(name, fields, options);

    this.session = {
      requestCode: (phone, options) => ask("request_code", { phone }, options),
      logIn: (phone, code, options) => ask("log_in", { phone, code }, options),
      logOut: (options) => ask("log_out", { discard_unsent: options?.discardUnsent ?? false }, options),
      restore: (options) => ask("restore_session", {}, options),
    };

    this.catalog = {
      get: (options) => ask("get_catalog", {}, options),
      search: (query, { limit = 10, language = "zh-CN", ...options } = {}) =>
        ask("search_catalog", { query, language: languageOf(language) ?? "zh-CN", limit }, options),
      item: (code, options) => ask("get_item", { code }, options),
      inputs: (form, options) => ask("get_form_inputs", { form }, options),
      list: (list, { query = null, parent = null, ...options } = {}) =>
        ask("search_list", { list, query, parent }, options),
    };

    this.draft = {
      list: (options) => ask("list_drafts", {}, options),
      open: (item, { principal, ...options } = {}) =>
        ask("open_draft", { start: { item, ...(principal ? { principal } : {}) } }, options),
      view: (id, { page = null, ...options } = {}) => ask("view_draft", { id, page }, options),
      change: (id, answers, { page = null, ...options } = {}) => {
        const changes = Object.entries(answers).map(([path, value]) => ({ path, value: value ?? null }));
        return ask("change_answers", { id, changes, page }, options);
      },
      type: (id, path, text, { page = null, ...options } = {}) => ask("type_answer", { id, path, text, page }, options),
      flush: (id, options) => ask("flush_draft", { id }, options),
      dismissLost: (id, n, options) => ask("dismiss_lost", { id, n }, options),
      discard: (id, options) => ask("discard_draft", { id }, options),
      upload: (id, path, file, options) => this.#upload({ kind: "draft", id }, path, file, options),
      offers: (draft, material, options) => ask("offered_files", { to: { kind: "draft", id: draft }, material }, options),
      reuse: (draft, path, file, options) => ask("reuse_offered", { to: { kind: "draft", id: draft }, reuse: { file, path } }, options),
      removeFile: (draft, file, options) => ask("remove_file", { draft, file }, options),
    };

    this.progress = {
      list: (options) => ask("list_cases", {}, options),
      get: (id, options) => ask("get_case", { id }, options),
      withdraw: (id, { version, reason, ...options } = {}) =>
        this.#at(id, version, options, (at) =>
          ask("withdraw", { id, withdrawal: { version: at, ...(reason ? { reason } : {}) } }, options)),
      rate: (id, { stars, tags = [], comment }, options) =>
        ask("rate", { id, rating: { stars, tags, ...(comment ? { comment } : {}) } }, options),
      supplement: (id, { version, answers, key }, options = {}) =>
        this.#at(id, version, options, async (at) =>
          ask("supplement", { id, supplement: { version: at, answers }, key: key ?? (await ask("new_key")) }, options)),
      upload: (id, path, file, options) => this.#upload({ kind: "case", id }, path, file, options),
      offers: (id, material, options) => ask("offered_files", { to: { kind: "case", id }, material }, options),
      reuse: (id, path, file, options) => ask("reuse_offered", { to: { kind: "case", id }, reuse: { file, path } }, options),
      file: async (id, options) => {
        const { name, media_type, bytes } = await ask("read_file", { id }, options);
        return new File([fromBase64(bytes)], name, { type: media_type });
      },
      onChange: (listener) => {
        const offs = [
          this.on("case_changed", ({ id }) => listener(id)),
          this.on("may_have_missed", () => listener(undefined)),
        ];
        return () => offs.forEach((off) => off());
      },
    };

    this.outbox = {
      list: (options) => ask("list_queued", {}, options),
      cancel: (id, options) => ask("cancel_queued", { id }, options),
      retry: (id, options) => ask("retry_queued", { id }, options),
    };

    this.preferences = {
      get: (options) => ask("get_preferences", {}, options),
      set: async (changes, options) => {
        const preferences = { ...(await ask("get_preferences", {}, options)), ...changes };
        await ask("set_preferences", { preferences }, options);
      },
    };
  }

  /** @internal Agrees on a protocol and sets the language. */
  async open(language) {
    await this.#call({ hello: { protocols: { min: PROTOCOL, max: PROTOCOL }, version: "0.1.0" } });
    const tag = languageOf(language ?? globalThis.navigator?.language);
    const preferences = await this.ask("get_preferences");
    if (!tag || tag === preferences.language) return;
    // Where nothing can be kept the language holds all the same.
    await this.ask("set_preferences", { preferences: { ...preferences, language: tag } }).catch((error) => {
      if (!/\bstore[_/]/.test(error.code)) throw error;
    });
  }

  /** Any command of the core by its name, for what has no method here. */
  async ask(name, fields = {}, options) {
    const answer = await this.#call({ ask: { [name]: fields } }, options);
    return answer.ask[name];
  }

  /**
   * Submits a draft: brings all changes to the hall, evaluates the answers, and submits exactly what was evaluated. Asked
   * again after an answer was lost it is the same attempt, so one case comes of it however often it is asked.
   *
   * Fails with `forms/confirm_changes` where the hall goes by newer rules that change something: show `error.details.changes`
   * and submit again with `confirmed`, the transcript that `error.details` names.
   *
   * With `waitAs`, what to call it in each language, it waits on this terminal where the hall does not answer, and `{ queued }`
   * comes back instead of a receipt.
   */
  async submit(id, { signal, confirmed, waitAs } = {}) {
    if (!this.#attempts.has(id)) {
      const prepare = async () => {
        const submission = await this.ask("prepare_submission", { id, may_wait: waitAs !== undefined }, { signal });
        if (confirmed) submission.confirmed = confirmed;
        return { id, submission, key: await this.ask("new_key", {}, { signal }) };
      };
      // Kept before it is there: whoever submits at the same time makes the same attempt.
      const preparing = prepare();
      this.#attempts.set(id, preparing);
      preparing.catch(() => this.#attempts.delete(id));
    }
    const attempt = await this.#attempts.get(id);
    try {
      const receipt = await this.ask("submit", waitAs ? { ...attempt, wait_as: waitAs } : attempt, { signal });
      this.#attempts.delete(id);
      return receipt;
    } catch (error) {
      // What may have arrived is sent again as it was; what was judged is over.
      const open = error.retryable || ["client/cancelled", "identity/not_logged_in"].includes(error.code);
      if (!open) this.#attempts.delete(id);
      // Nobody knows whether it arrived: what is said to a person hangs on it.
      error.sent = true;
      throw error;
    }
  }

  /** Calls `listener` with each event of a kind, or with all (`"*"`); gives what takes it off. */
  on(kind, listener) {
    const entry = [kind, listener];
    this.#listeners.set(entry, true);
    return () => void this.#listeners.delete(entry);
  }

  /** Ends calls, listeners and streams, and frees the memory. The session's token is gone with it. */
  close() {
    if (!this.#core) return;
    for (const under of [...this.#under]) under.refuse(ownError("sdk/closed"));
    this.#listeners.clear();
    this.#core.free();
    this.#core = undefined;
  }

  #tell(event) {
    for (const [kind, listener] of [...this.#listeners.keys()]) {
      if (kind !== "*" && kind !== event.kind) continue;
      try {
        listener(event);
      } catch (error) {
        // One listener's mistake is not the others': said as an uncaught error of its own.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  async #call(call, { signal } = {}) {
    if (!this.#core) throw ownError("sdk/closed");
    if (signal?.aborted) throw ownError("client/cancelled", { cause: signal.reason });
    const id = (this.#last += 1);
    const under = {};
    const ended = new Promise((_, refuse) => (under.refuse = refuse));
    const abort = () => {
      // Freed already: its calls have ended with it.
      if (this.#core) this.#send({ cancel: { id } }, (this.#last += 1));
      under.refuse(ownError("client/cancelled", { cause: signal.reason }));
    };
    this.#under.add(under);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      const { outcome } = JSON.parse(await Promise.race([ended, this.#send(call, id)]));
      if (outcome.error) throw new OneHallError(outcome.error);
      return outcome.ok;
    } finally {
      this.#under.delete(under);
      signal?.removeEventListener("abort", abort);
    }
  }

  #send(call, id) {
    return this.#core.call(JSON.stringify({ protocol: PROTOCOL, id, call }));
  }

  async #at(id, version, options, then) {
    return then(version ?? (await this.progress.get(id, options)).version);
  }

  async #upload(to, path, file, { signal, onProgress } = {}) {
    const bytes = new Uint8Array(typeof file.arrayBuffer === "function" ? await file.arrayBuffer() : file.bytes);
    const transfer = (this.#transfers += 1);
    const off = this.on("upload", (event) => {
      if (event.transfer === transfer) onProgress?.({ sent: event.sent, total: event.total });
    });
    const content = { name: file.name ?? "file", media_type: file.type ?? file.mediaType ?? "", bytes: toBase64(bytes) };
    // Who only stops waiting does not end it.
    const cancel = () => void this.ask("cancel_upload", { transfer }).catch(() => {});
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await this.ask("upload_file", { to, path, file: content, transfer }, { signal });
    } finally {
      signal?.removeEventListener("abort", cancel);
      off();
    }
  }
}

function toBase64(bytes) {
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
