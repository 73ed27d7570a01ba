// home.tsx -- all projects, and the way to a new one: what shall it sense, which words, done.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Session, Task } from "../api";
import { t, when } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { lastLesson } from "../parts/course/last";
import { Field } from "../parts/Field";
import { Icon } from "../parts/Icon";
import type { IconName } from "../parts/Icon";
import { Failure } from "../parts/Notice";
import { go, href, learnHref } from "../router";

type Kind = { task: Task; icon: IconName; labels: string };
const mainKinds: Kind[] = [
  { task: "keyword", icon: "mic", labels: "home.voice.labels" },
  { task: "image", icon: "camera", labels: "home.eye.labels" },
  { task: "activity", icon: "motion", labels: "home.motion.labels" },
];
const moreKinds: Kind[] = [
  { task: "gesture", icon: "pen", labels: "home.gesture.labels" },
  { task: "anomaly", icon: "wave", labels: "" },
  { task: "sine", icon: "train", labels: "" },
];
export const taskIcon = (task: string): IconName => [...mainKinds, ...moreKinds].find((k) => k.task === task)?.icon ?? "file";

function KindButton({ kind, chosen, choose }: { kind: Kind; chosen: boolean; choose: (k: Kind) => void }) {
  return (
    <button type="button" class="home-kind" aria-pressed={chosen} onClick={() => choose(kind)}>
      <span class="home-kind-picture">
        <Icon name={kind.icon} size={56} />
      </span>
      <strong>{t(`home.task.${kind.task}`)}</strong>
      <span>{t(`home.what.${kind.task}`)}</span>
    </button>
  );
}

/** A name that is free: "voice", "voice-2", .. */
function freeName(task: Task, taken: string[]): string {
  const base = t(`home.name.${task}`);
  for (let i = 1; ; i++) {
    const name = i === 1 ? base : `${base}-${i}`;
    if (!taken.includes(name)) return name;
  }
}

function NewProject({ taken }: { taken: string[] }) {
  const [kind, setKind] = useState<Kind | null>(null);
  const [more, setMore] = useState(false);
  const [name, setName] = useState("");
  const [labels, setLabels] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const first = form.current?.querySelector("input");
    first?.focus({ preventScroll: true });
    form.current?.scrollIntoView({ block: "nearest" });
  }, [kind]);
  const choose = (k: Kind) => {
    setKind(k);
    setName(freeName(k.task, taken));
    setLabels(k.labels ? t(k.labels) : "");
    setError(null);
  };
  const make = async (e: Event) => {
    e.preventDefault();
    if (!kind) return;
    setBusy(true);
    try {
      const words = labels.split(/[,،;\n]+/).map((w) => w.trim()).filter(Boolean);
      const project = await api.projects.create({ name: name.trim(), task: kind.task, labels: kind.labels ? words : undefined });
      go(href(project.name, kind.task === "sine" ? "train" : "collect"));
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  };
  return (
    <section class="home-new" aria-labelledby="home-new">
      <h2 id="home-new" tabIndex={-1}>
        {t("home.new")}
      </h2>
      <div class="home-kinds">
        {mainKinds.map((k) => (
          <KindButton key={k.task} kind={k} chosen={kind?.task === k.task} choose={choose} />
        ))}
      </div>
      {more ? (
        <div class="home-kinds home-kinds-more">
          {moreKinds.map((k) => (
            <KindButton key={k.task} kind={k} chosen={kind?.task === k.task} choose={choose} />
          ))}
        </div>
      ) : (
        <Button kind="quiet" icon="plus" onClick={() => setMore(true)}>
          {t("home.more")}
        </Button>
      )}
      {kind && (
        <form class="home-form card" ref={form} onSubmit={(e) => void make(e)}>
          {kind.labels && <Field label={t(`home.ask.${kind.task}`)} hint={t("home.labels.hint")} value={labels} onValue={setLabels} required />}
          <Field label={t("home.name")} hint={t("home.name.hint")} value={name} onValue={setName} required maxLength={60} />
          <Failure error={error} />
          <Button kind="main" type="submit" icon="forward" busy={busy}>
            {t("home.start")}
          </Button>
        </form>
      )}
    </section>
  );
}

/** The first choice of a newcomer: learn how it works, or build something now. */
function Doors({ session, only }: { session: Session; only: boolean }) {
  const last = lastLesson(session.user);
  const build = () => {
    const first = document.querySelector<HTMLElement>("#home-new");
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "start" });
  };
  return (
    <section class="home-doors" aria-label={t("home.doors")}>
      <div class="home-door">
        <Icon name="book" size={40} />
        <h2>{t("home.learn")}</h2>
        <p>{t("home.learn-what")}</p>
        <LinkButton kind="main" icon="forward" href={last ? learnHref(last.id, { at: "stop" }) : learnHref()}>
          {last ? t("home.learn-on", { title: last.title }) : t("home.learn-go")}
        </LinkButton>
      </div>
      {!only && (
        <div class="home-door">
          <Icon name="board" size={40} />
          <h2>{t("home.build")}</h2>
          <p>{t("home.build-what")}</p>
          <Button icon="plus" onClick={build}>
            {t("home.build-go")}
          </Button>
        </div>
      )}
    </section>
  );
}

export default function Home({ server, session }: OuterProps) {
  const { data, error } = useLoad(api.projects.list, []);
  if (!data) return error ? <Failure error={error} /> : <p class="loading">{t("frame.loading")}</p>;
  return (
    <>
      <Doors session={session} only={Boolean(server.only)} />
      {data.length > 0 && (
        <section aria-labelledby="home-list">
          <h2 id="home-list">{t("home.yours")}</h2>
          <ul class="home-list">
            {data.map((p) => (
              <li key={p.name}>
                <a class="home-project" href={href(p.name)}>
                  <span class="home-project-icon">
                    <Icon name={taskIcon(p.task)} size={28} />
                  </span>
                  <span class="home-project-name">
                    <strong>
                      <bdi>{p.name}</bdi>
                    </strong>
                    {!p.error && (
                      <span>
                        {t(`home.task.${p.task}`)}
                        {" · "}
                        {t("home.samples", { n: p.samples })}
                      </span>
                    )}
                  </span>
                  <span class="home-project-state">
                    {p.error && (
                      <span class="wrong" lang="en" dir="auto">
                        {p.error}
                      </span>
                    )}
                    {p.model && <span class="badge">{t("home.trained")}</span>}
                    {p.changed ? <span class="home-project-when">{when(p.changed)}</span> : null}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {!server.only && <NewProject taken={data.map((p) => p.name)} />}
    </>
  );
}
