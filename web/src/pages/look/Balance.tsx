// Balance.tsx -- how many there are of each label, in which part, and of whom.
import type { Project } from "../../api";
import { number, t } from "../../i18n";
import { Notice } from "../../parts/Notice";
import { href } from "../../router";
import type { Samples } from "./data";

const splits = ["train", "val", "test"] as const;
type Row = { name: string; split: Record<(typeof splits)[number], number>; all: number };

function countBy(samples: Samples, of: (i: number) => string, first: string[] = []): Row[] {
  const rows = new Map<string, Row>();
  const fresh = (name: string): Row => ({ name, split: { train: 0, val: 0, test: 0 }, all: 0 });
  for (const f of first) rows.set(f, fresh(f));
  samples.list.forEach((s, i) => {
    const name = of(i);
    const row = rows.get(name) ?? fresh(name);
    rows.set(name, row);
    row.all++;
    if (s.split) row.split[s.split]++;
  });
  return [...rows.values()];
}

function Bar({ row, most, link }: { row: Row; most: number; link: string }) {
  return (
    <tr>
      <th scope="row">
        <a href={link}>
          <bdi>{row.name}</bdi>
        </a>
      </th>
      {splits.map((s) => (
        <td key={s} class="number">
          {number(row.split[s])}
        </td>
      ))}
      <td class="number">
        <strong>{number(row.all)}</strong>
      </td>
      <td class="look-bar-cell">
        <div class="look-bar" aria-hidden="true" style={{ inlineSize: `${(100 * row.all) / (most || 1)}%` }}>
          {splits.map((s) => row.split[s] > 0 && <span key={s} class={`look-part look-part-${s}`} style={{ flexGrow: row.split[s] }} />)}
        </div>
      </td>
    </tr>
  );
}

function Bars({ caption, head, rows, link }: { caption: string; head: string; rows: Row[]; link: (name: string) => string }) {
  const most = Math.max(0, ...rows.map((r) => r.all));
  return (
    <div class="table" role="region" aria-label={caption} tabIndex={0}>
      <table class="look-bars">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {splits.map((s) => (
              <th key={s} scope="col" class="number">
                <span class={`look-key look-part-${s}`} aria-hidden="true" /> {t(`look.split.${s}`)}
              </th>
            ))}
            <th scope="col" class="number">
              {t("look.all")}
            </th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <Bar key={r.name} row={r} most={most} link={link(r.name)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Who has how many of each label; empty cells are what is missing. */
function Matrix({ project, samples, labels, people }: { project: Project; samples: Samples; labels: string[]; people: string[] }) {
  const count = new Map<string, number>();
  for (const s of samples.list) {
    const key = JSON.stringify([s.subject, s.label]);
    count.set(key, (count.get(key) ?? 0) + 1);
  }
  return (
    <div class="table" role="region" aria-label={t("look.matrix")} tabIndex={0}>
      <table class="look-matrix">
        <caption>{t("look.matrix")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("look.person")}</th>
            {labels.map((l) => (
              <th key={l} scope="col" class="number">
                <bdi>{l}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((p) => (
            <tr key={p}>
              <th scope="row">
                <a href={`${href(project.name, "look", "clips")}?subject=${encodeURIComponent(p)}`}>
                  <bdi>{p}</bdi>
                </a>
              </th>
              {labels.map((l) => {
                const n = count.get(JSON.stringify([p, l])) ?? 0;
                return (
                  <td key={l} class={`number${n ? "" : " look-missing"}`}>
                    {number(n)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const mostPeople = 60;

export function Balance({ project, samples }: { project: Project; samples: Samples }) {
  const labels = countBy(samples, (i) => samples.list[i]!.label, project.labels);
  const people = countBy(samples, (i) => samples.list[i]!.subject).filter((r) => r.name).sort((a, b) => b.all - a.all);
  const unknown = samples.list.filter((s) => !s.subject).length;
  const some = labels.filter((r) => r.all > 0);
  const least = some.reduce((a, b) => (b.all < a.all ? b : a), some[0]!);
  const most = some.reduce((a, b) => (b.all > a.all ? b : a), some[0]!);
  const empty = labels.filter((r) => r.all === 0).map((r) => r.name);
  const by = (key: string) => (name: string) => `${href(project.name, "look", "clips")}?${key}=${encodeURIComponent(name)}`;
  return (
    <>
      {empty.length > 0 && (
        <Notice kind="warning">
          <p>{t("look.label-empty", { labels: empty.join(", ") })}</p>
        </Notice>
      )}
      {least && most && (
        <Notice kind={least.all * 3 < most.all ? "warning" : "good"}>
          <p>
            {least.all * 3 < most.all
              ? t("look.uneven", { least: least.name, few: least.all, most: most.name, many: most.all })
              : t("look.even", { few: least.all, many: most.all })}
          </p>
        </Notice>
      )}
      <Bars caption={t("look.by-label")} head={t("look.label")} rows={labels} link={by("label")} />
      {people.length > 0 && <Bars caption={t("look.by-person")} head={t("look.person")} rows={people.slice(0, mostPeople)} link={by("subject")} />}
      {people.length > 1 && <Matrix project={project} samples={samples} labels={some.map((r) => r.name)} people={people.slice(0, mostPeople).map((r) => r.name)} />}
      {people.length > mostPeople && <p class="hint">{t("look.people-more", { n: people.length - mostPeople })}</p>}
      {unknown > 0 && <p class="hint">{t("look.people-unknown", { n: unknown })}</p>}
    </>
  );
}
