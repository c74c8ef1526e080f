// Gives the page `window.onehallBridge`, all that it knows of the program around it. Runs before every script of the page.
(({ preferences, language, profile, locked }) => {
  const { invoke, transformCallback, unregisterCallback } = window.__TAURI_INTERNALS__;

  /** Carries an envelope to the core; gives the reply. Both are JSON. */
  const call = (envelope) => invoke("plugin:onehall-bridge|dispatch", { envelope });

  /** Calls `callback` with each event as JSON, as long as the page is there. */
  const listen = (callback) => {
    // A long message is fetched, and may come after the one behind it.
    const waiting = new Map();
    let next = 0;
    const id = transformCallback(({ message, index, end }) => {
      waiting.set(index, { message, end });
      for (let here = waiting.get(next); here; here = waiting.get(next)) {
        waiting.delete(next);
        next += 1;
        if (here.end) unregisterCallback(id);
        else callback(here.message);
      }
    });
    return invoke("plugin:onehall-bridge|listen", { events: `__CHANNEL__:${id}` });
  };

  const bridge = Object.freeze({ call, listen, preferences: Object.freeze(preferences), language, profile });
  Object.defineProperty(window, "onehallBridge", { value: bridge });

  if (locked) {
    for (const event of ["contextmenu", "dragstart"]) {
      window.addEventListener(event, (happened) => happened.preventDefault(), { capture: true });
    }
  }
})
