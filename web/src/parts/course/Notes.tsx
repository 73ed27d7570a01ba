// course/Notes.tsx -- a learner's own notes beside a block of a lesson.
import { useEffect, useRef, useState } from "preact/hooks";
import { t, when } from "../../i18n";
import { Button } from "../Button";
import { TextArea } from "../Field";
import { Icon } from "../Icon";
import { toast, toastError } from "../Toast";
import { course } from "./api";
import type { Note } from "./api";

type Write = { label: string; start: string; save: (text: string) => Promise<void>; close: () => void };

function Writing({ label, start, save, close }: Write) {
  const [text, setText] = useState(start);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("textarea")?.focus(), []);
  const submit = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    try {
      await save(text.trim());
      close();
    } catch (err) {
      toastError(err);
      setBusy(false);
    }
  };
  return (
    <form ref={form} onSubmit={(e) => void submit(e)}>
      <TextArea label={label} value={text} onValue={setText} rows={3} />
      <div class="row">
        <Button type="submit" small busy={busy} disabled={!text.trim()}>
          {t("learn-lesson.note-save")}
        </Button>
        <Button kind="quiet" small onClick={close}>
          {t("frame.cancel")}
        </Button>
      </div>
    </form>
  );
}

type Change = { note: Note; onChange: (to: Note | null) => void };

export function OneNote({ note, onChange }: Change) {
  const [open, setOpen] = useState(false);
  const remove = async () => {
    try {
      await course.removeNote(note.id);
      onChange(null);
      const back = () => void course.addNote({ lesson: note.lesson, block: note.block, text: note.text }).then(onChange, toastError);
      toast(t("learn-lesson.note-gone"), { undo: back });
    } catch (e) {
      toastError(e);
    }
  };
  const save = async (text: string) => {
    await course.changeNote(note.id, text);
    onChange({ ...note, text });
  };
  if (open) return <Writing label={t("learn-lesson.note-change")} start={note.text} save={save} close={() => setOpen(false)} />;
  return (
    <div class="course-note">
      <Icon name="note" size={18} />
      <div>
        <p dir="auto">{note.text}</p>
        <p class="hint">{when(note.at)}</p>
      </div>
      <Button kind="quiet" small icon="edit" label={t("learn-lesson.note-change")} onClick={() => setOpen(true)} />
      <Button kind="quiet" small icon="trash" label={t("learn-lesson.note-remove")} onClick={() => void remove()} />
    </div>
  );
}

type Props = { lesson: string; block: string; notes: Note[]; writing: boolean; setNotes: (change: (all: Note[]) => Note[]) => void };

/** The notes of one block, and in the mode of writing the way to another. */
export function BlockNotes({ lesson, block, notes, writing, setNotes }: Props) {
  const [open, setOpen] = useState(false);
  const mine = notes.filter((n) => n.block === block);
  const add = async (text: string) => {
    const note = await course.addNote({ lesson, block, text });
    setNotes((all) => [...all, note]);
  };
  const change = (note: Note) => (to: Note | null) =>
    setNotes((all) => (to ? [...all.filter((n) => n.id !== note.id), to] : all.filter((n) => n.id !== note.id)));
  if (!mine.length && !writing) return null;
  return (
    <div class="course-notes">
      {mine.map((n) => (
        <OneNote key={n.id} note={n} onChange={change(n)} />
      ))}
      {open && <Writing label={t("learn-lesson.note")} start="" save={add} close={() => setOpen(false)} />}
      {writing && !open && (
        <Button kind="quiet" small icon="plus" onClick={() => setOpen(true)}>
          {t("learn-lesson.note-add")}
        </Button>
      )}
    </div>
  );
}
