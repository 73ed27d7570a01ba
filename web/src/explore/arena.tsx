// arena.tsx -- a network's buffers over its steps: packed by the planner into one arena, or each in a place of its own.
import { useMemo, useState } from "preact/hooks";
import { bytes, number, percent, t } from "../i18n";
import { Button } from "../parts/Button";
import { Table } from "../parts/Table";
import { Chart } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";

const size = [32, 32, 1] as const; // of the picture that goes in
const nets = {
  chain: "conv2d 8 3x3 stride 2x2 relu\nconv2d 16 3x3 relu\nmaxpool 2x2\nconv2d 24 3x3 relu\navgpool global\ndense classes\n",
  wide: "conv2d 12 3x3 relu\nconv2d 24 3x3 stride 2x2 relu\nconv2d 12 3x3 relu\nmaxpool 2x2\navgpool global\ndense classes\n",
  skip: "conv2d 8 3x3 stride 2x2 relu as a\nconv2d 8 3x3 relu\nconv2d 8 3x3\nadd a relu\navgpool global\ndense classes\n",
  branch: "conv2d 8 3x3 stride 2x2 relu as a\nconv2d 8 1x1 relu as b\nconv2d 12 3x3 from a relu as c\nconcat b c\nmaxpool 2x2\navgpool global\ndense classes\n",
} as const;
const names = Object.keys(nets) as (keyof typeof nets)[];
const plans = ["packed", "naive"] as const;

type Block = { bytes: number; at: number; apart: number; first: number; last: number };
export type Packing = { arena: number; bound: number; apart: number; steps: string[]; blocks: Block[] };

/** What the planner made of a network. */
export function packingOf(engine: Engine, thing: number): Packing {
  const [arena = 0, bound = 0, apart = 0, n = 0, m = 0] = engine.floats(5, (at) => void engine.call("arena_figures", thing, at));
  const rows = engine.peek(engine.call("arena_blocks", thing), 5 * m);
  const blocks = Array.from({ length: m }, (_, i) => {
    const [size = 0, at = 0, alone = 0, first = 0, last = 0] = rows.slice(5 * i, 5 * i + 5);
    return { bytes: size, at, apart: alone, first, last };
  });
  return { arena, bound, apart, blocks, steps: Array.from({ length: n }, (_, k) => engine.text(engine.call("arena_step", thing, k))) };
}

function Blocks({ p, naive, step, onStep, says }: { p: Packing; naive: boolean; step: number; onStep: (k: number) => void; says: string }) {
  const n = p.steps.length;
  const live = (b: Block) => b.first <= step && step <= b.last;
  return (
    <Chart
      label={says}
      x={[0, n]}
      y={[0, p.apart * 1.02]}
      height={380}
      xLabel={t("explore-arena.steps")}
      yLabel={t("explore-arena.bytes")}
      xTicks={Array.from({ length: n }, (_, k) => k + 0.5)}
      xText={(v) => number(v + 0.5, 0)}
      onPick={(x) => onStep(Math.min(n - 1, Math.floor(x)))}
    >
      {(s) => (
        <>
          <rect class="arena-now" x={s.sx(step)} width={s.sx(step + 1) - s.sx(step)} y={s.sy(p.apart * 1.02)} height={s.sy(0) - s.sy(p.apart * 1.02)} />
          {p.blocks.map((b, i) => {
            const at = naive ? b.apart : b.at;
            const [first, last] = naive ? [0, n - 1] : [b.first, b.last];
            return <rect key={i} class={`arena-block kmeans-${(i % 6) + 1}${live(b) ? " arena-live" : ""}`} x={s.sx(first) + 2} width={s.sx(last + 1) - s.sx(first) - 4} y={s.sy(at + b.bytes)} height={Math.max(1.5, s.sy(at) - s.sy(at + b.bytes))} />;
          })}
          <line class="arena-top" x1={s.sx(0)} x2={s.sx(n)} y1={s.sy(naive ? p.apart : p.arena)} y2={s.sy(naive ? p.apart : p.arena)} />
        </>
      )}
    </Chart>
  );
}

function Arena({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [net, setNet] = useState(wordOf(settings, "net", names));
  const [plan, setPlan] = useState(wordOf(settings, "plan", plans));
  const [step, setStep] = useState(wholeOf(settings, "step", 1, 1, 12) - 1);
  const thing = useThing(engine, () => engine.told(nets[net], (at) => engine.call("arena", at, ...size)), "arena_free", [net]);
  const p = useMemo(() => packingOf(engine, thing), [thing]);
  const naive = plan === "naive";
  const k = Math.min(step, p.steps.length - 1);
  const live = p.blocks.filter((b) => b.first <= k && k <= b.last);
  const used = live.reduce((sum, b) => sum + b.bytes, 0);
  const says = t(`explore-arena.says.${plan}`, { step: k + 1, op: p.steps[k] ?? "", n: live.length, used: bytes(used), arena: bytes(p.arena), apart: bytes(p.apart), saved: percent(1 - p.arena / p.apart, 0) });
  return (
    <Frame
      name="arena"
      says={says}
      controls={
        <>
          <Choice label={t("explore-arena.net")} value={net} onValue={setNet} options={names.map((value) => ({ value, text: t(`explore-arena.net.${value}`) }))} />
          <Choice label={t("explore-arena.plan")} value={plan} onValue={setPlan} options={plans.map((value) => ({ value, text: t(`explore-arena.plan.${value}`) }))} />
          <Slider label={t("explore.step")} min={1} max={p.steps.length} step={1} value={k + 1} text={`${k + 1}: ${p.steps[k] ?? ""}`} onValue={(v) => setStep(v - 1)} />
          <div class="row">
            <Button kind="main" disabled={k === p.steps.length - 1} onClick={() => setStep(k + 1)}>
              {t("explore.step")}
            </Button>
            <Button kind="quiet" icon="undo" onClick={() => setStep(0)}>
              {t("explore.again")}
            </Button>
          </div>
          <Facts
            facts={[
              [t("explore-arena.packed"), t("explore-arena.exact", { n: p.arena })],
              [t("explore-arena.apart"), t("explore-arena.exact", { n: p.apart })],
              [t("explore-arena.bound"), t("explore-arena.exact", { n: p.bound })],
              [t("explore-arena.live"), t("explore-arena.exact", { n: used })],
            ]}
          />
          <pre class="arena-text" dir="ltr" tabIndex={0} aria-label={t("explore-arena.text")}>
            {nets[net].trim()}
          </pre>
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-arena.table")}
            hideCaption
            rows={p.blocks}
            columns={[
              { key: "made", title: t("explore-arena.made"), cell: (b) => `${b.first + 1}: ${p.steps[b.first] ?? ""}` },
              { key: "last", title: t("explore-arena.until"), number: true, cell: (b) => number(b.last + 1) },
              { key: "bytes", title: t("explore-arena.size"), number: true, cell: (b) => number(b.bytes) },
              { key: "at", title: t("explore-arena.at"), number: true, cell: (b) => number(naive ? b.apart : b.at) },
            ]}
          />
        </More>
      }
    >
      <Blocks p={p} naive={naive} step={k} onStep={setStep} says={says} />
      <Legend items={[["block", t("explore-arena.block")], ["live", t("explore-arena.now")], ["cut-line", t("explore-arena.top")]]} />
    </Frame>
  );
}

export default function ArenaExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="arena">{(engine) => <Arena engine={engine} settings={settings} />}</WithEngine>;
}
