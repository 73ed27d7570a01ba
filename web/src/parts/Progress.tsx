// Progress.tsx -- how far something is: part 0..1, or null while that is not known.
import { percent } from "../i18n";

export function Progress({ label, part }: { label: string; part: number | null }) {
  const known = part !== null && Number.isFinite(part);
  const p = known ? Math.min(1, Math.max(0, part)) : 0;
  return (
    <div class="progress">
      <div class="progress-label">
        <span>{label}</span>
        {known && <span>{percent(p, 0)}</span>}
      </div>
      <div
        class={`progress-track${known ? "" : " progress-unknown"}`}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known ? Math.round(100 * p) : undefined}
      >
        <div class="progress-bar" style={{ inlineSize: known ? `${100 * p}%` : undefined }} />
      </div>
    </div>
  );
}

/** A level against a whole (memory, votes): drawn as a bar, said as text beside it. */
export function Meter({ label, part, text }: { label: string; part: number; text: string }) {
  const p = Math.min(1, Math.max(0, part));
  return (
    <div class="progress">
      <div class="progress-label">
        <span>{label}</span>
        <span>{text}</span>
      </div>
      <div class="progress-track" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(100 * p)} aria-valuetext={text}>
        <div class={`progress-bar${part > 1 ? " progress-over" : ""}`} style={{ inlineSize: `${100 * p}%` }} />
      </div>
    </div>
  );
}
