/** A language of the hall. */
export type Language = "zh-CN" | "en";
/** A text in every language. */
export type Text = { readonly [language in Language]: string };
/** A day, `2026-11-23`. */
export type Day = string;
/** A moment, RFC 3339 in UTC. */
export type Timestamp = string;

/** What the WebAssembly can be loaded from. */
export type WasmSource = string | URL | Response | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

/**
 * The WebAssembly is in two parts. `wasm` is what a catalog, a log-in and the progress of cases need; `later` is what drafts
 * need besides, and is loaded when one is first asked for.
 */
export interface InitOptions {
  wasm?: WasmSource | Promise<WasmSource>;
  later?: WasmSource | Promise<WasmSource> | (() => WasmSource | Promise<WasmSource>);
}

export interface CoreOptions {
  /** The hall's address, `https://hall.example`. It must name your site among those that may embed its services. */
  baseUrl: string;
  /** Network, storage, time and chance; a browser's where absent. */
  host?: Host;
  /** What your host can do besides, by name. */
  capabilities?: string[];
}

export interface HallOptions extends CoreOptions, InitOptions {
  /** In which language errors and messages speak, a BCP 47 tag; the browser's where absent. */
  language?: string;
}

/** Every call takes these. */
export interface CallOptions {
  /** Ends the call: it is rejected with `client/cancelled`. */
  signal?: AbortSignal;
}

/** What a host gives to the core. `browserHost()` is that of a page, a worker or Node.js. */
export interface Host {
  /** Sends a request. `answer` is fulfilled whatever the status, and rejected where no answer came. */
  fetch(request: HostRequest): HostCall;
  /**
   * Listens to the server-sent events at `url`, reconnecting by itself: `on("open")`, `on("broken")`, `on("poke", data)`.
   * Gives what ends it. A host that cannot has no such method: the hall is then asked again and again.
   */
  listen?(url: string, headers: [string, string][], on: (signal: "open" | "broken" | "poke", data?: string) => void): () => void;
  /**
   * Joins others that share this host's store, as the tabs of a browser do, until `leave()`. `lead` is fulfilled once this one
   * keeps up to date what all share; `tell()` calls `told` in the others. Optional: without it there are none.
   */
  others?(told: () => void): { lead: Promise<void>; tell(): void; leave(): void } | undefined;
  /**
   * What stays on the terminal: values at keys `segment/rest`. Segments that are called `terminal` or begin with `terminal-`
   * are the terminal's own; all others may hold personal data, so what they hold and how it is called is kept encrypted.
   * A promise that is rejected has an error with a `code` of `StoreFault`. `storedIn` makes all four over a simple storage.
   *
   * The value at a key, or undefined.
   */
  get(key: string): Promise<Uint8Array | undefined>;
  /** All keys that begin with `prefix` (a segment and a slash, at least) and their values, in the order of their bytes. */
  scan(prefix: string): Promise<[string, Uint8Array][]>;
  /** Makes all changes or none: `[key, value]` keeps, `[key]` forgets. Fulfilled when they are on the disk. */
  batch(writes: [key: string, value?: Uint8Array][]): Promise<void>;
  /** Forgets beyond recovery all that is not the terminal's own. */
  erase(): Promise<void>;
  /**
   * Where a host can keep what was typed and not sent yet, so that a closed page loses nothing: all four, or none.
   * Fulfilled with whether the value is kept. It is personal data: encrypted, and erased with `eraseUnsent`.
   */
  keepUnsent?(key: string, value: Uint8Array): Promise<boolean>;
  /**
   * All that is kept, but for what another page that is open will send. What such a page has at `person/outbox/id` may be given
   * as `person/elsewhere/id`: it is shown, and not sent. What else it has, at `person/rest`, may be given as
   * `person/theirs/rest`: a log-out asks before that is lost. Rejected where it cannot be read now: it is asked for again.
   */
  unsent?(): Promise<[string, Uint8Array][]>;
  forgetUnsent?(key: string): Promise<void>;
  eraseUnsent?(): Promise<void>;
  sleep(milliseconds: number): Promise<void>;
  /** Fills the array with random bytes fit for keys, and gives it back. */
  random(bytes: Uint8Array): Uint8Array;
}

