// A storage as WeChat gives it: text, a megabyte an entry, ten in all, each call in its own time.
import { storedIn } from "/storage.js";

const MEGABYTE = 1024 * 1024;
const kept = new Map();
const later = () => new Promise((done) => setTimeout(done, Math.random() < 0.02 ? 1 : 0));

export const storage = {
  encrypts: true,
  async get(name) {
    await Promise.resolve();
    return kept.get(name);
  },
  async set(name, text) {
    if (kept.size % 16 === 0) await later();
    const all = [...kept].reduce((sum, [other, value]) => sum + (other === name ? 0 : other.length + value.length), 0);
    if (typeof text !== "string" || text.length > MEGABYTE || all + name.length + text.length > 10 * MEGABYTE) {
      throw new Error("setStorage:fail the storage is full");
    }
    kept.set(name, text);
  },
  async remove(name) {
    kept.delete(name);
  },
  async names() {
    return [...kept.keys()];
  },
};

export const open = async () => storedIn(storage);
