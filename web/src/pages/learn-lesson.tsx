// learn-lesson.tsx -- reading: a lesson block by block, with notes, a bookmark, and "done, next" at its end.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Blocks } from "../parts/course/Blocks";
import { course, progressPath } from "../parts/course/api";
import type { CourseMap, Lesson, Note } from "../parts/course/api";
import { langOf } from "../parts/course/Html";
import { keepLast } from "../parts/course/last";
import { done, placeOf, useMap } from "../parts/course/map";
import { BlockNotes } from "../parts/course/Notes";
import { sendLast } from "../parts/course/outbox";
import { Rows, Trail } from "../parts/course/Parts";
import { placeHere, usePlace, useSeconds } from "../parts/course/reading";
import { Failure, Notice } from "../parts/Notice";
import { Progress } from "../parts/Progress";
import { Title } from "../parts/Title";
import { toastError } from "../parts/Toast";
import { go, href, learnHref } from "../router";

export const titled = true;
export const messages = ["learn"];

function Tools({ lesson, writing, setWriting }: { lesson: Lesson; writing: boolean; setWriting: (on: boolean) => void }) {
  const [marked, mark] = useState(Boolean(lesson.bookmarked));
  const turn = () => {
    mark(!marked);
    course.bookmark(lesson.id, !marked).catch((e) => {
      mark(marked);
      toastError(e);
    });
  };
  return (
    <p class="learn-tools">
      <span>{t("learn.minutes", { n: lesson.minutes })}</span>
      <button type="button" class="button button-quiet button-small" aria-pressed={marked} onClick={turn}>
        {t(marked ? "learn-lesson.bookmarked" : "learn-lesson.bookmark")}
      </button>
      <button type="button" class="button button-quiet button-small" aria-pressed={writing} onClick={() => setWriting(!writing)}>
        {t("learn-lesson.notes")}
      </button>
      <a href={`${href(undefined, "forum")}?at=${encodeURIComponent(lesson.id)}`}>{t("learn-lesson.questions")}</a>
    </p>
  );
}

/** Where she stopped the last time, unless that was the beginning. */
function stopped(lesson: Lesson, map: CourseMap | null): string | null {
  const at = lesson.place ?? ((map?.last === lesson.id && map.block) || placeHere(lesson.id));
  return lesson.blocks.findIndex((b) => b.key === at) > 0 ? at : null;
}
function scrollToBlock(key: string): void {
  const block = document.querySelector<HTMLElement>(`[data-block="${CSS.escape(key)}"]`);
  if (!block) return;
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
  block.scrollIntoView({ block: "start" });
}

function GoBack({ lesson, stop, asked }: { lesson: Lesson; stop: string | null; asked: string | null }) {
  const [at, set] = useState(stop);
  useEffect(() => {
    const to = asked === "stop" ? at : asked;
    if (!to) return;
    setTimeout(() => scrollToBlock(to), 60); // behind the title's focus
    set(null);
  }, []);
  if (!at || lesson.done) return null;
  const jump = () => {
    scrollToBlock(at);
    set(null);
  };
  return (
    <Notice>
      <div class="row">
        <span>{t("learn-lesson.stopped")}</span>
        <Button small onClick={jump}>
          {t("learn-lesson.stopped-go")}
        </Button>
      </div>
    </Notice>
  );
}

type Read = { lesson: Lesson; map: CourseMap | null; reload: () => void; asked: string | null };

function Reader({ lesson, map, reload, asked }: Read) {
  const [stop] = useState(() => stopped(lesson, map));
  const [notes, setNotes] = useState<Note[]>(() => (lesson.notes ?? []).map((n) => ({ ...n, lesson: lesson.id })));
  const [writing, setWriting] = useState(false);
  const [busy, setBusy] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const seconds = useSeconds();
  const state = useRef<"seen" | "done">(lesson.done ? "done" : "seen");
  const tell = () => sendLast(progressPath(lesson.id), { state: state.current, seconds: seconds() });
  usePlace(lesson.id, root, stop ?? lesson.blocks[0]?.key ?? "");
  useEffect(() => {
    void tell().catch(() => {});
    return () => void tell().catch(() => {});
  }, []);
  const finish = async () => {
    setBusy(true);
    state.current = "done";
    try {
      await tell();
      reload();
      go(learnHref(lesson.after ?? lesson.chapter));
    } catch (e) {
      toastError(e);
      setBusy(false);
    }
  };
  const chapter = placeOf(map, lesson.id)?.chapter;
  const sum = chapter && done(chapter);
  return (
    <>
      <Tools lesson={lesson} writing={writing} setWriting={setWriting} />
      {sum && <Progress label={t("learn-lesson.chapter-done", { n: sum.n, of: sum.of })} part={sum.n / Math.max(1, sum.of)} />}
      <GoBack lesson={lesson} stop={stop} asked={asked} />
      <div ref={root}>
        <Blocks
          page={lesson.id}
          blocks={lesson.blocks}
          after={(b) => <BlockNotes lesson={lesson.id} block={b.key} notes={notes} writing={writing} setNotes={setNotes} />}
        />
      </div>
      <div class="learn-end">
        <Button kind="main" icon="check" busy={busy} onClick={() => void finish()}>
          {t("learn-lesson.done-next")}
        </Button>
        {lesson.before && (
          <LinkButton kind="quiet" icon="back" href={learnHref(lesson.before)}>
            {t("learn-lesson.before")}
          </LinkButton>
        )}
      </div>
      {chapter && (
        <details class="learn-rest">
          <summary>{t("learn.contents")}</summary>
          <Rows chapter={chapter} here={lesson.id} />
        </details>
      )}
    </>
  );
}

export default function LearnLesson({ rest, query, session }: OuterProps) {
  const id = rest.join("/");
  const { map, error: noMap, reload } = useMap();
  const { data, error } = useLoad(() => course.lesson(id), [id]);
  useEffect(() => {
    if (data) keepLast(session.user, { id: data.id, title: data.title });
  }, [data]);
  return (
    <>
      <CourseBar session={session} due={map?.due} />
      <article class="learn-page">
        <Trail place={placeOf(map, id)} at={id} />
        {error && !data ? <Title at={`learn/${id}`} text={t("frame.missing")} /> : null}
        {data && <Title at={`learn/${id}`} text={data.title} {...langOf(data.lang)} />}
        {!data && !error && <p class="loading">{t("frame.loading")}</p>}
        <Failure error={data ? null : error} />
        {data && (map || noMap) && <Reader key={data.id} lesson={data} map={map} reload={reload} asked={query.get("at")} />}
      </article>
    </>
  );
}
