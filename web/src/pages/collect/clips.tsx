// clips.tsx -- what is there of a label: look, listen, another label, delete, undo; and what still waits to be sent.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api";
import type { Sample, Warning } from "../../api";
import { number, t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { envelope, samplesOf } from "../../parts/sound";
import { toast, toastError } from "../../parts/Toast";
import type { Outbox, Parcel } from "./outbox";

const bars = 48;

/** The last name of a path, without what the program adds. */
const shortName = (name: string) => name.slice(name.lastIndexOf("/") + 1);

// ---- what a clip looks like ------------------------------------------------------------------------------------------

function WaveBars({ peaks }: { peaks: number[] }) {
  const most = Math.max(0.02, ...peaks);
  return (
    <svg class="collect-wave" viewBox={`0 0 ${bars * 2} 40`} preserveAspectRatio="none" aria-hidden="true">
      {peaks.map((p, i) => {
        const h = Math.max(1, (36 * p) / most);
        return <rect key={i} x={2 * i} y={20 - h / 2} width={1.4} height={h} rx={0.5} />;
      })}
    </svg>
  );
}

function Lines({ rows, stroke }: { rows: number[][]; stroke: boolean }) {
  const flat = rows.flat();
  const low = Math.min(...flat);
  const span = Math.max(1e-6, Math.max(...flat) - low);
  const n = Math.max(2, rows.length);
  if (stroke) {
    const at = (r: number[]) => `${(10 + (80 * ((r[0] ?? 0) - low)) / span).toFixed(1)},${(90 - (80 * ((r[1] ?? 0) - low)) / span).toFixed(1)}`;
    return (
      <svg class="collect-stroke" viewBox="0 0 100 100" aria-hidden="true">
        <polyline points={rows.map(at).join(" ")} />
      </svg>
    );
  }
  return (
    <svg class="collect-trace" viewBox="0 0 200 60" preserveAspectRatio="none" aria-hidden="true">
      {(rows[0] ?? []).slice(0, 6).map((_, c) => (
        <polyline
          key={c}
          class={`collect-trace-${c % 3}`}
          points={rows.map((r, i) => `${((200 * i) / (n - 1)).toFixed(1)},${(56 - (52 * ((r[c] ?? 0) - low)) / span).toFixed(1)}`).join(" ")}
        />
      ))}
    </svg>
  );
}

/** Every k-th row of a CSV file, at most 120 of them. */
function rowsOf(text: string): number[][] {
  const lines = text.trim().split("\n").slice(1);
  const every = Math.max(1, Math.ceil(lines.length / 120));
  return lines.filter((_, i) => i % every === 0).map((l) => l.split(",").map(Number));
}

/** A clip's file, fetched when it comes into view. */
function Thumb({ project, sample }: { project: string; sample: Sample }) {
  const at = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const [peaks, setPeaks] = useState<number[] | null>(null);
  const [rows, setRows] = useState<number[][] | null>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver((seen) => seen.some((s) => s.isIntersecting) && setNear(true), { rootMargin: "200px" });
    if (at.current) watcher.observe(at.current);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    if (!near || sample.kind === "picture") return;
    let here = true;
    const path = `/projects/${encodeURIComponent(project)}/samples/${sample.hash}/file`;
    api.getBytes(path).then(
      (file) => {
        if (!here) return;
        if (sample.kind === "sound") setPeaks(envelope(samplesOf(file), bars));
        else setRows(rowsOf(new TextDecoder().decode(file)));
      },
      () => {}, // the clip stays without a picture
    );
    return () => void (here = false);
  }, [near, sample.hash]);
  return (
    <div class="collect-thumb" ref={at}>
      {near && sample.kind === "picture" && <img src={api.samples.fileUrl(project, sample.hash)} alt="" loading="lazy" />}
      {peaks && <WaveBars peaks={peaks} />}
      {rows && <Lines rows={rows} stroke={!(sample.rate_hz > 0)} />}
    </div>
  );
}

// ---- one clip --------------------------------------------------------------------------------------------------------

let playing: HTMLAudioElement | null = null;
function play(url: string) {
  playing?.pause();
  playing = new Audio(url);
  void playing.play().catch(toastError);
}

export function warningText(w: Warning): string {
  const key = `collect.warning.${w.code}`;
  return t.has(key) ? t(key) : w.text;
}

type ClipProps = { project: string; sample: Sample; labels: string[]; warnings: Warning[]; onChange: () => void };

