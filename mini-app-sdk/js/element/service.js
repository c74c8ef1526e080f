// <onehall-service>: one service of a hall in somebody else's page. This file holds what stays while screens come and go:
// the hall, the session, the language, the events; each screen is a file of its own.
import { createHall } from "../index.js";
import { languageOf } from "../hall.js";
import { ownError } from "../error.js";
import { loadLater } from "../loader.js";
import { attribute, h, text } from "./dom.js";
import { guideScreen } from "./guide.js";
import { loginScreen, principalScreen } from "./login.js";
import { styles } from "./styles.js";
import { Words } from "./texts.js";

/** Screens that nobody needs who only looks at a service: they come when one is shown, or a little before. */
const later = (load) => {
  const loaded = () => load().catch((cause) => Promise.reject(ownError("sdk/not_loaded", { cause })));
  return Object.assign(async (...given) => (await loaded())(...given), { loaded });
};

const SCREENS = {
  guide: guideScreen,
  login: loginScreen,
  principal: principalScreen,
  fill: later(async () => (await import("./fill.js")).fillScreen),
  check: later(async () => (await import("./check.js")).checkScreen),
  queued: later(async () => (await import("./queued.js")).queuedScreen),
  case: later(async () => (await import("./case.js")).caseScreen),
};

/** What filling needs, on its way while the guide is read; also what is shown where the hall cannot be reached at its end.
 * Where that fails it is tried again when it is needed. */
const expectFilling = () =>
  Promise.allSettled([loadLater(), ...["fill", "check", "queued"].map((name) => SCREENS[name].loaded())]);

/** What is slow is said to be. */
const SLOW_MS = 4_000;

// On a server there are no elements; the class must still be there to be named.
const Base = globalThis.HTMLElement ?? class {};

export class OneHallServiceElement extends Base {
  static observedAttributes = ["item", "base-url", "lang", "theme"];

  #given;
  #run;
  #shown;
  #connected = false;

  /** A hall of the page's own, to share a session between elements. Set before the element is connected. */
  get hall() {
    return this.#run?.hall ?? this.#given;
  }

  set hall(hall) {
    this.#given = hall;
    this.#restart();
  }

  connectedCallback() {
    this.#connected = true;
    // A moved element leaves and comes back within one task: it goes on.
    if (!this.#run) this.#start();
  }

  disconnectedCallback() {
    this.#connected = false;
    queueMicrotask(() => {
      if (!this.#connected) this.destroy();
    });
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#run) return;
    if (name === "theme") this.#run.paint();
    else if (name === "lang") this.#translate();
    else this.#restart();
  }

  /** Ends everything: calls, streams, listeners, memory. The element can be connected again. */
  destroy() {
    const run = this.#run;
    this.#run = undefined;
    if (!run) return;
    this.#leave();
    run.end.abort();
    this.shadowRoot.replaceChildren();
  }

  #restart() {
    if (!this.#connected) return;
    this.destroy();
    this.#start();
  }

  #start() {
    const end = new AbortController();
    const run = { end, signal: end.signal, session: null, words: new Words(this.#language()), offline: false };
    this.#run = run;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    run.live = h("div", { class: "quiet", role: "status", "aria-live": "polite" });
    run.banner = h("p", { class: "notice", part: "banner", role: "status", hidden: true });
    run.screen = h("div", { part: "screen" });
    // The browser's translation would change the page under the renderer's hands; the element speaks both languages.
    run.root = h("div", { class: "root notranslate", part: "root", translate: "no" }, run.live, run.banner, run.screen);
    root.replaceChildren(run.root);

    const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
    run.paint = () => {
      const theme = this.getAttribute("theme");
      const isDark = theme === "dark" || (theme !== "light" && dark?.matches);
      attribute(run.root, "data-theme", isDark ? "dark" : "light");
      attribute(run.root, "lang", run.words.language);
    };
    run.paint();
    dark?.addEventListener("change", run.paint, { signal: run.signal });
    let height;
    const sizes = new ResizeObserver(() => {
      const now = Math.ceil(run.root.getBoundingClientRect().height);
      if (now !== height) this.#emit("resize", { height: (height = now) });
    });
    sizes.observe(run.root);
    run.signal.addEventListener("abort", () => sizes.disconnect());
    this.#open(run);
  }

  async #open(run) {
    const code = this.getAttribute("item");
    this.#waiting(run);
    try {
      if (!code) throw Object.assign(new Error(run.words.say("no_item")), { code: "sdk/invalid_option" });
      if (!run.hall) {
        const own = !this.#given;
        const hall = this.#given ?? (await createHall({
          baseUrl: this.getAttribute("base-url") ?? "",
          language: run.words.language,
          wasm: this.wasm,
          later: this.later,
        }));
        const close = () => own && hall.close();
        if (run.signal.aborted) return close();
        run.hall = hall;
        const off = hall.on("*", (event) => this.#heard(run, event));
        run.signal.addEventListener("abort", () => {
          off();
          close();
        });
      }
      const { signal } = run;
      [run.session, { analytics: run.counts }, run.catalog, run.item] = await Promise.all([
        run.hall.session.restore({ signal }),
        run.hall.preferences.get({ signal }),
        run.hall.catalog.get({ signal }),
        run.hall.catalog.item(code, { signal }),
      ]);
    } catch (error) {
      if (!run.signal.aborted) this.#refused(run, error);
      return;
    }
    this.#emit("ready", { item: code });
    await this.#show(run, "guide");
    if (run.item.online) expectFilling();
  }

