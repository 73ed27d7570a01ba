// Chart.tsx -- axes for the pictures of explorables: SVG in real pixels, so that letters stay readable on a phone.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { number } from "../i18n";
import { useWidth } from "./hooks";

export type Range = readonly [number, number];
export type Scales = { sx: (v: number) => number; sy: (v: number) => number; width: number; height: number };
type Props = {
  /** What the picture shows, in a few words. */
  label: string;
  x: Range;
  y: Range;
  xLabel?: string;
  yLabel?: string;
  height?: number;
  /** Ticks of an axis; by themselves when left out. */
  xTicks?: number[];
  yTicks?: number[];
  xText?: (v: number) => string;
  yText?: (v: number) => string;
  /** One unit is as long across as it is up: distances look as they are. */
  equal?: boolean;
  children: (s: Scales) => ComponentChildren;
  /** A point of the axes was pressed: a shortcut, since all can be done with the controls. */
  onPick?: (x: number, y: number) => void;
};

/** About n round numbers in a range. */
export function ticksOf([lo, hi]: Range, n: number): number[] {
  const rough = (hi - lo) / Math.max(1, n);
  const power = 10 ** Math.floor(Math.log10(rough));
  const by = ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10) * power;
  const out: number[] = [];
  for (let v = Math.ceil(lo / by - 1e-9) * by; v <= hi + by * 1e-9; v += by) out.push(Math.abs(v) < by * 1e-9 ? 0 : v);
  return out;
}

/** Both ranges, the one with room to spare made longer at both ends. */
function stretch(x: Range, y: Range, width: number, height: number): [Range, Range] {
  const more = (r: Range, by: number): Range => [r[0] - (by * (r[1] - r[0])) / 2, r[1] + (by * (r[1] - r[0])) / 2];
  const ratio = width / (x[1] - x[0]) / (height / (y[1] - y[0]));
  return ratio > 1 ? [more(x, ratio - 1), y] : [x, more(y, 1 / ratio - 1)];
}

export function Chart(p: Props) {
  const { ref, width } = useWidth();
  const frame = useId();
  const height = p.height ?? 300;
  const bare = !p.xLabel && !p.yLabel && !p.xTicks && !p.yTicks;
  const [start, end, top, bottom] = bare ? [4, 4, 4, 4] : [p.yLabel || p.yTicks ? 52 : 14, 14, p.yLabel ? 28 : 12, p.xLabel ? 48 : 26];
  const [wide, high] = [Math.max(1, width - start - end), height - top - bottom];
  const [x, y] = p.equal ? stretch(p.x, p.y, wide, high) : [p.x, p.y];
  const sx = (v: number) => start + ((v - x[0]) / (x[1] - x[0])) * wide;
  const sy = (v: number) => height - bottom - ((v - y[0]) / (y[1] - y[0])) * high;
  const xTicks = p.xTicks ?? (bare ? [] : ticksOf(x, width < 420 ? 4 : 7));
  const yTicks = p.yTicks ?? (bare ? [] : ticksOf(y, Math.max(2, Math.round(height / 70))));
  const text = (v: number) => number(v, 3);
  const pick = (e: MouseEvent) => {
    const box = (e.currentTarget as SVGElement).getBoundingClientRect();
    const px = x[0] + ((e.clientX - box.left - start) / wide) * (x[1] - x[0]);
    const py = y[0] + ((height - bottom - (e.clientY - box.top)) / high) * (y[1] - y[0]);
    p.onPick?.(Math.min(p.x[1], Math.max(p.x[0], px)), Math.min(p.y[1], Math.max(p.y[0], py)));
  };
  return (
    <div ref={ref} class="explore-chart" dir="ltr">
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={p.label} onClick={p.onPick ? pick : undefined} class={p.onPick ? "explore-pick" : undefined}>
          <g class="explore-axes" aria-hidden="true">
            {xTicks.map((v) => (
              <g key={`x${v}`}>
                <line x1={sx(v)} x2={sx(v)} y1={top} y2={height - bottom} />
                <text x={sx(v)} y={height - bottom + 17} text-anchor="middle">
                  {(p.xText ?? text)(v)}
                </text>
              </g>
            ))}
            {yTicks.map((v) => (
              <g key={`y${v}`}>
                <line x1={start} x2={width - end} y1={sy(v)} y2={sy(v)} />
                <text x={start - 7} y={sy(v) + 4} text-anchor="end">
                  {(p.yText ?? text)(v)}
                </text>
              </g>
            ))}
            {p.xLabel && (
              <text class="explore-axis" x={(start + width - end) / 2} y={height - 6} text-anchor="middle">
                {p.xLabel}
              </text>
            )}
            {p.yLabel && (
              <text class="explore-axis" x={4} y={14} text-anchor="start">
                {p.yLabel}
              </text>
            )}
          </g>
          {p.equal && (
            <clipPath id={frame}>
              <rect x={start} y={top} width={wide} height={high} />
            </clipPath>
          )}
          <g clip-path={p.equal ? `url(#${frame})` : undefined}>{p.children({ sx, sy, width, height })}</g>
        </svg>
      )}
    </div>
  );
}

/** The path through points; breaks where a value is no number. */
export function pathOf(s: Scales, x: ArrayLike<number>, y: ArrayLike<number>): string {
  let d = "";
  let pen = false;
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i] as number, y[i] as number];
    if (!Number.isFinite(a) || !Number.isFinite(b)) {
      pen = false;
      continue;
    }
    d += `${pen ? "L" : "M"}${s.sx(a).toFixed(1)} ${s.sy(b).toFixed(1)}`;
    pen = true;
  }
  return d;
}
