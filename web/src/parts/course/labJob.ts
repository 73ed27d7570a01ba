// course/labJob.ts -- a lab's job (start, grade, again): how far it is, and the lab as it is when it has ended.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../api";
import { t } from "../../i18n";
import { course } from "./api";
import type { Lab } from "./api";
import { writeNow } from "./keeping";

export type What = "start" | "grade" | "again";
const every_ms = 700;
const patience = 5; // looks after the job's end, until its result stands in the record

const newest = (lab: Lab) => lab.results[0]?.at ?? 0;

/** Is what was asked for there? */
const arrived = (what: What, lab: Lab, before: number) => (what === "grade" ? newest(lab) !== before : lab.files.length > 0);

export function useLabJob(lab: Lab, reload: () => Promise<void>, onEnd: (what: What) => void) {
  const [what, setWhat] = useState<What | null>(lab.running ? "grade" : null);
  const [said, say] = useState("");
  const [error, setError] = useState<unknown>(null);
  const before = useRef({ newest: newest(lab), looks: 0 });
  useEffect(() => {
    if (!what) return;
    const timer = setInterval(() => void reload(), every_ms);
    return () => clearInterval(timer);
  }, [what]);
  useEffect(() => {
    if (!what || lab.running) return;
    const good = !lab.error && arrived(what, lab, before.current.newest);
    if (!good && !lab.error && before.current.looks++ < patience) return;
    setWhat(null);
    say(good ? `done.${what}` : "");
    setError(good ? null : lab.error ? new ApiError(500, { text: lab.error }) : new Error(t("learn-lab.failed")));
    if (good) onEnd(what);
  }, [lab]);
  const start = async (next: What) => {
    setError(null);
    say(`doing.${next}`);
    before.current = { newest: newest(lab), looks: 0 };
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
