// forum.tsx -- questions: of all lessons (#/forum), or of one (#/forum?at=rule/coin/what-fits), and a new one.
import { useEffect, useState } from "preact/hooks";
import { t, when } from "../i18n";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { titleOf, useMap } from "../parts/course/map";
import { forum } from "../parts/course/togetherApi";
import type { Sort, ThreadLine } from "../parts/course/togetherApi";
import { Empty } from "../parts/Empty";
import { Field, Select, TextArea } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Failure } from "../parts/Notice";
import { go, href, learnHref } from "../router";

export const messages = ["learn"];

const sorts: Sort[] = ["new", "votes", "open"];

function Ask({ at }: { at: string }) {
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>(null);
  const send = async (e: Event) => {
    e.preventDefault();
    try {
      const made = await forum.ask(at, title.trim(), text.trim());
      go(href(undefined, "forum", String(made.id)));
    } catch (err) {
      setError(err);
    }
  };
  return (
    <details class="card">
      <summary>{t("forum.ask")}</summary>
      <form onSubmit={(e) => void send(e)}>
        <Field label={t("forum.title-of")} hint={t("forum.title-hint")} value={title} onValue={setTitle} maxLength={150} required />
        <TextArea label={t("forum.text")} hint={t("forum.markdown")} rows={6} value={text} onValue={setText} />
        <Failure error={error} />
        <Button kind="main" type="submit" disabled={!title.trim() || !text.trim()}>
          {t("forum.send")}
        </Button>
      </form>
    </details>
  );
}

function Line({ thread, where }: { thread: ThreadLine; where: string | null }) {
  return (
    <li class="card forum-line">
      <a href={href(undefined, "forum", String(thread.id))}>
        <bdi>{thread.title}</bdi>
      </a>
      <p class="hint">
        <bdi>{thread.author}</bdi>, {when(thread.last)}
        {where && (
          <>
            {" · "}
            <bdi>{where}</bdi>
          </>
        )}
      </p>
      <p class="forum-counts">
        <span>{t("forum.answers", { n: Math.max(0, thread.posts - 1) })}</span>
        <span>{t("forum.votes", { n: thread.votes })}</span>
        {thread.accepted && (
          <span class="badge">
            <Icon name="check" size={16} /> {t("forum.answered")}
          </span>
        )}
      </p>
    </li>
  );
}

/** Pages of threads, one after another. */
function useThreads(at: string | undefined, sort: Sort, q: string) {
  const [state, set] = useState<{ threads: ThreadLine[] | null; more: boolean; error: unknown }>({ threads: null, more: false, error: null });
  const load = (before: ThreadLine[]) =>
    forum.list({ at, sort, q: q || undefined, offset: before.length }).then(
      (r) => set({ threads: [...before, ...r.threads], more: r.more, error: null }),
      (error) => set((s) => ({ ...s, error })),
    );
  useEffect(() => void load([]), [at, sort, q]);
  return { ...state, next: () => void load(state.threads ?? []) };
}

export default function Forum({ session, query }: OuterProps) {
  const at = query.get("at") ?? undefined;
  const { map } = useMap();
  const [sort, setSort] = useState<Sort>("new");
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const { threads, more, error, next } = useThreads(at, sort, q);
  const words = { quiz: t("learn.quiz"), journal: t("learn.journal") };
  const lesson = at && titleOf(map, at, words);
  const search = (e: Event) => {
    e.preventDefault();
    setQ(typed.trim());
  };
  return (
    <>
      <CourseBar session={session} here="forum" />
      {at && (
        <p>
          {t("forum.of")} <a href={learnHref(at)}>{lesson ?? at}</a>. <a href={href(undefined, "forum")}>{t("forum.all")}</a>
        </p>
      )}
      <Ask at={at ?? "general"} />
      <form class="row forum-find" role="search" aria-label={t("forum.search")} onSubmit={search}>
        <Field type="search" label={t("forum.search")} value={typed} onValue={setTyped} />
        <Select label={t("forum.sort")} value={sort} onValue={(s) => setSort(s as Sort)} options={sorts.map((s) => ({ value: s, text: t(`forum.sort.${s}`) }))} />
      </form>
      <Failure error={error} />
      {threads?.length === 0 && <Empty icon="question" title={t("forum.none")} text={t("forum.none-text")} />}
      <ul class="forum-list">
        {threads?.map((x) => (
          <Line key={x.id} thread={x} where={at ? null : titleOf(map, x.page, words)} />
        ))}
      </ul>
      {more && <Button onClick={next}>{t("forum.more")}</Button>}
    </>
  );
}
