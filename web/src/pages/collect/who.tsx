// who.tsx -- who is heard or seen, and that they agreed: asked once, kept with each recording.
import { useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Checkbox, Field } from "../../parts/Field";
import { Notice } from "../../parts/Notice";
import type { Wanted } from "./wanted";

export type Person = { subject: string; consent: string };
type Kept = { subject: string; agreed: string };

const keyOf = (project: string) => `thimble.who.${project}`;

function read(project: string): Kept {
  try {
    const k = JSON.parse(sessionStorage.getItem(keyOf(project)) ?? "");
    if (typeof k.subject === "string" && typeof k.agreed === "string") return k;
  } catch {
    // nobody yet
  }
  return { subject: "", agreed: "" };
}

/** A name that belongs to nobody: "otter-27". */
function nickname(): string {
  const names = t("collect.who.names").split(" ");
  const pick = crypto.getRandomValues(new Uint16Array(2));
  return `${names[(pick[0] ?? 0) % names.length]}-${10 + ((pick[1] ?? 0) % 90)}`;
}

export function useWho(project: string) {
  const [who, set] = useState<Kept>(() => read(project));
  const [asked, ask] = useState(false); // somebody pressed Record before they had agreed
  const [settled, settle] = useState(() => read(project).agreed !== ""); // the question is folded away
  const now = useRef(who);
  now.current = who;
  const change = (k: Kept) => {
    set(k);
    if (k.agreed) ask(false);
    else settle(false);
    sessionStorage.setItem(keyOf(project), JSON.stringify(k));
  };
  const agreed = (): Person | null => {
    const { subject, agreed: on } = now.current;
    if (!on) {
      ask(true);
      document.getElementById("collect-who")?.querySelector<HTMLInputElement>("input[type=checkbox]")?.focus();
      return null;
    }
    settle(true);
    return { subject, consent: `yes, in the studio, ${on}` };
  };
  return { who, asked, settled, settle: () => settle(true), change, agreed };
}

type Props = { of: ReturnType<typeof useWho>; input: Wanted["input"] };

/** Who is heard or moves; most pictures show no people, so of them it is who takes them. */
export function Who({ of, input }: Props) {
  const things = input === "picture";
  const { who, asked, settled, settle, change: onChange } = of;
  const agree = (on: boolean) => {
    const subject = who.subject.trim() || nickname();
    onChange({ subject, agreed: on ? new Date().toISOString().slice(0, 10) : "" });
  };
  if (settled && who.agreed)
    return (
      <div class="collect-who-done" id="collect-who">
        <p>
          {t(things ? "collect.who.now-things" : "collect.who.now")} <strong><bdi>{who.subject}</bdi></strong>
        </p>
        <Button kind="quiet" icon="people" onClick={() => onChange({ subject: "", agreed: "" })}>
          {t("collect.who.other")}
        </Button>
      </div>
    );
  return (
    <section class="collect-who" id="collect-who" aria-labelledby="collect-who-title">
      <h2 id="collect-who-title">{t(things ? "collect.who.title-things" : input === "sound" ? "collect.who.title-sound" : "collect.who.title-motion")}</h2>
      <div class="collect-who-name">
        <Field
          label={t("collect.who.nickname")}
          hint={t("collect.who.nickname-hint")}
          value={who.subject}
          maxLength={40}
          autocomplete="off"
          onValue={(subject) => onChange({ subject, agreed: "" })}
        />
        <Button kind="quiet" onClick={() => onChange({ subject: nickname(), agreed: "" })}>
          {t("collect.who.suggest")}
        </Button>
      </div>
      <Checkbox
        label={t(things ? "collect.who.agree-things" : "collect.who.agree")}
        hint={t("collect.who.agree-hint")}
        checked={who.agreed !== ""}
        onValue={agree}
      />
      {asked && !who.agreed && (
        <Notice kind="warning">
          <p role="alert">{t("collect.who.please")}</p>
        </Notice>
      )}
      {who.agreed && (
        <Button onClick={settle}>{t("collect.who.done")}</Button>
      )}
    </section>
  );
}
