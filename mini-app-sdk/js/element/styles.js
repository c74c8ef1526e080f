import CSS from "./styles.css";

let sheet;

/** One sheet for all elements of a page; constructed, so that a content policy without inline styles takes it. */
export function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
