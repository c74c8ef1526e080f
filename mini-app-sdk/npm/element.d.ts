import type { Hall, InitOptions } from "./hall.js";

/** What `<onehall-service>` tells, by the name of its event. None of it is personal data. */
export interface OneHallServiceEvents {
  /** The service can be used. */
  "onehall-ready": CustomEvent<{ item: string }>;
  /** Another screen is shown: `guide`, `login`, `principal`, `fill` (then with the page of the form), `check`,
   * `queued` (it is submitted, and waits on this device for the hall), `case`. */
  "onehall-step": CustomEvent<{ step: string; page?: string }>;
  /** Everything that was entered is with the hall. */
  "onehall-draft-saved": CustomEvent<{ draft: string; at: string }>;
  /** The application is submitted: the hall has it. The number is empty where it waited on this device and cannot be read just now. */
  "onehall-submitted": CustomEvent<{ case: string; number: string }>;
  /** Something did not work; the element shows it itself. */
  "onehall-error": CustomEvent<{ code: string; retryable: boolean }>;
  /** The element is as high as this now, in CSS pixels. */
  "onehall-resize": CustomEvent<{ height: number }>;
}

/**
 * `<onehall-service item="…" base-url="https://hall.example" lang="zh-CN" theme="light">`: one service of a hall, from its
 * guide to the progress of the case. `theme` is `light`, `dark` or absent (as the system).
 */
export declare class OneHallServiceElement extends HTMLElement {
  /** A hall of the page's own, to share one session between elements. The element does not close it. */
  hall: Hall | undefined;
  /** Where the two parts of the WebAssembly are, unless beside the script. Set before the element is connected. */
  wasm?: InitOptions["wasm"];
  later?: InitOptions["later"];
  /** Ends calls, streams, listeners and memory. Also done when the element is removed. */
  destroy(): void;
  addEventListener<K extends keyof OneHallServiceEvents>(
    type: K,
    listener: (this: OneHallServiceElement, event: OneHallServiceEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "onehall-service": OneHallServiceElement;
  }
}
