// overview.tsx -- a project at a glance: where it stands, what comes next.
import { t } from "../i18n";
import { isDone, nextStep } from "../marks";
import type { PageProps } from "../page";
import { LinkButton } from "../parts/Button";
import { Icon } from "../parts/Icon";
import { href, steps } from "../router";

export default function Overview({ project }: PageProps) {
  const next = nextStep(project);
  return (
    <>
      <section class="card overview-next" aria-labelledby="overview-next">
        <h2 id="overview-next">{next ? t(`overview.next.${next}`) : t("overview.all-done")}</h2>
        <p>{next ? t(`overview.why.${next}`) : t("overview.all-done-why")}</p>
        <LinkButton kind="main" icon="forward" href={href(project.name, next ?? "test")}>
          {next ? t(`frame.step.${next}`) : t("overview.try")}
        </LinkButton>
      </section>
      <ol class="overview-steps">
        {steps.map((s) => (
          <li key={s} class={isDone(project, s) ? "overview-done" : undefined}>
            <a href={href(project.name, s)}>
              <Icon name={isDone(project, s) ? "check" : s} size={28} />
              <strong>{t(`frame.step.${s}`)}</strong>
              <span>{t(`overview.about.${s}`)}</span>
            </a>
          </li>
        ))}
      </ol>
    </>
  );
}
