// Map.tsx -- all samples as points: what is alike lies together.  A point plays when it is touched; by keyboard the
// arrows go to the nearest point that way.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as api from "../../api";
import type { Project, Sample } from "../../api";
import { number, percent, t } from "../../i18n";
import { JobView, useJob } from "../../jobs";
import { useLoad } from "../../load";
import { Button } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Failure, Notice } from "../../parts/Notice";
import { Table } from "../../parts/Table";
import { LabelSelect } from "./Closer";
import { play, shown } from "./data";
import type { Samples } from "./data";
import { Small } from "./Pictures";

type Dot = { hash: string; x: number; y: number; label: string; split: string };
type MapResult = { method: "pca" | "tsne"; samples: number; n: number; left_out: number; trust: number; share?: number; points: Dot[] };

/** One for each label, with a colour; seven and six have no common factor, so 42 labels look different. */
const shapes = [
  "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  "M-3.6-3.6h7.200v7.200h-7.200z",
  "M0-5l5 8.600h-10z",
  "M0-5.500l4.500 5.500-4.500 5.500-4.500-5.500z",
  "M0 5l5-8.600h-10z",
  "M-5-1.600h3.400v-3.400h3.200v3.400h3.400v3.200h-3.400v3.400h-3.200v-3.400h-3.400z",
  "M-5-3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z",
] as const;
const shapeOf = (label: number) => shapes[label % shapes.length]!;
const colourOf = (label: number) => (label % 6) + 1;

function Mark({ label }: { label: number }) {
  return (
    <svg class={`look-mark look-fill-${colourOf(label)}`} viewBox="-7 -7 14 14" width="16" height="16" aria-hidden="true">
      <path d={shapeOf(label)} />
    </svg>
  );
}

type View = { scale: number; x: number; y: number }; // of the middle
const whole: View = { scale: 1, x: 0, y: 0 };
const clamp = (v: number, low: number, high: number) => Math.max(low, Math.min(high, v));

/** The point that an arrow leads to: near, and in that direction rather than beside it. */
function towards(points: Dot[], from: Dot, dx: number, dy: number): Dot | null {
  let best: Dot | null = null;
  let least = Infinity;
  for (const p of points) {
    const along = (p.x - from.x) * dx + (p.y - from.y) * dy;
    const beside = Math.abs((p.x - from.x) * dy) + Math.abs((p.y - from.y) * dx);
    if (p === from || along <= 0 || beside > 2 * along) continue;
    const far = along + 2 * beside;
    if (far < least) {
      least = far;
      best = p;
    }
  }
  return best;
}

/** Of each point: which part of its eight neighbours has its label. */
function company(points: Dot[]): Map<string, number> {
  const out = new Map<string, number>();
  const k = Math.min(8, points.length - 1);
  if (k < 1 || points.length > 5000) return out;
  const far = new Float64Array(k);
  const same = new Uint8Array(k);
  for (const p of points) {
    far.fill(Infinity);
    for (const q of points) {
      const d = (p.x - q.x) ** 2 + (p.y - q.y) ** 2;
      if (d >= far[k - 1]! || p === q) continue;
      let i = k - 1; // the k nearest so far, nearest first
      for (; i > 0 && far[i - 1]! > d; i--) {
        far[i] = far[i - 1]!;
        same[i] = same[i - 1]!;
      }
      far[i] = d;
      same[i] = q.label === p.label ? 1 : 0;
    }
    out.set(p.hash, same.reduce((sum, x) => sum + x, 0) / k);
  }
  return out;
}

type FieldProps = {
  all: Dot[];
  points: Dot[]; // those of them that are shown
  labels: string[];
  picked: Dot | null;
  onPick: (p: Dot | null, then: "show" | "play") => void;
  describe: (p: Dot) => string;
};

