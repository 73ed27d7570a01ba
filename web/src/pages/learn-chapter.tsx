// learn-chapter.tsx -- how a chapter begins: its question, the story, what one can do afterwards, and all that is in it.
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Blocks } from "../parts/course/Blocks";
import { course } from "../parts/course/api";
import { chapterAfter, placeOf, useMap } from "../parts/course/map";
import { ChapterDone, Rows, rowsOf, Senses, Trail } from "../parts/course/Parts";
import { Failure } from "../parts/Notice";
import { Title } from "../parts/Title";
import { learnHref } from "../router";

export const titled = true;
export const messages = ["learn"];

export default function LearnChapter({ rest, session }: OuterProps) {
  const id = rest.join("/");
  const { map } = useMap();
  const { data, error } = useLoad(() => course.lesson(id), [id]);
  const place = placeOf(map, id);
  const chapter = place?.chapter;
  const next = chapter && (rowsOf(chapter).find((r) => !r.done) ?? chapterAfter(map, chapter.id));
  return (
    <>
      <CourseBar session={session} due={map?.due} />
      <article class="learn-page">
        <Trail place={place} at={id} />
        <Title at={`learn/${id}`} text={data?.title ?? chapter?.title ?? t("frame.loading")} lead={chapter?.question} />
        {chapter && <Senses chapter={chapter} />}
        <Failure error={error} />
        {data && <Blocks page={id} blocks={data.blocks} />}
        {chapter && chapter.goals.length > 0 && (
          <section class="learn-goals" aria-labelledby="learn-goals">
            <h2 id="learn-goals">{t("learn-chapter.goals")}</h2>
            <ul>
              {chapter.goals.map((g) => (
                <li key={g}>
                  <bdi>{g}</bdi>
                </li>
              ))}
            </ul>
          </section>
        )}
        {chapter && (
          <section class="card" aria-labelledby="learn-contents">
            <h2 id="learn-contents">{t("learn.contents")}</h2>
            <ChapterDone chapter={chapter} />
            <Rows chapter={chapter} />
            {next && (
              <LinkButton kind="main" icon="forward" href={learnHref(next.id)}>
                {t("learn-chapter.next", { title: next.title })}
              </LinkButton>
            )}
          </section>
        )}
      </article>
    </>
  );
}
