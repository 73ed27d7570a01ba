// grid.tsx -- the weights of a layer that was trained here, on the grid of a few bits: step, error, what is cut off.
import { useMemo, useState } from "preact/hooks";
import { number, percent, t } from "../i18n";
import { Table } from "../parts/Table";
import { Chart } from "./Chart";
import type { Scales } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { numberOf, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";

const side = 16; // rows, and numbers in a row
const kinds = ["weights", "outlier", "outputs"] as const;
const pers = ["tensor", "channel"] as const;
const ticksUpTo = 6; // bits; more would be a wall

type On = { back: Float32Array; scale: Float32Array; rms: number; typical: number; snr: number; cut: number; used: number; zero: number };

function onGrid(engine: Engine, v: Float32Array, bits: number, affine: boolean, channel: boolean, keep: number): On {
  let scale: Float32Array = new Float32Array();
  let figures: Float32Array = new Float32Array();
  const back = engine.given(v, (from) =>
    engine.floats(v.length, (to) => {
      figures = engine.floats(6, (out) => {
        scale = engine.floats(side, (s) => engine.call("grid", from, bits, affine ? 1 : 0, channel ? 1 : 0, keep, to, s, out));
      });
    }),
  );
  const [rms = 0, snr = 0, cut = 0, used = 0, zero = 0, typical = 0] = figures;
  return { back, scale, rms, typical, snr, cut, used, zero };
}

/** Sixteen lanes, one for each neuron: its weights as dots, the grid as ticks below them. */
function Lanes({ s, v, on, bits, affine, channel }: { s: Scales; v: Float32Array; on: On; bits: number; affine: boolean; channel: boolean }) {
  const steps = 2 ** bits;
  const first = affine ? -steps / 2 - on.zero : -steps / 2 + 1;
  const last = affine ? steps / 2 - 1 - on.zero : steps / 2 - 1;
  const tall = (s.sy(0) - s.sy(1)) * 0.8;
  return (
    <>
      {Array.from({ length: side }, (_, r) => {
        const scale = on.scale[channel && !affine ? r : 0] as number;
        const y = s.sy(side - r - 0.5);
        return (
          <g key={r}>
            <rect class="grid-range" x={s.sx(first * scale)} width={Math.max(1, s.sx(last * scale) - s.sx(first * scale))} y={y - tall / 2} height={tall} />
            {bits <= ticksUpTo &&
              Array.from({ length: last - first + 1 }, (_, k) => (
                <line key={k} class="grid-tick" x1={s.sx((first + k) * scale)} x2={s.sx((first + k) * scale)} y1={y - tall / 2} y2={y + tall / 2} />
              ))}
            {Array.from({ length: side }, (_, k) => {
              const i = r * side + k;
              const far = Math.abs((v[i] as number) - (on.back[i] as number)) > scale * 0.51;
              return (
                <g key={k}>
                  {far && <line class="grid-lost" x1={s.sx(v[i] as number)} x2={s.sx(on.back[i] as number)} y1={y} y2={y} />}
                  <circle class={far ? "grid-cut" : "grid-value"} r={far ? 4 : 2.8} cx={s.sx(v[i] as number)} cy={y} />
                </g>
              );
            })}
          </g>
        );
      })}
    </>
  );
}

/** How many numbers are how large. */
function Histogram({ v, x, label }: { v: Float32Array; x: readonly [number, number]; label: string }) {
  const bins = 48;
  const counts = new Array<number>(bins).fill(0);
  v.forEach((value) => {
    const k = Math.min(bins - 1, Math.max(0, Math.floor(((value - x[0]) / (x[1] - x[0])) * bins)));
    counts[k] = (counts[k] as number) + 1;
  });
  const most = Math.max(...counts);
  return (
    <Chart label={label} x={x} y={[0, most]} height={120} yLabel={t("explore-grid.how-many")}>
      {(s) =>
        counts.map((n, k) => {
          const from = x[0] + (k / bins) * (x[1] - x[0]);
          return <rect key={k} class="explore-pile-1" x={s.sx(from)} width={Math.max(1, s.sx(x[0] + (x[1] - x[0]) / bins) - s.sx(x[0]) - 1)} y={s.sy(n)} height={s.sy(0) - s.sy(n)} />;
        })
      }
    </Chart>
  );
}

function Grid({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [kind, setKind] = useState(wordOf(settings, "values", kinds));
  const [bits, setBits] = useState(wholeOf(settings, "bits", 8, 2, 8));
  const [per, setPer] = useState(wordOf(settings, "per", pers));
  const [cut, setCut] = useState(numberOf(settings, "cut", 100, 10, 100));
  const seed = wholeOf(settings, "seed", 1, 0, 1e6);
  const affine = kind === "outputs";
  const v = useMemo(() => engine.floats(side * side, (at) => engine.call("values", kinds.indexOf(kind), seed, at)), [kind, seed]);
  const on = useMemo(() => onGrid(engine, v, bits, affine, per === "channel", cut / 100), [v, bits, affine, per, cut]);
  const range = Math.max(...Array.from(v, Math.abs)) * 1.05;
  const x = [affine ? -0.05 * range : -range, range] as const;
  const scales = affine || per === "tensor" ? [on.scale[0] as number] : Array.from(on.scale);
  const says = t(`explore-grid.says.${scales.length > 1 ? "channel" : "tensor"}`, {
    cut: on.cut,
    bits,
    steps: 2 ** bits - (affine ? 0 : 1),
    used: on.used,
    step: number(scales[0] as number, 4),
    small: number(Math.min(...scales), 4),
    large: number(Math.max(...scales), 4),
    error: number(on.typical, 4),
    snr: number(on.snr, 1),
  });
  return (
    <Frame
      name="grid"
      says={says}
      controls={
        <>
          <Choice label={t("explore-grid.values")} value={kind} onValue={setKind} options={kinds.map((value) => ({ value, text: t(`explore-grid.values.${value}`) }))} />
          <Slider label={t("explore-grid.bits")} min={2} max={8} step={1} value={bits} onValue={setBits} />
          {!affine && <Choice label={t("explore-grid.per")} value={per} onValue={setPer} options={pers.map((value) => ({ value, text: t(`explore-grid.per.${value}`) }))} />}
          <Slider label={t("explore-grid.cut")} min={10} max={100} step={1} value={cut} text={percent(cut / 100)} onValue={setCut} />
          <Facts
            facts={[
              [t("explore-grid.error"), number(on.typical, 4)],
              [t("explore-grid.rms"), number(on.rms, 4)],
              [t("explore-grid.snr"), t("explore-grid.db", { n: number(on.snr, 1) })],
              [t("explore-grid.lost"), number(on.cut)],
              [t("explore-grid.bytes"), t("explore-grid.bytes-of", { n: (side * side * bits) / 8 + 4 * scales.length, float: side * side * 4 })],
            ]}
          />
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-grid.table")}
            hideCaption
            rows={Array.from({ length: side }, (_, k) => ({ k, v: v[k] as number, back: on.back[k] as number }))}
            columns={[
              { key: "k", title: t("explore-grid.number"), cell: (r) => number(r.k + 1) },
              { key: "v", title: t("explore-grid.was"), number: true, cell: (r) => number(r.v, 5) },
              { key: "back", title: t("explore-grid.is"), number: true, cell: (r) => number(r.back, 5) },
              { key: "off", title: t("explore-grid.off"), number: true, cell: (r) => number(r.back - r.v, 5) },
            ]}
          />
        </More>
      }
    >
      <Histogram v={v} x={x} label={t("explore-grid.histogram")} />
      <Chart label={says} x={x} y={[0, side]} yTicks={[]} xLabel={t("explore-grid.value")} height={330}>
        {(s) => <Lanes {...{ s, v, on, bits, affine, channel: per === "channel" }} />}
      </Chart>
      <Legend items={[["dot", t("explore-grid.dot")], ["range", t("explore-grid.range")], ["cut", t("explore-grid.far")]]} />
    </Frame>
  );
}

export default function GridExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="grid">{(engine) => <Grid engine={engine} settings={settings} />}</WithEngine>;
}
