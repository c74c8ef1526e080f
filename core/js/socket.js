// Pokes over WebSockets, for a host that has neither server-sent events nor answers that stream: a mini-program. Such a host
// puts it into its `Host`: `{ ...host, listen: listensBy(connect) }`.

// The hall says something every 15 seconds, if only that it is there: what is silent for longer is dead.
const SILENCE_MS = 40_000;
const RECONNECT_MS = [500, 30_000];

/**
 * The `listen` of a host. `connect(url, headers, heard)` opens a socket, says `heard("open")`, `heard("text", text)` and
 * `heard("closed")`, and gives what closes it; whatever it throws is as good as closed.
 */
export function listensBy(connect) {
  return (url, headers, on) => {
    const address = url.replace(/^http/, "ws");
    let wait = RECONNECT_MS[0];
    let ended = false;
    let close = () => {};
    let again;
    const begin = () => {
      let silence;
      let [open, gone] = [false, false];
      let stop = () => {};
      const end = () => {
        if (gone) return;
        gone = true;
        clearTimeout(silence);
        stop();
        if (ended) return;
        on("broken");
        again = setTimeout(begin, wait * (0.5 + Math.random() / 2));
        wait = Math.min(wait * 2, RECONNECT_MS[1]);
      };
      const listen = () => {
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS);
      };
      const heard = (what, text) => {
        if (gone) return;
        if (what === "closed") return end();
        listen();
        if (what !== "text") return;
        // That it is open the hall says itself, by a text without words: what is on the way may take a socket and give nothing.
        if (!open) {
          [open, wait] = [true, RECONNECT_MS[0]];
          on("open");
        }
        if (text) on("poke", text);
      };
      listen();
      close = end;
      try {
        const given = connect(address, headers, heard);
        if (gone) given();
        else stop = given;
      } catch {
        end();
      }
    };
    begin();
    return () => {
      ended = true;
      clearTimeout(again);
      close();
    };
  };
}
