// wanted.ts -- what the server says is to be collected, and what every way of collecting is given.
import type { LabelCount } from "../../api";
import type { Outbox } from "./outbox";
import type { Person } from "./who";

export type Count = LabelCount & { seconds: number; subjects: number };
export type Wanted = {
  task: string;
  input: "sound" | "signal" | "picture" | "stroke" | "number";
  labels: Count[];
  samples: number;
  channels: string;
  rate_hz: number;
  clip_ms: number;
  signal_hz: number;
  window_ms: number;
  picture: { width: number; height: number; colour: string };
  enough: { clips: number; seconds: number; people: number };
};

export type WayProps = {
  wanted: Wanted;
  label: string;
  outbox: Outbox;
  /** Who it is, when they have agreed; else null, and the question is asked again, kindly. */
  agreed: () => Person | null;
  /** Said by screen readers at once. */
  say: (text: string) => void;
};

export const clipsOf = (c: Count) => c.train + c.val + c.test;
/** How much of what is wanted a label has, 0..1. */
export function share(c: Count, w: Wanted): number {
  if (w.input === "signal") return Math.min(1, c.seconds / w.enough.seconds);
  return Math.min(1, clipsOf(c) / w.enough.clips);
}
/** Labels that somebody has to record: not what other words are. */
export const needed = (w: Wanted) => w.labels.filter((c) => w.task !== "keyword" || c.label !== "unknown");
export const isEnough = (w: Wanted) => needed(w).length > 0 && needed(w).every((c) => share(c, w) >= 1);
