// TrainRuns.tsx -- all trainings, and two of them side by side: their curves in one picture, and what differs.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { Epoch, Run } from "../api";
import { bytes, number, percent, t, when } from "../i18n";
import { Failure } from "./Notice";
import { Plot } from "./Plot";
import { Table } from "./Table";

const shown = 30;
export const runName = (r: Run) => (r.name ? `${r.id} · ${r.name}` : String(r.id));
const scoreOf = (r: Run) =>
  r.best?.val_accuracy !== undefined
    ? percent(r.best.val_accuracy)
    : r.best?.val_mae !== undefined
      ? t("train.off-by", { x: number(r.best.val_mae, 4) })
      : "";

const arenas = new Map<string, number | null>(); // of a network on a board
const own = "own"; // the preset of a run with lines of its own
const keyOf = (project: string, board: string, r: Run) => `${project}/${board}/${r.preset === own ? r.model : r.preset}`;

/** RAM that the values of each run's network take on the board, as far as it is known by now. */
function useArenas(project: string, board: string, runs: Run[]) {
  const [, again] = useState(0);
  useEffect(() => {
    let here = true;
    void (async () => {
      for (const r of runs) {
        const key = keyOf(project, board, r);
        if (!r.model || arenas.has(key)) continue;
        const network = r.preset === own ? { text: r.model } : { preset: r.preset };
        const reply = await api.model.preview(project, { ...network, board }).catch(() => null);
        arenas.set(key, reply && !("error" in reply) ? reply.board.arena : null);
        if (!here) return;
        again((n) => n + 1);
      }
    })();
    return () => void (here = false);
  }, [project, board, runs]);
  return (r: Run) => arenas.get(keyOf(project, board, r));
}

type Difference = { what: string; a: string; b: string };

function differences(a: Run, b: Run): Difference[] {
  const rows: Difference[] = [];
  const add = (what: string, x: unknown, y: unknown) => {
    if (String(x ?? "") !== String(y ?? "")) rows.push({ what, a: String(x ?? ""), b: String(y ?? "") });
  };
  add(t("train.preset"), a.preset, b.preset);
  add(t("train.seed"), a.seed, b.seed);
  add(t("train.parameters"), number(a.parameters, 0), number(b.parameters, 0));
  add(t("train.macs"), number(a.macs, 0), number(b.macs, 0));
  add(t("train.data"), a.data_version.slice(0, 8), b.data_version.slice(0, 8));
  add(t("train.score"), scoreOf(a), scoreOf(b));
  for (const k of new Set([...Object.keys(a.options), ...Object.keys(b.options)])) add(k, a.options[k], b.options[k]);
  return rows;
}

function Pair({ project, ids }: { project: string; ids: [number, number] }) {
  const [runs, set] = useState<Run[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let here = true;
    Promise.all(ids.map((id) => api.runs.get(project, id))).then(
      (r) => here && set(r),
      (e) => here && setError(e),
    );
    return () => void (here = false);
  }, [project, ids[0], ids[1]]);
  const [a, b] = runs ?? [];
  if (error) return <Failure error={error} />;
  if (!a || !b) return null;
  const key = a.epochs?.some((e) => e.val_accuracy !== undefined) ? "accuracy" : "loss";
  const length = Math.max(a.epochs?.length ?? 0, b.epochs?.length ?? 0);
  const x = Array.from({ length }, (_, i) => i + 1);
  const line = (epochs: Epoch[] | undefined, what: string) => x.map((n) => epochs?.find((e) => e.epoch === n)?.[what] ?? null);
  const rows = differences(a, b);
  return (
    <section aria-label={t("train.side-by-side")}>
      <h3>{t("train.side-by-side")}</h3>
      <Plot
        title={t(`train.${key}`)}
        summary={t("train.side-hint")}
        x={x}
        xLabel={t("train.epoch")}
        yLabel={t(`train.${key}`)}
        series={[a, b].flatMap((r, i) => [
          { label: t("train.run-val", { run: runName(r) }), values: line(r.epochs, `val_${key}`), colour: i + 1 },
          { label: t("train.run-train", { run: runName(r) }), values: line(r.epochs, `train_${key}`), colour: i + 1, dashed: true },
        ])}
      />
      {rows.length === 0 ? (
        <p>{t("train.nothing-differs")}</p>
      ) : (
        <Table
          caption={t("train.differs")}
          columns={[
            { key: "what", title: t("train.what"), cell: (r: Difference) => <bdi>{r.what}</bdi> },
            { key: "a", title: t("train.run-n", { run: runName(a) }), cell: (r: Difference) => <bdi dir="auto">{r.a}</bdi> },
            { key: "b", title: t("train.run-n", { run: runName(b) }), cell: (r: Difference) => <bdi dir="auto">{r.b}</bdi> },
          ]}
          rows={rows}
        />
      )}
    </section>
  );
}

export function Runs({ project, board, runs }: { project: string; board: string; runs: Run[] }) {
  const [chosen, choose] = useState<number[]>([]);
  const newest = [...runs].reverse().slice(0, shown);
  const arena = useArenas(project, board, newest);
  const turn = (id: number) => choose((c) => (c.includes(id) ? c.filter((x) => x !== id) : [...c.slice(-1), id]));
  const pair = [...chosen].sort((a, b) => a - b);
  return (
    <section class="card">
      <h2>{t("train.runs")}</h2>
      <p>{t("train.runs-hint")}</p>
      <Table
        caption={t("train.runs")}
        hideCaption
        columns={[
          {
            key: "id",
            title: t("train.run-head"),
            cell: (r: Run) => (
              <label class="train-pick">
                <input type="checkbox" checked={chosen.includes(r.id)} onChange={() => turn(r.id)} />
                <span>
                  <bdi>{runName(r)}</bdi>
                  <span class="unseen"> {t("train.compare")}</span>
                </span>
              </label>
            ),
          },
          { key: "preset", title: t("train.preset"), cell: (r: Run) => <bdi dir="ltr">{r.preset}</bdi> },
          { key: "score", title: t("train.score"), number: true, cell: scoreOf },
          {
            key: "ram",
            title: t("train.values-ram"),
            number: true,
            cell: (r: Run) => {
              const n = arena(r);
              return n === undefined || n === null ? "" : bytes(n);
            },
          },
          { key: "epochs", title: t("train.best-epoch"), number: true, cell: (r: Run) => (r.best_epoch ? number(r.best_epoch, 0) : "") },
          { key: "state", title: t("train.state"), cell: (r: Run) => (t.has(`train.state.${r.state}`) ? t(`train.state.${r.state}`) : r.state) },
          { key: "started", title: t("train.started"), cell: (r: Run) => when(r.started) },
        ]}
        rows={newest}
        rowKey={(r) => r.id}
      />
      {pair.length === 2 && <Pair project={project} ids={[pair[0] as number, pair[1] as number]} />}
    </section>
  );
}