/** Why a store does not keep something: no room, not allowed, damaged, written by a newer version. */
export type StoreFault = "full" | "forbidden" | "broken" | "newer";

export interface HostRequest {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  url: string;
  headers: [string, string][];
  body?: Uint8Array;
  timeoutMs: number;
  onProgress?(sent: number, total: number): void;
}

export interface HostAnswer {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

export interface HostCall {
  answer: Promise<HostAnswer>;
  abort(): void;
}

export declare function browserHost(): Host;

/** The bridge itself. */
export interface Core {
  call(envelope: string): Promise<string>;
  listen(listener: (message: string) => void): void;
  free(): void;
}

/** What went wrong. */
export declare class OneHallError extends Error {
  readonly name: "OneHallError";
  /** A stable code: `network/offline`, `forms/invalid_answers`, `client/cancelled`, `sdk/not_initialised` … */
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** What is wrong, field by field. */
  readonly fields: readonly { path: string; code: string }[];
  /** More, by code. */
  readonly details: unknown;
  /** Of a submission: whether it had left, so that nobody knows whether it arrived. Submit again: it makes one case. */
  readonly sent: boolean;
}

export interface Person {
  id: string;
  kind: "citizen" | "legal_person";
  name: string;
  number?: string;
}

export interface Session {
  actor: Person;
  principals: Person[];
  phone: string;
  assurance: "L1" | "L2" | "L3";
  expires_at: Timestamp;
}

export interface CodeSent {
  resend_after: number;
  expires_in: number;
  phone: string;
}

export interface ItemSummary {
  code: string;
  name: Text;
  summary: Text;
  kind: string;
  authority: string;
  themes: string[];
  audience: Person["kind"][];
  channels: string[];
  /** 1 immediate, 2 promised. */
  promptness: "1" | "2";
  promised_days: number;
  online: boolean;
  frequent?: number;
  keywords: string[];
  pinyin: string;
}

export interface Authority {
  code: string;
  name: Text;
  organisation_code: string;
  duty: Text;
  phone: string;
  address: Text;
}

export interface Catalog {
  version: string;
  city: { name: Text; hall_name: Text; case_prefix: string; utc_offset_minutes: number; hotline: string };
  authorities: Authority[];
  halls: { code: string; name: Text; address: Text; transport: Text; phone: string; hours: Text; kiosks: number; accessibility: Text }[];
  life_events: { code: string; name: Text; summary: Text; icon: string; items: string[] }[];
  themes: { code: string; name: Text; icon: string }[];
  items: ItemSummary[];
}

export interface Material {
  code: string;
  name: Text;
  note?: Text;
  required: boolean;
  when?: Text;
  trust_grade: "A" | "B" | "C" | "D";
  sources: string[];
  originals: number;
  copies: number;
}

export interface ServiceItem extends ItemSummary {
  catalog_code: string;
  task_code: string;
  level: string;
  legal_days: number;
  onsite_visits: number;
  area: Text;
  conditions: Text[];
  materials: Material[];
  fees: { name: Text; amount: string; note?: Text; basis?: Text }[];
  steps: { name: Text; what: Text; days?: number }[];
  output: { name: Text; delivery: Text; valid_months?: number };
  halls: string[];
  legal_basis: { title: Text; article?: Text }[];
  questions?: { question: Text; answer: Text }[];
  form?: { code: string; version: number };
  workflow?: string;
  /** How sure the hall must be of who applies, and whether they have to show that they are there. */
  assurance?: { level: Session["assurance"]; at: "start" | "submission"; proof?: boolean };
  updated: Day;
}

export interface SearchHit {
  item: ItemSummary;
  /** Where the words stand in the name: ranges of characters. */
  marks: [number, number][];
}

/** Answers by path: `name`, `shareholders/r1/name`; a group's own path holds its row ids. */
export type Answers = Record<string, unknown>;

export interface DraftSummary {
  id: string;
  item: string;
  item_name: Text;
  principal: Person;
  updated_at: Timestamp;
  terminal: string;
  page?: string;
  form: { code: string; version: number };
  revision: number;
}

export interface Draft extends DraftSummary {
  answers: Answers;
  /** What the hall filled in and nobody changed or confirmed; to change an answer to what it is confirms it. */
  prefilled: { path: string; source: PrefillSource }[];
  form_change?: FormChange;
  /** Where the answers came from that were given last, the latest first. */
  latest: { path: string; terminal: string; writer?: string; at: Timestamp }[];
  /** Answers that did not stand and that nobody brought back yet. */
  lost: LostAnswer[];
  /** The hall's clock, in milliseconds since 1970. */
  clock: number;
}

/** Where an answer comes from that the hall filled in. */
export type PrefillSource =
  | { kind: "profile" }
  | { kind: "certificate"; case: string; name: Text; number?: string; at: Timestamp }
  | { kind: "case"; case: string; number: string; item_name: Text; at: Timestamp };

export interface FileView {
  id: string;
  name: string;
  media_type: string;
  size: number;
  sha256: string;
  uploaded_at: Timestamp;
  /** Where the hall had it from, where it was not uploaded for this application. */
  source?:
    | { kind: "case"; case: string; number: string; item_name: Text; at: Timestamp }
    | { kind: "e_certificate"; case: string; name: Text; number?: string; at: Timestamp };
}

/** A file that the hall has already; `A` is the most trusted grade. */
export type FileOffer = FileView & { trust_grade: "A" | "B" | "C" | "D" };

export interface Option {
  value: string;
  label: Text;
  help?: Text;
}

/** A question as the form defines it; what belongs to its kind stands beside these. */
export interface Question {
  id: string;
  kind:
    | "text" | "long_text" | "number" | "money" | "date" | "phone" | "email" | "citizen_id" | "organisation_code" | "bank_card"
    | "yes_no" | "choice" | "choices" | "address" | "material" | "declaration" | "computed" | "note" | "section" | "group"
    | "time" | "date_range" | "list_choice" | "region" | "person" | "signature";
  label: Text;
  help?: Text;
  [more: string]: unknown;
}

export interface QuestionShown {
  path: string;
  definition: Question;
  value: unknown;
  computed: unknown;
  /** Value or computed value as a person reads it. */
  display: string;
  required: boolean;
  errors: { code: string; message: string }[];
  options: Option[];
  rows: { id: string; path: string; title: string; questions: QuestionShown[] }[];
  /** What is shown in a section, under its label: not there for any other kind. */
  questions?: QuestionShown[];
  /** Where the answer comes from, while it is as the hall filled it in. */
  prefilled?: PrefillSource;
  /** Other answers to it that did not stand against a later one: changed to one of them, it is back. */
  lost?: { n: number; value: unknown; display: string; terminal: string; at: Timestamp }[];
}

/** A draft as it is filled: the path of pages, and one of them. */
export interface DraftForm {
  id: string;
  item: string;
  title: Text;
  pages: { id: string; title: Text; complete: boolean }[];
  page: { id: string; title: Text; help?: Text; questions: QuestionShown[] };
  progress: { pages: number; complete_pages: number; required: number; answered: number };
  complete: boolean;
  /** What became of the draft since its form has a newer version, until something is answered here. */
  form_change?: FormChange;
}

/** A draft moves to a newer version of its form where no answer is lost by that; else it stays with its own. */
export type FormChange =
  | { moved: { from: { code: string; version: number }; to: { code: string; version: number }; differences: FormPoint[] } }
  | { pinned: { newest: { code: string; version: number }; reasons: FormPoint[] } };

/** A difference (`added`, `removed`, `rule_changed`, …) or a reason (`answer_lost`, `newly_hidden`, …). */
export interface FormPoint {
  path: string;
  label: Text;
  code: string;
}

export interface DraftSaved {
  revision: number;
  saved_at: Timestamp;
  /** The hall's clock, in milliseconds since 1970. */
  clock: number;
  /** Answers that are others than this terminal knew. */
  others: GivenAnswer[];
  /** Answers that did not stand against later ones. */
  lost: LostAnswer[];
}

/** An answer, and from where it came; null where it was taken away. */
export interface GivenAnswer {
  path: string;
  value: unknown;
  terminal: string;
  at: Timestamp;
}

/** An answer that did not stand against a later one whose terminal did not know of it. Kept for 30 days. */
export interface LostAnswer extends GivenAnswer {
  n: number;
}

/** What a form is evaluated with besides the answers. */
export interface FormInputs {
  calendar?: { version: string; days: { covers: [Day, Day]; holidays: Day[]; working_weekends: Day[] } };
  /** A long list comes without its entries: it is searched. */
  lists?: { code: string; version: string; entries?: { code: string; label: Text; parent?: string }[] }[];
}

export interface ListPage {
  version: string;
  entries: ListedEntry[];
  /** Whether there are more than came. */
  more?: boolean;
}

/** An entry of a list. `whole` is the label of the answer to a region, where it is more than `label`. */
export interface ListedEntry {
  code: string;
  label: Text;
  parent?: string;
  whole?: Text;
  leaf: boolean;
}

/** What `details` of `forms/confirm_changes` holds. Submit again with `confirmed: details.transcript`. */
export interface ChangesToConfirm {
  transcript: string;
  /** By answer path; of a page `#` and its id. Empty where nobody can say: then everything is to be checked. */
  changes: { path: string; what: "shown" | "hidden" | "value" | "error"; value?: unknown }[];
}

export interface Receipt {
  case_id: string;
  number: string;
  item: string;
  item_name: Text;
  submitted_at: Timestamp;
  key: string;
  transcript: string;
}

/** Something that waits on this terminal until the hall answers. The time that counts is the one when the hall takes it. */
export interface Queued {
  id: string;
  about: { kind: "submission" | "supplement" | "withdrawal" | "rating"; id: string };
  title: Text;
  queued_at: Timestamp;
  state:
    | { kind: "waiting" | "sending" }
    /** Another window of the same browser has it, and sends it. */
    | { kind: "elsewhere" }
    /** The hall refused it, or something changed since it was checked: it goes no further without the citizen. */
    | { kind: "refused" | "conflict"; error: { code: string; message: string; retryable: boolean } };
  /** Whether it is on the terminal's disk, so that it outlives a closed page. */
  kept: boolean;
  /** Whether it has left before, so that nobody knows whether it arrived. */
  left: boolean;
}

export interface CaseStatus {
  state: string;
  step: string;
  step_name: Text;
  waits_for: "authority" | "citizen" | "third_party" | "nobody";
  next: Text;
  due?: Day;
  promised_until?: Day;
  days_left?: number;
  clock_paused: boolean;
}

export interface CaseSummary {
  id: string;
  number: string;
  item: string;
  item_name: Text;
  authority: string;
  principal: Person;
  status: CaseStatus;
  submitted_at: Timestamp;
  updated_at: Timestamp;
  version: number;
}

export interface Rating {
  /** 5 very satisfied to 1 very dissatisfied. */
  stars: 1 | 2 | 3 | 4 | 5;
  tags?: ("overall" | "efficiency" | "guide" | "convenience" | "usability")[];
  comment?: string;
}

/** A step in the life of a case, and who took it. */
export interface CaseStep {
  sequence: number;
  at: Timestamp;
  action: string;
  action_name: Text;
  state: string;
  step_name: Text;
  actor: { kind: "person"; name: string; acts_for?: string } | { kind: "staff"; authority: string | null; name?: string } | { kind: "system" };
  terminal: string;
  reason?: string;
}

export interface Case extends CaseSummary {
  form: { code: string; version: number };
  answers: Answers;
  /** With what the answers were evaluated; absent of an old case. */
  evaluated?: { engine: number; as_of: Day; calendar?: string; lists?: Record<string, string> };
  history: CaseStep[];
  supplement?: { requested_at: Timestamp; items: { path: string; reason: string }[]; note?: string; due: Day };
  result?: { kind: string; at: Timestamp; document_number?: string; reason?: string; file?: FileView };
  rating?: Rating;
  can: ("supplement" | "withdraw" | "rate")[];
}

export interface Preferences {
  language: Language | null;
  elder: boolean;
  theme: "auto" | "light" | "dark";
  text_percent: number;
  /** Whether this terminal may count what is done on it. Nothing is counted before it is true. */
  analytics: boolean | null;
}

export type SaveState =
  | { kind: "saved"; at: Timestamp }
  | { kind: "saving" }
  /** Without a connection. `kept`: it is on this terminal's disk, and outlives a closed page. */
  | { kind: "waiting"; kept: boolean }
  | { kind: "refused"; error: { code: string; message: string; retryable: boolean } };

/** What the core tells by itself, by kind. */
export interface HallEvents {
  session_changed: { kind: "session_changed"; session: Session | null };
  case_changed: { kind: "case_changed"; id: string };
  draft_changed: { kind: "draft_changed"; id: string };
  draft_saving: { kind: "draft_saving"; id: string; state: SaveState };
  draft_merged: { kind: "draft_merged"; id: string; answers: GivenAnswer[] };
  /** All answers of a draft that did not stand and are told of. */
  draft_lost: { kind: "draft_lost"; id: string; lost: LostAnswer[] };
  /** On which other terminals the draft is open, by kind. */
  draft_presence: { kind: "draft_presence"; id: string; others: string[] };
  outbox_changed: { kind: "outbox_changed" };
  outbox_sent: { kind: "outbox_sent"; about: Queued["about"]; title: Text; case: string };
  /** What was kept of what the hall does not have yet was damaged: some of it may be lost. Said once. */
  may_have_lost: { kind: "may_have_lost" };
  connection: { kind: "connection"; online: boolean };
  /** What was asked for just now comes from this terminal's copy; `at` is when that was last as the hall had it. */
  shown_as_of: { kind: "shown_as_of"; at: string };
  /** Something may have changed unseen: read anew what is shown. */
  may_have_missed: { kind: "may_have_missed" };
  /** `waiting`: the connection is broken; it goes on by itself where it was. */
  upload: { kind: "upload"; transfer: number; sent: number; total: number; waiting: boolean };
  upload_ended: {
    kind: "upload_ended";
    transfer: number;
    to: { kind: "draft" | "case"; id: string };
    path: string;
    name: string;
    taken: boolean;
    error: { code: string; message: string } | null;
  };
}

export interface UploadOptions extends CallOptions {
  onProgress?(progress: { sent: number; total: number }): void;
}

/** A file in hand: a `File`, or name, type and bytes. */
export type FileInHand = File | { name: string; mediaType: string; bytes: ArrayBuffer | Uint8Array };

/** A hall: session, drafts and events of its own. Made by `createHall`. */
export interface Hall {
  session: {
    /** Sends a one-time code by text message. */
    requestCode(phone: string, options?: CallOptions): Promise<CodeSent>;
    /** Logs in; the token stays in this hall's memory, in no cookie and no storage. */
    logIn(phone: string, code: string, options?: CallOptions): Promise<Session>;
    /** Fails with `drafts/unsent` where answers would be lost, unless they may be. */
    logOut(options?: CallOptions & { discardUnsent?: boolean }): Promise<void>;
    /** The session of this hall, if there is one. */
    restore(options?: CallOptions): Promise<Session | null>;
  };
  catalog: {
    get(options?: CallOptions): Promise<Catalog>;
    /** Looks a service up: Chinese, English, part of a word, pinyin, its initials. */
    search(query: string, options?: CallOptions & { limit?: number; language?: string }): Promise<SearchHit[]>;
    item(code: string, options?: CallOptions): Promise<ServiceItem>;
    /** What a form is evaluated with besides the answers: the city's working days, and the lists that it chooses from. */
    inputs(form: { code: string; version: number }, options?: CallOptions): Promise<FormInputs>;
    /** Entries of a list by words (Chinese, English, pinyin, initials, a code); without any, those below `parent` or at the top. */
    list(code: string, options?: CallOptions & { query?: string | null; parent?: string | null }): Promise<ListPage>;
  };
  draft: {
    list(options?: CallOptions): Promise<DraftSummary[]>;
    /** Starts a draft for an item, or gives the open one. */
    open(item: string, options?: CallOptions & { principal?: string }): Promise<Draft>;
    /** The path of pages and one page; what was changed here is in it at once. */
    view(id: string, options?: CallOptions & { page?: string | null }): Promise<DraftForm>;
    /** Takes changed answers (null takes one away); they are saved by themselves. Events `draft_saving` tell how it goes. */
    change(id: string, answers: Answers, options?: CallOptions & { page?: string | null }): Promise<void>;
    /** Takes what a person typed, reads it as the question's kind says, and gives the answer that it was read as. */
    type(id: string, path: string, text: string, options?: CallOptions & { page?: string | null }): Promise<unknown>;
    /** Waits until everything is with the hall. */
    flush(id: string, options?: CallOptions): Promise<DraftSaved>;
    /** Forgets an answer that did not stand. To bring it back, change the answer to it. */
    dismissLost(id: string, n: number, options?: CallOptions): Promise<void>;
    discard(id: string, options?: CallOptions): Promise<void>;
    /** Uploads a file for a question of kind `material`; put what it gives into the answer, a list, by `change`. */
    upload(id: string, path: string, file: FileInHand, options?: UploadOptions): Promise<FileView>;
    /** Files that the hall has of a material, the best first: a question whose `sources` name more than `upload` takes them. */
    offers(id: string, material: string, options?: CallOptions): Promise<FileOffer[]>;
    /** Takes an offered file over instead of an upload; put what it gives into the answer, a list, by `change`. */
    reuse(id: string, path: string, file: string, options?: CallOptions): Promise<FileView>;
    removeFile(id: string, file: string, options?: CallOptions): Promise<void>;
  };
  /** Submits a draft. Asked again after a lost answer it is the same attempt: one case comes of it. */
  submit(draft: string, options?: CallOptions & { confirmed?: string; waitAs?: undefined }): Promise<Receipt>;
  /** As above; where the hall does not answer, it waits on this terminal under the name `waitAs` and is sent by itself. */
  submit(draft: string, options: CallOptions & { confirmed?: string; waitAs: Text }): Promise<Receipt | { queued: Queued }>;
  /** What waits on this terminal until the hall answers. Event `outbox_sent` tells when something has arrived. */
  outbox: {
    list(options?: CallOptions): Promise<Queued[]>;
    /** Takes back what waits. Fails with `outbox/may_have_arrived` where the hall would have to be asked and cannot be. */
    cancel(id: string, options?: CallOptions): Promise<{ kind: "taken_back" } | { kind: "arrived"; case: string }>;
    /** Tries now. */
    retry(id: string, options?: CallOptions): Promise<void>;
  };
  progress: {
    list(options?: CallOptions): Promise<CaseSummary[]>;
    get(id: string, options?: CallOptions): Promise<Case>;
    /** Takes an application back. `version` is that of the case that the citizen saw; the newest where absent. */
    withdraw(id: string, options?: CallOptions & { version?: number; reason?: string }): Promise<Case>;
    rate(id: string, rating: Rating, options?: CallOptions): Promise<Case>;
    /** Hands in what was asked for. Give the same `key` again to send the same once more. */
    supplement(id: string, supplement: { answers: Answers; version?: number; key?: string }, options?: CallOptions): Promise<Case>;
    upload(id: string, path: string, file: FileInHand, options?: UploadOptions): Promise<FileView>;
    /** Files that the hall has of a material that a supplement is asked for, the best first. */
    offers(id: string, material: string, options?: CallOptions): Promise<FileOffer[]>;
    /** Takes an offered file over into a supplement; put what it gives into the answers that are handed in. */
    reuse(id: string, path: string, file: string, options?: CallOptions): Promise<FileView>;
    /** A file of a case: a material or the result. */
    file(id: string, options?: CallOptions): Promise<File>;
    /** Calls `listener` with the id of each case that moved on, or undefined where any may have. Gives what ends it. */
    onChange(listener: (id: string | undefined) => void): () => void;
  };
  preferences: {
    get(options?: CallOptions): Promise<Preferences>;
    /** Changes some; `{ analytics: true }` is the citizen's consent to counting. */
    set(changes: Partial<Preferences>, options?: CallOptions): Promise<void>;
  };
  /** Any command of the core by its name, for what has no method here. */
  ask(command: string, fields?: object, options?: CallOptions): Promise<unknown>;
  /** Calls `listener` with each event of a kind, or with all; gives what takes it off. */
  on<K extends keyof HallEvents>(kind: K, listener: (event: HallEvents[K]) => void): () => void;
  on(kind: "*", listener: (event: HallEvents[keyof HallEvents]) => void): () => void;
  /** Ends calls, listeners and streams, and frees the memory. The session's token is gone with it. */
  close(): void;
}
