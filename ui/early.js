// Runs before the first paint: what the page looks like must not jump once the wasm is there.
// Only reads; `onehall_ui::shell` owns these attributes from then on.
(() => {
  const root = document.documentElement;
  const read = (storage, key) => {
    try {
      return window[storage].getItem(key);
    } catch {
      return null;
    }
  };

  // In a shell its core keeps them; the shell knows the language of the system and which profile it is.
  const shell = window.onehallBridge;
  let preferences = {};
  try {
    preferences = shell?.preferences || JSON.parse(read("localStorage", "onehall.preferences")) || {};
  } catch {
    // Not readable: as on a first visit.
  }

  const spoken = preferences.language || shell?.language || navigator.language || "zh-CN";
  root.lang = spoken.toLowerCase().startsWith("en") ? "en" : "zh-CN";

  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = preferences.theme === "auto" || !preferences.theme ? (dark ? "dark" : "light") : preferences.theme;
  root.dataset.theme = theme === "dark" ? "dark" : "light";
  root.dataset.elder = preferences.elder === true ? "on" : "off";
  const percent = Math.min(200, Math.max(100, Number(preferences.text_percent) || 100));
  root.style.setProperty("--text-percent", String(percent / 100));

  // A profile of the address holds for the whole visit; without one the width decides.
  const profiles = ["desktop", "mobile", "kiosk", "mini-app"];
  const asked =
    shell?.profile || new URLSearchParams(window.location.search).get("profile") || read("sessionStorage", "onehall.profile");
  if (profiles.includes(asked)) {
    root.dataset.profile = asked;
    root.dataset.profileGiven = "true";
    try {
      window.sessionStorage.setItem("onehall.profile", asked);
    } catch {
      // No storage: the profile holds until the page is left.
    }
  } else {
    root.dataset.profile = window.innerWidth < 640 ? "mobile" : "desktop";
  }
})();
