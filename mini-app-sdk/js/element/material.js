// A material: files that are uploaded as soon as they are chosen.
import { arrange, attribute, h, text } from "./dom.js";
import { field, showFault } from "./field.js";
import { dress } from "./questions.js";

// By media type, as people call them.
const TYPES = { "application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WEBP" };

export function materialControl(shown, form) {
  const { path } = shown;
  const { hall, words, draft } = form;
  let now = shown;
  let wrong = [];
  const files = () => now.value ?? [];
  const most = () => now.definition.max_files ?? 5;
  const types = () => now.definition.accept ?? Object.keys(TYPES);
  const names = () => types().map((type) => TYPES[type]).join(" / ");
  const kilobytes = () => now.definition.max_kilobytes ?? 10240;
  const size = () => (kilobytes() % 1024 ? `${kilobytes()} KB` : `${kilobytes() / 1024} MB`);

  const input = h("input", { type: "file", accept: types().join(",") });
  const list = h("ul", { class: "files" });
  const under = h("div", {});
  const control = field({ id: path, label: "", hint: "", input, beside: h("div", {}, list, under, input) });
  control.ownHint = (one) => [words.of(one.definition.help), words.say("files_hint", names(), size(), most())].filter(Boolean).join(" ");

  const refusal = (file) => {
    if (file.size === 0) return words.say("file_empty", file.name);
    if (file.size > kilobytes() * 1024) return words.say("file_large", file.name, size());
    // Some systems know no type of a file; the hall looks at its content anyway.
    if (file.type && !types().includes(file.type)) return words.say("file_type", file.name, names());
    return undefined;
  };

  const upload = async (file) => {
    const bar = h("progress", { max: 1, value: 0, "aria-label": words.say("uploading", file.name) });
    const end = new AbortController();
    const stop = h("button", { type: "button", class: "link", onclick: () => end.abort() }, words.say("cancel"));
    const node = h("div", { class: "card" }, h("p", {}, words.say("uploading", file.name)), bar, stop);
    under.append(node);
    const signal = AbortSignal.any ? AbortSignal.any([end.signal, form.signal]) : end.signal;
    try {
      const onProgress = ({ sent, total }) => (bar.value = total ? sent / total : 0);
      const taken = await hall.draft.upload(draft, path, file, { signal, onProgress });
      form.change(path, [...files(), taken]);
      await form.settled();
      form.say(words.say("file_sent", file.name));
    } catch (error) {
      if (error.code === "client/cancelled") return;
      wrong.push(words.say("file_failed", file.name, error.message));
    } finally {
      node.remove();
    }
  };

  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    input.value = "";
    wrong = [];
    const sound = chosen.filter((file) => {
      const why = refusal(file);
      if (why) wrong.push(why);
      return !why;
    });
    const room = most() - files().length;
    if (sound.length > room) wrong.push(words.say("files_many", most()));
    const free = form.uploading();
    // One after the other: each answer holds the files before it.
    for (const file of sound.slice(0, Math.max(room, 0))) await upload(file);
    free();
    form.left(path);
    control.update(now);
  });

  const remove = async (file) => {
    form.change(path, files().filter((other) => other.id !== file.id));
    await form.settled();
    // The answer no longer names it; where the hall cannot be told, it takes it away with the draft.
    hall.draft.removeFile(draft, file.id).catch(() => {});
    input.focus();
  };

  control.update = (next) => {
    now = next;
    attribute(input, "multiple", most() > 1);
    attribute(input, "required", now.required && files().length === 0);
    dress(control, now, form);
    if (wrong.length > 0) showFault(control, wrong.join(" "));
    input.hidden = files().length >= most();
    arrange(list, files().map((file) => entry(file)));
    list.hidden = files().length === 0;
  };

  const known = new Map();
  const entry = (file) => {
    if (!known.has(file.id)) {
      const name = h("span", {});
      const button = h("button", { type: "button", class: "link", onclick: () => remove(file) });
      known.set(file.id, { name, button, node: h("li", {}, name, button) });
    }
    const { name, button, node } = known.get(file.id);
    text(name, `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`);
    text(button, words.say("remove_file", file.name));
    return node;
  };
  return control;
}
