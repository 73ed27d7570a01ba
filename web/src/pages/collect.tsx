// collect.tsx -- examples for the model: choose what it is, press Record. Whatever way they come (microphone, camera,
// motion, drawing, files, a board), they go through the outbox, so that none is lost, and appear below at once.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Sample, Warning } from "../api";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { LinkButton } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Failure, Notice } from "../parts/Notice";
import { Tabs } from "../parts/Tabs";
import { toast } from "../parts/Toast";
import { href } from "../router";
import { BoardWay } from "./collect/board";
import { CameraWay } from "./collect/camera";
import { Clips, warningText } from "./collect/clips";
import { DrawWay } from "./collect/draw";
import { FilesWay } from "./collect/files";
import { Labels } from "./collect/labels";
import { MotionWay } from "./collect/motion";
import { useOutbox } from "./collect/outbox";
import { SoundWay } from "./collect/sound";
import { clipsOf, isEnough, needed, share } from "./collect/wanted";
import type { Count, Wanted } from "./collect/wanted";
import { useWho, Who } from "./collect/who";

const page = 24; // clips that are shown at first

const waysOf: Record<Wanted["input"], string[]> = {
  sound: ["microphone", "files", "board"],
  picture: ["camera", "files"],
  signal: ["motion", "board", "files"],
  stroke: ["draw", "files"],
  number: [],
};

/** Labels of the project, and those that were added here and have no clip yet. */
function withNew(labels: Count[], added: string[]): Count[] {
  const known = new Set(labels.map((c) => c.label));
  const fresh = added.filter((l) => !known.has(l)).map((label) => ({ label, train: 0, val: 0, test: 0, seconds: 0, subjects: 0 }));
  return [...labels, ...fresh];
}

function useClips(project: string, label: string) {
  const [limit, setLimit] = useState(page);
  const { data, reload } = useLoad(
    () => (label ? api.get<api.SampleList>(`/projects/${encodeURIComponent(project)}/samples`, { label, limit, reverse: 1 }) : Promise.resolve({ total: 0, offset: 0, samples: [] as Sample[] })),
    [project, label, limit],
  );
  useEffect(() => setLimit(page), [label]);
  return { samples: data?.samples ?? [], total: data?.total ?? 0, reload, more: () => setLimit((n) => n + 4 * page) };
}

/** What comes next, when there is enough; what is still missing, before. */
function Next({ project, wanted }: { project: string; wanted: Wanted }) {
  if (isEnough(wanted))
    return (
      <Notice kind="good">
        <p>{t("collect.enough")}</p>
        <div class="row">
          <LinkButton kind="main" icon="forward" href={href(project, "look")}>
            {t("collect.next")}
          </LinkButton>
        </div>
      </Notice>
    );
  const thin = needed(wanted).filter((c) => share(c, wanted) < 1);
  const people = Math.max(0, ...wanted.labels.map((c) => c.subjects));
  if (wanted.samples === 0 || thin.length === 0) return null;
  return (
    <p class="hint collect-missing">
      {t("collect.missing", { labels: thin.map((c) => c.label).join(", ") })}{" "}
      {wanted.input !== "picture" && people < wanted.enough.people && t("collect.missing-people", { n: wanted.enough.people })}
    </p>
  );
}

export default function Collect({ project, reload: reloadProject }: PageProps) {
  const name = project.name;
  const { data: wanted, error, reload: reloadWanted } = useLoad(() => api.get<Wanted>(`/projects/${encodeURIComponent(name)}/wanted`), [name]);
  const [added, setAdded] = useState<string[]>([]);
  const [chosen, setChosen] = useState("");
  const [way, setWay] = useState("");
  const [said, setSaid] = useState("");
  const warnings = useRef(new Map<string, Warning[]>());
  const who = useWho(name);
  const outbox = useOutbox(name);
  const labels = useMemo(() => withNew(wanted?.labels ?? [], added), [wanted, added]);
  const label = labels.some((c) => c.label === chosen) ? chosen : (labels[0]?.label ?? "");
  const clips = useClips(name, label);

  const timer = useRef(0);
  const latest = useRef({ clips: clips.reload, wanted: reloadWanted }); // of the label that is chosen when the time has come
  latest.current = { clips: clips.reload, wanted: reloadWanted };
  const refresh = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      void latest.current.wanted();
      void latest.current.clips();
    }, 150);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    outbox.onSent = (_, sent) => {
      const real = sent.warnings.filter((w) => w.code !== "already");
      if (sent.sample) warnings.current.set(sent.sample.hash, real);
      const first = real[0];
      if (first) toast(warningText(first), { kind: "bad" });
      refresh();
      void reloadProject();
    };
  }, [outbox, refresh, reloadProject]);
  useEffect(() => refresh(), [project.samples]);
  useEffect(() => setAdded([]), [name]);

  const add = async (l: string) => {
    setAdded((a) => [...a, l]);
    setChosen(l);
  };
  if (!wanted) return error ? <Failure error={error} /> : <p class="loading">{t("frame.loading")}</p>;
  if (wanted.input === "number")
    return (
      <Empty icon="train" title={t("collect.number")} text={t("collect.number-text")}>
        <LinkButton kind="main" icon="forward" href={href(name, "train")}>
          {t("frame.step.train")}
        </LinkButton>
      </Empty>
    );

  const ways = waysOf[wanted.input];
  const now = ways.includes(way) ? way : (ways[0] ?? "");
  const again = () => {
    refresh();
    void reloadProject();
  };
  const isNew = added.includes(label) && !wanted.labels.some((c) => c.label === label);
  const given = { wanted, label, outbox, agreed: who.agreed, say: setSaid };
  const waiting = outbox.parcels.filter((p) => !p.refused).length;
  return (
    <>
      <p class="unseen" role="status" aria-live="assertive">
        {said}
      </p>
      <div class="card collect-card">
        <Labels wanted={wanted} labels={labels} label={label} onChoose={setChosen} onAdd={(l) => void add(l)} />
        {label === "" ? (
          <p class="hint">{t("collect.first-label")}</p>
        ) : (
          <>
            <Who of={who} input={wanted.input} />
            <Tabs
              label={t("collect.how")}
              value={now}
              onValue={setWay}
              tabs={ways.map((w) => ({ id: w, text: t(`collect.way.${w}`) }))}
            >
              {now === "microphone" && <SoundWay {...given} />}
              {now === "camera" && <CameraWay {...given} />}
              {now === "motion" && <MotionWay {...given} />}
              {now === "draw" && <DrawWay {...given} />}
              {now === "files" && <FilesWay {...given} project={project} onImported={again} />}
              {now === "board" && <BoardWay {...given} project={project} onImported={again} />}
            </Tabs>
          </>
        )}
      </div>
      {outbox.offline && waiting > 0 && (
        <Notice kind="warning">
          <p role="status">{t(outbox.safe ? "collect.offline" : "collect.offline-page", { n: waiting })}</p>
        </Notice>
      )}
      <Next project={name} wanted={wanted} />
      {label !== "" && (
        <Clips
          project={name}
          label={label}
          labels={labels.map((c) => c.label)}
          samples={clips.samples}
          total={clips.total}
          outbox={outbox}
          warnings={warnings.current}
          onChange={again}
          onMore={clips.more}
        />
      )}
      {isNew && clipsOf(labels.find((c) => c.label === label) as Count) === 0 && <p class="hint">{t("collect.new-label-hint", { label })}</p>}
    </>
  );
}
