// learn-me.tsx -- a learner's own things: how far she is, bookmarks, notes, certificates, classes, what she tells about
// herself if she wants to, and all of it to take along.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { course } from "../parts/course/api";
import type { CourseMap, Me, Note } from "../parts/course/api";
import { western } from "../parts/course/digits";
import { doneOf, titleOf, useMap } from "../parts/course/map";
import { OneNote } from "../parts/course/Notes";
import { Checkbox, Field, Select } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { Progress } from "../parts/Progress";
import { toast, toastError } from "../parts/Toast";
import { learnHref } from "../router";

export const messages = ["learn", "learn-lesson"]; // of the notes

const words = () => ({ quiz: t("learn.quiz"), journal: t("learn.journal") });

function Far({ map }: { map: CourseMap }) {
  return (
    <section class="card" aria-labelledby="me-far">
      <h2 id="me-far">{t("learn-me.progress")}</h2>
      {map.courses.map((c) => {
        const { n, of } = doneOf(c.chapters);
        return (
          <div key={c.id} class="me-course">
            <Progress label={c.title} part={n / Math.max(1, of)} />
            <a href={learnHref(c.done ? `certificate/${c.id}` : c.id)}>{t(c.done ? "learn.certificate" : "learn.done-of", { n, of })}</a>
          </div>
        );
      })}
    </section>
  );
}

function Bookmarks({ map }: { map: CourseMap | null }) {
  const { data, error, setData } = useLoad(course.bookmarks, []);
  const remove = (id: string) =>
    course.bookmark(id, false).then(() => setData((data ?? []).filter((b) => b.id !== id)), toastError);
  return (
    <section class="card" aria-labelledby="me-bookmarks">
      <h2 id="me-bookmarks">{t("learn-me.bookmarks")}</h2>
      <Failure error={error} />
      {data?.length === 0 && <p>{t("learn-me.no-bookmarks")}</p>}
      <ul class="me-list">
        {data?.map((b) => {
          const title = titleOf(map, b.id, words()) ?? b.title ?? b.id;
          return (
            <li key={b.id}>
              <a href={learnHref(b.id)}>{title}</a>
              <Button kind="quiet" small icon="close" label={t("learn-me.unmark", { title })} onClick={() => void remove(b.id)} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Notes({ map }: { map: CourseMap | null }) {
  const { data, error, setData } = useLoad(() => course.notes(), []);
  const change = (note: Note) => (to: Note | null) =>
    setData(to ? (data ?? []).map((n) => (n.id === note.id ? to : n)) : (data ?? []).filter((n) => n.id !== note.id));
  const lessons = [...new Set((data ?? []).map((n) => n.lesson))];
  return (
    <section class="card" aria-labelledby="me-notes">
      <h2 id="me-notes">{t("learn-me.notes")}</h2>
      <Failure error={error} />
      {data?.length === 0 && <p>{t("learn-me.no-notes")}</p>}
      {lessons.map((l) => (
        <div key={l}>
          <h3>
            <a href={learnHref(l)}>{titleOf(map, l, words()) ?? l}</a>
          </h3>
          {data?.filter((n) => n.lesson === l).map((n) => <OneNote key={n.id} note={n} onChange={change(n)} />)}
        </div>
      ))}
    </section>
  );
}

function Classes({ me, reload }: { me: Me; reload: () => void }) {
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>(null);
  const join = async (e: Event) => {
    e.preventDefault();
    setError(null);
    try {
      const joined = await course.join(code.trim());
      toast(t("learn-me.joined", { name: joined?.name ?? "" }));
      setCode("");
      reload();
    } catch (err) {
      setError(err);
    }
  };
  return (
    <section class="card" aria-labelledby="me-classes">
      <h2 id="me-classes">{t("learn-me.classes")}</h2>
      {me.classes.length > 0 && (
        <ul>
          {me.classes.map((c) => (
            <li key={c.id}>
              <bdi>{c.name}</bdi>
            </li>
          ))}
        </ul>
      )}
      <form class="me-join" onSubmit={(e) => void join(e)}>
        <Field
          label={t("learn-me.code")}
          hint={t("learn-me.code-hint")}
          value={code}
          onValue={(c) => setCode(western(c))}
          dir="ltr"
          inputMode="numeric"
          maxLength={6}
          required
        />
        <Button type="submit">{t("learn-me.join")}</Button>
      </form>
      <Failure error={error} />
    </section>
  );
}

const groups = {
  age: ["under-13", "13-15", "16-18", "19-25", "26-40", "41-60", "over-60"],
  education: ["school", "vocational", "bachelor", "master", "doctor", "other"],
  gender: ["female", "male", "other"],
} as const;
type Told = keyof typeof groups;

/** What she may tell about herself; nothing of it is needed for anything. */
function About({ me, setMe }: { me: Me; setMe: (me: Me) => void }) {
  const change = async (to: Partial<Me>) => {
    const before = me;
    setMe({ ...me, ...to });
    try {
      await course.changeMe(to);
    } catch (e) {
      setMe(before);
      toastError(e);
    }
  };
  const choices = (what: Told) => [
    { value: "", text: t("learn-me.untold") },
    ...groups[what].map((g) => ({ value: g, text: t(`learn-me.${what}.${g}`) })),
  ];
  return (
    <section class="card" aria-labelledby="me-about">
      <h2 id="me-about">{t("learn-me.about")}</h2>
      <p>{t("learn-me.about-why")}</p>
      <div class="columns">
        {(Object.keys(groups) as Told[]).map((what) => (
          <Select
            key={what}
            label={t(`learn-me.${what}`)}
            value={me[what] ?? ""}
            onValue={(v) => void change({ [what]: v || null })}
            options={choices(what)}
          />
        ))}
      </div>
      <Checkbox label={t("learn-me.share")} hint={t("learn-me.share-why")} checked={me.share} onValue={(share) => void change({ share })} />
    </section>
  );
}

export default function LearnMe({ session }: OuterProps) {
  const { map, error } = useMap();
  const me = useLoad(course.me, []);
  return (
    <>
      <CourseBar session={session} here="me" due={map?.due} />
      <Failure error={error ?? me.error} />
      {map && <Far map={map} />}
      <Bookmarks map={map} />
      <Notes map={map} />
      {me.data && <Classes me={me.data} reload={() => void me.reload()} />}
      {me.data && <About me={me.data} setMe={me.setData} />}
      <section class="card" aria-labelledby="me-export">
        <h2 id="me-export">{t("learn-me.export")}</h2>
        <p>{t("learn-me.export-why")}</p>
        <div class="row">
          <LinkButton icon="download" href={course.exportUrl("everything")} download>
            {t("learn-me.export-all")}
          </LinkButton>
          <LinkButton icon="download" href={course.exportUrl("xapi")} download>
            {t("learn-me.export-xapi")}
          </LinkButton>
        </div>
      </section>
    </>
  );
}
