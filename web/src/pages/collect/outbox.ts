// outbox.ts -- what was recorded here and is not yet in the project. It is written into the browser's own database before
// it is sent, and taken out when the server has said that it is kept: no reload, no lost network, no server that is
// away loses a recording.
import { useEffect, useMemo, useState } from "preact/hooks";
import * as api from "../../api";
import { ApiError } from "../../api";
import type { Sample, Warning } from "../../api";

export type Meta = {
  label: string;
  subject: string;
  consent: string;
  device: string;
  name?: string;
  trim?: 0 | 1;
  new?: 0 | 1;
  rate_hz?: number;
};
export type Parcel = { id: string; project: string; type: string; body: ArrayBuffer; meta: Meta; made: number; refused?: string };
export type Sent = { sample: Sample | null; pieces: number; warnings: Warning[] };

// ---- the browser's database --------------------------------------------------------------------------------------

const store = "parcels";
let database: Promise<IDBDatabase | null> | null = null;

function open(): Promise<IDBDatabase | null> {
  database ??= new Promise((good) => {
    try {
      const asked = indexedDB.open("thimble-outbox", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(store, { keyPath: "id" });
      asked.onsuccess = () => good(asked.result);
      asked.onerror = () => good(null); // a private window may have none: then the page itself holds them
    } catch {
      good(null);
    }
  });
  return database;
}

async function within<T>(mode: IDBTransactionMode, what: (s: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  const db = await open();
  if (!db) return null;
  return new Promise((good, bad) => {
    const all = db.transaction(store, mode);
    const asked = what(all.objectStore(store));
    all.oncomplete = () => good(asked.result);
    all.onerror = () => bad(all.error);
    all.onabort = () => bad(all.error);
  });
}

// ---- the outbox of a project -------------------------------------------------------------------------------------

type Listener = () => void;
const rest = 3000; // ms between two tries
const atOnce = 3;

export class Outbox {
  parcels: Parcel[] = [];
  /** The last try did not reach the server. */
  offline = false;
  /** The browser keeps them, too; false: only this page does. */
  safe = true;
  onSent: (parcel: Parcel, sent: Sent) => void = () => {};
  private listeners = new Set<Listener>();
  private sending = new Set<string>();
  private timer = 0;
  private ended = false;

  constructor(private project: string) {
    addEventListener("online", this.wake);
    void this.begin();
  }

  private async begin() {
    this.safe = (await open()) !== null;
    const all = (await within<Parcel[]>("readonly", (s) => s.getAll()).catch(() => null)) ?? [];
    const mine = all.filter((p) => p.project === this.project && !this.parcels.some((q) => q.id === p.id));
    this.parcels = [...mine, ...this.parcels];
    this.tell();
    this.send();
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    this.listeners.clear();
  }

  watch(l: Listener): () => void {
    this.listeners.add(l);
    return () => void this.listeners.delete(l);
  }
  private tell() {
    for (const l of this.listeners) l();
  }
  private wake = () => this.send();

  /** Takes a recording; when the promise is kept the browser has it. */
  async put(type: string, body: ArrayBuffer, meta: Meta): Promise<void> {
    const parcel: Parcel = { id: newId(), project: this.project, type, body, meta, made: Date.now() };
    this.parcels = [...this.parcels, parcel];
    this.tell();
    await within("readwrite", (s) => s.put(parcel)).catch(() => (this.safe = false));
    this.send();
  }

  async drop(id: string) {
    this.parcels = this.parcels.filter((p) => p.id !== id);
    await within("readwrite", (s) => s.delete(id)).catch(() => {});
    this.tell();
  }

  /** Another try for one that was refused, perhaps with another label. */
  async again(id: string, label: string) {
    this.parcels = this.parcels.map((p) => (p.id === id ? { ...p, refused: undefined, meta: { ...p.meta, label, new: 1 } } : p));
    this.tell();
    this.send();
  }

  send() {
    if (this.ended) return;
    for (const p of this.parcels) {
      if (this.sending.size >= atOnce) return;
      if (!p.refused && !this.sending.has(p.id)) void this.sendOne(p);
    }
  }

  private async sendOne(p: Parcel) {
    this.sending.add(p.id);
    try {
      const path = `/projects/${encodeURIComponent(this.project)}/samples`;
      const sent = await api.upload<Sent>(path, p.body, p.type, p.meta);
      this.offline = false;
      await this.drop(p.id);
      this.onSent(p, sent);
    } catch (e) {
      const refused = e instanceof ApiError && e.status >= 400 && e.status < 500 && ![401, 403, 408, 409, 429].includes(e.status);
      if (refused) this.parcels = this.parcels.map((q) => (q.id === p.id ? { ...q, refused: (e as Error).message } : q));
      else {
        this.offline = true;
        clearTimeout(this.timer);
        if (!this.ended) this.timer = window.setTimeout(this.wake, rest);
      }
    } finally {
      this.sending.delete(p.id);
      this.tell();
    }
    if (!this.offline) this.send();
  }
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The outbox of a project while the page is open. */
export function useOutbox(project: string): Outbox {
  const box = useMemo(() => new Outbox(project), [project]);
  const [, draw] = useState(0);
  useEffect(() => {
    const stop = box.watch(() => draw((n) => n + 1));
    return () => {
      stop();
      box.end();
    };
  }, [box]);
  return box;
}
