// squeeze.tsx -- the model with 8-bit numbers: how much smaller, what it loses, and how to mend that.
import { useState } from "preact/hooks";
import * as api from "../api";
import type { JobStep } from "../api";
import { bytes, number, percent, t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Failure, Notice } from "../parts/Notice";
import { Findings, Layers } from "../parts/SqueezeLayers";
import type { Mend, QLayer, Quantized, Score } from "../parts/SqueezeLayers";
import { Table } from "../parts/Table";
import { href } from "../router";

const goodness = (s: Score | undefined) => {
  if (!s) return "";
  return s.accuracy !== undefined ? percent(s.accuracy) : t("squeeze.decibels", { db: number(s.output_db, 1) });
};

/** One figure of the float model, of the one before, and of the one now, as bars of one length scale. */
function Pair({ label, rows }: { label: string; rows: { who: string; value: number; text: string }[] }) {
  if (!rows.length) return null; // made by an older program, which did not say it
  const most = Math.max(...rows.map((r) => r.value), 1e-9);
  return (
    <div class="squeeze-pair">
      <h3>{label}</h3>
      <dl>
        {rows.map((r) => (
          <div key={r.who} class="squeeze-row">
            <dt>{r.who}</dt>
            <dd>
              <span class="squeeze-bar" aria-hidden="true">
                <span style={{ inlineSize: `${Math.max(1, (100 * r.value) / most)}%` }} />
              </span>
              <span>{r.text}</span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const isSame = (a: Quantized, b: Quantized) => JSON.stringify(a) === JSON.stringify(b);

function Compared({ now, before }: { now: Quantized; before: Quantized | null }) {
  const of = (what: (q: Quantized) => number | undefined, write: (x: number) => string, whole: number | undefined) =>
    [
      { who: t("squeeze.float"), value: whole },
      ...(before ? [{ who: t("squeeze.before"), value: what(before) }] : []),
      { who: before ? t("squeeze.after") : t("squeeze.int8"), value: what(now) },
    ]
      .filter((r): r is { who: string; value: number } => r.value !== undefined)
      .map((r) => ({ ...r, text: write(r.value) }));
  const accuracy = now.integer?.accuracy !== undefined;
  const score = (q: Quantized) => (accuracy ? q.integer?.accuracy : q.integer?.output_db);
  const lost = accuracy ? 100 * ((now.float?.accuracy ?? 0) - (now.integer?.accuracy ?? 0)) : null;
  const smaller = now.float_bytes / Math.max(1, now.int8_bytes);
  return (
    <>
      <p class="squeeze-told" role="status">
        {t("squeeze.smaller", { times: number(smaller, 1) })}{" "}
        {lost === null ? "" : lost < 0.05 ? t("squeeze.nothing-lost") : t("squeeze.lost", { points: number(lost, 1) })}
      </p>
      <div class="columns">
        <Pair label={t("squeeze.size")} rows={of((q) => q.int8_bytes, bytes, now.float_bytes)} />
        <Pair label={t("squeeze.ram")} rows={of((q) => q.int8_arena, bytes, now.float_arena)} />
        {now.integer && (
          <Pair
            label={accuracy ? t("squeeze.accuracy") : t("squeeze.likeness")}
            rows={of(score, accuracy ? (x) => percent(x) : (x) => t("squeeze.decibels", { db: number(x, 1) }), accuracy ? now.float?.accuracy : undefined)}
          />
        )}
      </div>
    </>
  );
}

function Tried({ repair }: { repair: NonNullable<Quantized["repair"]> }) {
  return (
    <section class="squeeze-tried">
      <Table
        caption={t("squeeze.tried")}
        columns={[
          { key: "did", title: t("squeeze.did"), cell: (r) => <bdi lang="en">{r.did}</bdi> },
          { key: "score", title: t("squeeze.accuracy"), number: true, cell: (r) => goodness(r) },
          { key: "kept", title: t("squeeze.kept"), cell: (r) => (r.kept ? t("squeeze.yes") : "") },
        ]}
        rows={repair.tried}
      />
      {!repair.restored && <Notice kind="warning">{t("squeeze.not-restored")}</Notice>}
    </section>
  );
}

export default function Squeeze({ project, reload }: PageProps) {
  const name = project.name;
  const { data, error, reload: again } = useLoad<Quantized | null>(
    () => (project.has.quantize ? api.result(name, "quantize") : Promise.resolve(null)),
    [name, project.has.quantize],
  );
  const [before, setBefore] = useState<Quantized | null>(null);
  const [last, setLast] = useState<JobStep>({ verb: "quantize", options: { debug: true } });
  const job = useJob(name, {
    adopt: "quantize",
    onEnd: () => {
      void again();
      void reload();
    },
  });
  const start = (options: Record<string, string | number | boolean>) => {
    const step = { verb: "quantize", options: { debug: true, ...options } };
    setLast(step);
    setBefore(data);
    void job.start(step);
  };
  const mend = (how: Mend, layer: QLayer) =>
    start(how === "equalise" ? { equalise: true } : how === "method" ? { method: "minmax" } : { "keep-16": String(layer.index) });
  if (!project.has.model)
    return (
      <Empty icon="train" title={t("squeeze.no-model")} text={t("squeeze.no-model-why")}>
        <LinkButton kind="main" icon="forward" href={href(name, "train")}>
          {t("frame.step.train")}
        </LinkButton>
      </Empty>
    );
  const shown = before && data && !job.busy && !isSame(before, data) ? before : null;
  return (
    <>
      <Failure error={error} />
      <section class="card" aria-labelledby="squeeze-now">
        <h2 id="squeeze-now">{data ? t("squeeze.result") : t("squeeze.what")}</h2>
        {!data && <p>{t("squeeze.explain")}</p>}
        {data && <Compared now={data} before={shown} />}
        <JobView job={job} title={t("squeeze.job")} onAgain={() => void job.start(last)} />
        <div class="row">
          <Button kind={data ? "plain" : "main"} icon="squeeze" busy={job.busy} onClick={() => start({})}>
            {data ? t("squeeze.again") : t("squeeze.start")}
          </Button>
          {data && (
            <LinkButton kind="main" icon="forward" href={href(name, "deploy")}>
              {t("squeeze.then")}
            </LinkButton>
          )}
        </div>
      </section>
      {data && (
        <section class="card" aria-labelledby="squeeze-mend">
          <h2 id="squeeze-mend">{t("squeeze.better")}</h2>
          <Findings layers={data.layers} busy={job.busy} mend={mend} />
          <p>{t("squeeze.repair-why")}</p>
          <div class="row">
            <Button disabled={job.busy} onClick={() => start({ repair: true })}>
              {t("squeeze.repair")}
            </Button>
            <Button disabled={job.busy} onClick={() => start({ equalise: true })}>
              {t("squeeze.mend.equalise")}
            </Button>
            <Button disabled={job.busy} onClick={() => start({ train: 10 })}>
              {t("squeeze.train")}
            </Button>
          </div>
          {data.training && (
            <p>
              {t(data.training.kept ? "squeeze.trained" : "squeeze.trained-not", {
                epochs: data.training.epochs,
                score: goodness(data.training.integer),
              })}
            </p>
          )}
          {data.repair && <Tried repair={data.repair} />}
        </section>
      )}
      {data && <Layers layers={data.layers} />}
    </>
  );
}
