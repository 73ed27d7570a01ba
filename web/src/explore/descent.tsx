// descent.tsx -- the loss of a small network as a landscape, and gradient descent on it, step by step.
import { useEffect, useMemo, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Button } from "../parts/Button";
import { Table } from "../parts/Table";
import { useThemeChange } from "../theme";
import { Chart, pathOf } from "./Chart";
import type { Scales } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Frame, Legend, LogSlider, More, Slider, WithEngine } from "./Frame";
import { numberOf, useRun, useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";
import { contour, onChart, shades } from "./surface";

const models = ["line", "slope", "bend"] as const;
type Model = (typeof models)[number];
const numberOfModel = { slope: 0, line: 1, bend: 2 };
const [lo, hi] = [-3, 3];
const side = 61;
const lost = 1e4; // a loss from which it will not come back
const flat = 0.01; // a gradient so small that it has arrived
const mostSteps = 200;

/** A place on the landscape. */
type At = { w: number[]; loss: number; gradient: number[] };

function look(engine: Engine, toy: number, w: number[]): At {
  engine.given(w, (at) => engine.call("set_weights", toy, at));
  let loss = 0;
  const gradient = engine.floats(w.length, (at) => (loss = engine.call("gradient", toy, at)));
  return { w, loss, gradient: [...gradient] };
}

/** One step of the engine's own gradient descent. */
function stepFrom(engine: Engine, toy: number, from: At, rate: number): At {
  engine.given(from.w, (at) => engine.call("set_weights", toy, at));
  engine.call("step", toy, rate);
  return look(engine, toy, [...engine.floats(from.w.length, (at) => engine.call("weights", toy, at))]);
}

const long = (v: number[]) => Math.hypot(...v);
const gone = (a: At) => !(a.loss < lost) || a.w.some((v) => !Number.isFinite(v));

function verdict(path: At[]): "start" | "gone" | "arrived" | "over" | "down" {
  const [last, before] = [path[path.length - 1] as At, path[path.length - 2]];
  if (gone(last)) return "gone";
  if (long(last.gradient) < flat) return "arrived";
  if (!before) return "start";
  return last.loss > before.loss ? "over" : "down";
}

/** Heights from 0 to 1: losses differ so much that their logarithms are shown. */
const heights = (map: Float32Array) => {
  const low = Math.log(Math.min(...map) + 0.02);
  const high = Math.log(Math.max(...map) + 0.02);
  return map.map((v) => (Math.log(v + 0.02) - low) / (high - low));
};

function Ground({ s, map }: { s: Scales; map: Float32Array }) {
  const theme = useThemeChange();
  return useMemo(() => {
    const h = heights(map);
    const levels = Array.from({ length: 11 }, (_, i) => (i + 0.6) / 11.5);
    return (
      <g aria-hidden="true">
        <image href={shades(h, side, "--accent")} x={s.sx(lo)} y={s.sy(hi)} width={s.sx(hi) - s.sx(lo)} height={s.sy(lo) - s.sy(hi)} preserveAspectRatio="none" />
        {levels.map((l) => (
          <path key={l} class="descent-level" d={contour(h, side, l, onChart(s, lo, hi, side))} />
        ))}
      </g>
    );
  }, [map, theme, s.width, s.height]);
}

type Shown = { path: At[]; map: Float32Array; onPick: (x: number, y: number) => void; names: string[]; says: string };

function Landscape({ path, map, onPick, names, says }: Shown) {
  const now = path[path.length - 1] as At;
  const inside = (v: number | undefined) => Math.min(hi, Math.max(lo, v ?? 0));
  return (
    <Chart label={says} x={[lo, hi]} y={[lo, hi]} xLabel={names[0]} yLabel={names[1]} height={340} onPick={onPick}>
      {(s) => (
        <>
          <Ground s={s} map={map} />
          <path class="descent-way" d={pathOf(s, path.map((p) => inside(p.w[0])), path.map((p) => inside(p.w[1])))} />
          {path.map((p, i) => (
            <circle key={i} class="descent-step" r="3.5" cx={s.sx(inside(p.w[0]))} cy={s.sy(inside(p.w[1]))} />
          ))}
          <circle class="descent-ball" r="9" cx={s.sx(inside(now.w[0]))} cy={s.sy(inside(now.w[1]))} />
        </>
      )}
    </Chart>
  );
}

function Curve({ path, map, onPick, names, says }: Shown) {
  const x = Array.from(map, (_, i) => lo + (i / (map.length - 1)) * (hi - lo));
  const top = Math.max(...map);
  const now = path[path.length - 1] as At;
  const cut = (v: number, a: number, b: number) => Math.min(b, Math.max(a, Number.isFinite(v) ? v : b));
  const [w, loss] = [cut(now.w[0] as number, lo, hi), cut(now.loss, 0, top)];
  const slope = now.gradient[0] ?? 0;
  return (
    <Chart label={says} x={[lo, hi]} y={[0, top]} xLabel={names[0]} yLabel={t("explore-descent.loss")} height={340} onPick={onPick}>
      {(s) => (
        <>
          <path class="explore-line explore-line-1" d={pathOf(s, x, map)} />
          {!gone(now) && <line class="descent-slope" x1={s.sx(w - 0.7)} x2={s.sx(w + 0.7)} y1={s.sy(loss - 0.7 * slope)} y2={s.sy(loss + 0.7 * slope)} />}
          <path class="descent-way" d={pathOf(s, path.map((p) => cut(p.w[0] as number, lo, hi)), path.map((p) => cut(p.loss, 0, top)))} />
          {path.map((p, i) => (
            <circle key={i} class="descent-step" r="3.5" cx={s.sx(cut(p.w[0] as number, lo, hi))} cy={s.sy(cut(p.loss, 0, top))} />
          ))}
          <circle class="descent-ball" r="9" cx={s.sx(w)} cy={s.sy(loss)} />
        </>
      )}
    </Chart>
  );
}

/** The points, and what the network says now. */
function Fit({ engine, toy, at }: { engine: Engine; toy: number; at: At }) {
  const n = engine.call("points", toy, 0, 0, 0);
  const x = engine.floats(n, (to) => engine.call("points", toy, 0, to, 0));
  const y = engine.floats(n, (to) => engine.call("points", toy, 0, 0, to));
  const along = Float32Array.from({ length: 41 }, (_, i) => -1.7 + (3.4 * i) / 40);
  engine.given(at.w, (from) => engine.call("set_weights", toy, from));
  const says = engine.given(along, (from) => engine.floats(along.length, (to) => engine.call("answer", toy, from, along.length, to)));
  return (
    <Chart label={t("explore-descent.fit")} x={[-1.7, 1.7]} y={[-4, 4]} height={190} yLabel={t("explore-descent.fit")}>
      {(s) => (
        <>
          {Array.from(x, (v, i) => (
            <circle key={i} class="explore-dot explore-dot-1" r="4" cx={s.sx(v)} cy={s.sy(Math.min(4, Math.max(-4, y[i] as number)))} />
          ))}
          <path class="explore-line explore-line-2" d={pathOf(s, along, says.map((v) => (Math.abs(v) > 4.2 ? NaN : v)))} />
        </>
      )}
    </Chart>
  );
}

function Descent({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [model, setModel] = useState<Model>(wordOf(settings, "model", models));
  const [rate, setRate] = useState(numberOf(settings, "rate", 0.1, 0.001, 3));
  const [start, setStart] = useState([numberOf(settings, "start", -2, lo, hi), numberOf(settings, "start2", -1, lo, hi)]);
  const [noise, setNoise] = useState(numberOf(settings, "noise", 0.2, 0, 1));
  const seed = wholeOf(settings, "seed", 1, 0, 1e6);
  const toy = useThing(engine, () => engine.call("descent", numberOfModel[model], noise, seed), "free", [model, noise, seed]);
  const n = model === "slope" ? 1 : 2;
  const begin = () => [look(engine, toy, start.slice(0, n))];
  const [path, setPath] = useState<At[]>(begin);
  useEffect(() => setPath(begin()), [toy, start]);
  const map = useMemo(() => engine.floats(side * (n > 1 ? side : 1), (at) => engine.call("map", toy, lo, hi, side, at)), [toy]);
  const step = (): boolean => {
    let on = false;
    setPath((p) => {
      const last = p[p.length - 1] as At;
      if (gone(last) || p.length > mostSteps) return p;
      return [...p, stepFrom(engine, toy, last, rate)];
    });
    const last = path[path.length - 1] as At;
    on = !gone(last) && long(last.gradient) >= flat && path.length < mostSteps;
    return on;
  };
  const run = useRun(step, 140, mostSteps);
  const at = path[path.length - 1] as At;
  const names = (model === "bend" ? ["w1", "w2"] : ["slope", "bias"]).slice(0, n).map((k) => t(`explore-descent.${k}`));
  const state = verdict(path);
  const where = names.map((name, i) => `${name} ${number(at.w[i] as number, 2)}`).join(", ");
  const says = t(`explore-descent.says.${state}`, { step: path.length - 1, where, loss: number(at.loss, 3), before: number(path[path.length - 2]?.loss ?? 0, 3), gradient: number(long(at.gradient), 3) });
  const pick = (x: number, y: number) => setStart([Number(x.toFixed(1)), n > 1 && model !== "slope" ? Number(y.toFixed(1)) : (start[1] as number)]);
  const shown = { path, map, onPick: pick, names, says };
  const setOne = (k: number) => (v: number) => setStart(start.map((s, i) => (i === k ? v : s)));
  return (
    <Frame
      name="descent"
      says={says}
      busy={run.running}
      controls={
        <>
          <Choice label={t("explore-descent.model")} value={model} onValue={setModel} options={models.map((value) => ({ value, text: t(`explore-descent.model.${value}`) }))} />
          <LogSlider label={t("explore-descent.rate")} min={0.001} max={3} value={rate} onValue={setRate} />
          {names.map((name, i) => (
            <Slider key={name} label={t("explore-descent.start", { name })} min={lo} max={hi} step={0.1} value={start[i] as number} onValue={setOne(i)} />
          ))}
          <Slider label={t("explore.noise")} min={0} max={1} step={0.05} value={noise} onValue={setNoise} />
          <div class="row">
            <Button kind="main" disabled={run.running || state === "gone"} onClick={() => void step()}>
              {t("explore.step")}
            </Button>
            <Button icon={run.running ? "pause" : "play"} onClick={run.running ? run.stop : run.start} disabled={state === "gone" && !run.running}>
              {t(run.running ? "explore.pause" : "explore.run")}
            </Button>
            <Button kind="quiet" icon="undo" onClick={() => setPath(begin())}>
              {t("explore.again")}
            </Button>
          </div>
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-descent.table")}
            hideCaption
            rows={path.slice(-20).map((p, i) => ({ ...p, i: Math.max(0, path.length - 20) + i }))}
            columns={[
              { key: "i", title: t("explore.step"), cell: (r) => number(r.i) },
              ...names.map((title, k) => ({ key: title, title, number: true, cell: (r: At) => number(r.w[k] as number, 3) })),
              { key: "loss", title: t("explore-descent.loss"), number: true, cell: (r) => number(r.loss, 4) },
              { key: "gradient", title: t("explore-descent.gradient"), number: true, cell: (r) => r.gradient.map((g) => number(g, 3)).join("; ") },
            ]}
          />
        </More>
      }
    >
      {n > 1 ? <Landscape {...shown} /> : <Curve {...shown} />}
      <Legend items={[["ball", t("explore-descent.ball")], ["line-1", t(n > 1 ? "explore-descent.level" : "explore-descent.curve")]]} />
      <Fit engine={engine} toy={toy} at={at} />
    </Frame>
  );
}

export default function DescentExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="descent">{(engine) => <Descent engine={engine} settings={settings} />}</WithEngine>;
}
