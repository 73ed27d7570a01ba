// peer.tsx -- texts of others from the labs, to be read and judged by their rubric, and what others said of one's own.
import { useState } from "preact/hooks";
import { number, t } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { Html } from "../parts/course/Html";
import { Marks } from "../parts/course/Together";
import { peer } from "../parts/course/togetherApi";
import type { PeerText, Received } from "../parts/course/togetherApi";
import { Empty } from "../parts/Empty";
import { TextArea } from "../parts/Field";
import { Failure } from "../parts/Notice";
import { toast, toastError } from "../parts/Toast";

export const messages = ["learn"];

function One({ text, onDone }: { text: PeerText; onDone: () => void }) {
  const [scores, setScores] = useState<Record<string, number>>(text.scores ?? {});
  const [said, setSaid] = useState(text.said);
  const whole = text.rubric.every((r) => scores[r.name]);
  const send = async (e: Event) => {
    e.preventDefault();
    try {
      await peer.give(text.id, scores, said.trim());
      toast(t("peer.thanks"));
      onDone();
    } catch (err) {
      toastError(err);
    }
  };
  return (
    <section class="card" aria-labelledby={`peer-${text.id}`}>
      <h2 id={`peer-${text.id}`}>
        <bdi>{text.title}</bdi>
      </h2>
      {text.done && <p class="badge">{t("peer.done")}</p>}
      <div dir="auto"><Html html={text.html} /></div>
      <form onSubmit={(e) => void send(e)}>
        {text.rubric.map((r) => (
          <Marks
            key={r.name}
            name={`${text.id}-${r.name}`}
            legend={r.text}
            words={(n) => t(`peer.${n}`)}
            value={scores[r.name] ?? null}
            onValue={(n) => setScores({ ...scores, [r.name]: n })}
          />
        ))}
        <TextArea label={t("peer.say")} hint={t("peer.say-hint")} value={said} onValue={setSaid} />
        <Button kind="main" type="submit" disabled={!whole || !said.trim()}>
          {t(text.done ? "peer.change" : "peer.send")}
        </Button>
      </form>
    </section>
  );
}

function Mine({ got }: { got: Received }) {
  return (
    <section class="card">
      <h2>
        <bdi>{got.title}</bdi>
      </h2>
      <p>{t("peer.n", { n: got.n })}</p>
      <ul>
        {Object.entries(got.scores).map(([name, mean]) => (
          <li key={name}>
            <bdi>{name}</bdi>: {number(mean, 2)}
          </li>
        ))}
      </ul>
      {got.texts.map((x, i) => (
        <blockquote key={i}>
          <bdi>{x}</bdi>
        </blockquote>
      ))}
    </section>
  );
}

export default function Peer({ session }: OuterProps) {
  const { data, error, reload } = useLoad(peer.get, []);
  return (
    <>
      <CourseBar session={session} here="peer" />
      <Failure error={error} />
      {data && data.review.length === 0 && <Empty icon="pen" title={t("peer.none")} text={t("peer.none-text")} />}
      {data?.review.map((x) => <One key={x.id} text={x} onDone={() => void reload()} />)}
      {data && data.received.length > 0 && <p class="teach-sum">{t("peer.received")}</p>}
      {data?.received.map((x) => <Mine key={x.id} got={x} />)}
    </>
  );
}
