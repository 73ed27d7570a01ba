// course/labJob.ts -- a lab's job (start, grade, again): how far it is, and the lab as it is when it has ended.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { course } from "./api";
import type { Lab } from "./api";
import { writeNow } from "./keeping";

export type What = "start" | "grade" | "again";
const every_ms = 700;

export function useLabJob(lab: Lab, reload: () => Promise<void>, onEnd: (what: What) => void) {
  const [what, setWhat] = useState<What | null>(lab.running ? "grade" : null);
  const [said, say] = useState("");
  const [error, setError] = useState<unknown>(null);
  const before = useRef(lab.results.length);
  useEffect(() => {
    if (!what) return;
    const timer = setInterval(() => void reload(), every_ms);
    return () => clearInterval(timer);
  }, [what]);
  useEffect(() => {
    if (!what || lab.running) return;
    const grown = lab.results.length > before.current;
    const failed = what === "grade" ? !grown : lab.files.length === 0;
    setWhat(null);
    say(failed ? "" : `done.${what}`);
    setError(failed ? new Error(t("learn-lab.failed")) : null);
    if (!failed) onEnd(what);
  }, [lab]);
  const start = async (next: What) => {
    setError(null);
    say(`doing.${next}`);
    before.current = lab.results.length;
    try {
      await writeNow();
      await course.doLab(lab.id, next);
      await reload();
      setWhat(next);
    } catch (e) {
      setError(e);
      say("");
    }
  };
  return { what, said, error, busy: what !== null, part: lab.running?.progress?.part ?? null, start };
}
