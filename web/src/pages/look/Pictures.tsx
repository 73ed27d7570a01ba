// Pictures.tsx -- what a sample looks like: waveform, spectrogram, what the network is given.  Each is loaded when it
// comes into sight.
import type { JSX, RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api";
import type { Features, Sample, Spectrogram, Wave } from "../../api";
import { number, t } from "../../i18n";
import { paintGrid, paintPixels } from "./colours";
import { shown, whenFree } from "./data";

type Seen = Features & { channels: number; row_ms: number };

/** Loads when the element is near the window; null before. */
function useSight<T>(ref: RefObject<Element | null>, load: () => Promise<T>, on: unknown[]): { data: T | null; failed: boolean } {
  const [state, set] = useState<{ data: T | null; failed: boolean }>({ data: null, failed: false });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    set({ data: null, failed: false });
    let here = true;
    let cancel = () => {};
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((e) => e.isIntersecting)) return;
        watcher.disconnect();
        cancel = whenFree(() =>
          load().then(
            (data) => {
              if (here) set({ data, failed: false });
            },
            () => {
              if (here) set({ data: null, failed: true });
            },
          ),
        );
      },
      { rootMargin: "300px" },
    );
    watcher.observe(element);
    return () => {
      here = false;
      watcher.disconnect();
      cancel();
    };
  }, on);
  return state;
}

function Frame({ inside, className, label, failed, children }: { inside: RefObject<HTMLDivElement | null>; className: string; label: string; failed: boolean; children: JSX.Element | JSX.Element[] | null }) {
  return (
    <div ref={inside} class={`look-picture ${className}`} dir="ltr">
      {failed ? (
        <p class="look-none">{t("look.no-picture")}</p>
      ) : (
        <div class="look-drawn" role="img" aria-label={label}>
          {children}
        </div>
      )}
    </div>
  );
}

type Props = { project: string; sample: Sample; large?: boolean };

/** One line a channel; all of them on one scale. */
export function WavePicture({ project, sample, large }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const points = large ? 600 : 160;
  const { data, failed } = useSight<Wave>(ref, () => api.samples.wave(project, sample.hash, points), [project, sample.hash, points]);
  let low = -1;
  let high = 1;
  if (data && sample.kind !== "sound") {
    low = Math.min(...data.channels.flatMap((c) => c.low));
    high = Math.max(...data.channels.flatMap((c) => c.high));
  }
  const y = (v: number) => 100 - (100 * (v - low)) / (high - low || 1);
  const path = (c: Wave["channels"][number]) => {
    const top = c.high.map((v, i) => `${i ? "L" : "M"}${i} ${(y(v) - 0.4).toFixed(1)}`).join("");
    const bottom = c.low.map((v, i) => `L${i} ${(y(v) + 0.4).toFixed(1)}`).reverse().join("");
    return `${top}${bottom}Z`;
  };
  const n = data?.channels[0]?.low.length ?? 1;
  return (
    <Frame inside={ref} className={large ? "look-wave look-large" : "look-wave"} label={t("look.wave-of", { name: shown(sample) })} failed={failed}>
      {data && (
        <svg viewBox={`0 0 ${Math.max(1, n - 1)} 100`} preserveAspectRatio="none" aria-hidden="true">
          {data.channels.map((c, i) => (
            <path key={i} class={`look-line look-line-${(i % 6) + 1}`} d={path(c)} />
          ))}
        </svg>
      )}
    </Frame>
  );
}

