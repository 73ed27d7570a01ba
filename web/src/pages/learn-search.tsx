// learn-search.tsx -- what lessons, glossary and own notes say about some words.
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { CourseBar } from "../parts/course/Bar";
import { course } from "../parts/course/api";
import { Html } from "../parts/course/Html";
import { useMap } from "../parts/course/map";
import { Empty } from "../parts/Empty";
import { Failure } from "../parts/Notice";
import { learnHref } from "../router";

export const messages = ["learn"];

export default function LearnSearch({ query, session }: OuterProps) {
  const q = query.get("q") ?? "";
  const { map } = useMap();
  const { data, error, loading } = useLoad(() => (q ? course.search(q) : Promise.resolve([])), [q]);
  return (
    <>
      <CourseBar key={q} session={session} due={map?.due} query={q} />
      <div class="learn-page">
        <Failure error={error} />
        {loading && <p class="loading">{t("frame.loading")}</p>}
        <p role="status">{q && data && !loading && t("learn-search.found", { n: data.length, q })}</p>
        {!loading && data?.length === 0 && <Empty icon="search" title={t("learn-search.none")} text={t("learn-search.none-why")} />}
        <ol class="search-found">
          {data?.map((f) => (
            <li key={`${f.id} ${f.title}`}>
              <a href={learnHref(f.id)}>{f.title}</a>
              {f.course && <span class="hint"> {map?.courses.find((c) => c.id === f.course)?.title ?? f.course}</span>}
              <Html html={f.piece} />
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}
