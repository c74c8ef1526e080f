// The few lines that stand in for a framework: elements from code, and none of them from text that somebody typed.

/** Set as properties; everything else is an attribute. */
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "multiple", "selected", "noValidate", "className", "htmlFor"]);

/** An element. Listeners are `onclick` and the like; null and false leave an attribute out. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (PROPERTIES.has(name)) element[name] = value;
  else attribute(element, name, value);
}

/** Sets an attribute, or takes it off. */
export function attribute(element, name, value) {
  if (value == null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : value);
}

/** Changes a text only where it differs: a screen reader reads what changes. */
export function text(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Puts `wanted` into `parent` in this order and takes the rest out, moving no more than must move. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!keep.has(child)) child.remove();
  let at = parent.firstChild;
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}