/** Names of the channels with their colours. */
export function Channels({ names }: { names: string[] }) {
  return (
    <ul class="look-channels">
      {names.map((name, i) => (
        <li key={name}>
          <span class={`look-key look-line-${(i % 6) + 1}`} aria-hidden="true" />
          <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  );
}

/** Of a sample before: nothing of it stays until the new one is there. */
function clear(canvas: HTMLCanvasElement): void {
  canvas.width = 1;
}

export function SpectrogramPicture({ project, sample, large }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { data, failed } = useSight<Spectrogram>(ref, () => api.samples.spectrogram(project, sample.hash), [project, sample.hash]);
  useEffect(() => {
    if (!canvas.current) return;
    if (!data) return clear(canvas.current);
    let top = -Infinity;
    for (const v of data.values) if (v > top) top = v;
    paintGrid(canvas.current, { rows: data.frames, columns: data.bands, value: (r, c) => data.values[r * data.bands + c] ?? -200 }, top - 60, top);
  }, [data]);
  const says = data
    ? t("look.spectrogram-says", { name: shown(sample), low: number(data.low_hz, 0), high: number(data.high_hz, 0) })
    : t("look.spectrogram-of", { name: shown(sample) });
  return (
    <Frame inside={ref} className={large ? "look-heat look-large" : "look-heat"} label={says} failed={failed}>
      <canvas ref={canvas} />
    </Frame>
  );
}

/** Each feature on its own scale, because they have different units; frames of sounds on one. */
function paintFeatures(canvas: HTMLCanvasElement, f: Seen): void {
  const at = (r: number, c: number) => f.values[r * f.columns + c] ?? 0;
  const low: number[] = [];
  const high: number[] = [];
  for (let c = 0; c < f.columns; c++) {
    low[c] = Infinity;
    high[c] = -Infinity;
    for (let r = 0; r < f.rows; r++) {
      low[c] = Math.min(low[c]!, at(r, c));
      high[c] = Math.max(high[c]!, at(r, c));
    }
  }
  const value = (r: number, c: number) => (f.rows > 1 ? (at(r, c) - low[c]!) / (high[c]! - low[c]! || 1) : 0.5);
  paintGrid(canvas, { rows: f.rows, columns: f.columns, value }, 0, 1);
}

/** The points of a stroke as a line that begins with a dot. */
function Stroke({ f }: { f: Seen }) {
  const point = (i: number) => [50 + 42 * (f.values[i * f.columns] ?? 0), 50 - 42 * (f.values[i * f.columns + 1] ?? 0)] as const;
  const all = Array.from({ length: f.rows }, (_, i) => point(i).map((v) => v.toFixed(1)).join(","));
  return (
    <svg viewBox="0 0 100 100" aria-hidden="true">
      <polyline class="look-stroke" points={all.join(" ")} />
      <circle class="look-stroke-start" cx={point(0)[0]} cy={point(0)[1]} r="4" />
    </svg>
  );
}

export function FeaturePicture({ project, sample, large }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { data, failed } = useSight<Seen>(ref, () => api.samples.features(project, sample.hash) as Promise<Seen>, [project, sample.hash]);
  const stroke = data?.kind === "points";
  useEffect(() => {
    if (!canvas.current || stroke) return;
    if (!data) return clear(canvas.current);
    if (data.kind === "pixels") paintPixels(canvas.current, data.rows, data.columns, data.channels, data.values);
    else paintFeatures(canvas.current, data);
  }, [data]);
  const square = stroke || data?.kind === "pixels" ? " look-square" : "";
  const label = data ? t("look.features-says", { name: shown(sample), rows: data.rows, columns: data.columns }) : t("look.features-of", { name: shown(sample) });
  return (
    <>
      <Frame inside={ref} className={`look-heat look-exact${large ? " look-large" : ""}${square}`} label={label} failed={failed}>
        {data && stroke ? <Stroke f={data} /> : <canvas ref={canvas} />}
      </Frame>
      {large && data && (
        <p class="hint">
          {t(`look.features.${data.kind}`, { rows: data.rows, columns: data.columns, channels: data.channels })}
          {data.names.length > 0 && data.names.length <= 80 && (
            <details>
              <summary>{t("look.feature-names")}</summary>
              <span dir="ltr">{data.names.join(", ")}</span>
            </details>
          )}
        </p>
      )}
    </>
  );
}

/** The small picture of a sample in a list. */
export function Small({ project, sample }: Props) {
  if (sample.kind === "picture")
    return (
      <div class="look-picture look-square">
        <img src={api.samples.fileUrl(project, sample.hash)} alt={t("look.picture-of", { name: shown(sample) })} loading="lazy" />
      </div>
    );
  if (sample.kind === "sound")
    return (
      <>
        <WavePicture project={project} sample={sample} />
        <SpectrogramPicture project={project} sample={sample} />
      </>
    );
  return sample.rate_hz > 0 ? <WavePicture project={project} sample={sample} /> : <FeaturePicture project={project} sample={sample} />;
}
