// learn-glossary.tsx -- all terms of the courses, to look through by their beginnings; #/learn/glossary/arena goes to one.
import { useEffect, useState } from "preact/hooks";
import { t, useLanguage } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { CourseBar } from "../parts/course/Bar";
import { glossary, Html, langOf } from "../parts/course/Html";
import { useMap } from "../parts/course/map";
import { Empty } from "../parts/Empty";
import { Field } from "../parts/Field";
import { Failure } from "../parts/Notice";

export const messages = ["learn"];

export default function LearnGlossary({ rest, session }: OuterProps) {
  const language = useLanguage();
  const { map } = useMap();
  const { data, error } = useLoad(glossary, [language]);
  const [q, setQ] = useState("");
  const wanted = rest[1] ?? "";
  useEffect(() => {
    if (!data || !wanted) return;
    const term = document.getElementById(`term-${wanted}`);
    setTimeout(() => {
      term?.focus({ preventScroll: true });
      term?.scrollIntoView({ block: "center" });
    }, 60); // behind the title's focus
  }, [data, wanted]);
  const shown = (data ?? []).filter((w) => w.term.toLocaleLowerCase(language).includes(q.trim().toLocaleLowerCase(language)));
  return (
    <>
      <CourseBar session={session} here="glossary" due={map?.due} />
      <div class="learn-page">
        <Failure error={error} />
        {!data && !error && <p class="loading">{t("frame.loading")}</p>}
        {data && <Field label={t("learn-glossary.find")} value={q} onValue={setQ} />}
        <p class="unseen" role="status">
          {data && t("learn-glossary.shown", { n: shown.length })}
        </p>
        {data && shown.length === 0 && <Empty icon="search" title={t("learn-glossary.none")} />}
        <dl class="glossary">
          {shown.map((w) => (
            <div key={w.slug} id={`term-${w.slug}`} tabIndex={-1} class={w.slug === wanted ? "glossary-here" : undefined}>
              <dt {...langOf(w.lang)}>{w.term}</dt>
              <dd>
                <Html html={w.html} lang={w.lang} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  );
}
