// course/keeping.tsx -- what one types is written a while after the last key, and when the page is left; while the server
// is away it is kept in the browser.
import { useEffect, useRef, useState } from "preact/hooks";
import { t, when } from "../../i18n";
import { Failure } from "../Notice";
import { keptFor, onOutbox, sendLast } from "./outbox";

type State = "saved" | "typing" | "saving" | "kept";
const pause_ms = 700;
const writers = new Set<() => Promise<void>>();

/** Writes at once whatever waits for its pause: before something looks at it. */
export const writeNow = (): Promise<unknown> => Promise.all([...writers].map((w) => w()));

/** Keeps a value at a path of the API (PUT). The value is `first` until change() was called. */
export function useKeeping<T>(path: string, first: T, onSaved?: () => void) {
  const [value, setValue] = useState<T>(() => keptFor<T>(path) ?? first);
  const [state, setState] = useState<State>(() => (keptFor(path) ? "kept" : "saved"));
  const [at, setAt] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef({ value, dirty: false });
  const save = async () => {
    const now = latest.current;
    if (!now.dirty) return;
    now.dirty = false;
    setState("saving");
    try {
      const sent = await sendLast(path, now.value);
      setError(null);
      setState(now.dirty ? "typing" : sent ? "saved" : "kept");
      if (sent) setAt(Math.round(Date.now() / 1000));
      onSaved?.();
    } catch (e) {
      setError(e); // it is not taken as it is; the next change tries again
      setState("typing");
    }
  };
  useEffect(() => {
    if (!latest.current.dirty) return;
    const timer = setTimeout(() => void save(), pause_ms);
    return () => clearTimeout(timer);
  }, [value]);
  useEffect(() => {
    writers.add(save);
    return () => {
      writers.delete(save);
      void save(); // whoever leaves loses nothing
    };
  }, []);
  useEffect(() => onOutbox(() => setState((s) => (s === "kept" && !keptFor(path) ? "saved" : s))), [path]);
  const change = (to: T) => {
    latest.current = { value: to, dirty: true };
    setValue(to);
    setState("typing");
  };
  return { value, change, state, at, error };
}

type Props = { state: State; at: number | null; error: unknown };

export function KeepingState({ state, at, error }: Props) {
  return (
    <>
      <p class="course-keeping" role="status">
        {state === "saved" && at ? t("learn.keep.at", { when: when(at) }) : t(`learn.keep.${state}`)}
      </p>
      <Failure error={error} />
    </>
  );
}
