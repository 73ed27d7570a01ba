// threshold.tsx -- two piles of scores and one threshold: misses, false alarms, their price, the ROC curve.
import { useMemo, useState } from "preact/hooks";
import { number, percent, t } from "../i18n";
import { Button } from "../parts/Button";
import { Table } from "../parts/Table";
import { Chart, pathOf } from "./Chart";
import type { Engine } from "./engine";
import { Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { numberOf, useThing, wholeOf } from "./hooks";
import type { Settings } from "./index";
import { Piles } from "./Piles";

const scores = 1000;
const bins = 50;

type Counts = { hits: number; misses: number; falseAlarms: number; quiet: number };

function countsAt(engine: Engine, pile: number, threshold: number): Counts {
  const [hits = 0, misses = 0, falseAlarms = 0, quiet = 0] = engine.floats(4, (at) => engine.call("alarms", pile, threshold, at));
  return { hits, misses, falseAlarms, quiet };
}

function Roc({ engine, pile, counts, auc }: { engine: Engine; pile: number; counts: Counts; auc: number }) {
  const cap = 200;
  const curve = useMemo(() => {
    let n = 0;
    const both = engine.floats(2 * cap, (at) => (n = engine.call("roc", pile, cap, at, at + 4 * cap)));
    return { x: both.slice(0, n), y: both.slice(cap, cap + n) };
  }, [pile]);
  const at = { x: counts.falseAlarms / (counts.falseAlarms + counts.quiet), y: counts.hits / (counts.hits + counts.misses) };
  const says = t("explore-threshold.roc-says", { auc: number(auc, 3), hits: percent(at.y), alarms: percent(at.x) });
  return (
    <Chart label={says} x={[0, 1]} y={[0, 1]} xLabel={t("explore-threshold.false-rate")} yLabel={t("explore-threshold.hit-rate")} height={260}>
      {(s) => (
        <>
          <path class="explore-guess" d={pathOf(s, [0, 1], [0, 1])} />
          <path class="explore-line explore-line-3" d={pathOf(s, curve.x, curve.y)} />
          <circle class="descent-ball" r="8" cx={s.sx(at.x)} cy={s.sy(at.y)} />
        </>
      )}
    </Chart>
  );
}

function Threshold({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [threshold, setThreshold] = useState(numberOf(settings, "threshold", 0.5, 0, 1));
  const [distance, setDistance] = useState(numberOf(settings, "distance", 1.5, 0, 4));
  const [rare, setRare] = useState(numberOf(settings, "rare", 50, 1, 50));
  const [miss, setMiss] = useState(numberOf(settings, "miss", 1, 0, 100));
  const [alarm, setAlarm] = useState(numberOf(settings, "alarm", 1, 0, 100));
  const seed = wholeOf(settings, "seed", 1, 0, 1e6);
  const pile = useThing(engine, () => engine.call("scores", scores, rare / 100, -distance / 2, distance / 2, seed), "scores_free", [distance, rare, seed]);
  const counts = countsAt(engine, pile, threshold);
  const auc = engine.call("auc", pile);
  const cost = miss * counts.misses + alarm * counts.falseAlarms;
  const cheapest = useMemo(() => {
    let at = 0;
    const [least = 0] = engine.floats(1, (to) => (at = engine.call("cheapest", pile, miss, alarm, to)));
    return { at, cost: least };
  }, [pile, miss, alarm]);
  const all = counts.hits + counts.misses + counts.falseAlarms + counts.quiet;
  const says = t("explore-threshold.says", {
    threshold: number(threshold, 2),
    misses: number(counts.misses),
    events: number(counts.hits + counts.misses),
    alarms: number(counts.falseAlarms),
    others: number(counts.falseAlarms + counts.quiet),
    cost: number(cost),
  });
  return (
    <Frame
      name="threshold"
      says={says}
      controls={
        <>
          <Slider label={t("explore-threshold.threshold")} min={0} max={1} step={0.005} value={threshold} text={number(threshold, 3)} onValue={setThreshold} />
          <Slider label={t("explore-threshold.distance")} min={0} max={4} step={0.1} value={distance} onValue={setDistance} />
          <Slider label={t("explore-threshold.rare")} min={1} max={50} step={1} value={rare} text={percent(rare / 100)} onValue={setRare} />
          <Slider label={t("explore-threshold.miss")} min={0} max={100} step={1} value={miss} onValue={setMiss} />
          <Slider label={t("explore-threshold.alarm")} min={0} max={100} step={1} value={alarm} onValue={setAlarm} />
          <Facts
            facts={[
              [t("explore-threshold.cost"), number(cost)],
              [t("explore-threshold.least"), t("explore-threshold.least-at", { cost: number(cheapest.cost), threshold: number(cheapest.at, 3) })],
              [t("explore-threshold.right"), percent((counts.hits + counts.quiet) / all)],
            ]}
          />
          <Button disabled={cheapest.at === threshold} onClick={() => setThreshold(cheapest.at)}>
            {t("explore-threshold.go")}
          </Button>
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-threshold.table")}
            hideCaption
            rows={[
              { what: t("explore-threshold.events"), yes: counts.hits, no: counts.misses },
              { what: t("explore-threshold.others"), yes: counts.falseAlarms, no: counts.quiet },
            ]}
            columns={[
              { key: "what", title: t("explore-threshold.what") },
              { key: "yes", title: t("explore-threshold.above"), number: true, cell: (r) => number(r.yes) },
              { key: "no", title: t("explore-threshold.below"), number: true, cell: (r) => number(r.no) },
            ]}
          />
        </More>
      }
    >
      <Piles engine={engine} pile={pile} bins={bins} threshold={threshold} onThreshold={setThreshold} label={says} xLabel={t("explore-threshold.score")} />
      <Legend items={[["pile-1", t("explore-threshold.others")], ["pile-2", t("explore-threshold.events")], ["wrong", t("explore-threshold.wrong")]]} />
      <Roc engine={engine} pile={pile} counts={counts} auc={auc} />
    </Frame>
  );
}

export default function ThresholdExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="threshold">{(engine) => <Threshold engine={engine} settings={settings} />}</WithEngine>;
}
