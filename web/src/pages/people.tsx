// people.tsx -- the class: how to join (a square to scan and a code), who is here, passwords, tokens of programs.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { Pairing, Session, Token, User } from "../api";
import { t, when } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button } from "../parts/Button";
import { Confirm, Dialog } from "../parts/Dialog";
import { Empty } from "../parts/Empty";
import { Field } from "../parts/Field";
import { Fingerprint } from "../parts/Fingerprint";
import { Failure, Notice } from "../parts/Notice";
import { Table } from "../parts/Table";
import { toast, toastError } from "../parts/Toast";

/** Does it again every so many seconds, while the page is looked at. */
function useEvery(seconds: number, what: () => void) {
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && what(), seconds * 1000);
    return () => clearInterval(timer);
  }, [what]);
}

const spaced = (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`;

function Door() {
  const { data, error, reload, setData } = useLoad<Pairing>(api.people.pairing, []);
  useEffect(() => {
    if (!data) return;
    const timer = setTimeout(() => void reload(), data.expires_s * 1000 + 500);
    return () => clearTimeout(timer);
  }, [data]);
  if (!data) return <Failure error={error} />;
  const renew = () => api.people.renewPairing().then(setData, toastError);
  return (
    <section class="people-door card" aria-labelledby="people-door">
      <img class="people-qr" src={`data:image/svg+xml,${encodeURIComponent(data.qr)}`} alt={t("people.qr", { url: data.url })} />
      <div class="people-code">
        <h2 id="people-door">{t("people.door")}</h2>
        <p>{t("people.door.scan")}</p>
        <p class="people-url" dir="ltr">
          {data.url.replace(/#.*/, "")}
        </p>
        <p>{t("people.door.code")}</p>
        <p class="people-digits" dir="ltr" aria-live="polite">
          {spaced(data.code)}
        </p>
        <p class="hint">{t("people.door.until", { time: when(Date.now() / 1000 + data.expires_s) })}</p>
        <p class="hint">{t("people.door.warn")}</p>
        <Button onClick={() => void renew()} icon="undo">
          {t("people.door.new")}
        </Button>
      </div>
      <details class="people-print">
        <summary>{t("people.print")}</summary>
        <p>{t("people.print.text")}</p>
        <Fingerprint label={t("people.print.figures")} value={data.fingerprint} />
      </details>
    </section>
  );
}

function PasswordDialog({ name, onDone }: { name: string | null; onDone: () => void }) {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const close = () => {
    setPassword("");
    setError(null);
    onDone();
  };
  const save = async (e: Event) => {
    e.preventDefault();
    try {
      await api.people.change(name ?? "", { password });
      toast(t("people.password.saved"));
      close();
    } catch (err) {
      setError(err);
    }
  };
  return (
    <Dialog title={t("people.password.for", { name: name ?? "" })} open={name !== null} onClose={close}>
      <form onSubmit={(e) => void save(e)}>
        <input type="text" class="unseen" autocomplete="username" value={name ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
        <Field
          type="password"
          label={t("people.password")}
          hint={t("people.password.hint")}
          value={password}
          onValue={setPassword}
          autocomplete="new-password"
          required
        />
        <Failure error={error} />
        <div class="row row-end">
          <Button kind="main" type="submit">
            {t("people.password.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type Acts = { self: boolean; user: User; onPassword: () => void; onRole: () => void; onRemove: () => void };

function UserActions({ self, user, onPassword, onRole, onRemove }: Acts) {
  return (
    <div class="row">
      <Button small onClick={onPassword}>
        {t(user.password ? "people.password.change" : "people.password.give")}
      </Button>
      {!self && (
        <Button small onClick={onRole}>
          {t(user.role === "teacher" ? "people.make-learner" : "people.make-teacher")}
        </Button>
      )}
      {!self && <Button small kind="danger" icon="trash" label={t("people.remove", { name: user.name })} onClick={onRemove} />}
    </div>
  );
}

function Here({ session }: { session: Session }) {
  const { data, error, reload } = useLoad<User[]>(api.people.list, []);
  const [asked, ask] = useState<User | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  useEvery(5, reload);
  if (!data) return <Failure error={error} />;
  const act = (what: Promise<unknown>) => what.then(() => reload(), toastError);
  const columns = [
    { key: "name", title: t("people.name"), cell: (u: User) => <bdi>{u.name}</bdi> },
    { key: "role", title: t("people.role"), cell: (u: User) => t(`people.role.${u.role}`) },
    {
      key: "here",
      title: t("people.here"),
      cell: (u: User) => (u.here ? <span class="badge">{t("people.here.now")}</span> : u.seen ? when(u.seen) : t("people.here.not")),
    },
    {
      key: "acts",
      title: t("people.acts"),
      cell: (u: User) => (
        <UserActions
          self={u.name === session.user}
          user={u}
          onPassword={() => setPassword(u.name)}
          onRole={() => void act(api.people.change(u.name, { role: u.role === "teacher" ? "learner" : "teacher" }))}
          onRemove={() => ask(u)}
        />
      ),
    },
  ];
  return (
    <section class="people-here">
      <h2>{t("people.list", { n: data.length })}</h2>
      <Table caption={t("people.list", { n: data.length })} hideCaption columns={columns} rows={data} rowKey={(u) => u.name} />
      <PasswordDialog
        name={password}
        onDone={() => {
          setPassword(null);
          void reload();
        }}
      />
      <Confirm
        open={asked !== null}
        danger
        title={t("people.remove", { name: asked?.name ?? "" })}
        text={t("people.remove.text")}
        yes={t("people.remove.yes")}
        onYes={() => {
          void act(api.people.remove(asked?.name ?? ""));
          ask(null);
        }}
        onNo={() => ask(null)}
      />
    </section>
  );
}

function Programs() {
  const { data, error, reload } = useLoad<Token[]>(api.people.tokens, []);
  const [name, setName] = useState("");
  const [orders, setOrders] = useState("10");
  const [made, setMade] = useState<Token | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const make = async (e: Event) => {
    e.preventDefault();
    try {
      setMade(await api.people.makeToken(name.trim(), Number(orders)));
      setName("");
      setWrong(null);
      await reload();
    } catch (err) {
      setWrong(err);
    }
  };
  const remove = (token: Token) => void api.people.removeToken(token.name).then(() => reload(), toastError);
  const columns = [
    { key: "name", title: t("people.token.name"), cell: (k: Token) => <bdi>{k.name}</bdi> },
    { key: "orders_a_day", title: t("people.token.orders"), number: true },
    { key: "made", title: t("people.token.made"), cell: (k: Token) => when(k.made) },
    {
      key: "acts",
      title: t("people.acts"),
      cell: (k: Token) => <Button small kind="danger" icon="trash" label={t("people.token.remove", { name: k.name })} onClick={() => remove(k)} />,
    },
  ];
  return (
    <details class="people-programs">
      <summary>{t("people.tokens")}</summary>
      <p>{t("people.tokens.text")}</p>
      <Failure error={error} />
      {data && data.length > 0 && <Table caption={t("people.tokens")} hideCaption columns={columns} rows={data} rowKey={(k) => k.name} />}
      {made && (
        <Notice kind="good">
          <p>{t("people.token.once")}</p>
          <code dir="ltr" class="people-token">
            {made.token}
          </code>
        </Notice>
      )}
      <form class="people-new" onSubmit={(e) => void make(e)}>
        <Field label={t("people.token.name")} hint={t("people.token.hint")} value={name} onValue={setName} maxLength={40} required />
        <Field type="number" min={0} max={100000} label={t("people.token.orders")} value={orders} onValue={setOrders} required />
        <Failure error={wrong} />
        <Button type="submit" icon="plus">
          {t("people.token.make")}
        </Button>
      </form>
    </details>
  );
}

function Me({ session, renew }: { session: Session; renew: () => Promise<void> }) {
  const [password, setPassword] = useState<string | null>(null);
  const leave = () => void api.session.leave().then(renew, toastError);
  return (
    <section aria-labelledby="people-me">
      <h2 id="people-me">{t("people.me", { name: session.user ?? "" })}</h2>
      {session.role === "learner" && <p>{t("people.me.text")}</p>}
      <div class="row">
        {session.role === "learner" && <Button onClick={() => setPassword(session.user)}>{t("people.password.mine")}</Button>}
        <Button onClick={leave}>{t("people.leave")}</Button>
      </div>
      <PasswordDialog name={password} onDone={() => setPassword(null)} />
    </section>
  );
}

export default function People({ session, renew }: OuterProps) {
  if (!session.lan)
    return (
      <Empty icon="people" title={t("people.alone")} text={t("people.alone.text")}>
        <code dir="ltr">thimble serve --lan</code>
      </Empty>
    );
  const teacher = session.role === "teacher";
  return (
    <>
      {teacher && <Door />}
      {teacher && <Here session={session} />}
      <Me session={session} renew={renew} />
      {teacher && <Programs />}
    </>
  );
}
