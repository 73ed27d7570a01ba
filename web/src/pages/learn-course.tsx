// learn-course.tsx -- one course: what it is about, its chapters with all that is in them, the check and the certificate.
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Blocks } from "../parts/course/Blocks";
import { course } from "../parts/course/api";
import { doneOf, placeOf, useMap } from "../parts/course/map";
import { Done, Rows, Senses, Trail } from "../parts/course/Parts";
import { Failure } from "../parts/Notice";
import { Title } from "../parts/Title";
import { learnHref } from "../router";

export const titled = true;
export const messages = ["learn"];

export default function LearnCourse({ rest, session }: OuterProps) {
  const id = rest.join("/");
  const { map } = useMap();
  const { data, error } = useLoad(() => course.lesson(id), [id]);
  const place = placeOf(map, id);
  const here = place?.course;
  return (
    <>
      <CourseBar session={session} due={map?.due} />
      <Trail place={place} at={id} />
      <Title at={`learn/${id}`} text={data?.title ?? here?.title ?? t("frame.loading")} lead={here?.summary} />
      <Failure error={error} />
      {data && <Blocks page={id} blocks={data.blocks} />}
      {here && (
        <>
          <p class="learn-turn-facts">
            <span>{t("learn.hours", { n: here.hours })}</span>
            <Done {...doneOf(here.chapters)} />
          </p>
          <div class="row">
            {here.placement && (
              <LinkButton icon="question" href={learnHref(here.placement)}>
                {t("learn.placement")}
              </LinkButton>
            )}
            <LinkButton icon="star" href={learnHref(`certificate/${id}`)}>
              {t("learn.certificate")}
            </LinkButton>
          </div>
          <h2>{t("learn-course.chapters")}</h2>
          {here.chapters.map((c) => (
            <section key={c.id} class="learn-course-chapter card" aria-labelledby={`chapter-${c.id}`}>
              <h3 id={`chapter-${c.id}`}>
                <a href={learnHref(c.id)}>
                  <bdi>{c.title}</bdi>
                </a>
              </h3>
              <p>
                <bdi>{c.question}</bdi>
              </p>
              <Senses chapter={c} />
              <Rows chapter={c} />
            </section>
          ))}
        </>
      )}
    </>
  );
}