function Clip({ project, sample, labels, warnings, onChange }: ClipProps) {
  const name = shortName(sample.name);
  const restore = () => api.samples.restore(project, sample.hash).then(onChange, toastError);
  const remove = async () => {
    try {
      await api.samples.remove(project, sample.hash);
      toast(t("collect.clip.deleted"), { undo: () => void restore() });
      onChange();
    } catch (e) {
      toastError(e);
    }
  };
  const relabel = async (label: string) => {
    try {
      await api.samples.change(project, sample.hash, { label });
      toast(t("collect.clip.relabelled", { label }), { undo: () => void restore() });
      onChange();
    } catch (e) {
      toastError(e);
    }
  };
  const length = sample.seconds ? t("collect.clip.length", { n: number(sample.seconds, 1) }) : "";
  return (
    <li class="collect-clip">
      {sample.kind === "sound" ? (
        <button type="button" class="collect-play" aria-label={t("collect.clip.play", { name })} onClick={() => play(api.samples.fileUrl(project, sample.hash))}>
          <Thumb project={project} sample={sample} />
          <Icon name="play" size={16} />
        </button>
      ) : (
        <Thumb project={project} sample={sample} />
      )}
      <p class="collect-clip-about">
        {sample.subject && <bdi>{sample.subject}</bdi>} {length}
      </p>
      {warnings.map((w) => (
        <p key={w.code} class="collect-clip-warning">
          <Icon name="warning" size={16} /> {warningText(w)}
        </p>
      ))}
      <div class="collect-clip-do">
        <select aria-label={t("collect.clip.label", { name })} value={sample.label} onChange={(e) => void relabel(e.currentTarget.value)}>
          {[...new Set([...labels, sample.label])].map((l) => (
            <option key={l} value={l} selected={l === sample.label}>
              {l}
            </option>
          ))}
        </select>
        <Button kind="quiet" small icon="trash" label={t("collect.clip.delete", { name })} onClick={() => void remove()} />
      </div>
    </li>
  );
}

function Waiting({ parcel, outbox }: { parcel: Parcel; outbox: Outbox }) {
  const sound = parcel.type.startsWith("audio/");
  const listen = () => {
    const url = URL.createObjectURL(new Blob([parcel.body], { type: parcel.type }));
    play(url);
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  };
  return (
    <li class={`collect-clip collect-clip-${parcel.refused ? "refused" : "waiting"}`}>
      {sound ? (
        <button type="button" class="collect-play" aria-label={t("collect.clip.play", { name: parcel.meta.label })} onClick={listen}>
          <div class="collect-thumb">{parcel.type === "audio/wav" && <WaveBars peaks={envelope(samplesOf(parcel.body), bars)} />}</div>
          <Icon name="play" size={16} />
        </button>
      ) : (
        <div class="collect-thumb" />
      )}
      {parcel.refused ? (
        <>
          <p class="collect-clip-warning">
            <Icon name="warning" size={16} /> {parcel.refused}
          </p>
          <div class="row">
            <Button small onClick={() => void outbox.again(parcel.id, parcel.meta.label)}>
              {t("frame.again")}
            </Button>
            <Button kind="quiet" small icon="trash" onClick={() => void outbox.drop(parcel.id)}>
              {t("collect.clip.drop")}
            </Button>
          </div>
        </>
      ) : (
        <p class="collect-clip-about">{t("collect.clip.waiting")}</p>
      )}
    </li>
  );
}

// ---- all of a label --------------------------------------------------------------------------------------------------

type ClipsProps = {
  project: string;
  label: string;
  labels: string[];
  samples: Sample[];
  total: number;
  outbox: Outbox;
  warnings: Map<string, Warning[]>;
  onChange: () => void;
  onMore: () => void;
};

export function Clips({ project, label, labels, samples, total, outbox, warnings, onChange, onMore }: ClipsProps) {
  const waiting = outbox.parcels.filter((p) => p.meta.label === label || p.refused).reverse();
  return (
    <section aria-labelledby="collect-clips">
      <h2 id="collect-clips">{t("collect.clips-of", { n: total + waiting.length, label })}</h2>
      {waiting.length + samples.length === 0 && <p class="hint">{t("collect.none-yet")}</p>}
      <ul class="collect-clips">
        {waiting.map((p) => (
          <Waiting key={p.id} parcel={p} outbox={outbox} />
        ))}
        {samples.map((s) => (
          <Clip key={s.hash} project={project} sample={s} labels={labels} warnings={warnings.get(s.hash) ?? []} onChange={onChange} />
        ))}
      </ul>
      {samples.length < total && (
        <div class="row row-middle">
          <Button onClick={onMore}>{t("collect.more")}</Button>
        </div>
      )}
    </section>
  );
}
