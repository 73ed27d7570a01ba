// api.ts -- the studio's API (docs/api.md), typed.  Every call gives a promise of the reply or fails with an ApiError.

export type Role = "teacher" | "learner" | null;
export type Session = { user: string | null; role: Role; token: string; lan: boolean; fingerprint: string };
export type Server = {
  name: string;
  version: string;
  lan: boolean;
  only: string;
  studio: boolean;
  tools: { firmware: boolean; emulator: boolean; wasm: boolean; voices: boolean };
};
export type Board = {
  name: string;
  title: string;
  chip: string;
  cpu: string;
  ram: number;
  flash: number;
  mhz: number;
  emulated: boolean;
};
export type Preset = {
  preset: string;
  written: string;
  summary: string;
  sentence: string;
  tasks: string;
  recommended: boolean;
  input: number[];
  classes: number;
  parameters: number;
  macs: number;
};
export type Model = { preset: string; text: string; own: boolean; learner: boolean; revision: string };
export type Layer = {
  line: number;
  kind: string;
  layer: string;
  output: number[];
  parameters: number;
  macs: number;
  ram_int8: number;
};
/** What a network takes on a board; ram_bound is all of its RAM, the arena that of its values. */
export type OnBoard = {
  name: string;
  estimate: boolean;
  flash: number;
  flash_limit: number;
  ram_bound: number;
  ram_limit: number;
  arena: number;
  fits: boolean;
  breaks: string;
  help: string;
  instructions?: number;
  instructions_about?: number;
  ms?: number;
};
export type Preview = {
  input: number[];
  classes: number;
  parameters: number;
  macs: number;
  layers: Layer[];
  board: OnBoard;
  preset: string;
  text: string;
  assumed: boolean;
  exact: boolean;
};
export type PreviewReply = Preview | { error: { line: number; text: string } };
export type Epoch = { epoch: number } & Record<string, number | undefined>;
export type Run = {
  id: number;
  name: string | null;
  started: string;
  finished: string | null;
  state: string;
  preset: string;
  seed: string;
  data_version: string;
  parameters: number;
  macs: number;
  best_epoch: number;
  options: Record<string, string>;
  best: Record<string, number>;
  results: Record<string, number>;
  model: string;
  epochs?: Epoch[];
};
export type Verb = {
  name: string;
  words: string;
  summary: string;
  options: { name: string; arg: string; default: string; help: string }[];
};

export type Task = "keyword" | "image" | "activity" | "gesture" | "anomaly" | "sine";
export type Split = "train" | "val" | "test";
export type ProjectRow = {
  name: string;
  task: Task;
  labels: string[];
  samples: number;
  changed: number;
  model: boolean;
  error?: string; // its thimble.ini cannot be read
};
export type LabelCount = { label: string; train: number; val: number; test: number };
export type Project = {
  name: string;
  task: Task;
  labels: string[];
  board: string;
  preset: string;
  rate_hz: number;
  clip_ms: number;
  samples: number;
  by_label: LabelCount[];
  has: { model: boolean; int8: boolean; test: boolean; quantize: boolean };
  running?: Job[];
};
export type Settings = { text: string; revision: string | number };

export type SampleKind = "sound" | "signal" | "picture" | "stroke" | string;
export type Sample = {
  hash: string;
  kind: SampleKind;
  label: string;
  split: Split | "";
  subject: string;
  consent: string;
  device: string;
  source: string;
  name: string;
  notes: string;
  rate_hz: number;
  n_rows: number;
  width: number;
  height: number;
  channels: string[] | number;
  seconds: number;
};
export type SampleList = { total: number; offset: number; samples: Sample[] };
export type Warning = { code: string; text: string };
export type Wave = { rate_hz: number; n: number; channels: { name: string; low: number[]; high: number[] }[] };
export type Spectrogram = {
  frames: number;
  bands: number;
  hop_ms: number;
  low_hz: number;
  high_hz: number;
  values: number[];
};
export type Features = { kind: string; rows: number; columns: number; names: string[]; values: number[] };

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";
export type JobStep = {
  verb: string;
  words?: string[];
  options?: Record<string, string | number | boolean | string[]>;
  input?: boolean;
};
export type JobSpec = JobStep | { steps: JobStep[] };
export type JobFile = { path: string; bytes: number };
/** What a verb prints with --json: described with the verb. */
export type Json = any;
export type Job = {
  id: string;
  verb: string; // of the step that runs
  title: string; // as one would type it
  state: JobState;
  progress: { what: string; part: number } | null;
  error: string | null;
  created: string; // 20261123T041935Z
  started: string | null;
  ended: string | null;
  resumable: boolean;
  step: number; // from 0
  steps: JobStep[];
  user: string;
  place?: number; // in the queue, from 1
  // Of one job, not in lists and events:
  result?: Json;
  results?: Json[]; // of each step, where there are several
  files?: JobFile[];
};

