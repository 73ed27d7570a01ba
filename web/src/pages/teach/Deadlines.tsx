// teach/Deadlines.tsx -- until when a chapter, a quiz or a lab is to be done.
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../parts/Button";
import { classes } from "../../parts/course/classApi";
import type { Due } from "../../parts/course/classApi";
import { useMap } from "../../parts/course/map";
import type { MapChapter } from "../../parts/course/api";
import { Field } from "../../parts/Field";
import { toast, toastError } from "../../parts/Toast";
import { nameOf } from "./shared";
import type { ChangingView } from "./shared";

/** A moment as a date of this computer's zone, and the end of that day. */
const dateOf = (at: number) => {
  const d = new Date(at * 1000);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
};
const endOf = (date: string) => Math.floor(new Date(`${date}T23:59:59`).getTime() / 1000);

const pieces = (c: MapChapter) => [c.id, ...(c.quiz ? [c.quiz.id] : []), ...(c.lab ? [c.lab.id] : [])];

export function Deadlines({ group, setGroup }: ChangingView) {
  const { map } = useMap();
  const [dates, setDates] = useState<Record<string, string>>(() => Object.fromEntries(group.deadlines.map((d) => [d.id, dateOf(d.at)])));
  const save = async (e: Event) => {
    e.preventDefault();
    const deadlines: Due[] = Object.entries(dates)
      .filter(([, date]) => date)
      .map(([id, date]) => ({ id, at: endOf(date) }));
    try {
      await classes.setDeadlines(group.id, deadlines);
      setGroup({ ...group, deadlines });
      toast(t("teach-class.saved"));
    } catch (err) {
      toastError(err);
    }
  };
  const courses = map?.courses.filter((c) => group.courses.includes(c.id)) ?? [];
  return (
    <form onSubmit={(e) => void save(e)}>
      <p>{t("teach-class.deadlines-text")}</p>
      {courses.flatMap((c) =>
        c.chapters.map((chapter) => (
          <fieldset key={chapter.id} class="card teach-due">
            <legend>
              <bdi>{chapter.title}</bdi>
            </legend>
            <div class="columns">
              {pieces(chapter).map((id) => (
                <Field
                  key={id}
                  type="date"
                  dir="ltr"
                  label={id === chapter.id ? t("teach-class.all-of-it") : nameOf(map, id)}
                  value={dates[id] ?? ""}
                  onValue={(date) => setDates({ ...dates, [id]: date })}
                />
              ))}
            </div>
          </fieldset>
        )),
      )}
      <Button kind="main" type="submit">
        {t("teach-class.save")}
      </Button>
    </form>
  );
}
