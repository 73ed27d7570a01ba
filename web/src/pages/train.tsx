// train.tsx -- choose a network, press Train, and watch it learn.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Epoch, JobStep, Preset, Run } from "../api";
import { t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Field, Select } from "../parts/Field";
import { Failure, Notice } from "../parts/Notice";
import { toast, toastError } from "../parts/Toast";
import { Curves } from "../parts/TrainCurves";
import { Mind } from "../parts/TrainMind";
import { Cost, Network, usePreview } from "../parts/TrainNetwork";
import { Presets } from "../parts/TrainPresets";
import { Runs } from "../parts/TrainRuns";
import { href } from "../router";

const options = ["epochs", "seed", "learning-rate", "batch", "name"] as const;
type Chosen = Partial<Record<(typeof options)[number], string>>;

/** Settings of this one training; what is left empty is as thimble.ini and the preset have it. */
function More({ chosen, set }: { chosen: Chosen; set: (c: Chosen) => void }) {
  return (
    <details class="train-more">
      <summary>{t("train.more")}</summary>
      <div class="columns">
        {options.map((o) => (
          <Field
            key={o}
            label={t(`train.option.${o}`)}
            hint={t(`train.option.${o}-hint`)}
            value={chosen[o] ?? ""}
            inputmode={o === "name" ? "text" : "decimal"}
            maxLength={40}
            onValue={(v) => set({ ...chosen, [o]: v })}
          />
        ))}
      </div>
    </details>
  );
}

const stepOf = (chosen: Chosen): JobStep => {
  const given: Record<string, string> = {};
  for (const o of options) if (chosen[o]?.trim()) given[o] = chosen[o].trim();
  return { verb: "train", options: given };
};

/** Each epoch once, in its order, however often it was told. */
const withEpoch = (all: Epoch[], e: Epoch) => [...all.filter((x) => x.epoch !== e.epoch), e].sort((a, b) => a.epoch - b.epoch);

/** The newest run with its curves. */
function useNewest(project: string, runs: Run[] | undefined) {
  const id = runs?.[runs.length - 1]?.id;
  const { data } = useLoad(() => (id === undefined ? Promise.resolve(null) : api.runs.get(project, id)), [project, id, runs?.length]);
  return data;
}

export default function Train({ project, reload, server }: PageProps) {
  const name = project.name;
  const [board, setBoard] = useState(project.board);
  const [draft, setDraft] = useState<string | null>(null);
  const [live, setLive] = useState<Epoch[]>([]);
  const [chosen, setChosen] = useState<Chosen>({});
  const [picked, pick] = useState<string | null>(null); // a preset that is being written into thimble.ini
  const boards = useLoad(api.boards, []);
  const presets = useLoad(() => api.presets(project.task), [project.task]);
  const model = useLoad(() => api.model.get(name), [name]);
  const runs = useLoad(() => api.runs.list(name), [name]);
  const newest = useNewest(name, runs.data?.runs);
  const saved = (model.data?.text ?? "").trimEnd();
  const text = draft ?? saved;
  const inputs = `${project.labels.length} ${project.rate_hz}`;
  const title = boards.data?.find((b) => b.name === board)?.title ?? board;
  const { preview, error } = usePreview(name, board, model.data && !model.data.learner ? text : null, server.tools.firmware, inputs);

  const train = useJob(name, {
    adopt: "train",
    onLine: (line) => line.epoch && setLive((all) => withEpoch(all, line.epoch)),
    onEnd: () => {
      void runs.reload();
      void reload();
    },
  });
  const job = train.job?.id;
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (before.current !== job) setLive([]); // another training: another picture
    before.current = job;
  }, [job]);

  const save = async (body: { preset?: string; text?: string }) => {
    if (!model.data) return false;
    try {
      model.setData(await api.model.save(name, { ...body, revision: model.data.revision }));
      setDraft(null);
      void reload();
      return true;
    } catch (e) {
      toastError(e);
      if (e instanceof api.ApiError && e.status === 409) void model.reload();
      return false;
    }
  };
  const choose = async (p: Preset) => {
    const lines = model.data?.own ? saved : draft !== null && draft !== saved ? draft : null;
    pick(p.preset);
    if ((await save({ preset: p.preset })) && lines !== null) toast(t("train.lines-gone"), { undo: () => void save({ text: lines }) });
    pick(null);
  };
  const start = async () => {
    if (draft !== null && draft !== saved && !(await save({ text: draft }))) return;
    setLive([]);
    await train.start(stepOf(chosen));
  };

  const learner = model.data?.learner ?? false;
  const empty = project.task !== "sine" && project.samples === 0;
  const epochs = live.length > 0 ? live : train.busy ? [] : (newest?.epochs ?? []);
  const failure = model.error ?? presets.error ?? boards.error;
  return (
    <>
      <Failure error={failure} />
      {empty && (
        <Empty icon="collect" title={t("train.empty")} text={t("train.empty-why")}>
          <LinkButton kind="main" icon="forward" href={href(name, "collect")}>
            {t("frame.step.collect")}
          </LinkButton>
        </Empty>
      )}
      <section class="card train-main" aria-labelledby="train-now">
        <h2 id="train-now" class="train-title">
          {learner || !model.data ? t("train.title") : model.data.own ? t("train.own") : t("train.with", { preset: model.data.preset })}
        </h2>
        {learner && <p>{t("train.learner", { preset: model.data?.preset ?? "" })}</p>}
        {preview && !error && <Cost preview={preview} board={title} />}
        {error && <Notice kind="error">{t("train.wrong-lines")}</Notice>}
        {!train.busy && <Mind project={project} />}
        <div class="row">
          {!train.busy && (
            <Button kind={empty ? "plain" : "main"} icon="train" disabled={empty || error !== null || !model.data} onClick={() => void start()}>
              {project.has.model ? t("train.again") : t("train.start")}
            </Button>
          )}
          {project.has.model && !train.busy && (
            <LinkButton icon="forward" href={href(name, "test")}>
              {t("train.then-test")}
            </LinkButton>
          )}
        </div>
        <JobView job={train} title={t("train.job")} onAgain={() => void start()} />
        <Curves epochs={epochs} running={train.busy} />
        {!train.busy && <More chosen={chosen} set={setChosen} />}
      </section>
      <section class="card" aria-labelledby="train-network">
        <h2 id="train-network">{t("train.network")}</h2>
        {boards.data && (
          <Select
            label={t("train.board")}
            value={board}
            onValue={setBoard}
            options={boards.data.map((b) => ({ value: b.name, text: b.title }))}
          />
        )}
        {presets.data && (
          <Presets
            project={name}
            presets={presets.data}
            board={board}
            of={inputs}
            chosen={picked ?? (model.data && !model.data.own ? model.data.preset : "")}
            disabled={train.busy}
            choose={(p) => void choose(p)}
          />
        )}
        {model.data && !learner && (
          <details class="train-lines" open={model.data.own}>
            <summary>{t("train.look-inside")}</summary>
            <Network
              draft={text}
              saved={saved}
              own={model.data.own || text !== saved}
              disabled={train.busy}
              preview={preview}
              error={error}
              board={title}
              onDraft={setDraft}
              onSave={() => void save({ text })}
              onPreset={() => (model.data?.own ? void save({ text: "" }) : setDraft(null))}
            />
          </details>
        )}
      </section>
      {(runs.data?.runs.length ?? 0) > 0 && <Runs project={name} board={board} runs={runs.data?.runs ?? []} />}
    </>
  );
}
