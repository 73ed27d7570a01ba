// jobs.tsx -- whatever takes long: a job of the server, from its start to its result.
//
//   const train = useJob(project.name, { adopt: "train", onLine, onDone });
//   <Button kind="main" busy={train.busy} onClick={() => train.start({ verb: "train", options: { epochs: 20 } })}>..
//   <JobView job={train} />
//
// adopt: a job of that verb that runs already (started in another tab, or before the page was left) is taken up.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api";
import type { Job, JobSpec, Json } from "./api";
import { t } from "./i18n";
import { Button } from "./parts/Button";
import { Failure, Notice, Said } from "./parts/Notice";
import { Progress } from "./parts/Progress";
import { toastError } from "./parts/Toast";

type Options = {
  adopt?: string;
  /** Which jobs of that verb are meant, where several may run. */
  adoptIf?: (job: Job) => boolean;
  /** One JSON line that the verb printed. */
  onLine?: (line: Json, job: Job) => void;
  /** The job is done, with its result. */
  onDone?: (result: Json, job: Job) => void;
  /** The job has ended, however. */
  onEnd?: (job: Job) => void;
};

const live = (job: Job | null) => job?.state === "queued" || job?.state === "running";
const linesKept = 500;

export function useJob(project: string, options: Options = {}) {
  const [job, setJob] = useState<Job | null>(null);
  const [texts, setTexts] = useState<string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [starting, setStarting] = useState(false);
  const [follow, setFollow] = useState<string | null>(null); // id of the job whose events we hear
  const now = useRef(options);
  now.current = options;
  const latest = useRef<Job | null>(null);
  const ended = useRef<string | null>(null);

  const take = (j: Job) => {
    latest.current = j;
    setJob(j);
    if (live(j)) return;
    setFollow(null);
    if (ended.current === j.id) return;
    ended.current = j.id;
    if (j.state === "done") now.current.onDone?.(j.result, j);
    now.current.onEnd?.(j);
  };

  const begin = (j: Job) => {
    ended.current = null;
    setTexts([]);
    setError(null);
    take(j);
    if (live(j)) setFollow(j.id);
  };

  useEffect(() => {
    if (!options.adopt) return;
    let here = true;
    api.jobs.list(project, { limit: 20 }).then(
      (all) => {
        const running = all.find((j) => live(j) && j.verb === options.adopt && (now.current.adoptIf?.(j) ?? true));
        if (here && running && !latest.current) begin(running);
      },
      () => {}, // whoever starts one will see what is wrong
    );
    return () => void (here = false);
  }, [project, options.adopt]);

  useEffect(() => {
    if (!follow) return;
    return api.events(api.jobs.eventsUrl(project, follow), {
      progress: (p: { what: string; part: number }) =>
        setJob((j) => (j ? (latest.current = { ...j, state: j.state === "queued" ? "running" : j.state, progress: p }) : j)),
      line: (line: Json) => latest.current && now.current.onLine?.(line, latest.current),
      text: ({ text }: { text: string }) => setTexts((a) => [...a.slice(1 - linesKept), text]),
      state: (j: Job) => {
        if (live(j)) return take(j);
        // The stream tells the whole story, so this may be the end before a resume; and only the job itself has its result.
        void api.jobs.get(project, j.id).then(take, () => take(j));
      },
    });
  }, [project, follow]);

  const attempt = async (what: () => Promise<Job>): Promise<Job | null> => {
    setStarting(true);
    setError(null);
    try {
      const j = await what();
      begin(j);
      return j;
    } catch (e) {
      setError(e);
      return null;
    } finally {
      setStarting(false);
    }
  };

  return {
    job,
    texts,
    /** Starting it did not work. */
    error,
    busy: starting || live(job),
    running: job?.state === "running",
    result: job?.state === "done" ? (job.result ?? null) : null,
    start: (spec: JobSpec) => attempt(() => api.jobs.start(project, spec)),
    /** Takes up a job that the server started otherwise (an import). */
    follow: begin,
    resume: () => attempt(() => api.jobs.resume(project, job?.id ?? "")),
    cancel: () => (job ? api.jobs.remove(project, job.id).catch(toastError) : Promise.resolve()),
    input: (bytes: ArrayBuffer | Uint8Array, end = false) =>
      job ? api.jobs.input(project, job.id, bytes, end) : Promise.reject(new Error(t("frame.job.none"))),
    fileUrl: (path: string) => api.jobs.fileUrl(project, job?.id ?? "", path),
    archiveUrl: () => api.jobs.archiveUrl(project, job?.id ?? ""),
    forget: () => {
      latest.current = null;
      setJob(null);
      setFollow(null);
      setTexts([]);
      setError(null);
    },
  };
}
export type JobHandle = ReturnType<typeof useJob>;

/** "Train: learning"; what: the verb's word for it (th_progress), left out where it has none in messages. */
function doing(title: string, what: string | undefined): string {
  const key = `frame.doing.${what}`;
  return what && t.has(key) ? `${title}: ${t(key)}` : title;
}

/** How a job stands: progress and Cancel while it runs, what went wrong and Resume or Try again when it did not work. */
export function JobView({ job: handle, title, onAgain }: { job: JobHandle; title?: string; onAgain?: () => void }) {
  const { job, texts, error } = handle;
  if (error) return <Failure error={error}>{onAgain && <Button onClick={onAgain}>{t("frame.job.again")}</Button>}</Failure>;
  if (!job) return null;
  const name = title ?? job.title;
  return (
    <section class="job" aria-label={name}>
      {live(job) && (
        <div class="job-live">
          <Progress
            label={job.state === "queued" ? t("frame.job.queued", { title: name }) : doing(name, job.progress?.what)}
            part={job.state === "queued" ? null : (job.progress?.part ?? null)}
          />
          <Button icon="stop" onClick={() => void handle.cancel()}>
            {t("frame.cancel")}
          </Button>
        </div>
      )}
      <p class="unseen" role="status">
        {t(`frame.job.${job.state}`, { title: name })}
      </p>
      {(job.state === "failed" || job.state === "interrupted" || job.state === "cancelled") && (
        <Notice kind={job.state === "failed" ? "error" : "warning"}>
          <p>{job.error ? <Said text={job.error} /> : t(`frame.job.${job.state}`, { title: name })}</p>
          <div class="row">
            {job.resumable && (
              <Button kind="main" onClick={() => void handle.resume()}>
                {t("frame.job.resume")}
              </Button>
            )}
            {onAgain && <Button onClick={onAgain}>{t("frame.job.again")}</Button>}
          </div>
        </Notice>
      )}
      {texts.length > 0 && (
        <details class="job-texts">
          <summary>{t("frame.job.texts")}</summary>
          <pre dir="ltr" tabIndex={0}>
            {texts.join("\n")}
          </pre>
        </details>
      )}
    </section>
  );
}
