// forum-thread.tsx -- a question with its answers: vote, accept, answer, mend one's own, report what hurts.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Html } from "../parts/course/Html";
import { By } from "../parts/course/Together";
import { titleOf, useMap } from "../parts/course/map";
import { forum } from "../parts/course/togetherApi";
import type { Post, Thread } from "../parts/course/togetherApi";
import { Dialog } from "../parts/Dialog";
import { TextArea } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { toast, toastError } from "../parts/Toast";
import { href, learnHref } from "../router";

export const messages = ["forum", "learn"];

function Writing({ label, text: first, go, onSend, onCancel }: { label: string; text: string; go: string; onSend: (text: string) => Promise<unknown>; onCancel?: () => void }) {
  const [text, setText] = useState(first);
  const send = (e: Event) => {
    e.preventDefault();
    void onSend(text.trim()).then(() => setText(""), toastError);
  };
  return (
    <form onSubmit={send}>
      <TextArea label={label} hint={t("forum.markdown")} rows={5} value={text} onValue={setText} />
      <div class="row">
        <Button kind="main" type="submit" disabled={!text.trim()}>
          {go}
        </Button>
        {onCancel && <Button onClick={onCancel}>{t("frame.cancel")}</Button>}
      </div>
    </form>
  );
}

type Acts = { post: Post; first: boolean; thread: Thread; teacher: boolean; act: (what: Promise<unknown>) => Promise<void>; onEdit: () => void; onReport: () => void };

function Buttons({ post, first, thread, teacher, act, onEdit, onReport }: Acts) {
  if (post.removed)
    return (post.mine && post.removed === "author") || teacher ? (
      <Button small icon="undo" onClick={() => void act(forum.restore(post.id))}>
        {t("forum.restore")}
      </Button>
    ) : null;
  return (
    <div class="row">
      <Button small icon={post.voted ? "check" : "heart"} aria-pressed={post.voted} disabled={post.mine} onClick={() => void act(forum.vote(post.id, !post.voted))}>
        {t("forum.helpful", { n: post.votes })}
      </Button>
      {!first && (thread.mine || teacher) && (
        <Button small icon="check" onClick={() => void act(forum.accept(post.id, !post.accepted))}>
          {t(post.accepted ? "forum.unaccept" : "forum.accept")}
        </Button>
      )}
      {post.mine && (
        <Button small icon="edit" onClick={onEdit}>
          {t("forum.edit")}
        </Button>
      )}
      {(post.mine || teacher) && (
        <Button small kind="danger" icon="trash" onClick={() => void act(forum.remove(post.id))}>
          {t("forum.remove")}
        </Button>
      )}
      {!post.mine && (
        <Button small icon="warning" onClick={onReport}>
          {t("forum.report")}
        </Button>
      )}
    </div>
  );
}

function OnePost(p: Omit<Acts, "onEdit">) {
  const [editing, edit] = useState(false);
  const { post } = p;
  const change = (text: string) =>
    forum.change(post.id, text).then(() => {
      edit(false);
      return p.act(Promise.resolve());
    });
  return (
    <article class={`card forum-post${post.accepted ? " forum-accepted" : ""}`}>
      {post.accepted && <p class="badge">{t("forum.accepted")}</p>}
      {post.removed && <p class="hint">{t(`forum.removed.${post.removed}`)}</p>}
      {editing ? (
        <Writing label={t("forum.text")} text={post.text} go={t("forum.save")} onSend={change} onCancel={() => edit(false)} />
      ) : (
        <div dir="auto"><Html html={post.html} /></div>
      )}
      <By {...post} />
      <Buttons {...p} onEdit={() => edit(true)} />
    </article>
  );
}

function ReportDialog({ post, onDone }: { post: number | null; onDone: () => void }) {
  const send = async (reason: string) => {
    if (post !== null) await forum.report(post, reason);
    toast(t("forum.reported"));
    onDone();
  };
  return (
    <Dialog title={t("forum.report")} open={post !== null} onClose={onDone}>
      <p>{t("forum.report-text")}</p>
      <Writing label={t("forum.reason")} text="" go={t("forum.report-go")} onSend={send} />
    </Dialog>
  );
}

export default function ForumThread({ session, rest }: OuterProps) {
  const id = Number(rest[0]);
  const { map } = useMap();
  const { data, error, reload, setData } = useLoad(() => forum.get(id), [id]);
  const [reported, report] = useState<number | null>(null);
  const act = (what: Promise<unknown>) => what.then(() => reload(), toastError);
  const teacher = session.role === "teacher";
  const lesson = data && titleOf(map, data.page, { quiz: t("learn.quiz"), journal: t("learn.journal") });
  return (
    <>
      <CourseBar session={session} here="forum" />
      <Failure error={error} />
      {data && (
        <>
          <p>
            <a href={href(undefined, "forum")}>{t("forum.all")}</a>
            {lesson && (
              <>
                {" · "}
                <a href={learnHref(data.page)}>{lesson}</a>
              </>
            )}
          </p>
          <h2 class="forum-title">
            <bdi>{data.title}</bdi>
          </h2>
          {data.posts.map((p, i) => (
            <OnePost key={p.id} post={p} first={i === 0} thread={data} teacher={teacher} act={act} onReport={() => report(p.id)} />
          ))}
          <Writing label={t("forum.answer")} text="" go={t("forum.answer-go")} onSend={(text) => forum.answer(id, text).then(setData)} />
        </>
      )}
      <ReportDialog post={reported} onDone={() => report(null)} />
    </>
  );
}
