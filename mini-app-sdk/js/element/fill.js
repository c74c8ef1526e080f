// Filling: one page at a time, every change saved as it is made.
import { h, text } from "./dom.js";
import { formChange } from "./form-change.js";
import { faults, Questions } from "./questions.js";

export async function fillScreen(context, place) {
  const { hall, words, signal } = context;
  const draft = place.draft;
  const screen = h("section", { part: "fill" });
  let view = await look(hall, draft, place.page, signal);
  let page;

  /** Shows a page of the draft; with `tried`, what is missing on it is told at once. */
  const open = (shown, { tried = false, to } = {}) => {
    view = shown;
    page?.close();
    page = new Page(context, draft, view, { go, tried });
    context.at(view.page.id);
    context.place({ draft, page: view.page.id });
    screen.replaceChildren(page.node);
    if (to) page.questions.focus(to);
  };

  /** Goes to a page, or, after the last one, to the check. */
  const go = async (id) => {
    if (id === undefined) return context.show("check", { draft });
    open(await look(hall, draft, id, signal));
    context.focusHeading();
    context.emit("step", { step: "fill", page: view.page.id });
  };

  context.hear((event) => {
    if (event.id === draft || event.kind === "may_have_missed") page.heard(event);
  });
  signal.addEventListener("abort", () => page?.close());
  open(view, { tried: Boolean(place.to), to: place.to });
  if (place.to) queueMicrotask(() => page.questions.focus(place.to));
  return screen;
}

/** A page of a draft; where it is not asked any more, the one where it goes on. */
async function look(hall, draft, page, signal) {
  try {
    return await hall.draft.view(draft, { page: page ?? null, signal });
  } catch (error) {
    if (page === undefined || error.code !== "request/not_found") throw error;
    return hall.draft.view(draft, { signal });
  }
}

class Page {
  #waiting = new Map();
  #pumping;
  #touched = new Set();
  #uploads = 0;
  #again = false;
  #closed = false;
  #lostShown = "[]";

