// window.tsx -- a 3 x 3 kernel that slides over a small picture: what it sees, what it says, stride, padding, pooling.
import { useMemo, useState } from "preact/hooks";
import { number, t } from "../i18n";
import { Button } from "../parts/Button";
import { Checkbox } from "../parts/Field";
import type { Engine } from "./engine";
import { Choice, Frame, More, Slider, WithEngine } from "./Frame";
import { onOf, useRun, useWidth, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";

const side = 12;
const pictures = {
  seven: ["............", "..########..", "..########..", "........##..", ".......##...", ".......##...", "......##....", "......##....", ".....##.....", ".....##.....", "....##......", "............"],
  cross: ["............", ".....##.....", ".....##.....", ".....##.....", ".....##.....", ".##########.", ".##########.", ".....##.....", ".....##.....", ".....##.....", ".....##.....", "............"],
  face: ["...######...", ".##......##.", ".#........#.", "#..##..##..#", "#..##..##..#", "#..........#", "#..........#", "#..#....#..#", "#...####...#", ".#........#.", ".##......##.", "...######..."],
  stairs: ["##..........", "##..........", "####........", "####........", "######......", "######......", "########....", "########....", "##########..", "##########..", "############", "############"],
  dots: ["............", "..#....#....", "............", ".....#......", "............", ".#.......#..", "............", "....#.......", "........#...", "..#.........", "......#...#.", "............"],
} as const;
const kernels = {
  vertical: [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  horizontal: [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  outline: [-1, -1, -1, -1, 8, -1, -1, -1, -1],
  blur: [1, 1, 1, 1, 1, 1, 1, 1, 1].map((v) => v / 9),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
  same: [0, 0, 0, 0, 1, 0, 0, 0, 0],
} as const;
type KernelName = keyof typeof kernels;
type PictureName = keyof typeof pictures;
const pictureNames = Object.keys(pictures) as PictureName[];
const kernelNames = Object.keys(kernels) as KernelName[];
const pools = ["none", "max", "mean"] as const;
const paddings = ["valid", "same"] as const;

const pixels = (name: PictureName): number[] => pictures[name].flatMap((row) => [...row].map((c) => (c === "#" ? 1 : 0)));

type Marked = { row: number; column: number; high: number; wide: number };
type GridProps = {
  label: string;
  values: ArrayLike<number>;
  n: number;
  /** Where the window is. */
  mark?: Marked;
  most: number;
  onCell?: (row: number, column: number) => void;
  cursor?: { row: number; column: number } | null;
  onKey?: (e: KeyboardEvent) => void;
};

/** Values as shades: one colour above zero, another below, and the numbers where there is room. */
function Cells({ label, values, n, mark, most, onCell, cursor, onKey }: GridProps) {
  const { ref, width } = useWidth();
  const full = Math.min(width, 300);
  const cell = Math.floor(full / Math.max(n, 4));
  const press = (e: MouseEvent) => {
    const box = (e.currentTarget as SVGElement).getBoundingClientRect();
    onCell?.(Math.min(n - 1, Math.floor((e.clientY - box.top - 2) / cell)), Math.min(n - 1, Math.floor((e.clientX - box.left - 2) / cell)));
  };
  const keys = onKey ? { tabindex: 0, onKeyDown: onKey, role: "application", "aria-roledescription": t("explore-window.board") } : { role: "img" };
  return (
    <figure class="window-cells">
      <figcaption>{label}</figcaption>
      <div ref={ref} dir="ltr">
        {width > 0 && (
          <svg width={cell * n + 4} height={cell * n + 4} aria-label={label} onClick={onCell && press} class={onCell ? "explore-pick" : undefined} {...(keys as object)}>
            {Array.from(values, (v, i) => {
              const [r, c] = [Math.floor(i / n), i % n];
              const strong = Math.min(1, Math.abs(v) / most);
              return (
                <g key={i}>
                  <rect class={v < 0 ? "window-below" : "window-above"} x={c * cell + 2} y={r * cell + 2} width={cell - 1} height={cell - 1} fill-opacity={0.06 + 0.94 * strong} />
                  {cell >= 22 && most > 1 && v !== 0 && (
                    <text class={strong > 0.55 ? "window-on" : "window-off"} x={c * cell + 2 + cell / 2} y={r * cell + 2 + cell / 2 + 4} text-anchor="middle">
                      {number(v, cell >= 34 ? 1 : 0)}
                    </text>
                  )}
                </g>
              );
            })}
            {mark && <rect class="window-mark" x={mark.column * cell + 2} y={mark.row * cell + 2} width={mark.wide * cell - 1} height={mark.high * cell - 1} />}
            {cursor && <rect class="window-cursor" x={cursor.column * cell + 4} y={cursor.row * cell + 4} width={cell - 5} height={cell - 5} />}
          </svg>
        )}
      </div>
    </figure>
  );
}

const mostOf = (v: ArrayLike<number>) => Math.max(1, ...Array.from(v, Math.abs));

function KernelEditor({ kernel, setOne }: { kernel: readonly number[]; setOne: (i: number, v: number) => void }) {
  return (
    <fieldset class="window-kernel">
      <legend>{t("explore-window.weights")}</legend>
      <div dir="ltr">
        {kernel.map((v, i) => (
          <input
            key={i}
            type="number"
            step="any"
            value={Number(v.toFixed(3))}
            aria-label={t("explore-window.weight", { row: Math.floor(i / 3) + 1, column: (i % 3) + 1 })}
            onInput={(e) => Number.isFinite(e.currentTarget.valueAsNumber) && setOne(i, e.currentTarget.valueAsNumber)}
          />
        ))}
      </div>
    </fieldset>
  );
}

/** What the window sees, times its weights: the sum in words. */
function sumOf(picture: number[], kernel: readonly number[], row: number, column: number): string {
  const terms: string[] = [];
  kernel.forEach((w, i) => {
    const [r, c] = [row + Math.floor(i / 3), column + (i % 3)];
    const x = r >= 0 && r < side && c >= 0 && c < side ? (picture[r * side + c] as number) : 0;
    if (x && w) terms.push(number(w, 2));
  });
  return terms.length ? terms.join(" + ").replaceAll("+ -", "− ") : "0";
}

function Window({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [name, setName] = useState<PictureName>(wordOf(settings, "picture", pictureNames));
  const [picture, setPicture] = useState(pixels(name));
  const [kernelName, setKernelName] = useState<KernelName | "own">(wordOf(settings, "kernel", kernelNames));
  const [kernel, setKernel] = useState<readonly number[]>(kernels[kernelName as KernelName]);
  const [stride, setStride] = useState(wholeOf(settings, "stride", 1, 1, 3));
  const [padding, setPadding] = useState(wordOf(settings, "padding", paddings));
  const [pool, setPool] = useState(wordOf(settings, "pool", pools));
  const [relu, setRelu] = useState(onOf(settings, "relu"));
  const [at, setAt] = useState(0);
  const [cursor, setCursor] = useState<{ row: number; column: number } | null>(null);
  const same = padding === "same";
  const said = useMemo(
    () =>
      engine.given(picture, (x) =>
        engine.given(kernel, (k) => {
          const n = engine.call("window", x, side, k, stride, same ? 1 : 0, relu ? 1 : 0, 0);
          return { n, values: engine.floats(n * n, (y) => engine.call("window", x, side, k, stride, same ? 1 : 0, relu ? 1 : 0, y)) };
        }),
      ),
    [picture, kernel, stride, same, relu],
  );
  const pooled = useMemo(() => {
    if (pool === "none") return null;
    return engine.given(said.values, (x) => {
      const n = engine.call("pool", x, said.n, pool === "max" ? 1 : 0, 0);
      return { n, values: engine.floats(n * n, (y) => engine.call("pool", x, said.n, pool === "max" ? 1 : 0, y)) };
    });
  }, [said, pool]);
  const place = Math.min(at, said.n * said.n - 1);
  const [oRow, oColumn] = [Math.floor(place / said.n), place % said.n];
  // The first zero row that "same" puts in front: as much before as behind, the odd one behind.
  const before = same ? Math.floor(Math.max(0, (said.n - 1) * stride + 3 - side) / 2) : 0;
  const [row, column] = [oRow * stride - before, oColumn * stride - before];
  const run = useRun(
    () => {
      setAt((k) => Math.min(k + 1, said.n * said.n - 1));
      return at + 1 < said.n * said.n - 1;
    },
    120,
    said.n * said.n,
  );
  const toggle = (r: number, c: number) => setPicture(picture.map((v, i) => (i === r * side + c ? 1 - v : v)));
  const onKey = (e: KeyboardEvent) => {
    const move: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const by = move[e.key];
    const now = cursor ?? { row: 0, column: 0 };
    if (by) setCursor({ row: Math.min(side - 1, Math.max(0, now.row + by[0])), column: Math.min(side - 1, Math.max(0, now.column + by[1])) });
    else if (e.key === " " || e.key === "Enter") toggle(now.row, now.column);
    else return;
    e.preventDefault();
  };
  const sum = said.values[place] as number;
  const says = t("explore-window.says", {
    row: oRow + 1,
    column: oColumn + 1,
    sum: sumOf(picture, kernel, row, column),
    value: number(sum, 2),
    n: said.n,
    pooled: pooled ? t("explore-window.pooled", { n: pooled.n }) : "",
  });
  return (
    <Frame
      name="window"
      says={says}
      busy={run.running}
      controls={
        <>
          <Choice
            label={t("explore-window.picture")}
            value={name}
            onValue={(v) => {
              setName(v);
              setPicture(pixels(v));
            }}
            options={pictureNames.map((value) => ({ value, text: t(`explore-window.picture.${value}`) }))}
          />
          <Choice<KernelName | "own">
            label={t("explore-window.kernel")}
            value={kernelName}
            onValue={(v) => {
              setKernelName(v);
              if (v !== "own") setKernel(kernels[v]);
            }}
            options={[...kernelNames, "own" as const].map((value) => ({ value, text: t(`explore-window.kernel.${value}`) }))}
          />
          <KernelEditor
            kernel={kernel}
            setOne={(i, v) => {
              setKernelName("own");
              setKernel(kernel.map((w, k) => (k === i ? v : w)));
            }}
          />
          <Slider label={t("explore-window.stride")} min={1} max={3} step={1} value={stride} onValue={setStride} />
          <Choice label={t("explore-window.padding")} value={padding} onValue={setPadding} options={paddings.map((value) => ({ value, text: t(`explore-window.padding.${value}`) }))} />
          <Checkbox label={t("explore-window.relu")} checked={relu} onValue={setRelu} />
          <Choice label={t("explore-window.pool")} value={pool} onValue={setPool} options={pools.map((value) => ({ value, text: t(`explore-window.pool.${value}`) }))} />
          <Slider label={t("explore-window.place")} min={0} max={said.n * said.n - 1} step={1} value={place} text={t("explore-window.at", { row: oRow + 1, column: oColumn + 1 })} onValue={setAt} />
          <div class="row">
            <Button kind="main" disabled={run.running || place === said.n * said.n - 1} onClick={() => setAt(place + 1)}>
              {t("explore.step")}
            </Button>
            <Button icon={run.running ? "pause" : "play"} onClick={run.running ? run.stop : run.start}>
              {t(run.running ? "explore.pause" : "explore.run")}
            </Button>
            <Button kind="quiet" icon="undo" onClick={() => setAt(0)}>
              {t("explore.again")}
            </Button>
          </div>
        </>
      }
      more={
        <More>
          <div class="table" role="region" tabIndex={0} aria-label={t("explore-window.output")}>
            <table>
              <caption>{t("explore-window.output")}</caption>
              <tbody>
                {Array.from({ length: said.n }, (_, r) => (
                  <tr key={r}>
                    {Array.from({ length: said.n }, (_, c) => (
                      <td key={c} class="number">
                        {number(said.values[r * said.n + c] as number, 2)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </More>
      }
    >
      <div class="window-boards">
        <Cells label={t("explore-window.input")} values={picture} n={side} most={1} mark={{ row, column, high: 3, wide: 3 }} onCell={toggle} cursor={cursor} onKey={onKey} />
        <Cells label={t("explore-window.output")} values={said.values} n={said.n} most={mostOf(said.values)} mark={{ row: oRow, column: oColumn, high: 1, wide: 1 }} />
        {pooled && <Cells label={t("explore-window.after-pool")} values={pooled.values} n={pooled.n} most={mostOf(said.values)} />}
      </div>
      <p class="hint">{t("explore-window.draw")}</p>
    </Frame>
  );
}

export default function WindowExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="window">{(engine) => <Window engine={engine} settings={settings} />}</WithEngine>;
}
