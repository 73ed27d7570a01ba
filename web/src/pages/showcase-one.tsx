// showcase-one.tsx -- one project of the showcase, what others say of it, and what one says oneself.
import { useState } from "preact/hooks";
import { number, t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Html } from "../parts/course/Html";
import { By, Marks } from "../parts/course/Together";
import { marks, showcase } from "../parts/course/togetherApi";
import type { Mark, Show, Told } from "../parts/course/togetherApi";
import { TextArea } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { toast, toastError } from "../parts/Toast";
import { go, href } from "../router";
import { ShowForm } from "./showcase";

export const messages = ["showcase", "learn", "forum"];

function Review({ show, setShow }: { show: Show; setShow: (to: Show) => void }) {
  const mine = show.told?.find((x) => x.mine);
  const [given, set] = useState<Partial<Record<Mark, number>>>(mine ?? {});
  const [text, setText] = useState(mine?.text ?? "");
  const { mastery, creativity, benefit } = given;
  const send = async (e: Event) => {
    e.preventDefault();
    if (!mastery || !creativity || !benefit) return;
    try {
      setShow(await showcase.review(show.id, { mastery, creativity, benefit, text: text.trim() }));
      toast(t("showcase.thanks"));
    } catch (err) {
      toastError(err);
    }
  };
  return (
    <form class="card" onSubmit={(e) => void send(e)} aria-labelledby="show-review">
      <h2 id="show-review">{t("showcase.review")}</h2>
      {marks.map((m) => (
        <Marks
          key={m}
          name={m}
          legend={t(`showcase.${m}`)}
          text={t(`showcase.${m}-text`)}
          words={(n) => t(`showcase.${m}.${n}`)}
          value={given[m] ?? null}
          onValue={(n) => set({ ...given, [m]: n })}
        />
      ))}
      <TextArea label={t("showcase.say")} hint={t("showcase.say-hint")} value={text} onValue={setText} />
      <Button kind="main" type="submit" disabled={!mastery || !creativity || !benefit || !text.trim()}>
        {t("showcase.review-go")}
      </Button>
    </form>
  );
}

function Said({ told }: { told: Told }) {
  return (
    <article class="card">
      <p>{marks.map((m) => `${t(`showcase.${m}`)} ${told[m]}`).join(" · ")}</p>
      <div dir="auto"><Html html={told.html} /></div>
      <By {...told} />
    </article>
  );
}

export default function ShowcaseOne({ session, rest }: OuterProps) {
  const id = Number(rest[0]);
  const { data, error, setData, reload } = useLoad(() => showcase.get(id), [id]);
  const [editing, edit] = useState(false);
  const remove = () => showcase.remove(id).then(() => go(href(undefined, "showcase")), toastError);
  return (
    <>
      <CourseBar session={session} here="showcase" />
      <Failure error={error} />
      {data && (
        <>
          <p>
            <a href={href(undefined, "showcase")}>{t("showcase.all")}</a>
          </p>
          <h2 class="forum-title">
            <bdi>{data.title}</bdi>
          </h2>
          <By {...data} />
          {editing ? (
            <ShowForm show={data} goText={t("forum.save")} onSend={(s) => showcase.change(id, s).then(() => { edit(false); return reload(); })} />
          ) : (
            <div dir="auto"><Html html={data.html} /></div>
          )}
          {data.made.length > 0 && <ul>{data.made.map((m) => <li key={m}><bdi>{m}</bdi></li>)}</ul>}
          {marks.some((m) => data[m] !== null) && (
            <p class="teach-sum">{marks.map((m) => `${t(`showcase.${m}`)} ${number(data[m] ?? 0, 2)}`).join(" · ")}</p>
          )}
          <div class="row">
            {data.mine && !editing && <Button icon="edit" onClick={() => edit(true)}>{t("forum.edit")}</Button>}
            {(data.mine || session.role === "teacher") && <Button kind="danger" icon="trash" onClick={() => void remove()}>{t("forum.remove")}</Button>}
          </div>
          {data.told?.map((x) => <Said key={x.author} told={x} />)}
          {!data.mine && <Review show={data} setShow={setData} />}
        </>
      )}
    </>
  );
}