  constructor(context, draft, view, { go, tried }) {
    Object.assign(this, { context, view, draft, go, tried });
    const { words } = context;
    this.words = words;
    this.hall = context.hall;
    this.signal = context.signal;
    this.say = context.say;
    this.questions = new Questions(this);
    this.step = h("p", { class: "steps", part: "steps" });
    this.bar = h("progress", { part: "progress", "aria-hidden": "true" });
    this.summary = h("div", { class: "summary", part: "summary", role: "group", tabindex: "-1", hidden: true });
    this.lost = h("div", { class: "notice", part: "lost", role: "status", hidden: true });
    this.save = h("p", { class: "save", part: "save", role: "status" });
    this.trouble = h("p", { class: "bad", role: "alert", hidden: true });
    const form = h("form", { noValidate: true, onsubmit: (event) => this.#next(event) },
      this.questions.node,
      this.trouble,
      h("div", { class: "actions" },
        h("button", { class: "primary", part: "button", type: "submit" }, words.say("go")),
        h("button", { type: "button", part: "button", onclick: () => this.#previous() }, words.say("back")),
        h("button", { class: "link", type: "button", onclick: () => context.show("guide") }, words.say("leave"))),
      this.save);
    const { help } = view.page;
    this.node = h("div", {}, this.step, this.bar,
      h("h2", { tabindex: "-1", part: "heading" }, words.of(view.page.title)),
      help && h("p", {}, words.of(help)),
      formChange(view.form_change, words),
      this.summary, this.lost, form);
    this.#draw();
  }

  /** Takes a typed text as the answer to a question. */
  type(path, typed) {
    this.#enqueue(path, { typed });
  }

  /** Takes a value as the answer to a question. */
  change(path, value) {
    this.#enqueue(path, { value });
  }

  /** Somebody was at a question and left it: what is wrong with it may be told. */
  left(path) {
    this.#touched.add(path);
    this.#look();
  }

  /** Whether what is wrong with a question is told now. */
  tells(path, code) {
    return this.tried || (this.#touched.has(path) && code !== "required");
  }

  /** Whether a change of this question is on its way to the engine. */
  isWaiting(path) {
    return this.#waiting.has(path);
  }

  /** Fulfilled when everything that was entered is in what is shown. */
  async settled() {
    while (this.#pumping) await this.#pumping;
  }

  /** Notes an upload; gives what ends it. */
  uploading() {
    this.#uploads += 1;
    return () => (this.#uploads -= 1);
  }

  heard(event) {
    if (event.kind === "draft_saving") this.#saving(event.state);
    else if (["draft_merged", "draft_lost", "draft_changed", "may_have_missed"].includes(event.kind)) this.#look();
  }

  close() {
    this.#closed = true;
  }

  #enqueue(path, change) {
    // Only the newest of a question counts; in order, because a later one must not be overtaken.
    this.#waiting.delete(path);
    this.#waiting.set(path, change);
    this.#look();
  }

  /** Brings the engine and the page up to date; one run at a time. */
  #look() {
    this.#again = true;
    this.#pumping ??= this.#pump().finally(() => (this.#pumping = undefined));
    return this.#pumping;
  }

  async #pump() {
    const page = this.view.page.id;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        const batch = [...this.#waiting];
        const values = batch.filter(([, change]) => "value" in change).map(([path, { value }]) => [path, value]);
        if (values.length > 0) await this.hall.draft.change(this.draft, Object.fromEntries(values), { page });
        for (const [path, { typed }] of batch) {
          if (typed !== undefined) await this.hall.draft.type(this.draft, path, typed, { page });
        }
        for (const [path, change] of batch) if (this.#waiting.get(path) === change) this.#waiting.delete(path);
        const view = await look(this.hall, this.draft, page, this.signal);
        if (this.#closed) return;
        // Begun here without the hall, it became part of a draft that was open there.
        if (view.id !== this.draft) return void this.context.show("fill", { draft: view.id, page });
        if (view.page.id !== page) return void this.go(view.page.id);
        this.view = view;
        this.#draw();
      }
      this.trouble.hidden = true;
    } catch (error) {
      if (this.#closed || ["client/cancelled", "sdk/closed", "identity/not_logged_in"].includes(error.code)) return;
      this.context.refused(error);
      text(this.trouble, error.message);
      this.trouble.hidden = false;
    }
  }

  #draw() {
    const { pages, page } = this.view;
    const at = pages.findIndex((one) => one.id === page.id);
    text(this.step, this.words.say("step", at + 1, pages.length));
    this.bar.max = pages.length;
    this.bar.value = at;
    this.questions.update(page.questions);
    this.#lost(flat(page.questions));
    const wrong = this.tried ? faults(page.questions) : [];
    this.summary.hidden = wrong.length === 0;
    if (wrong.length === 0) return;
    const line = ({ path, message, question }) => h("li", {},
      h("button", { type: "button", class: "link", onclick: () => this.questions.focus(path) },
        `${this.words.of(question.definition.label)}: ${message}`));
    const title = h("strong", { id: "summary-title" }, this.words.say("errors", wrong.length));
    this.summary.setAttribute("aria-labelledby", title.id);
    this.summary.replaceChildren(title, h("ul", {}, wrong.map(line)));
  }

  async #next(event) {
    event.preventDefault();
    await this.settled();
    if (this.#closed) return;
    if (this.#uploads > 0) {
      text(this.trouble, this.words.say("uploads_running"));
      this.trouble.hidden = false;
      return;
    }
    const { pages, page } = this.view;
    const at = pages.findIndex((one) => one.id === page.id);
    if (pages[at].complete) {
      await this.go(pages[at + 1]?.id).catch((error) => this.#told(error));
      return;
    }
    this.tried = true;
    this.#draw();
    this.summary.focus();
  }

  async #previous() {
    await this.settled();
    const { pages, page } = this.view;
    const at = pages.findIndex((one) => one.id === page.id);
    if (at > 0) await this.go(pages[at - 1].id).catch((error) => this.#told(error));
    else await this.context.show("guide");
  }

  #told(error) {
    if (this.#closed) return;
    this.context.refused(error);
    text(this.trouble, error.message);
    this.trouble.hidden = false;
  }

  /** What is said of saving is never better than how it stands. */
  #saving(state) {
    const { words, context } = this;
    const said = {
      saved: () => words.say("saved", words.time(state.at, context.offset)),
      saving: () => words.say("saving"),
      waiting: () => words.say(state.kept ? "waiting_kept" : "waiting"),
      refused: () => words.say("refused", state.error.message),
    };
    text(this.save, said[state.kind]?.() ?? "");
  }

  /** Answers of another terminal, or of this one, that did not stand against a later one. */
  #lost(questions) {
    const { words, hall, draft } = this;
    const lost = questions.flatMap((shown) => (shown.lost ?? []).map((one) => ({ ...one, shown })));
    const key = JSON.stringify(lost.map(({ n }) => n));
    this.lost.hidden = lost.length === 0;
    if (key === this.#lostShown) return;
    this.#lostShown = key;
    const row = ({ n, value, display, terminal, at, shown }) => {
      const { path, definition } = shown;
      const dismiss = () => hall.draft.dismissLost(draft, n).catch((error) => this.#told(error));
      return h("div", {},
        h("p", {}, words.say("lost", words.of(definition.label), words.say(`on_${terminal}`), words.time(at, this.context.offset), display)),
        h("div", { class: "actions" },
          h("button", { type: "button", onclick: () => this.change(path, value) }, words.say("lost_take", display)),
          h("button", { type: "button", class: "link", onclick: dismiss }, words.say("lost_leave"))));
    };
    this.lost.replaceChildren(...lost.map(row));
  }
}

/** The questions of a page, of its sections and of its rows. */
export function flat(list) {
  return list.flatMap((shown) => [shown, ...flat(shown.questions ?? []), ...shown.rows.flatMap((row) => flat(row.questions))]);
}
