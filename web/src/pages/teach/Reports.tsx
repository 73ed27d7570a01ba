// teach/Reports.tsx -- posts of the forum that somebody found hurtful or wrong: look, decide, mark as handled.
import { t } from "../../i18n";
import { useLoad } from "../../load";
import { Button } from "../../parts/Button";
import { Html } from "../../parts/course/Html";
import { By } from "../../parts/course/Together";
import { forum } from "../../parts/course/togetherApi";
import { Failure } from "../../parts/Notice";
import { toastError } from "../../parts/Toast";
import { href } from "../../router";

export function Reports() {
  const { data, error, reload } = useLoad(forum.reports, []);
  const act = (what: Promise<unknown>) => void what.then(() => reload(), toastError);
  const open = data?.filter((r) => r.handled === null) ?? [];
  if (!open.length) return <Failure error={error} />;
  return (
    <section aria-labelledby="teach-reports">
      <h2 id="teach-reports">{t("teach.reports", { n: open.length })}</h2>
      {open.map((r) => (
        <article key={r.id} class="card">
          <p>
            <strong>{t("teach.reason")}</strong> <bdi>{r.reason}</bdi>
          </p>
          <blockquote>
            <div dir="auto"><Html html={r.html} /></div>
          </blockquote>
          <By author={r.author} at={r.at} />
          <div class="row">
            <a href={href(undefined, "forum", String(r.thread))}>
              <bdi>{r.title}</bdi>
            </a>
            <Button small kind="danger" icon="trash" onClick={() => act(forum.remove(r.post).then(() => forum.handle(r.id)))}>
              {t("teach.report-remove")}
            </Button>
            <Button small icon="check" onClick={() => act(forum.handle(r.id))}>
              {t("teach.report-keep")}
            </Button>
          </div>
        </article>
      ))}
    </section>
  );
}
