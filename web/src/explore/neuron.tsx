// neuron.tsx -- one neuron with two inputs: a line, two sides, and the points that are on the wrong one.
import { useMemo, useState } from "preact/hooks";
import { number, percent, t } from "../i18n";
import { Button } from "../parts/Button";
import { useThemeChange } from "../theme";
import { Chart } from "./Chart";
import type { Scales } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Facts, Frame, Legend, Slider, WithEngine } from "./Frame";
import { numberOf, useRun, useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";
import { shades } from "./surface";

const kinds = ["apart", "touching", "ring", "xor"] as const;
const activations = ["step", "sigmoid", "relu"] as const;
const edge = 2.8;
const ground = 6; // edge of what is shaded: wider than any picture
const side = 97; // its points along a side
const rate = 0.4;
const middle = { step: 0.5, sigmoid: 0.5, relu: 0 }; // above it the neuron says yes

const fire = (engine: Engine, w: readonly number[], activation: number, x: ArrayLike<number>): Float32Array =>
  engine.given(w, (weights) => engine.given(x, (from) => engine.floats(x.length / 2, (to) => void engine.call("fire", weights, activation, from, x.length / 2, to))));

const places = Float32Array.from({ length: 2 * side * side }, (_, i) => {
  const k = Math.floor(i / 2);
  return -ground + (2 * ground * (i % 2 ? Math.floor(k / side) : k % side)) / (side - 1);
});

/** Where w1 x + w2 y + b is 0, from edge to edge. */
function Line({ s, w }: { s: Scales; w: readonly number[] }) {
  const [a = 0, b = 0, c = 0] = w;
  if (Math.hypot(a, b) < 1e-6) return null;
  const far = 10;
  const at = [(-c * a) / (a * a + b * b), (-c * b) / (a * a + b * b)] as const;
  const along = [-b / Math.hypot(a, b), a / Math.hypot(a, b)] as const;
  const end = (k: number) => ({ x: s.sx(at[0] + k * along[0]), y: s.sy(at[1] + k * along[1]) });
  const [p, q, arrow] = [end(-far), end(far), { x: s.sx(at[0] + (0.6 * a) / Math.hypot(a, b)), y: s.sy(at[1] + (0.6 * b) / Math.hypot(a, b)) }];
  return (
    <>
      <line class="explore-cut" x1={p.x} y1={p.y} x2={q.x} y2={q.y} />
      <line class="neuron-arrow" x1={s.sx(at[0])} y1={s.sy(at[1])} x2={arrow.x} y2={arrow.y} />
      <circle class="neuron-tip" cx={arrow.x} cy={arrow.y} r="5" />
    </>
  );
}

function Ground({ s, engine, w, activation }: { s: Scales; engine: Engine; w: readonly number[]; activation: number }) {
  const theme = useThemeChange();
  const url = useMemo(() => {
    const says = fire(engine, w, activation, places);
    const most = Math.max(1, ...says);
    return shades(says.map((v) => (0.75 * v) / most), side, "--plot-2");
  }, [w, activation, theme]);
  return <image href={url} x={s.sx(-ground)} y={s.sy(ground)} width={s.sx(ground) - s.sx(-ground)} height={s.sy(-ground) - s.sy(ground)} preserveAspectRatio="none" />;
}

function Neuron({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [data, setData] = useState(wordOf(settings, "data", kinds));
  const [activation, setActivation] = useState(wordOf(settings, "activation", activations));
  const [w, setW] = useState<readonly number[]>([numberOf(settings, "w1", 1, -3, 3), numberOf(settings, "w2", -1, -3, 3), numberOf(settings, "b", 0, -3, 3)]);
  const seed = wholeOf(settings, "seed", 1, 0, 1e6);
  const toy = useThing(engine, () => engine.call("neuron", kinds.indexOf(data), seed), "free", [data, seed]);
  const { x, y } = useMemo(() => {
    const n = engine.call("points", toy, 0, 0, 0);
    return { x: engine.floats(2 * n, (at) => engine.call("points", toy, 0, at, 0)), y: engine.floats(n, (at) => engine.call("points", toy, 0, 0, at)) };
  }, [toy]);
  const which = activations.indexOf(activation);
  const says = fire(engine, w, which, x);
  const wrong = Array.from(y, (c, i) => (says[i] as number) > middle[activation] !== c > 0.5);
  const n = wrong.filter(Boolean).length;
  const learn = () => {
    let next = w;
    for (let k = 0; k < 4; k++) {
      engine.given(next, (at) => void engine.call("set_weights", toy, at));
      engine.call("step", toy, rate);
      next = Array.from(engine.floats(3, (at) => engine.call("weights", toy, at)));
    }
    const moved = Math.hypot(...next.map((v, i) => v - (w[i] as number)));
    setW(next);
    return moved > 0.003 && Math.max(...next.map(Math.abs)) < 12;
  };
  const run = useRun(learn, 60, 300);
  const set = (k: number) => (v: number) => setW(w.map((old, i) => (i === k ? v : old)));
  const text = t(n === 0 ? "explore-neuron.says.none" : "explore-neuron.says.some", {
    w1: number(w[0] as number, 2),
    w2: number(w[1] as number, 2),
    b: number(w[2] as number, 2),
    n,
    all: y.length,
    right: percent(1 - n / y.length, 0),
  });
  const slider = (label: string, k: number) => <Slider label={label} min={-12} max={12} step={0.1} value={w[k] as number} text={number(w[k] as number, 2)} onValue={set(k)} />;
  return (
    <Frame
      name="neuron"
      says={text}
      busy={run.running}
      controls={
        <>
          <Choice label={t("explore-neuron.data")} value={data} onValue={setData} options={kinds.map((value) => ({ value, text: t(`explore-neuron.data.${value}`) }))} />
          {slider(t("explore-neuron.w1"), 0)}
          {slider(t("explore-neuron.w2"), 1)}
          {slider(t("explore-neuron.b"), 2)}
          <Choice label={t("explore-neuron.activation")} value={activation} onValue={setActivation} options={activations.map((value) => ({ value, text: t(`explore-neuron.activation.${value}`) }))} />
          <div class="row">
            <Button kind="main" icon={run.running ? "pause" : "play"} onClick={run.running ? run.stop : run.start}>
              {t(run.running ? "explore.pause" : "explore-neuron.learn")}
            </Button>
            <Button kind="quiet" icon="undo" onClick={() => setW([1, -1, 0])}>
              {t("explore.again")}
            </Button>
          </div>
          <Facts
            facts={[
              [t("explore-neuron.wrong"), t("explore-neuron.of", { n, all: y.length })],
              [t("explore-neuron.right"), percent(1 - n / y.length, 0)],
            ]}
          />
        </>
      }
    >
      <Chart label={text} x={[-edge, edge]} y={[-edge, edge]} height={400} equal xLabel={t("explore-neuron.first")} yLabel={t("explore-neuron.second")}>
        {(s) => (
          <>
            <Ground s={s} engine={engine} w={w} activation={which} />
            <Line s={s} w={w} />
            {Array.from(y, (c, i) => {
              const [cx, cy] = [s.sx(x[2 * i] as number), s.sy(x[2 * i + 1] as number)];
              return (
                <g key={i}>
                  {c > 0.5 ? <path class="kmeans-point kmeans-2" d={`M${cx} ${cy - 6}L${cx + 6} ${cy + 4}L${cx - 6} ${cy + 4}Z`} /> : <circle class="kmeans-point kmeans-1" cx={cx} cy={cy} r="5" />}
                  {wrong[i] && <circle class="neuron-wrong" cx={cx} cy={cy} r="10" />}
                </g>
              );
            })}
          </>
        )}
      </Chart>
      <Legend items={[["dot", t("explore-neuron.no")], ["triangle", t("explore-neuron.yes")], ["ring", t("explore-neuron.wrong")]]} />
    </Frame>
  );
}

export default function NeuronExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="neuron">{(engine) => <Neuron engine={engine} settings={settings} />}</WithEngine>;
}
