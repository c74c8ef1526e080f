// Closes the screen while this kiosk is out of service or its hall is shut, over whatever stands there, and ends a visit that
// nobody began where the kiosk is told something newer. Nobody who touches it is interrupted.
(({ closed, open, idle }) => {
  const { invoke } = window.__TAURI_INTERNALS__;
  // What comes after this may exchange them.
  const { setInterval, performance, Date } = window;

  let touched = -Infinity;
  for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "input"]) {
    window.addEventListener(event, () => (touched = performance.now()), { capture: true, passive: true });
  }
  const isAlone = () => performance.now() - touched > idle;

  const DAYS = ["一", "二", "三", "四", "五", "六", "日"];
  const DAYS_EN = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  const time = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  const isOpen = (now) => {
    const [day, minute] = [now.getDay() || 7, now.getHours() * 60 + now.getMinutes()];
    return !open || open.some(({ days, from, to }) => days.includes(day) && from <= minute && minute < to);
  };

  /** Why the screen is closed: lines, each in its language. */
  const why = () => {
    if (closed) {
      return [["zh-CN", "本机暂停服务", closed["zh-CN"]], ["en", "Out of service", closed.en]];
    }
    if (isOpen(new Date())) return undefined;
    const hours = (days, joined) =>
      open.map(({ days: of, from, to }) => `${of.map((day) => days[day - 1]).join(joined)} ${time(from)}–${time(to)}`).join("\n");
    return [
      ["zh-CN", "现在不在服务时间", `服务时间\n${open.length ? hours(DAYS.map((day) => `周${day}`), "、") : "暂无"}`],
      ["en", "Closed now", `Opening hours\n${open.length ? hours(DAYS_EN, ", ") : "none at present"}`],
    ];
  };

  const draw = (said) => {
    const screen = document.createElement("dialog");
    screen.id = "onehall-closed";
    Object.assign(screen.style, {
      position: "fixed", inset: "0", width: "100vw", height: "100vh", maxWidth: "none", maxHeight: "none", margin: "0", border: "0",
      padding: "8vw", boxSizing: "border-box", display: "flex", flexDirection: "column", justifyContent: "center", gap: "6vw",
      textAlign: "center", color: "#fff", background: "#12305c", outline: "none",
    });
    for (const [lang, title, text] of said) {
      const part = document.createElement("section");
      part.lang = lang;
      const [heading, lines] = [document.createElement("h1"), document.createElement("p")];
      heading.textContent = title;
      lines.textContent = text;
      const scale = lang === "en" ? 0.65 : 1;
      Object.assign(heading.style, { margin: "0", font: `700 ${5.6 * scale}vmax/1.3 system-ui, sans-serif`, color: "inherit" });
      Object.assign(lines.style, { margin: "1.5vmax 0 0", font: `400 ${2.8 * scale}vmax/1.5 system-ui, sans-serif`, whiteSpace: "pre-line", color: "inherit" });
      part.append(heading, lines);
      screen.append(part);
    }
    screen.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(screen);
    // What lies below can be neither touched nor read out.
    screen.showModal();
    return screen;
  };

  let screen;
  const look = () => {
    const said = why();
    if (said && !screen && isAlone()) {
      screen = draw(said);
    } else if (!said && screen) {
      screen.remove();
      screen = undefined;
    }
  };
  document.addEventListener("DOMContentLoaded", look);
  setInterval(() => document.body && look(), 5_000);

  const begun = performance.now();
  setInterval(async () => {
    const newer = await invoke("plugin:onehall-kiosk|pulse").catch(() => false);
    if (newer && isAlone() && performance.now() - begun > idle) invoke("plugin:onehall-kiosk|over");
  }, 5_000);
})
