// What was submitted and has not arrived: it waits on this terminal, goes by itself, and can be taken back.
import { h, text } from "./dom.js";

/** `draft` is what is submitted; `id` names the attempt. */
export async function queuedScreen(context, { id, draft }) {
  const { hall, words, signal, offset } = context;
  const screen = h("section", { part: "queued" });
  const told = h("p", { class: "bad", role: "alert", hidden: true });
  let shown;
  let over = false;

  /** The hall has it: the receipt, as if it had answered at once. */
  const arrived = async (id) => {
    if (over) return;
    over = true;
    // The number is only told; where it cannot be read now, the case's own screen says so.
    const number = await hall.progress.get(id, { signal }).then((view) => view.number, () => "");
    if (signal.aborted) return;
    context.emit("submitted", { case: id, number });
    await context.show("case", { id, receipt: true });
  };

  /** Does something about it; what goes wrong is said beside it. */
  const act = (doing) => async () => {
    told.hidden = true;
    try {
      await doing();
    } catch (error) {
      if (signal.aborted) return;
      context.refused(error);
      text(told, error.message);
      told.hidden = false;
    }
  };
  /** Ends the attempt, and goes on with the draft. What is told of it meanwhile is this screen's own doing. */
  const end = (name, place) => async () => {
    over = true;
    try {
      const became = await hall.outbox.cancel(id, { signal });
      if (became.kind !== "arrived") return await context.show(name, { draft, ...place });
      over = false;
      context.say(words.say("too_late"));
      await arrived(became.case);
    } catch (error) {
      over = false;
      throw error;
    }
  };

  const button = (say, doing, properties) =>
    h("button", { type: "button", part: "button", onclick: act(doing), ...properties }, words.say(say));

  /** Taking it back is asked for twice: once it is sent, it is not this page's any more. */
  const taking = () => {
    const open = h("button", { type: "button", part: "button", onclick: () => ask(true) }, words.say("take_back"));
    const yes = button("take_back_yes", end("check", { notice: "taken_back" }));
    const sure = h("div", { class: "notice", hidden: true },
      h("p", {}, words.say("take_back_text")), yes, " ",
      h("button", { type: "button", class: "link", onclick: () => ask(false) }, words.say("cancel")));
    const ask = (asked) => {
      sure.hidden = !asked;
      open.hidden = asked;
      (asked ? yes : open).focus();
    };
    return h("div", {}, open, sure);
  };

  const draw = (one) => {
    const kind = standing(one);
    // What is being pressed stays where nothing is other than before.
    if (kind === shown) return;
    const first = shown === undefined;
    shown = kind;
    const lines = { refused: [one.state.error?.message], conflict: [one.state.error?.message, words.say("queued_conflict_text")] };
    const waits = [
      words.say(kind === "left" ? "queued_left_text" : "queued_text"),
      words.say("queued_time"),
      words.say(one.kept ? "queued_close" : "queued_open"),
    ];
    const acts = {
      refused: () => [
        button("queued_draft", end("fill"), { class: "primary" }),
        button("retry", () => hall.outbox.retry(id, { signal })),
      ],
      conflict: () => [button("queued_check", end("check", { notice: "changed" }), { class: "primary" })],
      elsewhere: () => [],
    };
    screen.replaceChildren(
      h("h2", { tabindex: "-1", part: "heading" }, words.say(`queued_${kind}`)),
      h("div", { class: ["refused", "conflict"].includes(kind) ? "bad" : "notice", part: "standing" },
        (kind === "elsewhere" ? [words.say("queued_elsewhere_text")] : lines[kind] ?? waits).filter(Boolean).map((line) => h("p", {}, line))),
      h("dl", { class: "facts" },
        h("dt", {}, words.say("queued_since")), h("dd", {}, words.moment(one.queued_at, offset))),
      told,
      h("div", { class: "actions" }, acts[kind]?.() ?? taking(),
        h("button", { type: "button", class: "link", onclick: () => context.show("guide") }, words.say("guide"))));
    if (!first) context.say(words.say(`queued_${kind}`));
  };

  const look = async () => {
    const one = (await hall.outbox.list({ signal })).find((queued) => queued.id === id);
    if (signal.aborted || over) return;
    if (one) return draw(one);
    over = true;
    // Taken back in another window, or sent before this screen could hear of it: the draft says which.
    await context.show("guide");
  };
  context.hear((event) => {
    if (event.kind === "outbox_sent" && event.about.id === draft) arrived(event.case);
    else if (event.kind === "outbox_changed") look().catch((error) => signal.aborted || context.refused(error));
  });
  await look();
  return screen;
}

/** How it stands, as a word of the texts. */
function standing({ state, kept, left }) {
  if (["refused", "conflict", "elsewhere"].includes(state.kind)) return state.kind;
  if (left) return "left";
  return kept ? "waiting" : "unkept";
}
