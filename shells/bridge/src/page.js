// Gives the page `window.onehallBridge`, all that it knows of the program around it, and watches whether it comes up. Runs
// before every script of the page.
(({ preferences, language, profile, locked, boot, idle }) => {
  const { invoke, transformCallback, unregisterCallback } = window.__TAURI_INTERNALS__;
  // What comes after this may exchange them.
  const { setInterval, clearInterval, performance, getComputedStyle } = window;

  let answered = false;

  /** Carries an envelope to the core; gives the reply. Both are JSON. */
  const call = (envelope) =>
    invoke("plugin:onehall-bridge|dispatch", { envelope }).then((reply) => {
      answered = true;
      return reply;
    });

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
    for (const event of ["contextmenu", "dragstart", "dragover", "drop", "gesturestart"]) {
      window.addEventListener(event, (happened) => happened.preventDefault(), { capture: true });
    }
    // A page of another size hides what ends the visit.
    const pinches = (happened) => (happened.ctrlKey || happened.touches?.length > 1) && happened.preventDefault();
    for (const event of ["wheel", "touchmove"]) {
      window.addEventListener(event, pinches, { capture: true, passive: false });
    }
  }

  // Where pages are exchanged: this one has to come up, and says when nobody needs it. Only this page knows `boot`.
  if (boot) {
    const report = (said) => invoke("plugin:onehall-bridge|report", { boot, said });
    const shown = (element) => getComputedStyle(element).display !== "none" && element.getClientRects().length > 0;

    // Drawn: the first paint is gone, the pages have spoken with the core, and there is something to read. Looked at from
    // outside, so that no bundle can vouch for itself. A page that says that it could not open has failed.
    const look = () => {
      if ([...document.querySelectorAll(".boot-failed")].some(shown)) return "failed";
      const app = document.getElementById("app");
      const drawn = answered && app && !document.getElementById("boot") && shown(app) && app.innerText.trim() !== "";
      return drawn ? "ready" : undefined;
    };
    const looking = setInterval(() => {
      const said = look();
      if (!said) return;
      clearInterval(looking);
      report(said);
    }, 100);

    let touched = performance.now();
    for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "input"]) {
      window.addEventListener(event, () => (touched = performance.now()), { capture: true, passive: true });
    }
    setInterval(() => performance.now() - touched > idle && report("idle"), Math.min(idle, 30_000));
  }
})
