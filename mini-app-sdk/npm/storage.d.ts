import type { Host } from "./hall.js";

/** A simple storage, as a mini-program has it. */
export interface Storage {
  /** The text of this name, or undefined where there is none; rejected where it cannot be read now. */
  get(name: string): Promise<string | undefined>;
  /** Keeps a text, whole or not at all; rejected where there is no room. */
  set(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Every name that is kept. */
  names(): Promise<string[]>;
  /**
   * Whether the platform encrypts what it keeps (WeChat: `encrypt: true`). Where it does not, nothing of a person's is kept:
   * a key beside what it hides hides nothing.
   */
  encrypts: boolean;
  /** The longest text, and the most in all, in characters; 1 MB and 10 MB where absent. */
  quota?: { piece?: number; total?: number };
}

/** The part of a host that keeps things: `const host = { ...mine, ...storedIn(storage) }`. */
export declare function storedIn(
  storage: Storage,
): Pick<Host, "get" | "scan" | "batch" | "erase" | "keepUnsent" | "unsent" | "forgetUnsent" | "eraseUnsent">;
