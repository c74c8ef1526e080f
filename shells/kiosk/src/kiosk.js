// Gives the page `window.onehallKiosk`: where this kiosk stands, its devices, and the end of a visit. Says again and again
// that the page lives: one that hangs says nothing, and is started anew by whoever keeps this program.
((given) => {
  const { invoke } = window.__TAURI_INTERNALS__;
  const { setInterval } = window;
  const plugin = (command, words) => invoke(`plugin:onehall-kiosk|${command}`, words);

  if (given) {
    /** Asks the devices; both are JSON. */
    const device = (ask) => plugin("device", { ask });
    /** Ends the visit, and with it all that this page is. */
    const over = () => plugin("over");
    Object.defineProperty(window, "onehallKiosk", { value: Object.freeze({ ...given, device, over }) });
  }

  const pulse = () => plugin("pulse").catch(() => {});
  pulse();
  setInterval(pulse, 1000);
})
