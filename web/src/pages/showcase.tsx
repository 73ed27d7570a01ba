// showcase.tsx -- capstone projects: all of them, and one's own to hand in.
import { useState } from "preact/hooks";
import { number, t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { By } from "../parts/course/Together";
import { marks, showcase } from "../parts/course/togetherApi";
import type { Show, ShowText } from "../parts/course/togetherApi";
import { Empty } from "../parts/Empty";
import { Field, TextArea } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { toastError } from "../parts/Toast";
import { go, href } from "../router";

export const messages = ["learn", "forum"];

/** A project's own words; made: one a line. */
export function ShowForm({ show, goText, onSend }: { show: ShowText; goText: string; onSend: (show: ShowText) => Promise<unknown> }) {
  const [text, set] = useState({ title: show.title, text: show.text, project: show.project ?? "", made: show.made.join("\n") });
  const send = (e: Event) => {
    e.preventDefault();
    const made = text.made.split("\n").map((m) => m.trim()).filter(Boolean);
    void onSend({ ...text, project: text.project.trim() || null, made }).catch(toastError);
  };
  return (
    <form onSubmit={send}>
      <Field label={t("showcase.name")} value={text.title} onValue={(title) => set({ ...text, title })} maxLength={150} required />
      <TextArea label={t("showcase.text")} hint={t("showcase.text-hint")} rows={8} value={text.text} onValue={(x) => set({ ...text, text: x })} />
      <Field label={t("showcase.project")} hint={t("showcase.project-hint")} value={text.project} onValue={(project) => set({ ...text, project })} />
      <TextArea label={t("showcase.made")} hint={t("showcase.made-hint")} rows={3} value={text.made} onValue={(made) => set({ ...text, made })} />
      <Button kind="main" type="submit" disabled={!text.title.trim() || !text.text.trim()}>
        {goText}
      </Button>
    </form>
  );
}

function One({ show }: { show: Show }) {
  const seen = marks.filter((m) => show[m] !== null);
  return (
    <li class="card">
      <h2>
        <a href={href(undefined, "showcase", String(show.id))}>
          <bdi>{show.title}</bdi>
        </a>
      </h2>
      <By {...show} />
      {seen.length > 0 && (
        <p>
          {seen.map((m) => `${t(`showcase.${m}`)} ${number(show[m] ?? 0, 2)}`).join(" · ")} ({t("showcase.reviews", { n: show.reviews })})
        </p>
      )}
    </li>
  );
}

export default function Showcase({ session }: OuterProps) {
  const { data, error } = useLoad(showcase.list, []);
  const add = (show: ShowText) => showcase.add(show).then((made) => go(href(undefined, "showcase", String(made.id))));
  return (
    <>
      <CourseBar session={session} here="showcase" />
      <Failure error={error} />
      {data?.length === 0 && <Empty icon="star" title={t("showcase.none")} text={t("showcase.none-text")} />}
      <ul class="forum-list">{data?.map((s) => <One key={s.id} show={s} />)}</ul>
      <details class="card">
        <summary>{t("showcase.add")}</summary>
        <ShowForm show={{ title: "", text: "", project: null, made: [] }} goText={t("showcase.add-go")} onSend={add} />
      </details>
    </>
  );
}
