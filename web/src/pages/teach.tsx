// teach.tsx -- the teacher's classes: each with its code to join, and a new one.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { classes } from "../parts/course/classApi";
import type { Class } from "../parts/course/classApi";
import { useMap } from "../parts/course/map";
import { Empty } from "../parts/Empty";
import { Checkbox, Field } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { go, href } from "../router";
import { Reports } from "./teach/Reports";

function NewClass() {
  const { map } = useMap();
  const [name, setName] = useState("");
  const [out, setOut] = useState<string[]>([]); // courses that were unticked
  const [error, setError] = useState<unknown>(null);
  const all = (map?.courses ?? []).map((c) => c.id);
  const make = async (e: Event) => {
    e.preventDefault();
    try {
      const made = await classes.make(name.trim(), all.filter((c) => !out.includes(c)));
      go(href(undefined, "teach", String(made.id)));
    } catch (err) {
      setError(err);
    }
  };
  return (
    <form class="card" aria-labelledby="teach-new" onSubmit={(e) => void make(e)}>
      <h2 id="teach-new">{t("teach.new")}</h2>
      <Field label={t("teach.name")} hint={t("teach.name-hint")} value={name} onValue={setName} maxLength={60} required />
      <fieldset class="teach-courses">
        <legend>{t("teach.courses")}</legend>
        {map?.courses.map((c) => (
          <Checkbox
            key={c.id}
            label={c.title}
            checked={!out.includes(c.id)}
            onValue={(on) => setOut(on ? out.filter((o) => o !== c.id) : [...out, c.id])}
          />
        ))}
      </fieldset>
      <Failure error={error} />
      <Button kind="main" type="submit" icon="plus" disabled={!name.trim() || out.length === all.length}>
        {t("teach.make")}
      </Button>
    </form>
  );
}

function OneClass({ one }: { one: Class }) {
  return (
    <li class="card teach-class">
      <h2>
        <a href={href(undefined, "teach", String(one.id))}>
          <bdi>{one.name}</bdi>
        </a>
      </h2>
      <p>{t("teach.members", { n: one.members })}</p>
      <p class="hint">
        {t("teach.code")} <strong dir="ltr">{one.code}</strong>
      </p>
    </li>
  );
}

export const messages = ["learn", "forum"]; // of the bar, of reports

export default function Teach({ session }: OuterProps) {
  const { data, error } = useLoad(classes.list, []);
  return (
    <>
      <CourseBar session={session} here="teach" />
      <Failure error={error} />
      {data?.length === 0 && <Empty icon="people" title={t("teach.none")} text={t("teach.none-text")} />}
      <ul class="teach-list">{data?.map((c) => <OneClass key={c.id} one={c} />)}</ul>
      <NewClass />
      <Reports />
    </>
  );
}
