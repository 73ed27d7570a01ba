// hooks.ts -- what explorables share: settings of a lesson, things that live in the engine, steps that run by themselves.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Engine } from "./engine";
import type { Settings } from "./index";

/** A number of the settings, brought back into its range. */
export function numberOf(s: Settings, name: string, usual: number, lo: number, hi: number): number {
  const v = Number(s[name] ?? usual);
  return Number.isFinite(v) ? Math.min(hi, Math.max(lo, v)) : usual;
}

export const wholeOf = (s: Settings, name: string, usual: number, lo: number, hi: number) => Math.round(numberOf(s, name, usual, lo, hi));

/** A word of the settings: one of those, or the first. */
export function wordOf<W extends string>(s: Settings, name: string, words: readonly W[]): W {
  return words.find((w) => w === s[name]) ?? (words[0] as W);
}

export const onOf = (s: Settings, name: string, usual = false) => (s[name] === undefined ? usual : s[name] === "on");

/** Something of the engine that is freed by its own function when what it depends on changes. */
export function useThing(engine: Engine, make: () => number, free: string, on: unknown[]): number {
  const thing = useMemo(make, on);
  useEffect(() => () => void engine.call(free, thing), [thing]);
  return thing;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Steps by themselves until one says that it was the last; where people want no motion, all at once. */
export function useRun(step: () => boolean, everyMs: number, mostSteps: number) {
  const [running, setRunning] = useState(false);
  const latest = useRef(step);
  latest.current = step;
  useEffect(() => {
    if (!running) return;
    if (still.matches) {
      for (let i = 0; i < mostSteps && latest.current(); i++);
      return setRunning(false);
    }
    const timer = setInterval(() => !latest.current() && setRunning(false), everyMs);
    return () => clearInterval(timer);
  }, [running]);
  return { running, start: () => setRunning(true), stop: () => setRunning(false) };
}

/** How wide an element is, in pixels: drawings keep their letters large on small screens. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(0);
  useEffect(() => {
    const el = ref.current;
    if (!el) return;
    const watch = new ResizeObserver(() => set(Math.round(el.clientWidth)));
    watch.observe(el);
    set(Math.round(el.clientWidth));
    return () => watch.disconnect();
  }, []);
  return { ref, width };
}
