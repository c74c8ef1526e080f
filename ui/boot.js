// Starts the wasm. What cannot be started is said, not left blank.
const failed = () => {
  document.getElementById("boot")?.remove();
  document.getElementById("boot-failed").hidden = false;
};

const started = import("{{js}}").then((module) => module.default({ module_or_path: "{{wasm}}" }));
started.catch((error) => {
  console.error(error);
  failed();
});

// The second part of the program, over what the first exports. Loaded once, when it is first asked for; after a failure the
// next call tries anew. Where the program is in one part there is no file of it.
const later = "{{later}}";
let loading;

const load = async () => {
  if (!later) return;
  const [first, response] = await Promise.all([started, fetch(later)]);
  // The address names its content: a hall that does not have it has newer pages.
  if (!response.ok) throw Object.assign(new Error(`${later}: ${response.status}`), { gone: true });
  await WebAssembly.instantiate(await response.arrayBuffer(), { "": first });
};

window.onehallLater = () => {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
};

// From the second visit on the page opens without a network. What that takes is fetched once the page is there.
const worker = "{{worker}}";
if (worker && window.isSecureContext && navigator.serviceWorker && !navigator.connection?.saveData) {
  const workers = navigator.serviceWorker;
  // A page that has a worker and gets another one: the hall has newer pages. This one goes on with its own files, and says so.
  if (workers.controller) {
    workers.addEventListener("controllerchange", () => {
      window.onehallNewer = true;
      window.dispatchEvent(new Event("onehallNewer"));
    });
  }
  const look = (registration) => setInterval(() => registration.update().catch(() => {}), 3_600_000);
  const register = () => workers.register(worker).then(look).catch(() => {});
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1_000));
  started.then(() => idle(register, { timeout: 10_000 }), () => {});
}
