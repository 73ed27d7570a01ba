// join.tsx -- a phone or a laptop comes into the class: the code and a name; or a name and its password.
import { useState } from "preact/hooks";
import * as api from "../api";
import { ApiError } from "../api";
import { t } from "../i18n";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { Field } from "../parts/Field";
import { Fingerprint } from "../parts/Fingerprint";
import { Failure, Notice } from "../parts/Notice";
import { go, href } from "../router";

/** This page was asked for; else it stands before another one, for who has no session. */
const isHere = () => location.hash.startsWith("#/join");
const isTeacherCode = (code: string) => code.replace(/[\s-]/g, "").length > 6;

/** What went wrong, in this language where we know it. */
function whatWentWrong(e: unknown, withCode: boolean): unknown {
  if (!(e instanceof ApiError)) return e;
  if (e.status === 403) return new Error(t(withCode ? "join.wrong-code" : "join.wrong-password"));
  if (e.status === 409) return new Error(t("join.taken"));
  if (e.status === 429) return new Error(t("join.wait", { n: e.wait_s }));
  if (e.status === 400) return new Error(t("join.wrong-name"));
  return e;
}

function Enter({ code: given, renew }: { code: string; renew: () => Promise<void> }) {
  const [code, setCode] = useState(given);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [known, setKnown] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const enter = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    try {
      await api.session.join(known ? { name: name.trim(), password } : { code, name: name.trim() });
      if (isHere()) go(href(), true); // else the page that was asked for comes now
      await renew();
    } catch (err) {
      setError(whatWentWrong(err, !known));
      setBusy(false);
    }
  };
  const turn = () => {
    setKnown(!known);
    setError(null);
  };
  return (
    <form class="join card" onSubmit={(e) => void enter(e)}>
      {!known && (
        <Field
          key="code"
          label={t("join.code")}
          hint={isTeacherCode(code) ? t("join.code.teacher") : t("join.code.hint")}
          class="join-code"
          dir="ltr"
          value={code}
          onValue={setCode}
          autocomplete="one-time-code"
          inputMode={isTeacherCode(code) ? "text" : "numeric"}
          maxLength={20}
          required
        />
      )}
      <Field
        key="name"
        label={t("join.name")}
        hint={known ? undefined : t("join.name.hint")}
        value={name}
        onValue={setName}
        autocomplete={known ? "username" : "nickname"}
        maxLength={40}
        required
      />
      {known && (
        <Field
          key="password"
          type="password"
          label={t("join.password")}
          hint={t("join.password.hint")}
          value={password}
          onValue={setPassword}
          autocomplete="current-password"
          required
        />
      )}
      <Failure error={error} />
      <div class="row">
        <Button kind="main" type="submit" icon="forward" busy={busy}>
          {t(known ? "join.log-in" : "join.start")}
        </Button>
        <Button kind="quiet" onClick={turn}>
          {t(known ? "join.by-code" : "join.by-password")}
        </Button>
      </div>
    </form>
  );
}

export default function Join({ rest, session, renew }: OuterProps) {
  if (!session.lan)
    return (
      <Notice>
        <p>{t("join.alone")}</p>
        <LinkButton href={href()}>{t("frame.home")}</LinkButton>
      </Notice>
    );
  if (session.role)
    return (
      <Notice kind="good">
        <p>{t("join.in", { name: session.user ?? "" })}</p>
        <LinkButton kind="main" href={href()}>
          {t("frame.home")}
        </LinkButton>
      </Notice>
    );
  return (
    <>
      <Enter code={isHere() ? (rest[0] ?? "") : ""} renew={renew} />
      <section class="join-why" aria-labelledby="join-why">
        <h2 id="join-why">{t("join.why")}</h2>
        <p>{t("join.why.own")}</p>
        <p>{t("join.why.compare")}</p>
        <Fingerprint label={t("join.why.figures")} value={session.fingerprint} />
      </section>
    </>
  );
}
