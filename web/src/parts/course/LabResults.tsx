// course/LabResults.tsx -- what the grading saw: property by property, with why it matters and what to read.
import { number, t, when } from "../../i18n";
import { learnHref } from "../../router";
import { Icon } from "../Icon";
import type { LabResult } from "./api";

export function LabResults({ results }: { results: LabResult[] }) {
  const sorted = [...results].sort((a, b) => Number(new Date(b.at)) - Number(new Date(a.at)));
  const last = sorted[0];
  if (!last) return null;
  const all = last.properties.every((p) => p.ok);
  return (
    <div class="lab-results" role="status">
      <h3>{t("learn-lab.result", { score: number(last.score, 1), of: number(last.of, 1) })}</h3>
      <p>
        {t(all ? "learn-lab.all-good" : "learn-lab.some-bad")} <span class="badge">{t(`learn-lab.level.${last.level}`)}</span>
      </p>
      <ul class="lab-properties">
        {last.properties.map((p) => (
          <li key={p.name} class={p.ok ? "lab-good" : "lab-bad"}>
            <Icon name={p.ok ? "check" : "close"} />
            <div>
              <strong>
                <span class="unseen">{t(p.ok ? "learn-lab.good" : "learn-lab.bad")} </span>
                {p.title ?? p.name}
              </strong>
              {p.saw && <p class="lab-saw">{p.saw}</p>}
              {!p.ok && p.why && <p>{p.why}</p>}
              {!p.ok && p.lesson && (
                <p>
                  <a href={learnHref(p.lesson)}>{t("learn.read-again")}</a>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {sorted.length > 1 && (
        <details>
          <summary>{t("learn-lab.earlier", { n: sorted.length - 1 })}</summary>
          <ul>
            {sorted.slice(1).map((r, i) => (
              <li key={i}>
                {when(r.at)}: {t("learn-lab.result", { score: number(r.score, 1), of: number(r.of, 1) })}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