export type ErrorBody = { code: string; text: string; line?: number };
export class ApiError extends Error {
  status: number;
  code: string;
  line: number | undefined;
  wait_s = 0; // with 429: how long until one may try again
  constructor(status: number, body: Partial<ErrorBody>) {
    super(body.text ?? "");
    this.status = status;
    this.code = body.code ?? (status === 0 ? "offline" : "error");
    this.line = body.line;
  }
}

const base = "/api/v1";
let token = "";
let whenLoggedOut: () => void = () => {};

/** Is called when the server says 401: the frame shows the page to join. */
export function onLoggedOut(then: () => void): void {
  whenLoggedOut = then;
}

type Query = Record<string, string | number | boolean | undefined>;
/** "/samples" and {label: "yes"} -> "/samples?label=yes"; undefined ones are left out. */
export function withQuery(path: string, query?: Query): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(query ?? {})) if (v !== undefined && v !== "") q.set(k, String(v));
  const text = q.toString();
  return text ? `${path}?${text}` : path;
}

async function errorOf(reply: Response): Promise<ApiError> {
  let body: Partial<ErrorBody> = {};
  try {
    const json = await reply.json();
    body = { ...json.error, ...(json.line !== undefined ? { line: json.line } : {}) };
  } catch {
    body = { text: reply.statusText };
  }
  const error = new ApiError(reply.status, body);
  error.wait_s = Number(reply.headers.get("Retry-After") ?? 0);
  return error;
}

async function send(method: string, path: string, body?: BodyInit, type?: string, again = true): Promise<Response> {
  const headers: Record<string, string> = {};
  if (type) headers["Content-Type"] = type;
  if (method !== "GET") headers["X-Thimble-Token"] = token;
  let reply: Response;
  try {
    reply = await fetch(base + path, { method, headers, body, credentials: "same-origin" });
  } catch {
    throw new ApiError(0, {});
  }
  if (reply.ok) return reply;
  if (reply.status === 403 && method !== "GET" && again) {
    // The server was started anew meanwhile: its token is another one.
    const before = token;
    await session.get();
    if (token !== before) return send(method, path, body, type, false);
  }
  if (reply.status === 401 && path !== "/session") whenLoggedOut();
  throw await errorOf(reply);
}

async function json<T>(reply: Promise<Response>): Promise<T> {
  const r = await reply;
  return (r.status === 204 ? undefined : await r.json()) as T;
}
const asJson = (body: unknown) => (body === undefined ? undefined : JSON.stringify(body));

export const get = <T>(path: string, query?: Query) => json<T>(send("GET", withQuery(path, query)));
export const getBytes = async (path: string) => (await send("GET", path)).arrayBuffer();
export const post = <T>(path: string, body?: unknown) =>
  json<T>(send("POST", path, asJson(body), body === undefined ? undefined : "application/json"));
export const put = <T>(path: string, body: unknown) => json<T>(send("PUT", path, asJson(body), "application/json"));
export const patch = <T>(path: string, body: unknown) => json<T>(send("PATCH", path, asJson(body), "application/json"));
export const del = <T = void>(path: string) => json<T>(send("DELETE", path));
/** Bytes as they are: a recording, a picture, a .zip. */
export const upload = <T>(path: string, body: Blob | ArrayBuffer | Uint8Array, type: string, query?: Query) =>
  json<T>(send("POST", withQuery(path, query), body as BodyInit, type));

