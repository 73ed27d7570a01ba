// course/Parts.tsx -- small things that several of the learner's pages show: the way up, senses, how much is done.
import { t } from "../../i18n";
import { learnHref } from "../../router";
import { Icon } from "../Icon";
import type { IconName } from "../Icon";
import type { MapChapter } from "./api";
import { done, labDone, quizDone } from "./map";
import type { Place } from "./map";

const icons: Record<string, IconName> = { voice: "mic", eye: "camera", motion: "motion", care: "heart" };

/** Which senses a chapter lives on, and whether it belongs to Care. */
export function Senses({ chapter }: { chapter: MapChapter }) {
  const all = [...chapter.sense, ...(chapter.care ? ["care"] : [])];
  if (!all.length) return null;
  return (
    <span class="course-senses">
      {all.map((s) => (
        <span key={s} class={`course-sense course-sense-${s}`}>
          <Icon name={icons[s] ?? "star"} size={16} />
          {t(`learn.sense.${s}`)}
        </span>
      ))}
    </span>
  );
}

/** "3 of 7 done", with a bar that says the same. */
export function Done({ n, of }: { n: number; of: number }) {
  return (
    <span class="course-done">
      <progress class="course-bead-bar" value={n} max={Math.max(1, of)} aria-hidden="true" />
      <span>{t("learn.done-of", { n, of })}</span>
    </span>
  );
}
export const ChapterDone = ({ chapter }: { chapter: MapChapter }) => <Done {...done(chapter)} />;

const Up = ({ id, title }: { id: string; title: string }) => (
  <a href={learnHref(id)}>
    <bdi>{title}</bdi>
  </a>
);

/** The way up: courses, the course, the chapter. */
export function Trail({ place, at }: { place: Place | null; at: string }) {
  return (
    <nav class="course-trail" aria-label={t("learn.trail")}>
      <a href={learnHref()}>{t("frame.courses")}</a>
      {place && place.course.id !== at && <Up {...place.course} />}
      {place?.chapter && place.chapter.id !== at && <Up {...place.chapter} />}
    </nav>
  );
}

type Row = { id: string; icon: IconName; title: string; more: string; done: boolean };

/** Everything in a chapter, in the order in which one does it. */
export function rowsOf(chapter: MapChapter): Row[] {
  const rows: Row[] = chapter.lessons.map((l) => ({ id: l.id, icon: "book", title: l.title, more: t("learn.minutes", { n: l.minutes }), done: l.done }));
  const { quiz, lab, journal } = chapter;
  if (quiz) rows.push({ id: quiz.id, icon: "question", title: t("learn.quiz"), more: t("learn.items", { n: quiz.items }), done: quizDone(quiz) });
  if (lab) rows.push({ id: lab.id, icon: "flask", title: t("learn.lab-of", { title: lab.title }), more: t("learn.minutes", { n: lab.minutes }), done: labDone(lab) });
  if (journal) rows.push({ id: journal.id, icon: "pen", title: t("learn.journal"), more: t("learn.private"), done: journal.done });
  return rows;
}

export function Rows({ chapter, here }: { chapter: MapChapter; here?: string }) {
  return (
    <ol class="course-rows">
      {rowsOf(chapter).map((r) => (
        <li key={r.id}>
          <a href={learnHref(r.id)} aria-current={r.id === here ? "page" : undefined} class={r.done ? "course-row-done" : undefined}>
            <span class="course-row-icon">
              <Icon name={r.done ? "check" : r.icon} size={18} />
            </span>
            <span class="course-row-title">
              <bdi>{r.title}</bdi>
            </span>
            {r.done && <span class="unseen">({t("learn.is-done")})</span>}
            <span class="course-row-more">{r.more}</span>
          </a>
        </li>
      ))}
    </ol>
  );
}