  /** Shows a screen; `place` says where in it. Told by an event, and read out from its heading on. */
  async #show(run, name, place = {}, { focus = true } = {}) {
    this.#leave();
    const end = new AbortController();
    const shown = { name, place, end };
    this.#shown = shown;
    const context = this.#context(run, shown);
    this.#waiting(run);
    try {
      const node = await SCREENS[name](context, place);
      if (end.signal.aborted) return;
      run.screen.replaceChildren(node, this.#foot(run, name));
    } catch (error) {
      if (end.signal.aborted) return;
      if (error.code === "identity/not_logged_in" && name !== "login") {
        await this.#show(run, "login", { then: { name, place }, again: true });
        return;
      }
      this.#refused(run, error, () => this.#show(run, name, place));
      return;
    }
    // Only where somebody came from another screen of ours: a page that opens keeps its own focus.
    if (focus && run.opened) context.focusHeading();
    run.opened = true;
    this.#emit("step", { step: name, ...(shown.page ? { page: shown.page } : {}) });
  }

  /** What a screen sees of the element. */
  #context(run, shown) {
    const { signal } = shown.end;
    return {
      hall: run.hall,
      item: run.item,
      catalog: run.catalog,
      words: run.words,
      baseUrl: (this.getAttribute("base-url") ?? "").replace(/\/+$/, ""),
      signal,
      session: () => run.session,
      offset: run.catalog.city.utc_offset_minutes,
      show: (name, place, options) => (this.#run === run ? this.#show(run, name, place, options) : undefined),
      emit: (name, detail) => this.#emit(name, detail),
      say: (words) => {
        // Said again even where it was the last thing that was said.
        run.live.textContent = "";
        requestAnimationFrame(() => text(run.live, words));
      },
      at: (page) => (shown.page = page),
      place: (place) => (shown.place = place),
      hear: (listener) => (shown.listener = listener),
      focusHeading: () => run.screen.querySelector("h2")?.focus(),
      refused: (error) => this.#tellError(error),
    };
  }

