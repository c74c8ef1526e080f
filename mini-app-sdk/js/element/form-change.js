// What became of a draft since its form has a newer version, in plain words.
import { h } from "./dom.js";

/** How many questions are named; of the others their number is said. */
const NAMED = 6;

/** That a draft goes on in a newer version and where that differs, or that it stays and which answers keep it. */
export function formChange(change, words) {
  const points = change?.moved?.differences ?? change?.pinned?.reasons;
  if (!points) return null;
  const names = [...new Set(points.map((point) => words.of(point.label)))];
  const more = names.length - NAMED;
  return h("div", { class: "notice", part: "form-change", role: "status" },
    h("p", {}, words.say(change.moved ? "form_moved" : "form_pinned")),
    h("ul", {},
      names.slice(0, NAMED).map((name) => h("li", {}, name)),
      more > 0 && h("li", {}, words.say("form_more", more))));
}
