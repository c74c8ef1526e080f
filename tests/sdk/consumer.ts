// A program of an embedder's, checked strictly and never run: it holds the types to what the README shows.
import { createHall, OneHallError, type Case, type Hall, type SaveState } from "@onehall/mini-app";
import { createHall as slimHall, init } from "@onehall/mini-app/slim";
import type { OneHallServiceElement } from "@onehall/mini-app/element";
import { browserHost, type Host } from "@onehall/mini-app/host";
import { listensBy } from "@onehall/mini-app/socket";

export async function apply(code: string): Promise<string> {
  const hall: Hall = await createHall({ baseUrl: "https://hall.example", language: "en" });
  const end = new AbortController();
  try {
    const [hit] = await hall.catalog.search("shenfenzheng", { limit: 1, signal: end.signal });
    if (!hit) return "nothing";
    await hall.session.logIn("13800000001", code);
    const draft = await hall.draft.open(hit.item.code);
    await hall.draft.change(draft.id, { name: "张敏" }, { page: "applicant" });
    const form = await hall.draft.view(draft.id);
    const wrong: string[] = form.page.questions.flatMap((shown) => shown.errors.map((error) => error.message));
    const off = hall.on("draft_saving", ({ state }) => tell(state));
    off();
    if (wrong.length > 0) return wrong.join();
    const receipt = await hall.submit(draft.id, { signal: end.signal });
    return receipt.number;
  } catch (error) {
    if (error instanceof OneHallError && error.code === "network/offline") return String(error.sent);
    throw error;
  } finally {
    hall.close();
  }
}

function tell(state: SaveState): string {
  return state.kind === "saved" ? state.at : state.kind;
}

export function follow(hall: Hall, show: (one: Case) => void): () => void {
  return hall.progress.onChange(async (id) => id && show(await hall.progress.get(id)));
}

export async function inMiniProgram(bytes: ArrayBuffer, later: () => Promise<ArrayBuffer>): Promise<Hall> {
  const listen = listensBy((url, headers, heard) => {
    const socket = new WebSocket(url, headers.flat());
    socket.onopen = () => heard("open");
    socket.onmessage = ({ data }) => heard("text", data);
    socket.onclose = socket.onerror = () => heard("closed");
    return () => socket.close();
  });
  const host: Host = { ...browserHost(), listen, sleep: (ms) => new Promise((done) => setTimeout(done, ms)) };
  await init({ wasm: bytes, later });
  return slimHall({ baseUrl: "https://hall.example", host });
}

export function listen(element: OneHallServiceElement): void {
  element.addEventListener("onehall-submitted", ({ detail }) => console.log(detail.number));
  document.createElement("onehall-service").destroy();
}

// @ts-expect-error A hall without an address is a mistake that is found before it runs.
export const mistake = () => createHall({ language: "en" });
