// learn.tsx -- the map of the courses: where one stopped, what comes back today, and every turn of the spiral.
import { number, t } from "../i18n";
import type { OuterProps } from "../page";
import { LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { ClassNews } from "../parts/course/ClassNews";
import { doneOf, firstOpen, titleOf, useMap } from "../parts/course/map";
import type { CourseMap, MapCourse } from "../parts/course/api";
import { ChapterDone, Done, Senses } from "../parts/course/Parts";
import { Spiral } from "../parts/course/Spiral";
import { Empty } from "../parts/Empty";
import { Icon } from "../parts/Icon";
import { Failure } from "../parts/Notice";
import { learnHref } from "../router";

export const wide = true;

const words = () => ({ quiz: t("learn.quiz"), journal: t("learn.journal") });

/** The ONE thing to do: begin, or go on. */
function Next({ map }: { map: CourseMap }) {
  const next = map.last && titleOf(map, map.last, words()) ? map.last : firstOpen(map);
  const begun = map.last !== null || map.courses.some((c) => doneOf(c.chapters).n > 0);
  const first = map.courses[0];
  return (
    <section class="learn-next card" aria-labelledby="learn-next">
      <h2 id="learn-next">{t(begun ? "learn.go-on" : "learn.begin")}</h2>
      {next ? (
        <>
          <p class="learn-next-title">
            <bdi>{titleOf(map, next, words())}</bdi>
          </p>
          <LinkButton kind="main" icon="forward" href={learnHref(next, map.last === next ? { at: "stop" } : undefined)}>
            {t(begun ? "learn.go-on-go" : "learn.begin-go")}
          </LinkButton>
        </>
      ) : (
        <p>{t("learn.all-done")}</p>
      )}
      {map.due > 0 && (
        <p class="learn-next-more">
          <Icon name="undo" />
          <a href={learnHref("review")}>{t("learn.come-back", { n: map.due })}</a>
        </p>
      )}
      {!begun && first?.placement && (
        <p class="learn-next-more">
          <Icon name="question" />
          <span>
            {t("learn.placement-why")} <a href={learnHref(first.placement)}>{t("learn.placement-go")}</a>
          </span>
        </p>
      )}
    </section>
  );
}

function Turn({ course, turn, here }: { course: MapCourse; turn: number; here: string | null }) {
  const id = `learn-${course.id}`;
  const sum = doneOf(course.chapters);
  return (
    <section class="learn-turn" aria-labelledby={id}>
      <header>
        <p class="learn-turn-number">{t("learn.turn", { n: turn })}</p>
        <h2 id={id}>
          <a href={learnHref(course.id)}>
            <bdi>{course.title}</bdi>
          </a>
        </h2>
        <p>
          <bdi>{course.summary}</bdi>
        </p>
        <p class="learn-turn-facts">
          <span>{t("learn.hours", { n: course.hours })}</span>
          <Done {...sum} />
          {course.done && <a href={learnHref(`certificate/${course.id}`)}>{t("learn.certificate")}</a>}
          {!course.done && course.placement && <a href={learnHref(course.placement)}>{t("learn.placement")}</a>}
        </p>
      </header>
      <ol class="learn-chapters">
        {course.chapters.map((c, i) => (
          <li key={c.id} class={here?.startsWith(`${c.id}/`) ? "learn-here" : undefined}>
            <a class="learn-chapter" href={learnHref(c.id)}>
              <span class="learn-chapter-number" aria-hidden="true">
                {number(turn)}.{number(i + 1)}
              </span>
              <strong>
                <bdi>{c.title}</bdi>
              </strong>
              <span class="learn-chapter-question">
                <bdi>{c.question}</bdi>
              </span>
              <Senses chapter={c} />
              <ChapterDone chapter={c} />
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

export default function Learn({ session }: OuterProps) {
  const { map, error } = useMap();
  const next = map ? (map.last ?? firstOpen(map)) : null;
  return (
    <>
      <CourseBar session={session} here="" due={map?.due} />
      <Failure error={map ? null : error} />
      {!map && !error && <p class="loading">{t("frame.loading")}</p>}
      {map && map.courses.length === 0 && <Empty icon="book" title={t("learn.none")} text={t("learn.none-why")} />}
      {map && map.courses.length > 0 && (
        <div class="learn-map">
          <div class="learn-side">
            <Next map={map} />
            <ClassNews map={map} />
            <Spiral courses={map.courses} next={next} />
          </div>
          <div>
            {map.courses.map((c, i) => (
              <Turn key={c.id} course={c} turn={i + 1} here={next} />
            ))}
          </div>
        </div>
      )}
    </>
  );
}