/** The address of a path of the API, for <audio src>, <img src> and downloads. */
export const urlOf = (path: string) => base + path;
const of = (project: string) => `/projects/${encodeURIComponent(project)}`;
const sampleOf = (project: string, hash: string) => `${of(project)}/samples/${encodeURIComponent(hash)}`;
const jobOf = (project: string, id: string) => `${of(project)}/jobs/${encodeURIComponent(id)}`;

export const session = {
  get: async (): Promise<Session> => {
    const s = await get<Session>("/session");
    token = s.token;
    return s;
  },
  join: async (body: { code: string; name: string } | { name: string; password: string }): Promise<Session> => {
    await post("/session", body);
    return session.get();
  },
  leave: () => del("/session"),
};

export type Pairing = { code: string; url: string; qr: string; expires_s: number; fingerprint: string };
export type User = {
  name: string;
  role: "teacher" | "learner";
  password: boolean;
  joined: number;
  here: boolean;
  seen: number | null;
};
export type Token = { name: string; orders_a_day: number; order_bytes: number; made: number; token?: string };
const userOf = (name: string) => `/users/${encodeURIComponent(name)}`;
/** The class, with serve --lan. */
export const people = {
  pairing: () => get<Pairing>("/pairing"),
  renewPairing: () => post<Pairing>("/pairing"),
  list: () => get<User[]>("/users"),
  change: (name: string, to: { role?: "teacher" | "learner"; password?: string }) => patch<void>(userOf(name), to),
  remove: (name: string) => del(userOf(name)),
  tokens: () => get<Token[]>("/tokens"),
  makeToken: (name: string, orders_a_day: number) => post<Token>("/tokens", { name, orders_a_day }),
  removeToken: (name: string) => del(`/tokens/${encodeURIComponent(name)}`),
};

export const server = () => get<Server>("");
export const boards = () => get<Board[]>("/boards");
export const presets = (task: string) => get<Preset[]>("/presets", { task });
export const verbs = () => get<Verb[]>("/verbs");

export const projects = {
  list: () => get<ProjectRow[]>("/projects"),
  create: (body: { name: string; task: Task; labels?: string[]; preset?: string }) => post<ProjectRow>("/projects", body),
  get: (project: string) => get<Project>(of(project)),
  settings: (project: string) => get<Settings>(`${of(project)}/settings`),
  saveSettings: (project: string, settings: Settings) => put<Settings>(`${of(project)}/settings`, settings),
};

type SampleQuery = {
  label?: string;
  split?: string;
  subject?: string;
  kind?: string;
  name?: string;
  offset?: number;
  limit?: number;
};
type SampleMeta = {
  label?: string;
  subject?: string;
  consent?: string;
  device?: string;
  split?: string;
  name?: string;
  notes?: string;
  trim?: 0 | 1;
  rate_hz?: number;
};
export const samples = {
  list: (project: string, query?: SampleQuery) => get<SampleList>(`${of(project)}/samples`, query),
  get: (project: string, hash: string) => get<Sample>(sampleOf(project, hash)),
  add: (project: string, body: Blob | ArrayBuffer | Uint8Array, type: string, meta: SampleMeta) =>
    upload<{ sample: Sample; warnings: Warning[] }>(`${of(project)}/samples`, body, type, meta),
  change: (project: string, hash: string, to: Partial<Omit<Sample, "hash">>) => patch<Sample>(sampleOf(project, hash), to),
  remove: (project: string, hash: string) => del(sampleOf(project, hash)),
  restore: (project: string, hash: string) => post<Sample>(`${sampleOf(project, hash)}/restore`),
  fileUrl: (project: string, hash: string) => urlOf(`${sampleOf(project, hash)}/file`),
  wave: (project: string, hash: string, points = 600) => get<Wave>(`${sampleOf(project, hash)}/wave`, { points }),
  spectrogram: (project: string, hash: string) => get<Spectrogram>(`${sampleOf(project, hash)}/spectrogram`),
  features: (project: string, hash: string) => get<Features>(`${sampleOf(project, hash)}/features`),
  importZip: (project: string, body: Blob, labels?: string) =>
    upload<Job>(`${of(project)}/import`, body, "application/zip", { labels }),
};

