// course/ClassNews.tsx -- what a learner's classes want of her: the next deadlines, and what was announced.
import { t, when } from "../../i18n";
import { useLoad } from "../../load";
import { learnHref } from "../../router";
import { Icon } from "../Icon";
import { course } from "./api";
import type { CourseMap, Deadline } from "./api";
import { Html } from "./Html";
import { rowsOf } from "./Parts";
import { titleOf } from "./map";

const shown = 5;

/** Deadlines of what is not done yet, the next one first. */
function open(map: CourseMap): Deadline[] {
  const done = new Set(map.courses.flatMap((c) => c.chapters.flatMap(rowsOf)).filter((r) => r.done).map((r) => r.id));
  return (map.deadlines ?? []).filter((d) => !done.has(d.id)).slice(0, shown);
}

function Deadlines({ map }: { map: CourseMap }) {
  const words = { quiz: t("learn.quiz"), journal: t("learn.journal") };
  const late = (d: Deadline) => d.at * 1000 < Date.now();
  return (
    <ul>
      {open(map).map((d) => (
        <li key={`${d.class} ${d.id}`}>
          <a href={learnHref(d.id)}>
            <bdi>{titleOf(map, d.id, words) ?? d.id}</bdi>
          </a>{" "}
          <span class={late(d) ? "wrong" : "hint"}>{t(late(d) ? "learn.was-due" : "learn.is-due", { when: when(d.at) })}</span>
        </li>
      ))}
    </ul>
  );
}

/** Of each class she is in, the last announcements. */
async function news() {
  const { classes } = await course.me();
  const all = await Promise.all(classes.map(async (c) => (await course.announcements(c.id)).map((a) => ({ ...a, name: c.name }))));
  return all.flat().sort((a, b) => b.at - a.at).slice(0, shown);
}

export function ClassNews({ map }: { map: CourseMap }) {
  const { data } = useLoad(news, []);
  const due = open(map).length > 0;
  if (!due && !data?.length) return null;
  return (
    <section class="card" aria-labelledby="learn-class">
      <h2 id="learn-class">{t("learn.class")}</h2>
      {due && <Deadlines map={map} />}
      {data?.map((a) => (
        <div key={a.id} class="course-note">
          <Icon name="info" size={18} />
          <div>
            <Html html={a.html} />
            <p class="hint">
              <bdi>{a.author}</bdi> · <bdi>{a.name}</bdi> · {when(a.at)}
            </p>
          </div>
        </div>
      ))}
    </section>
  );
}