function Field({ all, points, labels, picked, onPick, describe }: FieldProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [view, setView] = useState(whole);
  const [size, setSize] = useState({ w: 600, h: 520 });
  const [theme, setTheme] = useState(0);
  const drag = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const paths = useMemo(() => shapes.map((s) => new Path2D(s)), []);
  const index = useMemo(() => new Map(labels.map((l, i) => [l, i])), [labels]);
  // As large as all points fit, equally in both directions; the view's middle is counted from theirs.
  const fit = useMemo(() => {
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const p of all) {
      [x0, x1] = [Math.min(x0, p.x), Math.max(x1, p.x)];
      [y0, y1] = [Math.min(y0, p.y), Math.max(y1, p.y)];
    }
    const unit = Math.min((size.w - 48) / (x1 - x0 || 1), (size.h - 48) / (y1 - y0 || 1));
    return { unit, x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  }, [all, size]);
  const unit = fit.unit * view.scale;
  const place = (p: Dot) => [size.w / 2 + (p.x - fit.x - view.x) * unit, size.h / 2 - (p.y - fit.y - view.y) * unit] as const;

  useEffect(() => {
    const c = canvas.current;
    if (!c) return;
    const box = new ResizeObserver(() => setSize({ w: c.clientWidth, h: c.clientHeight }));
    box.observe(c);
    const again = () => setTheme((n) => n + 1);
    const root = new MutationObserver(again);
    root.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const media = matchMedia("(prefers-color-scheme: dark)");
    media.addEventListener("change", again);
    return () => {
      box.disconnect();
      root.disconnect();
      media.removeEventListener("change", again);
    };
  }, []);

  useEffect(() => {
    const c = canvas.current;
    const draw = c?.getContext("2d");
    if (!c || !draw) return;
    const dense = devicePixelRatio || 1;
    c.width = Math.round(size.w * dense);
    c.height = Math.round(size.h * dense);
    const style = getComputedStyle(c);
    const colours = [1, 2, 3, 4, 5, 6].map((i) => style.getPropertyValue(`--plot-${i}`).trim());
    const big = clamp(1.1 + 0.15 * Math.log2(view.scale) - points.length / 8000, 0.7, 2) * dense;
    const mark = (p: Dot, by: number) => {
      const [x, y] = place(p);
      const i = index.get(p.label) ?? 0;
      draw.setTransform(by, 0, 0, by, x * dense, y * dense);
      draw.fillStyle = colours[i % 6]!;
      draw.fill(paths[i % paths.length]!);
    };
    draw.clearRect(0, 0, c.width, c.height);
    draw.globalAlpha = 0.8;
    for (const p of points) mark(p, big);
    draw.globalAlpha = 1;
    if (picked && points.includes(picked)) {
      mark(picked, big * 1.8);
      draw.strokeStyle = style.getPropertyValue("--ink").trim();
      draw.lineWidth = 1.5;
      draw.beginPath();
      draw.arc(0, 0, 8, 0, 2 * Math.PI);
      draw.stroke();
    }
    draw.setTransform(1, 0, 0, 1, 0, 0);
  }, [points, picked, view, size, theme, labels]);

  const zoom = (by: number, at?: { x: number; y: number }) =>
    setView((v) => {
      const scale = clamp(v.scale * by, 1, 60);
      if (scale === 1) return whole;
      if (!at) return { ...v, scale };
      const dx = (at.x - size.w / 2) / fit.unit;
      const dy = (size.h / 2 - at.y) / fit.unit;
      return { scale, x: v.x + dx / v.scale - dx / scale, y: v.y + dy / v.scale - dy / scale };
    });
  const spot = (e: { clientX: number; clientY: number }) => {
    const box = canvas.current!.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  const nearest = (at: { x: number; y: number }, reach: number): Dot | null => {
    let best: Dot | null = null;
    let least = reach * reach;
    for (const p of points) {
      const [x, y] = place(p);
      const far = (x - at.x) ** 2 + (y - at.y) ** 2;
      if (far < least) {
        least = far;
        best = p;
      }
    }
    return best;
  };
  /** Brings a point into sight that lies outside. */
  const follow = (p: Dot) => {
    const [x, y] = place(p);
    if (x < 8 || y < 8 || x > size.w - 8 || y > size.h - 8) setView((v) => ({ ...v, x: p.x - fit.x, y: p.y - fit.y }));
    onPick(p, "show");
  };
  const key = (e: KeyboardEvent) => {
    const arrows: Record<string, [number, number]> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const arrow = arrows[e.key];
    if (arrow) {
      const from = picked && points.includes(picked) ? picked : null;
      const to = from ? towards(points, from, ...arrow) : nearest({ x: size.w / 2, y: size.h / 2 }, Infinity);
      if (to) follow(to);
    } else if (e.key === "Enter" || e.key === " ") {
      if (picked) onPick(picked, "play");
    } else if (e.key === "+" || e.key === "=") zoom(1.4, picked ? { x: place(picked)[0], y: place(picked)[1] } : undefined);
    else if (e.key === "-") zoom(1 / 1.4);
    else if (e.key === "0") setView(whole);
    else if (e.key === "Escape") onPick(null, "show");
    else return;
    e.preventDefault();
  };
  const down = (e: PointerEvent) => {
    drag.current = { ...spot(e), moved: false };
    canvas.current?.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent) => {
    const d = drag.current;
    if (!d) return;
    const at = spot(e);
    const [dx, dy] = [at.x - d.x, at.y - d.y];
    if (!d.moved && Math.hypot(dx, dy) < 6) return;
    drag.current = { ...at, moved: true };
    setView((v) => (v.scale === 1 ? v : { ...v, x: v.x - dx / unit, y: v.y + dy / unit }));
  };
  const up = (e: PointerEvent) => {
    const d = drag.current;
    drag.current = null;
    if (!d || d.moved) return;
    const p = nearest(spot(e), 22);
    onPick(p, p ? "play" : "show");
  };
  const wheel = (e: WheelEvent) => {
    if (!e.ctrlKey && view.scale === 1 && e.deltaY > 0) return; // the page scrolls on
    e.preventDefault();
    zoom(Math.exp(-e.deltaY / 400), spot(e));
  };
  useEffect(() => {
    const c = canvas.current;
    c?.addEventListener("wheel", wheel, { passive: false });
    return () => c?.removeEventListener("wheel", wheel);
  });
  return (
    <div class="look-field">
      <div class="look-plane" role="application" tabIndex={0} aria-label={t("look.map-keys", { n: points.length })} onKeyDown={key} dir="ltr">
        <canvas ref={canvas} class={view.scale > 1 ? "look-zoomed" : undefined} aria-hidden="true" onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={() => (drag.current = null)} />
      </div>
      <div class="look-zoom">
        <Button small icon="plus" label={t("look.zoom-in")} onClick={() => zoom(1.6)} />
        <Button small label={t("look.zoom-out")} disabled={view.scale === 1} onClick={() => zoom(1 / 1.6)}>
          <span aria-hidden="true">−</span>
        </Button>
        <Button small disabled={view.scale === 1} onClick={() => setView(whole)}>
          {t("look.zoom-all")}
        </Button>
      </div>
      <p class="unseen" role="status">
        {picked ? describe(picked) : ""}
      </p>
    </div>
  );
}

function Picked({ project, samples, sample, dot, near, onOpen }: { project: Project; samples: Samples; sample: Sample | undefined; dot: Dot; near: number | undefined; onOpen: () => void }) {
  if (!sample)
    return (
      <div class="card look-picked">
        <p>{t("look.gone")}</p>
      </div>
    );
  return (
    <div class="card look-picked">
      <p class="look-name">
        <bdi>{shown(sample)}</bdi>
        <span class="hint">{[sample.label, t(`look.split.${dot.split as "train"}`), sample.subject].filter(Boolean).join(" · ")}</span>
      </p>
      <Small project={project.name} sample={sample} />
      {near !== undefined && <p class={near < 0.5 ? "look-odd" : "hint"}>{t("look.company", { part: percent(near, 0), label: dot.label })}</p>}
      <div class="row">
        {sample.kind === "sound" && <Button icon="play" label={t("look.play-of", { name: shown(sample) })} onClick={() => play(project.name, sample.hash)} />}
        <Button onClick={onOpen}>{t("look.open")}</Button>
      </div>
      <LabelSelect project={project} sample={sample} samples={samples} />
    </div>
  );
}

type Props = { project: Project; samples: Samples; onOpen: (s: Sample, among: Sample[]) => void };

export function Map_({ project, samples, onOpen }: Props) {
  const kept = useLoad<MapResult | null>(() => api.result(project.name, "map"), [project.name]);
  const job = useJob(project.name, { adopt: "data map", onDone: () => void kept.reload() });
  const [picked, setPicked] = useState<Dot | null>(null);
  const [hidden, setHidden] = useState<Set<string>>(new Set());
  const start = (method: "tsne" | "pca") => {
    setPicked(null);
    void job.start({ verb: "data map", options: { method, limit: 4000 } });
  };
  const map = kept.data;
  // What has been given another label meanwhile has it here, too; what was taken out is gone.
  const points = useMemo(
    () =>
      (map?.points ?? []).flatMap((p) => {
        const s = samples.byHash.get(p.hash);
        return s ? [s.label === p.label ? p : { ...p, label: s.label }] : samples.data ? [] : [p];
      }),
    [map, samples.byHash],
  );
  const labels = useMemo(() => {
    const all = [...project.labels, ...points.map((p) => p.label)];
    return [...new Set(all)].filter((l) => points.some((p) => p.label === l));
  }, [points, project.labels]);
  const seen = useMemo(() => points.filter((p) => !hidden.has(p.label)), [points, hidden]);
  const near = useMemo(() => company(points), [points]);
  const odd = useMemo(
    () => points.filter((p) => (near.get(p.hash) ?? 1) < 0.5).sort((a, b) => (near.get(a.hash) ?? 0) - (near.get(b.hash) ?? 0)),
    [points, near],
  );
  const now = picked ? (points.find((p) => p.hash === picked.hash) ?? null) : null;
  const open = (p: Dot, among: Dot[]) => {
    const s = samples.byHash.get(p.hash);
    if (s) onOpen(s, among.flatMap((q) => samples.byHash.get(q.hash) ?? []));
  };
  const pick = (p: Dot | null, then: "show" | "play") => {
    setPicked(p);
    const s = p && samples.byHash.get(p.hash);
    if (!s || then === "show") return;
    if (s.kind === "sound") play(project.name, s.hash);
    else if (now?.hash === p.hash) open(p, seen);
  };
  const describe = (p: Dot) => {
    const s = samples.byHash.get(p.hash);
    return t("look.point", { name: s ? shown(s) : p.hash.slice(0, 8), label: p.label, part: percent(near.get(p.hash) ?? 1, 0) });
  };
  if (kept.error) return <Failure error={kept.error} />;
  if (kept.loading && !map) return null;
  const running = job.job?.state !== "done" && <JobView job={job} title={t("look.map-making")} onAgain={() => start("tsne")} />;
  if (!map || !points.length)
    return (
      <>
        <Empty icon="look" title={t("look.map-empty-title")} text={t("look.map-empty-text")}>
          <Button kind="main" busy={job.busy} onClick={() => start("tsne")}>
            {t("look.map-make")}
          </Button>
        </Empty>
        {running}
      </>
    );
  const fresh = samples.list.length - points.length;
  return (
    <>
      <p>{t("look.map-lead")}</p>
      <div class="look-map">
        <Field all={points} points={seen} labels={labels} picked={now} onPick={pick} describe={describe} />
        <div class="look-side">
          <div class="look-legend" role="group" aria-label={t("look.legend")}>
            {labels.map((l, i) => (
              <button
                key={l}
                type="button"
                aria-pressed={!hidden.has(l)}
                onClick={() => {
                  const next = new Set(hidden);
                  if (!next.delete(l)) next.add(l);
                  setHidden(next);
                }}
              >
                <Mark label={i} />
                <bdi>{l}</bdi>
                <span class="hint">{number(points.filter((p) => p.label === l).length)}</span>
              </button>
            ))}
          </div>
          {now ? (
            <Picked project={project} samples={samples} sample={samples.byHash.get(now.hash)} dot={now} near={near.get(now.hash)} onOpen={() => open(now, seen)} />
          ) : (
            <p class="hint">{t("look.map-touch")}</p>
          )}
        </div>
      </div>
      <p class="hint">
        {t(map.method === "tsne" ? "look.map-tsne" : "look.map-pca", { n: points.length, trust: percent(map.trust, 0), share: percent(map.share ?? 0, 0) })}
        {map.left_out > 0 && ` ${t("look.map-left-out", { n: map.left_out })}`}
      </p>
      {fresh > 0 && map.n === map.samples && (
        <Notice>
          <p>{t("look.map-old", { n: fresh })}</p>
        </Notice>
      )}
      <div class="row">
        <Button busy={job.busy} onClick={() => start("tsne")}>
          {t("look.map-again")}
        </Button>
        <Button kind="quiet" busy={job.busy} onClick={() => start("pca")}>
          {t("look.map-flat")}
        </Button>
      </div>
      {running}
      <details class="look-table">
        <summary>{t("look.odd-title", { n: odd.length })}</summary>
        <p class="hint">{t("look.odd-text")}</p>
        <Table
          caption={t("look.odd-caption")}
          hideCaption
          rows={odd.slice(0, 100)}
          rowKey={(p) => p.hash}
          columns={[
            { key: "name", title: t("look.name"), cell: (p) => shown(samples.byHash.get(p.hash) ?? { hash: p.hash.slice(0, 8) }) },
            { key: "label", title: t("look.label") },
            { key: "near", title: t("look.odd-near"), number: true, cell: (p) => percent(near.get(p.hash) ?? 1, 0) },
            {
              key: "do",
              title: t("look.do"),
              cell: (p) => (
                <Button small onClick={() => open(p, odd)}>
                  {t("look.open")}
                </Button>
              ),
            },
          ]}
        />
      </details>
    </>
  );
}
