// learn-journal.tsx -- one prompt and a private page, kept while one types.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Blocks } from "../parts/course/Blocks";
import { course, journalPath } from "../parts/course/api";
import type { Journal } from "../parts/course/api";
import { KeepingState, useKeeping } from "../parts/course/keeping";
import { placeOf, useMap } from "../parts/course/map";
import { Trail } from "../parts/course/Parts";
import { TextArea } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { Title } from "../parts/Title";
import { learnHref } from "../router";

export const titled = true;
export const messages = ["learn"];

function Page({ id, first, onSaved }: { id: string; first: Journal; onSaved: () => void }) {
  const { value, change, ...state } = useKeeping(journalPath(id), { text: first.text }, onSaved);
  return (
    <>
      <TextArea
        label={t("learn-journal.label")}
        hint={t("learn-journal.private")}
        value={value.text}
        onValue={(text) => change({ text })}
        rows={14}
      />
      <KeepingState {...state} />
    </>
  );
}

export default function LearnJournal({ rest, session }: OuterProps) {
  const id = rest.join("/");
  const { map, reload } = useMap();
  const prompt = useLoad(() => course.lesson(id), [id]);
  const { data, error } = useLoad(() => course.journal(id), [id]);
  const place = placeOf(map, id);
  const [wrote, setWrote] = useState(false);
  const saved = () => {
    if (!wrote) reload();
    setWrote(true);
  };
  return (
    <>
      <CourseBar session={session} due={map?.due} />
      <div class="learn-page">
        <Trail place={place} at={id} />
        <Title at={`learn/${id}`} text={prompt.data?.title ?? t("learn.journal")} />
        <Failure error={prompt.error ?? error} />
        {prompt.data && <Blocks page={id} blocks={prompt.data.blocks} />}
        {data && <Page id={id} first={data} onSaved={saved} />}
        {place?.chapter && (
          <LinkButton icon="forward" href={learnHref(place.chapter.id)}>
            {t("learn-journal.then")}
          </LinkButton>
        )}
      </div>
    </>
  );
}