export const jobs = {
  start: (project: string, spec: JobSpec) => post<Job>(`${of(project)}/jobs`, spec),
  list: (project: string, query?: { state?: string; limit?: number }) => get<Job[]>(`${of(project)}/jobs`, query),
  get: (project: string, id: string) => get<Job>(jobOf(project, id)),
  /** Cancels; of a job that has ended it forgets it and its files. */
  remove: (project: string, id: string) => del(jobOf(project, id)),
  resume: (project: string, id: string) => post<Job>(`${jobOf(project, id)}/resume`),
  input: (project: string, id: string, bytes: ArrayBuffer | Uint8Array | Blob, end = false) =>
    upload<void>(`${jobOf(project, id)}/input`, bytes, "application/octet-stream", { end: end ? 1 : undefined }),
  fileUrl: (project: string, id: string, path: string) =>
    urlOf(`${jobOf(project, id)}/files/${path.split("/").map(encodeURIComponent).join("/")}`),
  file: (project: string, id: string, path: string) =>
    getBytes(`${jobOf(project, id)}/files/${path.split("/").map(encodeURIComponent).join("/")}`),
  archiveUrl: (project: string, id: string) => urlOf(`${jobOf(project, id)}/archive`),
  eventsUrl: (project: string, id: string) => `${jobOf(project, id)}/events`,
};

export const model = {
  get: (project: string) => get<Model>(`${of(project)}/model`),
  save: (project: string, body: { preset?: string; text?: string; revision: string }) =>
    put<Model>(`${of(project)}/model`, body),
  preview: (project: string, body: { text?: string; preset?: string; board?: string; exact?: boolean }) =>
    post<PreviewReply>(`${of(project)}/model/preview`, body),
};
export const runs = {
  list: (project: string) => get<{ runs: Run[] }>(`${of(project)}/runs`),
  get: (project: string, run: string | number) => get<Run>(`${of(project)}/runs/${encodeURIComponent(run)}`),
};
/** The last result of that name, null when there is none yet. */
export async function result(project: string, name: string): Promise<Json | null> {
  try {
    return await get<Json>(`${of(project)}/results/${name}`);
  } catch (e) {
    if (e instanceof ApiError && e.status === 404) return null;
    throw e;
  }
}

// ---- events ----------------------------------------------------------------------------------------------------

export type Handlers = Record<string, (data: Json) => void>;

/** Listens to a stream of events; the browser takes it up again behind the last one when it breaks.  Gives a function
 * that ends it. A stream whose server is away for good is tried again every three seconds. */
export function events(path: string, handlers: Handlers, onLost?: (lost: boolean) => void): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let ended = false;
  const open = () => {
    source = new EventSource(base + path);
    source.onopen = () => onLost?.(false);
    source.onerror = () => {
      onLost?.(true);
      if (source?.readyState === EventSource.CLOSED && !ended) {
        source.close();
        timer = window.setTimeout(open, 3000);
      }
    };
    for (const [name, handle] of Object.entries(handlers))
      source.addEventListener(name, (e) => handle(JSON.parse((e as MessageEvent).data)));
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}

// Browsers keep only six connections to a server, so all parts of the page share one stream of the project.
type Listener = { name: string; then: (data: Json) => void };
let connection: (lost: boolean) => void = () => {};
/** Is told when the project's stream breaks, and when it is there again. */
export function onConnection(then: (lost: boolean) => void): void {
  connection = then;
}

let hub: { project: string; listeners: Set<Listener>; end: () => void } | null = null;

/** Calls then for each event of that name ("sample", "job" or "model") in the project. Gives a function that ends it. */
export function onProject(project: string, name: "sample" | "job" | "model", then: (data: Json) => void): () => void {
  if (hub?.project !== project) {
    hub?.end();
    const listeners = new Set<Listener>();
    const tell = (what: string) => (data: Json) => {
      for (const l of listeners) if (l.name === what) l.then(data);
    };
    const handlers = { sample: tell("sample"), job: tell("job"), model: tell("model") };
    const end = events(`${of(project)}/events`, handlers, (lost) => connection(lost));
    hub = { project, listeners, end };
  }
  const mine = hub;
  const listener = { name, then };
  mine.listeners.add(listener);
  return () => {
    mine.listeners.delete(listener);
    if (mine.listeners.size === 0) {
      mine.end();
      if (hub === mine) hub = null;
    }
  };
}
