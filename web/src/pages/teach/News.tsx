// teach/News.tsx -- what the teacher tells all of a class.
import { useState } from "preact/hooks";
import { t, when } from "../../i18n";
import { useLoad } from "../../load";
import { Button } from "../../parts/Button";
import { classes } from "../../parts/course/classApi";
import { Html } from "../../parts/course/Html";
import { TextArea } from "../../parts/Field";
import { Failure } from "../../parts/Notice";
import { toastError } from "../../parts/Toast";
import type { View } from "./shared";

export function News({ group }: View) {
  const { data, error, reload } = useLoad(() => classes.announcements(group.id), [group.id]);
  const [text, setText] = useState("");
  const act = (what: Promise<unknown>) => what.then(() => reload(), toastError);
  const send = (e: Event) => {
    e.preventDefault();
    void act(classes.announce(group.id, text.trim()).then(() => setText("")));
  };
  return (
    <>
      <form onSubmit={send}>
        <TextArea label={t("teach-class.announce")} hint={t("teach-class.markdown")} value={text} onValue={setText} />
        <Button kind="main" type="submit" disabled={!text.trim()}>
          {t("teach-class.announce-go")}
        </Button>
      </form>
      <Failure error={error} />
      {data?.map((a) => (
        <article key={a.id} class="card">
          <div dir="auto"><Html html={a.html} /></div>
          <div class="row">
            <span class="hint">
              <bdi>{a.author}</bdi>, {when(a.at)}
            </span>
            <Button small kind="danger" icon="trash" label={t("teach-class.announce-remove")} onClick={() => void act(classes.unannounce(group.id, a.id))} />
          </div>
        </article>
      ))}
    </>
  );
}