  #leave() {
    this.#shown?.end.abort();
    this.#shown = undefined;
  }

  #heard(run, event) {
    if (event.kind === "session_changed") {
      const ended = run.session && !event.session;
      run.session = event.session;
      const { name, place } = this.#shown ?? {};
      if (ended && !run.leaving && ["fill", "check", "queued", "case", "principal"].includes(name)) {
        this.#show(run, "login", { then: { name, place }, again: true });
        return;
      }
    }
    if (event.kind === "connection") {
      run.offline = !event.online;
      run.banner.hidden = event.online;
      text(run.banner, event.online ? "" : run.words.say("offline"));
    }
    if (event.kind === "draft_saving" && event.state.kind === "saved") {
      this.#emit("draft-saved", { draft: event.id, at: event.state.at });
    }
    this.#shown?.listener?.(event);
  }

  #waiting(run) {
    const line = h("p", { role: "status" }, h("span", { class: "quiet" }, run.words.say("loading")));
    const node = h("div", { "aria-busy": "true" }, line, [1, 2, 3].map(() => h("span", { class: "skeleton", "aria-hidden": "true" })));
    run.screen.replaceChildren(node);
    const timer = setTimeout(() => {
      if (node.isConnected) line.replaceChildren(run.words.say("slow"));
    }, SLOW_MS);
    run.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  #refused(run, error, retry = () => this.#open(run)) {
    this.#tellError(error);
    const heading = h("h2", { tabindex: "-1" }, run.words.say("failed"));
    const known = error.code === "request/not_found" ? run.words.say("unlisted") : error.message;
    run.screen.replaceChildren(
      heading,
      h("div", { class: "bad", part: "error", role: "alert" },
        h("p", {}, known),
        h("p", { class: "soft" }, run.words.say("hint_code", error.code ?? "sdk/unexpected"))),
      h("div", { class: "actions" }, h("button", { class: "primary", part: "button", type: "button", onclick: retry }, run.words.say("retry"))),
    );
  }

  #tellError(error) {
    if (error.code === "client/cancelled" || error.code === "sdk/closed") return;
    this.#emit("error", { code: error.code ?? "sdk/unexpected", retryable: error.retryable ?? false });
  }

  /** Whose service this is and who is logged in, below every screen. */
  #foot(run, name) {
    const { words, session } = run;
    const authority = run.catalog.authorities.find((one) => one.code === run.item.authority);
    const logOut = async (discardUnsent) => {
      run.leaving = true;
      // What this page knew is forgotten even where the hall could not be told.
      const failed = await run.hall.session.logOut({ discardUnsent }).catch(({ code, message }) => ({ code, message }));
      run.leaving = false;
      if (failed?.code === "drafts/unsent") {
        const anyway = h("button", { class: "link", type: "button", onclick: () => logOut(true) }, words.say("log_out_anyway"));
        who.replaceChildren(h("span", { role: "alert" }, failed.message, " "), anyway);
        return anyway.focus();
      }
      run.session = null;
      await this.#show(run, "guide");
    };
    const who = session && name !== "login" && h("span", {},
      words.say("logged_in_as", session.actor.name || session.phone), " ",
      h("button", { class: "link", type: "button", onclick: () => logOut(false) }, words.say("log_out")));
    return h("div", { class: "foot", part: "foot" },
      h("span", {}, words.say("provided_by", `${words.of(run.catalog.city.hall_name)} · ${words.of(authority?.name)}`)),
      who,
      this.#counting(run));
  }

  /** Whether it may be counted how the service is used: asked once, and taken back as easily. */
  #counting(run) {
    const { words, signal } = run;
    const line = h("span", { tabindex: "-1" });
    const button = (name, counts) => h("button", {
      class: "link",
      type: "button",
      onclick: async () => {
        run.counts = counts;
        show(words.say("uncounted"));
        (line.querySelector("button") ?? line).focus();
        // Where it cannot be kept it holds until the page is left.
        await run.hall.preferences.set({ analytics: counts }, { signal }).catch(() => {});
      },
    }, words.say(name));
    const show = (no = "") => line.replaceChildren(...run.counts
      ? [words.say("counted"), " ", button("count_no_more", false)]
      : run.counts === null
        ? [words.say("count_ask"), " ", button("count_yes", true), button("count_no", false)]
        : [no]);
    show();
    return line;
  }

  #language() {
    return languageOf(this.getAttribute("lang")) ?? languageOf(document.documentElement.lang) ?? "zh-CN";
  }

  async #translate() {
    const run = this.#run;
    run.words = new Words(this.#language());
    run.paint();
    if (!run.hall || !run.item) return;
    await run.hall.preferences.set({ language: run.words.language });
    if (this.#run !== run || !this.#shown) return;
    const { name, place, page } = this.#shown;
    await this.#show(run, name, page ? { ...place, page } : place, { focus: false });
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`onehall-${name}`, { detail, bubbles: true, composed: true }));
  }
}
