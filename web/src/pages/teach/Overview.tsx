// teach/Overview.tsx -- how a class goes: who came when, who is active, how far each piece went, where people stop.
import { number, percent, t } from "../../i18n";
import { useLoad } from "../../load";
import { classes } from "../../parts/course/classApi";
import type { Dashboard, DayCount, Group, ItemStats } from "../../parts/course/classApi";
import { useMap } from "../../parts/course/map";
import { Failure } from "../../parts/Notice";
import { Plot } from "../../parts/Plot";
import { Table } from "../../parts/Table";
import { dayOf, nameOf } from "./shared";
import type { View } from "./shared";

const day = 86400;

/** Every day from the first one to the last, also those on which nothing was. */
function daily(counts: DayCount[], from: number, to: number): number[] {
  const by = new Map(counts.map((c) => [Math.floor(c.day / day), c.n]));
  return Array.from({ length: to - from + 1 }, (_, i) => by.get(from + i) ?? 0);
}

function Days({ data }: { data: Dashboard }) {
  const days = [...data.enrolment, ...data.active].map((c) => Math.floor(c.day / day));
  if (!days.length) return <p>{t("teach-class.nobody")}</p>;
  const from = Math.min(...days);
  const to = Math.max(...days);
  let sum = 0;
  const joined = daily(data.enrolment, from, to).map((n) => (sum += n));
  return (
    <Plot
      title={t("teach-class.days")}
      summary={t("teach-class.days-from", { day: dayOf(from * day) })}
      x={joined.map((_, i) => i + 1)}
      xLabel={t("teach-class.day")}
      yLabel={t("teach-class.people")}
      min={0}
      series={[
        { label: t("teach-class.joined"), values: joined },
        { label: t("teach-class.active"), values: daily(data.active, from, to), dashed: true },
      ]}
    />
  );
}

const minutes = (s: number | null) => (s === null ? "" : t("teach-class.minutes", { n: number(s / 60, 2) }));

function Items({ data }: { data: Dashboard }) {
  const { map } = useMap();
  const bar = (i: ItemStats) => (
    <span class="teach-bar">
      <progress value={i.done} max={Math.max(1, data.members)} aria-hidden="true" />
      <span>{i.done}</span>
    </span>
  );
  return (
    <Table
      caption={t("teach-class.items")}
      rowKey={(i) => i.id}
      columns={[
        { key: "title", title: t("teach-class.piece"), cell: (i: ItemStats) => <bdi>{nameOf(map, i.id)}</bdi> },
        { key: "started", title: t("teach-class.started"), number: true },
        { key: "done", title: t("teach-class.done"), cell: bar, number: true },
        { key: "median_s", title: t("teach-class.median"), cell: (i: ItemStats) => minutes(i.median_s), number: true },
      ]}
      rows={data.items}
    />
  );
}

function Stopped({ data }: { data: Dashboard }) {
  const { map } = useMap();
  return (
    <section class="card" aria-labelledby="teach-stopped">
      <h2 id="teach-stopped">{t("teach-class.stopped")}</h2>
      <p>{t(data.stopped.length ? "teach-class.stopped-text" : "teach-class.stopped-none")}</p>
      <ul>
        {data.stopped.map((s) => (
          <li key={s.id}>
            <bdi>{nameOf(map, s.id)}</bdi>: {t("teach-class.n-people", { n: s.n })}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Only what people told of themselves, and only of five and more. */
function Groups({ groups }: { groups: Dashboard["groups"] }) {
  const kinds = (["age", "education", "gender"] as const).filter((k) => groups[k].length > 0);
  return (
    <section class="card" aria-labelledby="teach-groups">
      <h2 id="teach-groups">{t("teach-class.groups")}</h2>
      <p>{t("teach-class.groups-text")}</p>
      {kinds.map((k) => (
        <Table
          key={k}
          caption={t(`learn-me.${k}`)}
          rowKey={(g) => g.group ?? ""}
          columns={[
            { key: "group", title: t(`learn-me.${k}`), cell: (g: Group) => t(g.group ? `learn-me.${k}.${g.group}` : "learn-me.untold") },
            { key: "n", title: t("teach-class.people"), number: true },
            { key: "done", title: t("teach-class.completed"), number: true },
          ]}
          rows={groups[k]}
        />
      ))}
    </section>
  );
}

export function Overview({ group }: View) {
  const { data, error } = useLoad(() => classes.dashboard(group.id), [group.id]);
  if (!data) return <Failure error={error} />;
  return (
    <>
      <p class="teach-sum">{t("teach-class.sum", { n: data.members, part: percent(data.completion, 0) })}</p>
      <Days data={data} />
      <Stopped data={data} />
      <Items data={data} />
      <Groups groups={data.groups} />
    </>
  );
}
