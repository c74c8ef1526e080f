// Starts the wasm. What cannot be started is said, not left blank.
const failed = () => {
  document.getElementById("boot")?.remove();
  document.getElementById("boot-failed").hidden = false;
};

import("{{js}}").then((module) => module.default({ module_or_path: "{{wasm}}" })).catch((error) => {
  console.error(error);
  failed();
});
