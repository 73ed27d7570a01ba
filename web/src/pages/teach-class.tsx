// teach-class.tsx -- one class: how it goes, the grades, deadlines, what is announced, own lessons, who is in it.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { classes } from "../parts/course/classApi";
import { Failure } from "../parts/Notice";
import { Tabs } from "../parts/Tabs";
import { href } from "../router";
import { Deadlines } from "./teach/Deadlines";
import { Grades } from "./teach/Grades";
import { Lessons } from "./teach/Lessons";
import { Members } from "./teach/Members";
import { News } from "./teach/News";
import { Overview } from "./teach/Overview";

export const messages = ["learn", "learn-me"]; // names of quizzes and journals, groups of people
export const wide = true;

const views = ["overview", "grades", "deadlines", "news", "lessons", "members"] as const;

export default function TeachClass({ rest }: OuterProps) {
  const id = Number(rest[0]);
  const [view, setView] = useState<string>(views[0]);
  const { data, error, setData } = useLoad(() => classes.get(id), [id]);
  if (!data) return <Failure error={error} />;
  const shared = { group: data, setGroup: setData };
  return (
    <>
      <p>
        <a href={href(undefined, "teach")}>{t("teach-class.all")}</a>
      </p>
      <p class="teach-name">
        <bdi>{data.name}</bdi>
      </p>
      <Tabs
        label={t("teach-class.views")}
        tabs={views.map((v) => ({ id: v, text: t(`teach-class.view.${v}`) }))}
        value={view}
        onValue={setView}
      >
        {view === "overview" && <Overview group={data} />}
        {view === "grades" && <Grades {...shared} />}
        {view === "deadlines" && <Deadlines {...shared} />}
        {view === "news" && <News group={data} />}
        {view === "lessons" && <Lessons group={data} />}
        {view === "members" && <Members {...shared} />}
      </Tabs>
    </>
  );
}
