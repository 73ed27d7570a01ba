// course/outbox.ts -- nothing that a learner does is lost when the server is away: it is kept in this browser and sent as
// soon as the server answers again, also after the page was closed.
//
// An answer that was written but whose reply got lost must not count twice: before an answer is sent again, the quiz is
// asked how many attempts were used.
import { ApiError, put } from "../../api";
import { course } from "./api";
import type { Answer, Marked } from "./api";

type KeptAnswer = { kind: "answer"; answer: Answer; used: number };
type KeptPut = { kind: "put"; path: string; body: unknown }; // the last one of a path is what counts
type Kept = KeptAnswer | KeptPut;

const again_ms = 4000;
let key = "thimble.course.outbox";
let timer = 0;
let sending = false;
const watchers = new Set<() => void>();

function read(): Kept[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "[]") as Kept[];
  } catch {
    return [];
  }
}
function write(all: Kept[]): void {
  if (all.length) localStorage.setItem(key, JSON.stringify(all));
  else localStorage.removeItem(key);
  for (const w of watchers) w();
}
const idOf = (k: Kept) => (k.kind === "answer" ? `${k.answer.quiz} ${k.answer.item}` : k.path);
const away = (e: unknown) => e instanceof ApiError && (e.status === 0 || e.status >= 500 || e.status === 429);

/** Whose things these are: on a school's computer several people use one browser. */
export function outboxOf(user: string | null): void {
  key = `thimble.course.outbox.${user ?? "me"}`;
  if (read().length) soon(0);
}
export const keptCount = (): number => read().length;
export const isKept = (quiz: string, item: string): boolean => read().some((k) => idOf(k) === `${quiz} ${item}`);
/** Is told when something was kept or has been sent. */
export function onOutbox(then: () => void): () => void {
  watchers.add(then);
  return () => void watchers.delete(then);
}

function keep(k: Kept): void {
  write([...read().filter((o) => idOf(o) !== idOf(k)), k]);
  soon(again_ms);
}
function soon(ms: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void flush(), ms);
}
addEventListener("online", () => soon(0));

async function deliver(k: Kept): Promise<void> {
  if (k.kind === "put") return put(k.path, k.body);
  const quiz = await course.quiz(k.answer.quiz).catch((e) => {
    if (away(e)) throw e;
    return null; // a question inside a lesson: it counts nothing, twice is as good as once
  });
  const item = quiz?.items.find((i) => i.name === k.answer.item);
  if (item && (item.used ?? 0) > k.used) return; // it had arrived
  await course.answer(k.answer);
}

async function flush(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    for (const k of read()) {
      try {
        await deliver(k);
      } catch (e) {
        if (away(e)) return soon(again_ms);
        console.info("the server does not take what was kept:", e); // and never will: asking again helps nobody
      }
      const sent = JSON.stringify(k);
      write(read().filter((o) => JSON.stringify(o) !== sent)); // not what was written anew meanwhile
    }
  } finally {
    sending = false;
  }
}

/** Sends an answer; null: the server is away, the answer is kept. used: attempts before this one. */
export async function sendAnswer(answer: Answer, used: number): Promise<Marked | null> {
  try {
    return await course.answer(answer);
  } catch (e) {
    if (!away(e)) throw e;
    keep({ kind: "answer", answer, used });
    return null;
  }
}

/** Writes something of which only the last state counts; false: it is kept for later. */
export async function sendLast(path: string, body: unknown): Promise<boolean> {
  try {
    await put(path, body);
    write(read().filter((o) => idOf(o) !== path));
    return true;
  } catch (e) {
    if (!away(e)) throw e;
    keep({ kind: "put", path, body });
    return false;
  }
}
/** What waits to be written there, or null. */
export function keptFor<T>(path: string): T | null {
  const k = read().find((o) => o.kind === "put" && o.path === path) as KeptPut | undefined;
  return k ? (k.body as T) : null;
}
