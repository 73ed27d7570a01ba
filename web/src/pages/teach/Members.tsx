// teach/Members.tsx -- the code to join, who is in the class, and its end.
import { useState } from "preact/hooks";
import { t, when } from "../../i18n";
import { Button } from "../../parts/Button";
import { classes } from "../../parts/course/classApi";
import { Confirm } from "../../parts/Dialog";
import { Table } from "../../parts/Table";
import { toastError } from "../../parts/Toast";
import { go, href } from "../../router";
import type { ChangingView } from "./shared";

type Learner = { name: string; joined: number; seen: number | null };
type Asked = { title: string; text: string; yes: () => Promise<unknown> };

export function Members({ group, setGroup }: ChangingView) {
  const [asked, ask] = useState<Asked | null>(null);
  const reload = () => classes.get(group.id).then(setGroup, toastError);
  const renew = () => classes.change(group.id, { renew: true }).then(reload, toastError);
  const askOut = (name: string) =>
    ask({ title: t("teach-class.out", { name }), text: t("teach-class.out-text"), yes: () => classes.removeLearner(group.id, name).then(reload) });
  const askEnd = () =>
    ask({
      title: t("teach-class.end", { name: group.name }),
      text: t("teach-class.end-text"),
      yes: () => classes.remove(group.id).then(() => go(href(undefined, "teach"))),
    });
  const out = (l: Learner) => (
    <Button small kind="danger" icon="trash" label={t("teach-class.out", { name: l.name })} onClick={() => askOut(l.name)} />
  );
  return (
    <>
      <section class="card" aria-labelledby="teach-code">
        <h2 id="teach-code">{t("teach-class.code")}</h2>
        <p>{t("teach-class.code-text")}</p>
        <p class="teach-digits" dir="ltr" aria-live="polite">
          {group.code}
        </p>
        <Button icon="undo" onClick={() => void renew()}>
          {t("teach-class.code-new")}
        </Button>
      </section>
      <Table
        caption={t("teach-class.view.members")}
        rowKey={(l) => l.name}
        columns={[
          { key: "name", title: t("teach-class.learner"), cell: (l: Learner) => <bdi>{l.name}</bdi> },
          { key: "joined", title: t("teach-class.since"), cell: (l: Learner) => when(l.joined) },
          { key: "seen", title: t("teach-class.seen"), cell: (l: Learner) => (l.seen === null ? "" : when(l.seen)) },
          { key: "out", title: t("teach-class.change"), cell: out },
        ]}
        rows={group.learners ?? []}
      />
      <Button kind="danger" icon="trash" onClick={askEnd}>
        {t("teach-class.end-go")}
      </Button>
      <Confirm
        title={asked?.title ?? ""}
        text={asked?.text ?? ""}
        yes={t("teach-class.remove")}
        danger
        open={asked !== null}
        onYes={() => {
          void asked?.yes().catch(toastError);
          ask(null);
        }}
        onNo={() => ask(null)}
      />
    </>
  );
}
