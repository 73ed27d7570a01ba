// TrainCurves.tsx -- how a training goes: loss and accuracy over its epochs, and one sentence on what they say.
import type { Epoch } from "../api";
import { number, percent, t } from "../i18n";
import { Plot } from "./Plot";

const column = (epochs: Epoch[], key: string) => epochs.map((e) => e[key] ?? null);
const has = (epochs: Epoch[], key: string) => epochs.some((e) => e[key] !== undefined);

export type Verdict = { code: "short" | "unwatched" | "overfit" | "hungry" | "good"; epoch: number };

/** What the curves say.  Over-fitting: the loss on what it never saw rises again by a tenth and more while that on what
 *  it learns from still falls. */
export function judge(epochs: Epoch[]): Verdict {
  const watched = epochs.filter((e) => e.val_loss !== undefined);
  if (epochs.length < 5) return { code: "short", epoch: 0 };
  if (watched.length < epochs.length) return { code: "unwatched", epoch: 0 };
  const best = epochs.reduce((a, b) => ((b.val_loss ?? 0) < (a.val_loss ?? 0) ? b : a));
  const tail = epochs.slice(-Math.max(1, Math.floor(epochs.length / 10)));
  const end = tail.reduce((s, e) => s + (e.val_loss ?? 0), 0) / tail.length;
  const learnt = tail.reduce((s, e) => s + (e.train_loss ?? 0), 0) / tail.length;
  if (end > 1.1 * (best.val_loss ?? 0) && learnt < (best.train_loss ?? 0) && best.epoch < 0.8 * epochs.length)
    return { code: "overfit", epoch: best.epoch };
  const before = epochs[Math.floor(epochs.length * 0.8)]?.val_loss ?? 0;
  if (best.epoch > 0.9 * epochs.length && before > 1.1 * (best.val_loss ?? 0)) return { code: "hungry", epoch: best.epoch };
  return { code: "good", epoch: best.epoch };
}

const score = (e: Epoch | undefined) =>
  e?.val_accuracy !== undefined ? percent(e.val_accuracy) : e?.val_mae !== undefined ? number(e.val_mae, 4) : "";

export function Curves({ epochs, running }: { epochs: Epoch[]; running: boolean }) {
  if (epochs.length === 0) return null;
  const x = epochs.map((e) => e.epoch);
  const classes = has(epochs, "train_accuracy") || has(epochs, "val_accuracy");
  const kind = classes ? "accuracy" : "mae";
  const last = epochs[epochs.length - 1];
  const verdict = judge(epochs);
  const series = (what: string, colours: [number, number]) =>
    [
      { label: t("train.on-train"), values: column(epochs, `train_${what}`), colour: colours[0], dashed: true },
      { label: t("train.on-val"), values: column(epochs, `val_${what}`), colour: colours[1] },
    ].filter((s) => s.values.some((v) => v !== null));
  return (
    <>
      <p class="train-verdict" role="status">
        {running
          ? t(score(last) ? `train.now-${kind}` : "train.now", { n: last?.epoch ?? 0, score: score(last) })
          : t(`train.verdict.${verdict.code}`, { epoch: verdict.epoch })}
      </p>
      <div class="columns">
        <Plot title={t("train.loss")} summary={t("train.loss-hint")} x={x} xLabel={t("train.epoch")} yLabel={t("train.loss")} series={series("loss", [1, 2])} min={0} />
        <Plot
          title={t(`train.${kind}`)}
          summary={t(`train.${kind}-hint`)}
          x={x}
          xLabel={t("train.epoch")}
          yLabel={t(`train.${kind}`)}
          series={series(kind, [1, 2])}
          min={0}
          {...(classes ? { max: 1 } : {})}
        />
      </div>
    </>
  );
}
