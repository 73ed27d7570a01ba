// course/LabResults.tsx -- what the grading saw: property by property, with why it matters and what to read.
import { number, t, when } from "../../i18n";
import { learnHref } from "../../router";
import { Icon } from "../Icon";
import type { IconName } from "../Icon";
import type { LabResult, Property } from "./api";

const icons: Record<string, IconName> = { passed: "check", failed: "close", unseen: "question" };

/** `commands` in a text of one line. */
const withCode = (text: string) => text.split("`").map((piece, i) => (i % 2 ? <code key={i} dir="ltr">{piece}</code> : piece));

export function LabResults({ results }: { results: LabResult[] }) {
  const last = results[0]; // the newest
  if (!last) return null;
  const all = last.properties.every((p) => p.ok);
  const state = (p: Property) => p.state ?? (p.ok ? "passed" : "failed");
  return (
    <div class="lab-results" role="status">
      <h3>{t("learn-lab.result", { score: number(last.score, 1), of: number(last.of, 1) })}</h3>
      <p>
        {t(all ? "learn-lab.all-good" : "learn-lab.some-bad")} <span class="badge">{t(`learn-lab.level.${last.level}`)}</span>
      </p>
      <ul class="lab-properties">
        {last.properties.map((p) => (
          <li key={p.name} class={`lab-${state(p)}`}>
            <Icon name={icons[state(p)]} />
            <div>
              <strong>
                <span class="unseen">{t(`learn-lab.state.${state(p)}`)} </span>
                {p.title ?? p.name}
              </strong>
              {p.saw && <p class="lab-saw">{withCode(p.saw)}</p>}
              {!p.ok && p.why && <p>{withCode(p.why)}</p>}
              {!p.ok && p.lesson && (
                <p>
                  <a href={learnHref(p.lesson)}>{t("learn.read-again")}</a>
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {results.length > 1 && (
        <details>
          <summary>{t("learn-lab.earlier", { n: results.length - 1 })}</summary>
          <ul>
            {results.slice(1).map((r, i) => (
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
