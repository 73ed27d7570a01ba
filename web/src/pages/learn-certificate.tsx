// learn-certificate.tsx -- a page to print: who has done which course, how surely, and how anybody can verify it offline.
import { useState } from "preact/hooks";
import { ApiError } from "../api";
import { t, when } from "../i18n";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { CourseBar } from "../parts/course/Bar";
import { course } from "../parts/course/api";
import type { Certificate } from "../parts/course/api";
import { claims, fingerprint, saved } from "../parts/course/certificate";
import { doneOf, placeOf, useMap } from "../parts/course/map";
import { Trail } from "../parts/course/Parts";
import { Empty } from "../parts/Empty";
import { Field } from "../parts/Field";
import { Icon } from "../parts/Icon";
import { Failure, Notice, Said } from "../parts/Notice";
import { Progress } from "../parts/Progress";
import { Title } from "../parts/Title";
import { learnHref } from "../router";

export const titled = true;
export const messages = ["learn"];

function Paper({ certificate, title, hours }: { certificate: Certificate; title: string; hours: number | null }) {
  const { school, holder, did } = claims(certificate.jwt);
  const seal = useLoad(() => fingerprint(certificate.jwt), [certificate.jwt]).data;
  return (
    <section class="paper" aria-labelledby="paper-title">
      <Icon name="star" size={56} />
      <p class="paper-what">{t("learn-certificate.what")}</p>
      <p class="paper-name">
        <bdi>{holder}</bdi>
      </p>
      <p>{t("learn-certificate.has-done")}</p>
      <h2 id="paper-title">{title}</h2>
      {hours !== null && <p>{t("learn.hours", { n: hours })}</p>}
      <dl class="paper-facts">
        <div>
          <dt>{t("learn-certificate.when")}</dt>
          <dd>{when(certificate.at)}</dd>
        </div>
        <div>
          <dt>{t("learn-certificate.level")}</dt>
          <dd>
            {t(`learn-certificate.level.${certificate.level}`)}
            <p class="hint">{t(`learn-certificate.level-why.${certificate.level}`)}</p>
          </dd>
        </div>
        <div>
          <dt>{t("learn-certificate.issuer")}</dt>
          <dd>
            {school && (
              <p>
                <bdi>{school}</bdi>
              </p>
            )}
            <code dir="ltr" class="paper-key">
              {seal || did}
            </code>
          </dd>
        </div>
      </dl>
      <p class="paper-verify">
        {t("learn-certificate.verify")} <code dir="ltr">thimble course verify {certificate.course}.jwt</code> {t("learn-certificate.compare")}
      </p>
    </section>
  );
}

type Missing = { id: string; ask: boolean; done: () => void; part: { n: number; of: number } | null };

/** ask: on one's own computer nobody has told a name yet. */
function None({ id, ask, done, part }: Missing) {
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const make = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await course.makeCertificate(id, name.trim() || undefined);
      done();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const notYet = error instanceof ApiError && error.status === 409;
  return (
    <>
      <Empty icon="star" title={t("learn-certificate.none")} text={t("learn-certificate.none-why")}>
        <LinkButton href={learnHref(id)}>{t("learn-certificate.course")}</LinkButton>
      </Empty>
      {part && <Progress label={t("learn.done-of", part)} part={part.n / Math.max(1, part.of)} />}
      <form class="paper-ask" onSubmit={(e) => void make(e)}>
        {ask && <Field label={t("learn-certificate.name")} value={name} onValue={setName} maxLength={60} autocomplete="name" required />}
        <Button kind="main" type="submit" busy={busy}>
          {t("learn-certificate.make")}
        </Button>
      </form>
      {notYet ? (
        <Notice kind="warning">
          <p>{t("learn-certificate.missing")}</p>
          <p>
            <Said text={error.message} />
          </p>
        </Notice>
      ) : (
        <Failure error={error} />
      )}
    </>
  );
}

export default function LearnCertificate({ rest, session }: OuterProps) {
  const id = rest[1] ?? "";
  const { map } = useMap();
  const { data, error, reload } = useLoad(course.certificates, []);
  const place = placeOf(map, id);
  const mine = data?.filter((c) => c.course === id).pop();
  return (
    <>
      <CourseBar session={session} due={map?.due} />
      <Trail place={place} at={`certificate/${id}`} />
      <Title at={`learn/certificate/${id}`} text={t("learn.certificate")} lead={place?.course.title} />
      <Failure error={error} />
      {data && !id && map && (
        <ul>
          {map.courses.map((c) => (
            <li key={c.id}>
              <a href={learnHref(`certificate/${c.id}`)}>{c.title}</a>
            </li>
          ))}
        </ul>
      )}
      {data && id && !mine && <None id={id} ask={!session.lan} done={() => void reload()} part={place && doneOf(place.course.chapters)} />}
      {mine && (
        <>
          <Paper certificate={mine} title={place?.course.title ?? id} hours={place?.course.hours ?? null} />
          <div class="row paper-tools">
            <Button kind="main" icon="print" onClick={() => print()}>
              {t("learn-certificate.print")}
            </Button>
            <LinkButton icon="download" href={saved(mine.jwt, "application/vc+jwt")} download={`${id}.jwt`}>
              {t("learn-certificate.save")}
            </LinkButton>
            {mine.svg && (
              <LinkButton icon="download" href={saved(mine.svg, "image/svg+xml")} download={`${id}.svg`}>
                {t("learn-certificate.save-picture")}
              </LinkButton>
            )}
          </div>
        </>
      )}
    </>
  );
}
