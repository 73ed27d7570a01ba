// Scores.tsx -- how sure the model is of each label, as bars with the number beside.
import { percent } from "../i18n";

export function Scores({ labels, scores, best }: { labels: string[]; scores: number[]; best?: string }) {
  return (
    <dl class="scores">
      {labels.map((label, i) => {
        const v = Math.max(0, Math.min(1, scores[i] ?? 0));
        return (
          <div key={label} class={`scores-row${label === best ? " scores-best" : ""}`}>
            <dt>
              <bdi>{label}</bdi>
            </dt>
            <dd>
              <span class="scores-track" aria-hidden="true">
                <span class="scores-bar" style={{ inlineSize: `${100 * v}%` }} />
              </span>
              <span class="scores-number">{scores.length ? percent(v, 0) : "–"}</span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
