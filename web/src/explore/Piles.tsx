// Piles.tsx -- two piles of scores on both sides of an axis: the others above it, events below; what the threshold gets
// wrong is hatched.
import { useId, useMemo } from "preact/hooks";
import { Chart } from "./Chart";
import type { Engine } from "./engine";

type Props = {
  engine: Engine;
  pile: number; // th_scores
  bins: number;
  threshold: number;
  onThreshold?: (v: number) => void;
  label: string;
  xLabel?: string;
  height?: number;
};

export function Piles({ engine, pile, bins, threshold, onThreshold, label, xLabel, height = 260 }: Props) {
  const hatch = useId();
  const both = useMemo(() => engine.floats(2 * bins, (at) => void engine.call("piles", pile, bins, at, at + 4 * bins)), [pile, bins]);
  const most = Math.max(...both, 1);
  const bars = Array.from({ length: bins }, (_, i) => ({ from: i / bins, quiet: both[i] as number, events: both[bins + i] as number }));
  return (
    <Chart
      label={label}
      x={[0, 1]}
      y={[-most, most]}
      xLabel={xLabel}
      yTicks={[]}
      xTicks={[0, 0.25, 0.5, 0.75, 1]}
      height={height}
      onPick={onThreshold && ((x) => onThreshold(Math.round(x * 200) / 200))}
    >
      {(s) => {
        const wide = Math.max(1, s.sx(1 / bins) - s.sx(0) - 1);
        return (
          <>
            <defs>
              <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <line class="explore-hatch" x1="0" x2="0" y1="0" y2="6" />
              </pattern>
            </defs>
            {bars.map((b) => (
              <g key={b.from}>
                <rect class="explore-pile-1" x={s.sx(b.from)} width={wide} y={s.sy(b.quiet)} height={s.sy(0) - s.sy(b.quiet)} />
                <rect class="explore-pile-2" x={s.sx(b.from)} width={wide} y={s.sy(0)} height={s.sy(-b.events) - s.sy(0)} />
                {b.from >= threshold ? (
                  <rect fill={`url(#${hatch})`} x={s.sx(b.from)} width={wide} y={s.sy(b.quiet)} height={s.sy(0) - s.sy(b.quiet)} />
                ) : (
                  <rect fill={`url(#${hatch})`} x={s.sx(b.from)} width={wide} y={s.sy(0)} height={s.sy(-b.events) - s.sy(0)} />
                )}
              </g>
            ))}
            <line class="explore-cut" x1={s.sx(threshold)} x2={s.sx(threshold)} y1={s.sy(most)} y2={s.sy(-most)} />
          </>
        );
      }}
    </Chart>
  );
}
