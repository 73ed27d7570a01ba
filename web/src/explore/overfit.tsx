// overfit.tsx -- a small network learns a few noisy points, live: when it learns them by heart, unseen points show it.
import { useEffect, useRef, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Button } from "../parts/Button";
import { Checkbox } from "../parts/Field";
import { Table } from "../parts/Table";
import { Chart, pathOf } from "./Chart";
import type { Engine } from "./engine";
import { Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { numberOf, onOf, useRun, useThing, wholeOf } from "./hooks";
import type { Settings } from "./index";

const atOnce = 8; // epochs between two pictures
const patience = 0.2; // of all epochs without a better one, with early stopping

type Losses = { seen: number[]; unseen: number[]; best: number };

function Curves({ losses, epochs }: { losses: Losses; epochs: number }) {
  const log = (v: number[]) => v.map((x) => Math.log10(Math.max(x, 1e-4)));
  const x = losses.seen.map((_, i) => i + 1);
  return (
    <Chart
      label={t("explore-overfit.curves")}
      x={[0, epochs]}
      y={[-3, 0.3]}
      height={210}
      xLabel={t("explore-overfit.epoch")}
      yLabel={t("explore-overfit.error")}
      yTicks={[-3, -2, -1, 0]}
      yText={(v) => number(10 ** v, 3)}
    >
      {(s) => (
        <>
          {losses.best >= 0 && <line class="overfit-best" x1={s.sx(losses.best + 1)} x2={s.sx(losses.best + 1)} y1={s.sy(-3)} y2={s.sy(0.3)} />}
          <path class="explore-line explore-line-1" d={pathOf(s, x, log(losses.seen))} />
          <path class="explore-line explore-line-2" d={pathOf(s, x, log(losses.unseen))} />
        </>
      )}
    </Chart>
  );
}

function Picture({ engine, toy, kept }: { engine: Engine; toy: number; kept: boolean }) {
  const n = engine.call("points", toy, 0, 0, 0);
  const x = engine.floats(n, (at) => engine.call("points", toy, 0, at, 0));
  const y = engine.floats(n, (at) => engine.call("points", toy, 0, 0, at));
  const along = Float32Array.from({ length: 121 }, (_, i) => -2 + (4 * i) / 120);
  const says = engine.given(along, (from) => engine.floats(along.length, (to) => engine.call(kept ? "best" : "answer", toy, from, along.length, to)));
  const truth = along.map((v) => engine.call("truth", v));
  const inside = (v: number) => (Math.abs(v) > 2.6 ? NaN : v);
  return (
    <Chart label={t("explore-overfit.picture")} x={[-2, 2]} y={[-2.4, 2.4]} height={300}>
      {(s) => (
        <>
          <path class="explore-guess" d={pathOf(s, along, truth)} />
          <path class="explore-line explore-line-2" d={pathOf(s, along, says.map(inside))} />
          {Array.from(x, (v, i) => (
            <circle key={i} class="explore-dot explore-dot-1" r="5" cx={s.sx(v)} cy={s.sy(Math.min(2.4, Math.max(-2.4, y[i] as number)))} />
          ))}
        </>
      )}
    </Chart>
  );
}

function state(l: Losses): "start" | "learns" | "heart" {
  const n = l.seen.length;
  if (!n) return "start";
  const [unseen, best] = [l.unseen[n - 1] as number, l.unseen[l.best] as number];
  return unseen > 1.2 * best && (l.seen[n - 1] as number) < 0.6 * unseen ? "heart" : "learns";
}

function Overfit({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [size, setSize] = useState(wholeOf(settings, "size", 16, 1, 32));
  const [points, setPoints] = useState(wholeOf(settings, "points", 12, 6, 40));
  const [noise, setNoise] = useState(numberOf(settings, "noise", 0.3, 0, 1));
  const [epochs, setEpochs] = useState(wholeOf(settings, "epochs", 600, 50, 2000));
  const [stop, setStop] = useState(onOf(settings, "stop"));
  const [turn, setTurn] = useState(0);
  const seed = wholeOf(settings, "seed", 1, 0, 1e6);
  const toy = useThing(engine, () => engine.call("overfit", size, points, noise, seed), "free", [size, points, noise, seed, turn]);
  const losses = useRef<Losses>({ seen: [], unseen: [], best: -1 });
  const of = useRef(toy);
  if (of.current !== toy) {
    of.current = toy;
    losses.current = { seen: [], unseen: [], best: -1 };
  }
  const [, draw] = useState(0);
  const l = losses.current;
  const tired = () => stop && l.seen.length - 1 - l.best > patience * epochs;
  const step = () => {
    const n = Math.min(atOnce, epochs - l.seen.length);
    if (n > 0 && !tired()) {
      const both = engine.floats(2 * n, (at) => engine.call("epochs", toy, n, at));
      for (let i = 0; i < n; i++) {
        l.seen.push(both[2 * i] as number);
        l.unseen.push(both[2 * i + 1] as number);
        if (l.best < 0 || (l.unseen[l.unseen.length - 1] as number) < (l.unseen[l.best] as number)) l.best = l.unseen.length - 1;
      }
    }
    draw((k) => k + 1);
    return l.seen.length < epochs && !tired();
  };
  const run = useRun(step, 40, epochs);
  useEffect(() => run.stop(), [toy]);
  const n = l.seen.length;
  const done = n >= epochs || (n > 0 && tired());
  const kept = stop && done;
  const facts = { epoch: n, seen: number(l.seen[n - 1] ?? 0, 3), unseen: number(l.unseen[n - 1] ?? 0, 3), best: number(l.unseen[l.best] ?? 0, 3), at: l.best + 1 };
  return (
    <Frame
      name="overfit"
      says={t(`explore-overfit.says.${kept ? "kept" : state(l)}`, facts)}
      busy={run.running}
      controls={
        <>
          <Slider label={t("explore-overfit.size")} min={1} max={32} step={1} value={size} onValue={setSize} />
          <Slider label={t("explore-overfit.points")} min={6} max={40} step={1} value={points} onValue={setPoints} />
          <Slider label={t("explore.noise")} min={0} max={1} step={0.05} value={noise} onValue={setNoise} />
          <Slider label={t("explore-overfit.epochs")} min={50} max={2000} step={50} value={epochs} onValue={setEpochs} />
          <Checkbox label={t("explore-overfit.stop")} checked={stop} onValue={setStop} />
          <div class="row">
            <Button kind="main" icon={run.running ? "pause" : "play"} disabled={done && !run.running} onClick={run.running ? run.stop : run.start}>
              {t(run.running ? "explore.pause" : "explore-overfit.learn")}
            </Button>
            <Button kind="quiet" icon="undo" onClick={() => setTurn(turn + 1)}>
              {t("explore.again")}
            </Button>
          </div>
          <Facts
            facts={[
              [t("explore-overfit.weights"), number(engine.call("weights", toy, 0))],
              [t("explore-overfit.on-seen"), n ? facts.seen : "–"],
              [t("explore-overfit.on-unseen"), n ? facts.unseen : "–"],
              [t("explore-overfit.best"), n ? t("explore-overfit.best-at", { error: facts.best, epoch: facts.at }) : "–"],
            ]}
          />
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-overfit.curves")}
            hideCaption
            rows={l.seen.map((seen, i) => ({ epoch: i + 1, seen, unseen: l.unseen[i] as number })).filter((r) => r.epoch % Math.ceil(epochs / 20) === 0)}
            columns={[
              { key: "epoch", title: t("explore-overfit.epoch"), cell: (r) => number(r.epoch) },
              { key: "seen", title: t("explore-overfit.on-seen"), number: true, cell: (r) => number(r.seen, 4) },
              { key: "unseen", title: t("explore-overfit.on-unseen"), number: true, cell: (r) => number(r.unseen, 4) },
            ]}
          />
        </More>
      }
    >
      <Picture engine={engine} toy={toy} kept={kept} />
      <Legend items={[["dot", t("explore-overfit.dot")], ["line-2", t("explore-overfit.line")], ["guess", t("explore-overfit.truth")]]} />
      <Curves losses={l} epochs={epochs} />
      <Legend items={[["line-1", t("explore-overfit.on-seen")], ["line-2", t("explore-overfit.on-unseen")], ["best", t("explore-overfit.best")]]} />
    </Frame>
  );
}

export default function OverfitExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="overfit">{(engine) => <Overfit engine={engine} settings={settings} />}</WithEngine>;
}
