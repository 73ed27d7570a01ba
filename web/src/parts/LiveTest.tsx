// LiveTest.tsx -- the model in the page, on what comes now: its scores, what it hears, feels or sees, large.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Job, Project, Server } from "../api";
import { onProject } from "../api";
import { number, percent, t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { Feeder, kindOf } from "./Feeder";
import { openNetwork } from "./network";
import type { Judged, Network } from "./network";
import { Notice } from "./Notice";
import { Scores } from "./Scores";
import type { Want } from "./source";
import { Spectro } from "./Spectro";
import type { Drawing } from "./Spectro";
import { errorText } from "./Toast";

type Event = { at: number; label: string; score: number };
const shown = 12;
const loudFor = 1500; // ms that a word stays large

function wantOf(n: Network): Want | null {
  const i = n.info;
  if (i.kind === "sound") return { kind: "sound", rate: i.rate ?? 16000 };
  if (i.kind === "sensor") return { kind: "sensor", rate: i.rate ?? 50, axes: i.axes ?? 1 };
  if (i.kind === "camera") return { kind: "camera", width: i.width ?? 160, height: i.height ?? 120 };
  return null;
}

/** The job's end as a promise, so that it can be waited for where a button was pressed. */
function useNetwork(project: Project) {
  const network = useRef<Network | null>(null);
  const waiting = useRef<{ then: (n: Network) => void; fail: (e: unknown) => void } | null>(null);
  const [about, setAbout] = useState<{ same: boolean; labels: string[]; rate: number } | null>(null);
  const drop = () => {
    network.current?.close();
    network.current = null;
    setAbout(null);
  };
  const job = useJob(project.name, {
    onDone: (_, j: Job) => {
      openNetwork(project.name, j).then(
        (n) => {
          network.current = n;
          setAbout({ same: n.same, labels: n.info.labels, rate: n.info.rate ?? 0 });
          waiting.current?.then(n);
        },
        (e) => waiting.current?.fail(e),
      );
    },
    onEnd: (j) => j.state !== "done" && waiting.current?.fail(new Error(j.error ?? t(`frame.job.${j.state}`, { title: j.title }))),
  });
  useEffect(() => onProject(project.name, "model", drop), [project.name]); // a new model is made anew
  useEffect(() => drop, []);
  const prepare = async (): Promise<Network> => {
    if (network.current) return network.current;
    const made = new Promise<Network>((then, fail) => (waiting.current = { then, fail }));
    if (!(await job.start({ verb: "deploy", options: { as: "wasm" } }))) throw new Error(t("test.live.not-made"));
    return made;
  };
  return { network, about, job, prepare };
}

export function LiveTest({ project, server }: { project: Project; server: Server }) {
  const { network, about, job, prepare } = useNetwork(project);
  const [scores, setScores] = useState<number[]>([]);
  const [events, setEvents] = useState<Event[]>([]);
  const [loud, setLoud] = useState<Event | null>(null);
  const [error, setError] = useState<unknown>(null);
  const drawing = useRef<Drawing | null>(null);
  const began = useRef(0);
  const kind = kindOf(project);

  useEffect(() => {
    if (!loud || kind !== "sound") return; // what is seen or felt stays until it changes
    const timer = setTimeout(() => setLoud(null), loudFor);
    return () => clearTimeout(timer);
  }, [loud]);

  const judged = (j: Judged) => {
    if (j.scores.length) setScores(j.scores);
    for (const h of j.heard) {
      const e = { at: kind === "camera" ? (performance.now() - began.current) / 1000 : h.time / 1000, label: h.label, score: h.score };
      setLoud((was) => {
        // A camera says what it sees of each picture: news is only what is another one.
        if (kind !== "camera" || was?.label !== e.label) setEvents((all) => [e, ...all].slice(0, shown));
        return e;
      });
      drawing.current?.mark(h.label);
    }
  };
  const ask = (what: Promise<Judged>) => void what.then(judged, (e) => e.message !== "closed" && setError(e));
  if (!server.tools.wasm)
    return (
      <Notice kind="warning">
        <p>{t("test.live.no-tools")}</p>
      </Notice>
    );
  return (
    <div class="live">
      <p>{t(`test.live.lead.${kind}`)}</p>
      <Feeder
        project={project}
        busy={job.busy}
        prepare={async () => {
          setError(null);
          const n = await prepare();
          await n.start();
          drawing.current?.clear();
          setEvents([]);
          setLoud(null);
          setScores([]);
          began.current = performance.now();
          return wantOf(n);
        }}
        flow={{
          sound: (pcm) => {
            drawing.current?.push(pcm);
            if (network.current) ask(network.current.listen(pcm));
          },
          rows: (rows) => network.current && ask(network.current.watch(rows)),
          picture: (p) => network.current && ask(network.current.look(p)),
          ready: () => (network.current?.behind ?? 0) === 0,
        }}
      />
      {job.busy && <JobView job={job} title={t("test.live.making")} />}
      {error ? (
        <Notice kind="error">
          <p>{errorText(error)}</p>
        </Notice>
      ) : null}
      {about && (
        <>
          <div class={`test-word${loud ? " test-word-on" : ""}`} role="status" aria-live="polite">
            {loud ? <bdi>{loud.label}</bdi> : <span class="test-word-wait">{t(`test.live.wait.${kind}`)}</span>}
          </div>
          {kind === "sound" && <Spectro rate={about.rate} handle={drawing} label={t("test.live.spectrogram")} />}
          <div class="columns">
            <section>
              <h2 class="test-small">{t("test.live.scores")}</h2>
              <Scores labels={about.labels} scores={scores} best={loud?.label} />
            </section>
            <section>
              <h2 class="test-small">{t("test.live.events")}</h2>
              {events.length === 0 && <p class="hint">{t("test.live.no-events")}</p>}
              <ol class="test-events">
                {events.map((e) => (
                  <li key={`${e.at}/${e.label}`}>
                    <span class="test-time">{t("test.seconds", { n: number(e.at, 1) })}</span> <strong><bdi>{e.label}</bdi></strong> {percent(e.score, 0)}
                  </li>
                ))}
              </ol>
            </section>
          </div>
          <p class="hint">{t(about.same ? "test.live.same" : "test.live.other")}</p>
        </>
      )}
    </div>
  );
}
