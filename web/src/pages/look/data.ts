// data.ts -- what the tabs of Look share: all samples of the project, and things done one after the other.
import { useEffect, useMemo, useRef } from "preact/hooks";
import * as api from "../../api";
import type { Job, JobSpec, Sample } from "../../api";
import { t } from "../../i18n";
import { useLoad } from "../../load";
import { toast, toastError } from "../../parts/Toast";

const page = 1000; // samples of one request
const most = 20000; // that a browser shows

async function all(project: string): Promise<Sample[]> {
  const out: Sample[] = [];
  for (let offset = 0; offset < most; offset += page) {
    const part = await api.samples.list(project, { offset, limit: page });
    out.push(...part.samples);
    if (out.length >= part.total || !part.samples.length) break;
  }
  return out;
}

/** All samples, loaded again shortly after something has changed. */
export function useSamples(project: string) {
  const load = useLoad(() => all(project), [project]);
  const timer = useRef(0);
  useEffect(
    () =>
      api.onProject(project, "sample", () => {
        clearTimeout(timer.current);
        timer.current = window.setTimeout(() => void load.reload(), 400);
      }),
    [project, load.reload],
  );
  const byHash = useMemo(() => new Map((load.data ?? []).map((s) => [s.hash, s])), [load.data]);
  return { ...load, list: load.data ?? [], byHash };
}
export type Samples = ReturnType<typeof useSamples>;

export const shown = (s: { name?: string; hash: string }): string => (s.name || s.hash).replace(/^.*\//, "");
export const wholeName = (s: { name?: string; hash: string }): string => s.name || s.hash.slice(0, 12);

/** Takes a sample out, with a way back. */
export async function removeSample(project: string, s: Sample, samples: Samples): Promise<boolean> {
  try {
    await api.samples.remove(project, s.hash);
    samples.setData(samples.list.filter((x) => x.hash !== s.hash));
    toast(t("look.removed", { name: shown(s) }), {
      undo: () => void api.samples.restore(project, s.hash).then(() => samples.reload(), toastError),
    });
    return true;
  } catch (e) {
    toastError(e);
    return false;
  }
}

/** Gives a sample another label, with a way back. */
export async function relabel(project: string, s: Sample, label: string, samples: Samples): Promise<void> {
  const before = s.label;
  const put = async (to: string) => {
    await api.samples.change(project, s.hash, { label: to });
    await samples.reload();
  };
  try {
    await put(label);
    toast(t("look.relabelled", { name: shown(s), label }), { undo: () => void put(before).catch(toastError) });
  } catch (e) {
    toastError(e);
  }
}

/** Starts a job and waits for its end. */
export function runJob(project: string, spec: JobSpec): Promise<Job> {
  return api.jobs.start(project, spec).then(
    (job) =>
      new Promise<Job>((good, bad) => {
        let end = () => {};
        const ended = (j: Job) => {
          if (j.state === "queued" || j.state === "running") return;
          end();
          if (j.state === "done") api.jobs.get(project, j.id).then(good, bad); // with its result
          else bad(new Error(j.error || t(`frame.job.${j.state}`, { title: j.title })));
        };
        end = api.events(api.jobs.eventsUrl(project, job.id), { state: ended });
      }),
  );
}

// ---- sound -------------------------------------------------------------------------------------------------------

let playing: HTMLAudioElement | null = null;
/** One sound at a time. */
export function play(project: string, hash: string): void {
  playing?.pause();
  playing = new Audio(api.samples.fileUrl(project, hash));
  void playing.play().catch((e: Error) => e.name !== "AbortError" && toastError(e));
}

// ---- few requests at a time --------------------------------------------------------------------------------------

type Task = { run: () => Promise<void> };
const waiting: Task[] = [];
let running = 0;
function next(): void {
  while (running < 4) {
    const task = waiting.pop(); // what was seen last first: that is where somebody looks
    if (!task) return;
    running++;
    void task.run().finally(() => {
      running--;
      next();
    });
  }
}

/** Runs it when there is room; what is given back takes it out of the queue. */
export function whenFree(run: () => Promise<void>): () => void {
  const task = { run };
  waiting.push(task);
  next();
  return () => {
    const i = waiting.indexOf(task);
    if (i >= 0) waiting.splice(i, 1);
  };
}
