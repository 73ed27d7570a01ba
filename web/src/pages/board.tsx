// board.tsx -- a whole board, emulated on the server: it runs the firmware, and this page is its microphone, camera or
// motion sensor, its light and its serial console (thimble emulate --live).
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Job } from "../api";
import { number, percent, t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { bytesOf, linesOf, rgb565, Wire } from "../parts/board";
import type { About, End, Line, Run } from "../parts/board";
import { Drawn, MemoryMap, Timeline } from "../parts/BoardView";
import type { Happened } from "../parts/BoardView";
import { Button, LinkButton } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Feeder, kindOf } from "../parts/Feeder";
import { Select } from "../parts/Field";
import { Failure, Notice } from "../parts/Notice";
import { Scores } from "../parts/Scores";
import type { Want } from "../parts/source";
import { href } from "../router";

const serialKept = 200;
const eventsKept = 2000;
const toEmulator = /^[a-z0-9]+( [0-9a-f]{8})+$/;
const lateMs = 500; // behind by so much is said

function wantOf(a: About): Want {
  const i = a.input;
  if (i.kind === "sound") return { kind: "sound", rate: i.rate_hz };
  if (i.kind === "rows") return { kind: "sensor", rate: i.rate_hz, axes: i.axes };
  return { kind: "camera", width: i.width, height: i.height };
}

type Heard = { at: number; label: string; score: number; number: number };

/** The board as it is now: what its lines say. */
function useBoard(project: string) {
  const [about, setAbout] = useState<About | null>(null);
  const [led, setLed] = useState(0);
  const [run, setRun] = useState<Run | null>(null);
  const [heard, setHeard] = useState<Heard[]>([]);
  const [serial, setSerial] = useState<string[]>([]);
  const [end, setEnd] = useState<End | null>(null);
  const [error, setError] = useState<unknown>(null);
  const happened = useRef<Happened[]>([]);
  const wire = useRef<Wire | null>(null);
  const unjudged = useRef(0); // frames that were sent and have no answer
  const waiting = useRef<{ then: (a: About) => void; fail: (e: unknown) => void } | null>(null);
  const aboutNow = useRef<About | null>(null);
  const count = useRef(0);
  const note = (e: Happened) => (happened.current = [...happened.current.slice(1 - eventsKept), e]);

  const onLine = (line: Line) => {
    const at = performance.now();
    if (line.board) {
      aboutNow.current = line.board;
      setAbout(line.board);
      waiting.current?.then(line.board);
      waiting.current = null;
    }
    // What the emulated board's loop tells the emulator is shown elsewhere; the program's own words are the console.
    if (line.serial !== undefined && !toEmulator.test(line.serial)) setSerial((all) => [...all.slice(1 - serialKept), line.serial as string]);
    if (line.led !== undefined) {
      setLed(line.led);
      note({ at, kind: "led", level: line.led });
    }
    if (line.detect) {
      const d = line.detect;
      note({ at, kind: "detect", label: d.label });
      setHeard((all) => [{ at: d.time_ms, label: d.label, score: d.score, number: ++count.current }, ...all].slice(0, 12));
    }
    if (line.run) {
      unjudged.current = Math.max(0, unjudged.current - 1);
      setRun(line.run);
      note({ at, kind: "run", score: Math.max(0, ...line.run.scores) });
    }
    if (line.end) setEnd(line.end);
  };
  const job = useJob(project, {
    onLine,
    onEnd: (j: Job) => {
      wire.current = null;
      aboutNow.current = null;
      setLed(0);
      waiting.current?.fail(new Error(j.error ?? t(`frame.job.${j.state}`, { title: j.title })));
      waiting.current = null;
    },
  });
  const latest = useRef(job);
  latest.current = job;

  /** Switches the board on when it is off; what it is when it is ready. */
  const power = async (board: string): Promise<About | null> => {
    if (wire.current && aboutNow.current) return aboutNow.current;
    setAbout(null);
    setEnd(null);
    setRun(null);
    setHeard([]);
    setSerial([]);
    setError(null);
    happened.current = [];
    unjudged.current = 0;
    const ready = new Promise<About>((then, fail) => (waiting.current = { then, fail }));
    ready.catch(() => {}); // said by JobView
    const j = await job.start({ verb: "emulate", options: { live: true, board }, input: true });
    if (!j) return null;
    wire.current = new Wire(project, j.id, setError);
    try {
      return await ready;
    } catch {
      return null;
    }
  };
  const off = () => {
    wire.current?.end();
    wire.current = null;
  };
  useEffect(() => off, []);
  const send = (bytes: Uint8Array) => wire.current?.send(bytes);
  return { about, led, run, heard, serial, end, error, happened, job, power, off, send, unjudged };
}

