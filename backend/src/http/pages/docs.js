"use strict";
// Shows the OpenAPI document of this backend. Everything is put on the page as text, never as markup.

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

function typeOf(schema) {
  if (!schema) return element("span", {}, "");
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return element("a", { href: "#schema-" + name }, name);
  }
  if (schema.oneOf || schema.anyOf || schema.allOf) {
    const span = element("span", {});
    const parts = schema.oneOf || schema.anyOf || schema.allOf;
    const between = schema.allOf ? " & " : " | ";
    parts.forEach((part, index) => span.append(index ? between : "", typeOf(part)));
    return span;
  }
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "any";
  if (schema.type === "array" || (Array.isArray(schema.type) && schema.type.includes("array"))) {
    return element("span", {}, "[", typeOf(schema.items), "]");
  }
  if (schema.enum) return element("span", {}, schema.enum.map((value) => JSON.stringify(value)).join(" | "));
  return element("span", {}, schema.format ? type + " (" + schema.format + ")" : type);
}

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

function bodyType(content) {
  const entries = Object.entries(content || {});
  if (!entries.length) return "";
  const span = element("span", {});
  entries.forEach(([media, value], index) => span.append(index ? ", " : "", typeOf(value.schema), " · " + media));
  return span;
}

function operation(path, method, described) {
  const box = element("details", { id: described.operationId || method + path });
  box.append(element("summary", {},
    element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path),
    element("span", { class: "what" }, described.summary || "")));
  if (described.description) box.append(element("p", {}, described.description));
  const needs = (described.security || []).flatMap((one) => Object.keys(one));
  if (needs.length) box.append(element("p", { class: "quiet" }, "Session: " + needs.join(" or ")));
  if (described.parameters && described.parameters.length) {
    box.append(table(["Parameter", "In", "Type", "What"], described.parameters.map((parameter) => [
      element("code", {}, parameter.name + (parameter.required ? " *" : "")), parameter.in, typeOf(parameter.schema),
      parameter.description || ""])));
  }
  if (described.requestBody) box.append(element("p", {}, "Body: ", bodyType(described.requestBody.content)));
  box.append(table(["Status", "What", "Body"], Object.entries(described.responses || {}).map(([status, response]) => [
    element("code", {}, status), response.description || "", bodyType(response.content)])));
  box.dataset.words = (path + " " + method + " " + (described.summary || "") + " " + (described.description || "")).toLowerCase();
  return box;
}

function schema(name, described) {
  const box = element("details", { id: "schema-" + name });
  box.append(element("summary", {}, element("code", {}, name)));
  if (described.description) box.append(element("p", {}, described.description));
  const parts = [described, ...(described.allOf || [])];
  const rows = parts.flatMap((part) => Object.entries(part.properties || {}).map(([field, value]) => [
    element("code", {}, field + ((part.required || []).includes(field) ? " *" : "")), typeOf(value), value.description || ""]));
  if (rows.length) box.append(table(["Field", "Type", "What"], rows));
  else box.append(element("p", {}, typeOf(described)));
  return box;
}

function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView(); }
}

async function show() {
  const about = document.getElementById("about");
  try {
    const response = await fetch("/api/openapi.json");
    const api = await response.json();
    about.replaceChildren(api.info.title + " " + api.info.version + ". ", api.info.description + " ",
      element("a", { href: "/api/openapi.json" }, "OpenAPI " + api.openapi));
    const groups = new Map();
    for (const [path, item] of Object.entries(api.paths)) {
      for (const method of ["get", "post", "put", "patch", "delete"]) {
        if (!item[method]) continue;
        const tag = (item[method].tags || ["other"])[0];
        if (!groups.has(tag)) groups.set(tag, []);
        groups.get(tag).push(operation(path, method, item[method]));
      }
    }
    const target = document.getElementById("operations");
    for (const [tag, boxes] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
      const told = (api.tags || []).find((known) => known.name === tag);
      target.append(element("section", {}, element("h2", {}, tag),
        told && told.description ? element("p", {}, told.description) : null, ...boxes));
    }
    const schemas = Object.entries(api.components.schemas || {}).sort(([a], [b]) => a.localeCompare(b));
    document.getElementById("schemas").append(...schemas.map(([name, described]) => schema(name, described)));
    openTarget();
  } catch (error) {
    about.textContent = "The document could not be read: " + error;
  }
}

document.getElementById("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const box of document.querySelectorAll("#operations details")) {
    box.hidden = !words.every((word) => box.dataset.words.includes(word));
  }
  for (const section of document.querySelectorAll("#operations section")) {
    section.hidden = ![...section.querySelectorAll("details")].some((box) => !box.hidden);
  }
});
window.addEventListener("hashchange", openTarget);
show();
