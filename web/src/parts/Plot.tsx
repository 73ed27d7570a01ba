// Plot.tsx -- lines over an axis, drawn by uPlot (which comes only when a plot is shown), with the same figures as a
// table for those who cannot see it.
import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { number, t } from "../i18n";
import { useThemeChange } from "../theme";
import { Table } from "./Table";

export type Series = {
  label: string;
  values: (number | null)[];
  /** 1..6: the palette of theme.css; by its place when left out. */
  colour?: number;
  dashed?: boolean;
};
type Props = {
  title: string;
  x: number[];
  xLabel: string;
  yLabel: string;
  series: Series[];
  height?: number;
  /** One sentence on what is to be seen. */
  summary?: string;
  min?: number;
  max?: number;
  /** A click at this x. */
  onPick?: (x: number, index: number) => void;
};

const rowsShown = 200; // a longer table helps nobody

function options(u: typeof uPlot, p: Props, width: number, box: HTMLElement): uPlot.Options {
  const style = getComputedStyle(box);
  const ink = style.getPropertyValue("--ink-soft").trim();
  const line = style.getPropertyValue("--line").trim();
  const font = `14px ${style.fontFamily}`;
  const axis = { stroke: ink, font, labelFont: font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width,
    height: p.height ?? 260,
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: false }, y: { range: (_, lo, hi) => [p.min ?? lo, p.max ?? (hi > lo ? hi + (hi - lo) * 0.05 : lo + 1)] } },
    axes: [
      { ...axis, label: p.xLabel, ...(p.x.every(Number.isInteger) ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] } : {}) },
      { ...axis, label: p.yLabel, size: 64 },
    ],
    series: [
      { label: p.xLabel },
      ...p.series.map((s, i) => ({
        label: s.label,
        stroke: style.getPropertyValue(`--plot-${s.colour ?? (i % 6) + 1}`).trim(),
        width: 2,
        dash: s.dashed ? [6, 5] : undefined,
        spanGaps: true,
        points: { show: p.x.length < 2 },
      })),
    ],
    hooks: p.onPick
      ? {
          ready: [
            (plot: uPlot) =>
              plot.over.addEventListener("click", () => {
                const i = plot.cursor.idx;
                if (typeof i === "number") p.onPick?.(plot.data[0][i] as number, i);
              }),
          ],
        }
      : undefined,
  } satisfies uPlot.Options as uPlot.Options & { _?: typeof u };
}

export function Plot(p: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [u, setU] = useState<typeof uPlot | null>(null);
  const theme = useThemeChange();
  const data = [p.x, ...p.series.map((s) => s.values)] as uPlot.AlignedData;
  const shape = p.series.map((s) => `${s.label}|${s.colour ?? ""}|${s.dashed ?? ""}`).join("/");

  useEffect(() => {
    let here = true;
    void import("uplot").then((m) => here && setU(() => m.default));
    return () => void (here = false);
  }, []);
  useEffect(() => {
    const el = box.current;
    if (!u || !el) return;
    plot.current = new u(options(u, p, el.clientWidth, el), data, el);
    const watch = new ResizeObserver(() => {
      if (plot.current && el.clientWidth !== plot.current.width)
        plot.current.setSize({ width: el.clientWidth, height: p.height ?? 260 });
    });
    watch.observe(el);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [u, theme, shape, p.xLabel, p.yLabel, p.height, p.min, p.max]);
  useEffect(() => plot.current?.setData(data));

  return (
    <figure class="plot">
      <figcaption>
        <strong>{p.title}</strong> {p.summary}
      </figcaption>
      <div ref={box} class="plot-box" dir="ltr" role="img" aria-label={`${p.title}. ${p.summary ?? ""}`} />
      <Figures {...p} />
    </figure>
  );
}

/** The same as a table, drawn only when it is opened. */
function Figures(p: Props) {
  const [open, setOpen] = useState(false);
  const by = Math.max(1, Math.ceil(p.x.length / rowsShown));
  const rows = open ? p.x.map((x, i) => ({ x, i })).filter((r) => r.i % by === 0) : [];
  return (
    <details class="figures" onToggle={(e) => setOpen((e.currentTarget as HTMLDetailsElement).open)}>
      <summary>{t("frame.plot.table")}</summary>
      {open && (
        <Table
          caption={p.title}
          hideCaption
          columns={[
            { key: "x", title: p.xLabel, cell: (r: { x: number }) => number(r.x, 4) },
            ...p.series.map((s) => ({
              key: s.label,
              title: s.label,
              number: true,
              cell: (r: { i: number }) => {
                const v = s.values[r.i];
                return v === null || v === undefined ? "" : number(v, 4);
              },
            })),
          ]}
          rows={rows}
        />
      )}
    </details>
  );
}
