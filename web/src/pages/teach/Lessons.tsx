// teach/Lessons.tsx -- lessons of the teacher's own, which stand in the map of her class beside the others.
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { useLoad } from "../../load";
import { Button } from "../../parts/Button";
import { classes } from "../../parts/course/classApi";
import type { LessonText, OwnLesson } from "../../parts/course/classApi";
import { useMap } from "../../parts/course/map";
import { Confirm } from "../../parts/Dialog";
import { Field, Select, TextArea } from "../../parts/Field";
import { Failure } from "../../parts/Notice";
import { toast, toastError } from "../../parts/Toast";
import { learnHref } from "../../router";
import type { View } from "./shared";

type Editing = { n: number | null; text: LessonText };

function Editor({ group, editing, onDone }: View & { editing: Editing; onDone: () => void }) {
  const { map } = useMap();
  const [text, set] = useState(editing.text);
  const chapters = (map?.courses ?? []).filter((c) => group.courses.includes(c.id)).flatMap((c) => c.chapters);
  const chapter = text.chapter || chapters[0]?.id || "";
  const save = async (e: Event) => {
    e.preventDefault();
    const lesson = { ...text, chapter };
    try {
      await (editing.n === null ? classes.addLesson(group.id, lesson) : classes.changeLesson(group.id, editing.n, lesson));
      toast(t("teach-class.saved"));
      onDone();
    } catch (err) {
      toastError(err);
    }
  };
  return (
    <form class="card" onSubmit={(e) => void save(e)}>
      <Field label={t("teach-class.lesson-title")} value={text.title} onValue={(title) => set({ ...text, title })} maxLength={120} required />
      <Select
        label={t("teach-class.lesson-chapter")}
        value={chapter}
        onValue={(c) => set({ ...text, chapter: c })}
        options={chapters.map((c) => ({ value: c.id, text: c.title }))}
      />
      <TextArea label={t("teach-class.lesson-text")} hint={t("teach-class.markdown")} rows={14} value={text.markdown} onValue={(markdown) => set({ ...text, markdown })} />
      <div class="row">
        <Button kind="main" type="submit" disabled={!text.title.trim() || !text.markdown.trim()}>
          {t("teach-class.save")}
        </Button>
        <Button onClick={onDone}>{t("frame.cancel")}</Button>
      </div>
    </form>
  );
}

export function Lessons({ group }: View) {
  const { data, error, reload } = useLoad(() => classes.lessons(group.id), [group.id]);
  const [editing, edit] = useState<Editing | null>(null);
  const [asked, ask] = useState<OwnLesson | null>(null);
  const done = () => {
    edit(null);
    void reload();
  };
  const remove = (l: OwnLesson) => classes.removeLesson(group.id, l.id).then(() => reload(), toastError);
  return (
    <>
      <p>{t("teach-class.lessons-text")}</p>
      <Failure error={error} />
      <ul class="teach-lessons">
        {data?.map((l) => (
          <li key={l.id} class="row">
            <a href={learnHref(l.page)}>
              <bdi>{l.title}</bdi>
            </a>
            <Button small icon="edit" label={t("teach-class.lesson-edit", { title: l.title })} onClick={() => edit({ n: l.id, text: l })} />
            <Button small kind="danger" icon="trash" label={t("teach-class.lesson-remove", { title: l.title })} onClick={() => ask(l)} />
          </li>
        ))}
      </ul>
      {editing ? (
        <Editor key={String(editing.n)} group={group} editing={editing} onDone={done} />
      ) : (
        <Button kind="main" icon="plus" onClick={() => edit({ n: null, text: { chapter: "", title: "", markdown: "" } })}>
          {t("teach-class.lesson-new")}
        </Button>
      )}
      <Confirm
        title={t("teach-class.lesson-remove", { title: asked?.title ?? "" })}
        text={t("teach-class.lesson-remove-text")}
        yes={t("teach-class.remove")}
        danger
        open={asked !== null}
        onYes={() => {
          if (asked) void remove(asked);
          ask(null);
        }}
        onNo={() => ask(null)}
      />
    </>
  );
}
