// The bank's own script: it switches what the element is to show, and writes down what the element tells.
import "/sdk/element.js";

const service = document.querySelector("onehall-service");
const events = document.querySelector("#events");

for (const name of ["ready", "step", "draft-saved", "submitted", "error", "resize"]) {
  service.addEventListener(`onehall-${name}`, ({ type, detail }) => {
    const line = document.createElement("li");
    line.textContent = `${type} ${JSON.stringify(detail)}`;
    events.append(line);
    events.scrollTop = events.scrollHeight;
  });
}

for (const tab of document.querySelectorAll("[data-item]")) {
  tab.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[data-item]")) other.setAttribute("aria-pressed", String(other === tab));
    service.setAttribute("item", tab.dataset.item);
  });
}

const chinese = new Map();
document.querySelector("#language").addEventListener("click", ({ currentTarget }) => {
  const english = document.documentElement.lang !== "en";
  document.documentElement.lang = english ? "en" : "zh-CN";
  currentTarget.textContent = english ? "中文" : "English";
  currentTarget.lang = english ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-en]")) {
    if (!chinese.has(element)) chinese.set(element, element.textContent);
    element.textContent = english ? element.dataset.en : chinese.get(element);
  }
  document.querySelector("nav").setAttribute("aria-label", english ? "Main" : "主导航");
  service.setAttribute("lang", document.documentElement.lang);
});

document.querySelector("#theme").addEventListener("click", ({ currentTarget }) => {
  const dark = document.documentElement.dataset.theme !== "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  service.setAttribute("theme", dark ? "dark" : "light");
  currentTarget.setAttribute("aria-pressed", String(dark));
});
