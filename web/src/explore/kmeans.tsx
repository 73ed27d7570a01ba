// kmeans.tsx -- k-means in half steps: points choose their nearest centre, centres go to the middle of their points.
import { useEffect, useMemo, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Button } from "../parts/Button";
import { Checkbox } from "../parts/Field";
import { Table } from "../parts/Table";
import { Chart } from "./Chart";
import type { Scales } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { onOf, useRun, useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";

const kinds = ["three", "five", "moons", "cloud"] as const;
const starts = ["spread", "close"] as const;
const edge = 2.4;
const normal = 99; // % of the points that are not farther away than the threshold

type Now = { centre: Float32Array; of: Float32Array; inertia: number; steps: number; moves: boolean; settled: boolean };

/** Shapes and colours of clusters: either is enough to tell them apart. */
function Mark({ s, k, x, y }: { s: Scales; k: number; x: number; y: number }) {
  const [cx, cy] = [s.sx(x), s.sy(y)];
  const look = `kmeans-point kmeans-${k < 0 ? "none" : (k % 6) + 1}`;
  if (k < 0) return <circle class={look} cx={cx} cy={cy} r="4" />;
  if (k % 4 === 0) return <circle class={look} cx={cx} cy={cy} r="4.5" />;
  if (k % 4 === 1) return <rect class={look} x={cx - 4} y={cy - 4} width="8" height="8" />;
  if (k % 4 === 2) return <path class={look} d={`M${cx} ${cy - 5.5}L${cx + 5} ${cy + 3.5}L${cx - 5} ${cy + 3.5}Z`} />;
  return <path class={look} d={`M${cx} ${cy - 6}L${cx + 6} ${cy}L${cx} ${cy + 6}L${cx - 6} ${cy}Z`} />;
}

function Points({ points, now, fresh, says, onPick }: { points: Float32Array; now: Now; fresh: Fresh | null; says: string; onPick?: (x: number, y: number) => void }) {
  return (
    <Chart label={says} x={[-edge, edge]} y={[-edge, edge]} height={400} equal onPick={onPick}>
      {(s) => (
        <>
          {Array.from(now.of, (k, i) => (
            <g key={i}>
              {k >= 0 && <line class={`kmeans-thread kmeans-${(k % 6) + 1}`} x1={s.sx(points[2 * i] as number)} y1={s.sy(points[2 * i + 1] as number)} x2={s.sx(now.centre[2 * k] as number)} y2={s.sy(now.centre[2 * k + 1] as number)} />}
              <Mark s={s} k={k} x={points[2 * i] as number} y={points[2 * i + 1] as number} />
            </g>
          ))}
          {fresh &&
            Array.from({ length: now.centre.length / 2 }, (_, k) => (
              <circle key={k} class="kmeans-reach" cx={s.sx(now.centre[2 * k] as number)} cy={s.sy(now.centre[2 * k + 1] as number)} r={s.sx(fresh.threshold) - s.sx(0)} />
            ))}
          {Array.from({ length: now.centre.length / 2 }, (_, k) => {
            const [cx, cy] = [s.sx(now.centre[2 * k] as number), s.sy(now.centre[2 * k + 1] as number)];
            return (
              <g key={k}>
                <circle class={`kmeans-centre kmeans-${(k % 6) + 1}`} cx={cx} cy={cy} r="13" />
                <text class="kmeans-number" x={cx} y={cy + 5} text-anchor="middle">
                  {k + 1}
                </text>
              </g>
            );
          })}
          {fresh && (
            <g>
              <line class="kmeans-far" x1={s.sx(fresh.x)} y1={s.sy(fresh.y)} x2={s.sx(now.centre[2 * fresh.near] as number)} y2={s.sy(now.centre[2 * fresh.near + 1] as number)} />
              <path class={fresh.far > fresh.threshold ? "kmeans-strange" : "kmeans-fresh"} d={`M${s.sx(fresh.x)} ${s.sy(fresh.y) - 11}l3.2 7.2 7.8 .8 -5.9 5.2 1.8 7.7 -6.9 -4 -6.900 4 1.800 -7.700 -5.900 -5.200 7.800 -.8z`} />
            </g>
          )}
        </>
      )}
    </Chart>
  );
}

type Fresh = { x: number; y: number; near: number; far: number; threshold: number };

function freshOf(engine: Engine, clusters: number, centre: Float32Array, x: number, y: number): Fresh {
  let far = 0;
  const [threshold = 0] = engine.floats(1, (at) => (far = engine.call("kmeans_far", clusters, x, y, normal, at)));
  const away = Array.from({ length: centre.length / 2 }, (_, k) => Math.hypot(x - (centre[2 * k] as number), y - (centre[2 * k + 1] as number)));
  return { x, y, far, threshold, near: away.indexOf(Math.min(...away)) };
}

function Kmeans({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [kind, setKind] = useState(wordOf(settings, "points", kinds));
  const [k, setK] = useState(wholeOf(settings, "k", 3, 1, 8));
  const [start, setStart] = useState(wordOf(settings, "start", starts));
  const [alarm, setAlarm] = useState(onOf(settings, "alarm"));
  const [seed, setSeed] = useState(wholeOf(settings, "seed", 1, 0, 1e6));
  const [turn, setTurn] = useState(0);
  const [fresh, setFresh] = useState<[number, number]>([0.2, -2]);
  const clusters = useThing(
    engine,
    () => {
      const made = engine.call("kmeans", kinds.indexOf(kind), k, seed);
      // All in one corner: the worst that can happen to k-means.
      const corner = Array.from({ length: 2 * k }, (_, i) => (i % 2 ? 1 : -1) * 2 - (i % 2 ? 0.25 : -0.25) * Math.floor(i / 2));
      if (start === "close") engine.given(corner, (at) => void engine.call("kmeans_put", made, at));
      return made;
    },
    "kmeans_free",
    [kind, k, seed, start, turn],
  );
  const n = engine.call("kmeans_points", clusters, 0);
  const points = useMemo(() => engine.floats(2 * n, (at) => void engine.call("kmeans_points", clusters, at)), [clusters]);
  const look = (steps: number, moves: boolean, settled: boolean): Now => {
    let inertia = 0;
    const both = engine.floats(2 * k + n, (at) => (inertia = engine.call("kmeans_now", clusters, at, at + 8 * k)));
    return { centre: both.slice(0, 2 * k), of: both.slice(2 * k), inertia, steps, moves, settled };
  };
  const [kept, set] = useState<{ of: number; now: Now }>(() => ({ of: clusters, now: look(0, false, false) }));
  const now = kept.of === clusters ? kept.now : look(0, false, false);
  useEffect(() => set({ of: clusters, now: look(0, false, false) }), [clusters]);
  const step = () => {
    if (now.settled) return false;
    if (now.moves) {
      engine.call("kmeans_move", clusters);
      set({ of: clusters, now: look(now.steps, false, false) });
      return true;
    }
    const changed = engine.call("kmeans_assign", clusters) !== 0;
    set({ of: clusters, now: look(now.steps + 1, changed, !changed) });
    return changed;
  };
  const run = useRun(step, 500, 200);
  const strange = alarm && now.steps > 0 ? freshOf(engine, clusters, now.centre, fresh[0], fresh[1]) : null;
  const state = now.settled ? "settled" : now.steps === 0 ? "start" : now.moves ? "assigned" : "moved";
  const news = strange ? ` ${t(`explore-kmeans.${strange.far > strange.threshold ? "strange" : "usual"}`, { far: number(strange.far, 2), threshold: number(strange.threshold, 2) })}` : "";
  const says = t(`explore-kmeans.says.${state}`, { n, step: now.steps, inertia: number(now.inertia, 1) }) + news;
  const counts = Array.from({ length: k }, (_, c) => now.of.filter((v) => v === c).length);
  return (
    <Frame
      name="kmeans"
      says={says}
      busy={run.running}
      controls={
        <>
          <Choice label={t("explore-kmeans.points")} value={kind} onValue={setKind} options={kinds.map((value) => ({ value, text: t(`explore-kmeans.points.${value}`) }))} />
          <Slider label={t("explore-kmeans.k")} min={1} max={8} step={1} value={k} onValue={setK} />
          <Choice label={t("explore-kmeans.start")} value={start} onValue={setStart} options={starts.map((value) => ({ value, text: t(`explore-kmeans.start.${value}`) }))} />
          <div class="row">
            <Button kind="main" disabled={run.running || now.settled} onClick={() => void step()}>
              {t(now.moves ? "explore-kmeans.move" : "explore-kmeans.assign")}
            </Button>
            <Button icon={run.running ? "pause" : "play"} disabled={now.settled && !run.running} onClick={run.running ? run.stop : run.start}>
              {t(run.running ? "explore.pause" : "explore.run")}
            </Button>
            <Button kind="quiet" icon="undo" onClick={() => setTurn(turn + 1)}>
              {t("explore.again")}
            </Button>
            <Button kind="quiet" onClick={() => setSeed(seed + 1)}>
              {t("explore-kmeans.others")}
            </Button>
          </div>
          <Checkbox label={t("explore-kmeans.alarm")} checked={alarm} onValue={setAlarm} />
          {alarm && (
            <>
              <Slider label={t("explore-kmeans.across")} min={-2.3} max={2.3} step={0.1} value={fresh[0]} onValue={(v) => setFresh([v, fresh[1]])} />
              <Slider label={t("explore-kmeans.up")} min={-2.3} max={2.3} step={0.1} value={fresh[1]} onValue={(v) => setFresh([fresh[0], v])} />
            </>
          )}
          <Facts
            facts={[
              [t("explore-kmeans.inertia"), now.steps ? number(now.inertia, 2) : "–"],
              ...(strange ? ([[t("explore-kmeans.distance"), number(strange.far, 2)], [t("explore-kmeans.threshold"), number(strange.threshold, 2)]] as [string, string][]) : []),
            ]}
          />
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-kmeans.table")}
            hideCaption
            rows={counts.map((count, c) => ({ c, count, x: now.centre[2 * c] as number, y: now.centre[2 * c + 1] as number }))}
            columns={[
              { key: "c", title: t("explore-kmeans.centre"), cell: (r) => number(r.c + 1) },
              { key: "x", title: t("explore-kmeans.across"), number: true, cell: (r) => number(r.x, 3) },
              { key: "y", title: t("explore-kmeans.up"), number: true, cell: (r) => number(r.y, 3) },
              { key: "count", title: t("explore-kmeans.its"), number: true, cell: (r) => number(r.count) },
            ]}
          />
        </More>
      }
    >
      <Points points={points} now={now} fresh={strange} says={says} onPick={alarm ? (x, y) => setFresh([Number(x.toFixed(1)), Number(y.toFixed(1))]) : undefined} />
      <Legend items={[["dot", t("explore-kmeans.dot")], ["centre", t("explore-kmeans.centre-key")], ...(alarm ? ([["star", t("explore-kmeans.star")], ["reach", t("explore-kmeans.reach")]] as [string, string][]) : [])]} />
    </Frame>
  );
}

export default function KmeansExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="kmeans">{(engine) => <Kmeans engine={engine} settings={settings} />}</WithEngine>;
}