function Facts({ about, run }: { about: About; run: Run | null }) {
  const late = run?.behind_ms ?? 0;
  const facts: [string, string][] = [
    [t("board.fact.instructions"), run ? number(run.instructions, 0) : "–"],
    [t("board.fact.ms", { mhz: number(about.clock_hz / 1e6, 0) }), run ? t("board.ms", { ms: number(run.ms_estimate, 1) }) : "–"],
    [t("board.fact.features"), run ? number(run.features_instructions, 0) : "–"],
  ];
  return (
    <>
      <dl class="board-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div role="status">
        {late > lateMs && (
          <Notice kind="warning">
            <p>{t("board.late", { s: number(late / 1000, 1) })}</p>
          </Notice>
        )}
      </div>
    </>
  );
}

function Console({ lines }: { lines: string[] }) {
  const ref = useRef<HTMLPreElement>(null);
  useEffect(() => {
    if (ref.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, [lines]);
  return (
    <section>
      <h2 class="test-small">{t("board.serial")}</h2>
      <pre class="board-serial" dir="ltr" tabIndex={0} ref={ref} aria-label={t("board.serial")}>
        {lines.length ? lines.join("\n") : t("board.serial-empty")}
      </pre>
    </section>
  );
}

function Events({ heard, kind }: { heard: Heard[]; kind: string }) {
  return (
    <section>
      <h2 class="test-small">{t(`board.heard.${kind}`)}</h2>
      {heard.length === 0 && <p class="hint">{t("board.heard-none")}</p>}
      <ol class="test-events" aria-live="polite" aria-label={t(`board.heard.${kind}`)}>
        {heard.map((h) => (
          <li key={h.number}>
            <span class="test-time">{kind === "camera" ? t("board.frame", { n: h.at }) : t("test.seconds", { n: number(h.at / 1000, 1) })}</span>{" "}
            <strong>
              <bdi>{h.label}</bdi>
            </strong>{" "}
            {percent(h.score, 0)}
          </li>
        ))}
      </ol>
    </section>
  );
}

export default function BoardPage({ project, server, query }: PageProps) {
  const { data: boards } = useLoad(api.boards, []);
  const [name, setName] = useState(query.get("board") ?? project.board);
  const b = useBoard(project.name);
  const kind = kindOf(project);
  if (!project.has.model)
    return (
      <Empty icon="board" title={t("board.no-model-title")} text={t("board.no-model-text")}>
        <LinkButton kind="main" href={href(project.name, "train")}>
          {t("board.no-model-go")}
        </LinkButton>
      </Empty>
    );
  if (!server.tools.emulator || !server.tools.firmware)
    return (
      <Notice kind="warning">
        <p>{t("board.no-tools")}</p>
      </Notice>
    );
  if (project.task === "sine") return <Empty icon="board" title={t("board.no-sensor-title")} text={t("board.no-sensor-text")} />;
  const emulated = (boards ?? []).filter((x) => x.emulated);
  const { about } = b;
  const best = b.run && about ? about.labels[b.run.scores.indexOf(Math.max(...b.run.scores))] : undefined;
  return (
    <>
      <div class="row board-choice">
        <Select
          label={t("board.which")}
          value={name}
          disabled={b.job.busy}
          onValue={setName}
          options={emulated.length ? emulated.map((x) => ({ value: x.name, text: x.title })) : [{ value: name, text: name }]}
        />
        {b.job.busy && (
          <Button icon="stop" onClick={b.off}>
            {t("board.off")}
          </Button>
        )}
      </div>
      <Feeder
        project={project}
        busy={b.job.busy && !about}
        prepare={async () => {
          const a = await b.power(name);
          return a && wantOf(a);
        }}
        flow={{
          sound: (pcm) => b.send(bytesOf(pcm)),
          rows: (rows) => about?.input.kind === "rows" && b.send(linesOf(rows, about.input.axes)),
          picture: (p) => {
            b.unjudged.current++;
            b.send(rgb565(p));
          },
          ready: () => b.unjudged.current === 0,
        }}
      />
      <Failure error={b.error} />
      {(!about || b.job.job?.state === "failed") && <JobView job={b.job} title={t("board.building")} />}
      {about && (
        <>
          <div class="columns board-top">
            <Drawn about={about} led={b.led} />
            <Console lines={b.serial} />
          </div>
          <Timeline events={b.happened} running={b.job.busy} summary={t("board.timeline-summary", { n: b.heard.length })} />
          <Facts about={about} run={b.run} />
          <div class="columns">
            <Events heard={b.heard} kind={kind} />
            {b.run && b.run.scores.length > 0 && (
              <section>
                <h2 class="test-small">{t("test.live.scores")}</h2>
                <Scores labels={about.labels} scores={b.run.scores} best={best} />
              </section>
            )}
          </div>
          {b.end && (
            <Notice kind={b.end.host_equal === false ? "error" : "good"}>
              <p>
                {t("board.ended", { n: b.end.inferences })} {b.end.host_equal !== undefined && t(b.end.host_equal ? "board.equal" : "board.differs")}
              </p>
            </Notice>
          )}
          <h2>{t("board.memory")}</h2>
          <MemoryMap about={about} />
        </>
      )}
      {!about && !b.job.busy && <p class="hint">{t(`board.hint.${kind}`)}</p>}
    </>
  );
}

export const messages = ["test"];
