// Threshold.tsx -- how sure the model must be before it says a word: the curve of the two errors, and what a choice means.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { Project } from "../api";
import { number, t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { useLoad } from "../load";
import { Button } from "./Button";
import { Empty } from "./Empty";
import { Field } from "./Field";
import { Failure, Notice } from "./Notice";
import { Plot } from "./Plot";
import { toast } from "./Toast";

type Point = { threshold: number; hits: number; misses: number; false_accepts: number; false_accepts_per_hour: number; at_most_per_hour: number; miss_rate: number };
type Curve = { points: Point[]; marked: Point; threshold: number; seconds: number; words: number; chosen: boolean };
const most = 100; // false alarms an hour, and words of a hundred: the same axis

const nearest = (points: Point[], threshold: number) =>
  points.reduce((best, p, i) => (Math.abs(p.threshold - threshold) < Math.abs((points[best]?.threshold ?? 9) - threshold) ? i : best), 0);

export function Threshold({ project }: { project: Project }) {
  const { data, error, loading, reload } = useLoad(() => api.result(project.name, "curve"), [project.name]);
  const curve = (data?.curve ?? null) as Curve | null;
  const [at, setAt] = useState<number | null>(null);
  const [used, setUsed] = useState<number | null>(null);
  const [perHour, setPerHour] = useState("1");
  const measure = useJob(project.name, {
    adopt: "test",
    adoptIf: (j) => /--(curve|choose)/.test(j.title),
    onDone: () => {
      setAt(null);
      setUsed(null);
      void reload();
    },
  });
  const use = useJob(project.name, {
    onDone: (r) => {
      setUsed(r?.threshold ?? null);
      toast(t("test.threshold.set", { threshold: number(r?.threshold ?? 0, 3) }));
    },
  });
  useEffect(() => setAt(null), [project.name]);
  const start = () => void measure.start({ verb: "test", options: { curve: true } });
  if (error) return <Failure error={error} />;
  if (loading && !curve) return null;
  if (!curve)
    return (
      <>
        <Empty icon="ear" title={t("test.threshold.empty-title")} text={t("test.threshold.empty-text")}>
          <Button kind="main" busy={measure.busy} onClick={start}>
            {t("test.threshold.measure")}
          </Button>
        </Empty>
        <JobView job={measure} title={t("test.threshold.measuring")} onAgain={start} />
      </>
    );
  const now = used ?? (curve.chosen ? curve.marked.threshold : curve.threshold);
  const k = at ?? nearest(curve.points, now);
  const p = curve.points[k] as Point;
  const per100 = 100 * p.miss_rate;
  const words = { threshold: number(p.threshold, 2), missed: number(per100, 1), alarms: number(p.false_accepts_per_hour, 1), most: number(p.at_most_per_hour, 1) };
  const isNow = Math.abs(p.threshold - now) < 0.003;
  return (
    <>
      <p>{t("test.threshold.lead")}</p>
      <div class="card test-threshold">
        <p class="test-two" aria-live="polite">
          <span>
            <strong>{number(per100, 1)}</strong> {t("test.threshold.missed")}
          </span>
          <span>
            <strong>{number(p.false_accepts_per_hour, 1)}</strong> {t("test.threshold.alarms")}
          </span>
        </p>
        <label class="test-slider">
          <span>{t("test.threshold.slider", { threshold: number(p.threshold, 2) })}</span>
          <input
            type="range"
            min={0}
            max={curve.points.length - 1}
            step={1}
            value={k}
            aria-valuetext={t("test.threshold.says", words)}
            onInput={(e) => setAt(Number(e.currentTarget.value))}
          />
        </label>
        <p class="row test-ends" aria-hidden="true">
          <span>{t("test.threshold.low")}</span>
          <span>{t("test.threshold.high")}</span>
        </p>
        <p class="hint">{t("test.threshold.certain", { most: words.most, hours: number(curve.seconds / 3600, 1), words: curve.words })}</p>
        <div class="row">
          <Button kind="main" busy={use.busy} disabled={isNow} onClick={() => void use.start({ verb: "test", options: { threshold: Number(p.threshold.toFixed(3)) } })}>
            {isNow ? t("test.threshold.now") : t("test.threshold.use", { threshold: words.threshold })}
          </Button>
        </div>
        <JobView job={use} title={t("test.threshold.setting")} />
      </div>
      <Plot
        title={t("test.threshold.plot")}
        summary={t("test.threshold.says", words)}
        x={curve.points.map((q) => q.threshold)}
        xLabel={t("test.threshold.axis")}
        yLabel={t("test.threshold.count")}
        min={0}
        max={most}
        series={[
          { label: t("test.threshold.missed"), values: curve.points.map((q) => 100 * q.miss_rate), colour: 1 },
          { label: t("test.threshold.alarms"), values: curve.points.map((q) => (q.false_accepts_per_hour > most ? null : q.false_accepts_per_hour)), colour: 2, dashed: true },
          { label: t("test.threshold.here"), values: curve.points.map((_, i) => (i === k ? 0 : i === k + 1 ? most : null)), colour: 3 },
        ]}
        onPick={(_, i) => setAt(i)}
      />
      <details>
        <summary>{t("test.threshold.let")}</summary>
        <p class="hint">{t("test.threshold.let-text")}</p>
        <div class="row test-choose">
          <Field label={t("test.threshold.per-hour")} type="number" min={0.1} max={1000} step={0.1} value={perHour} onValue={setPerHour} />
          <Button busy={measure.busy} disabled={!(Number(perHour) > 0)} onClick={() => void measure.start({ verb: "test", options: { choose: Number(perHour) } })}>
            {t("test.threshold.choose")}
          </Button>
          <Button kind="quiet" busy={measure.busy} onClick={start}>
            {t("test.threshold.again")}
          </Button>
        </div>
      </details>
      <JobView job={measure} title={t("test.threshold.measuring")} />
      {measure.result?.curve?.chosen && (
        <Notice kind="good">
          <p>{t("test.threshold.set", { threshold: number(measure.result.curve.marked.threshold, 3) })}</p>
        </Notice>
      )}
    </>
  );
}
