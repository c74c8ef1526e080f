// The element's looks. Everything that a page may want to be its own is a custom property `--onehall-…`.
const CSS = `
:host { display: block; }
:host([hidden]) { display: none; }
.root {
  --ink: var(--onehall-ink, #14203a);
  --ink-2: var(--onehall-ink-soft, #44506a);
  --paper: var(--onehall-paper, #ffffff);
  --ground: var(--onehall-ground, #f4f6fa);
  --line: var(--onehall-line, #7c889e);
  --brand: var(--onehall-brand, #17407f);
  --on-brand: var(--onehall-on-brand, #ffffff);
  --bad: var(--onehall-bad, #ae2219);
  --bad-soft: var(--onehall-bad-soft, #fcecea);
  --good: var(--onehall-good, #0f6546);
  --good-soft: var(--onehall-good-soft, #e5f4ec);
  --attention-soft: var(--onehall-attention-soft, #fdf2de);
  --focus: var(--onehall-focus, #9a4f08);
  --radius: var(--onehall-radius, 8px);
  --gap: var(--onehall-gap, 1rem);
  color-scheme: light;
  box-sizing: border-box;
  padding: var(--onehall-padding, 1.25rem);
  color: var(--ink);
  background: var(--paper);
  font: 400 max(16px, 1em)/1.6 var(--onehall-font, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif);
  overflow-wrap: anywhere;
  text-align: start;
}
.root[data-theme="dark"] {
  --ink: var(--onehall-ink, #e9eef7);
  --ink-2: var(--onehall-ink-soft, #bac5d8);
  --paper: var(--onehall-paper, #172236);
  --ground: var(--onehall-ground, #22304a);
  --line: var(--onehall-line, #7d8ca6);
  --brand: var(--onehall-brand, #9dc0f5);
  --on-brand: var(--onehall-on-brand, #0c1a33);
  --bad: var(--onehall-bad, #ffa59c);
  --bad-soft: var(--onehall-bad-soft, #45201e);
  --good: var(--onehall-good, #7fd6ae);
  --good-soft: var(--onehall-good-soft, #14372b);
  --attention-soft: var(--onehall-attention-soft, #3b2c12);
  --focus: var(--onehall-focus, #ffc45a);
  color-scheme: dark;
}
*, *::before, *::after { box-sizing: inherit; }
[hidden] { display: none !important; }
h2, h3, h4, h5, h6 { margin: 0 0 0.5em; line-height: 1.3; font-weight: 650; }
h2 { font-size: 1.5em; }
h3 { font-size: 1.2em; margin-top: 1.5em; }
h4, h5, h6 { font-size: 1.05em; margin-top: 1em; }
.row { font-size: 1.05em; margin-top: 0; }
.section { border: 0; padding: 0; min-width: 0; margin: 0 0 2em; }
.section > legend { padding: 0; }
.section .section { border-inline-start: 3px solid var(--ground); padding-inline-start: 1em; }
.section h3, .section h4, .section h5 { margin-top: 0; }
p, ul, ol, dl, fieldset { margin: 0 0 var(--gap); }
ul, ol { padding-inline-start: 1.4em; }
h2:focus, h3:focus, .summary:focus { outline: none; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
h2:focus-visible, h3:focus-visible { outline: none; }
.soft { color: var(--ink-2); }
.hint { color: var(--ink-2); margin: 0 0 0.35em; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
dl.facts { display: grid; grid-template-columns: minmax(6em, max-content) 1fr; gap: 0.35em 1.25em; }
dl.facts dt { color: var(--ink-2); }
dl.facts dd { margin: 0; }
dl.answers > div { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1em; padding: 0.6em 0; border-bottom: 1px solid var(--ground); }
dl.answers dt { color: var(--ink-2); grid-column: 1; }
dl.answers dd { margin: 0; grid-column: 1; white-space: pre-line; }
dl.answers .change { grid-column: 2; grid-row: 1 / span 2; align-self: center; }
button, .button {
  font: inherit; min-height: 44px; min-width: 44px; padding: 0.4em 1.2em; border-radius: var(--radius); cursor: pointer;
  border: 1px solid var(--brand); background: transparent; color: var(--brand);
}
button.primary { background: var(--brand); color: var(--on-brand); font-weight: 600; }
button.link { border-color: transparent; padding-inline: 0.5em; text-decoration: underline; }
button[aria-disabled="true"] { opacity: 0.65; cursor: default; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75em; align-items: center; margin-top: 1.5em; }
a { color: var(--brand); }
a.target { display: inline-block; padding: 10px 0; min-height: 44px; }
.field { margin: 0 0 1.5em; border: 0; padding: 0; min-width: 0; }
.field > label, .field > legend, .field .label { display: block; font-weight: 600; padding: 0; margin-bottom: 0.25em; }
.field.wrong { border-inline-start: 4px solid var(--bad); padding-inline-start: 0.9em; }
.pad { display: block; width: 100%; max-width: 600px; border: 1px solid var(--line); border-radius: var(--radius); cursor: crosshair; touch-action: none; }
.pad path { fill: none; stroke: currentColor; stroke-width: 4; stroke-linecap: round; stroke-linejoin: round; }
.error { color: var(--bad); margin: 0 0 0.35em; font-weight: 600; }
input, select, textarea {
  font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius);
  min-height: 44px; padding: 0.4em 0.7em; width: 100%; max-width: 32em;
}
input[type="file"] { border-style: dashed; padding: 0.5em; }
textarea { min-height: 6em; max-width: 100%; }
input[aria-invalid="true"], select[aria-invalid="true"], textarea[aria-invalid="true"] { border-color: var(--bad); }
.short { max-width: 14em; }
.unit { display: flex; align-items: center; gap: 0.6em; }
.option { display: flex; gap: 0.7em; align-items: flex-start; min-height: 44px; padding: 0.5em 0.7em; border-radius: var(--radius); cursor: pointer; }
.option:hover { background: var(--ground); }
.option input { flex: none; width: 22px; height: 22px; min-height: 0; margin: 2px 0 0; accent-color: var(--brand); }
.option .hint { display: block; margin: 0; }
.card { border: 1px solid var(--ground); background: var(--ground); border-radius: var(--radius); padding: 1em; margin: 0 0 1em; }
.summary { border: 2px solid var(--bad); background: var(--bad-soft); border-radius: var(--radius); padding: 1em; margin: 0 0 1.5em; }
.summary ul { margin: 0; list-style: none; padding: 0; }
.summary button { color: var(--bad); text-align: start; }
p[part="note"] { white-space: pre-line; }
.notice { background: var(--attention-soft); border-radius: var(--radius); padding: 0.8em 1em; margin: 0 0 1em; }
.bad { background: var(--bad-soft); border-radius: var(--radius); padding: 0.8em 1em; margin: 0 0 1em; }
.good { background: var(--good-soft); border-radius: var(--radius); padding: 1em; margin: 0 0 1.5em; }
.number { font-size: 1.35em; font-weight: 650; font-variant-numeric: tabular-nums; }
.save { color: var(--ink-2); min-height: 1.6em; margin: 1em 0 0; }
.files { list-style: none; padding: 0; }
.files li { display: flex; flex-wrap: wrap; gap: 0.5em; align-items: center; justify-content: space-between; padding: 0.25em 0; border-bottom: 1px solid var(--ground); }
progress { appearance: none; display: block; width: 100%; height: 8px; margin: 0 0 1em; border: 0; border-radius: 4px; background: var(--ground); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--ground); }
progress::-webkit-progress-value { background: var(--brand); }
progress::-moz-progress-bar { background: var(--brand); }
.history { list-style: none; padding: 0; }
.history li { border-inline-start: 3px solid var(--brand); padding: 0 0 0.9em 1em; }
.steps { color: var(--ink-2); margin: 0 0 0.25em; }
.foot { margin-top: 1.5em; padding-top: 0.75em; border-top: 1px solid var(--ground); display: flex; flex-wrap: wrap; gap: 0.25em 1em; align-items: center; justify-content: space-between; color: var(--ink-2); }
.skeleton { display: block; height: 1.1em; margin: 0.6em 0; border-radius: 4px; background: var(--ground); }
.skeleton:nth-child(odd) { width: 70%; }
@media (prefers-contrast: more) { .root { --ink-2: var(--ink); --ground: var(--line); } .card { background: transparent; } }
`;

let sheet;

/** One sheet for all elements of a page; constructed, so that a content policy without inline styles takes it. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
