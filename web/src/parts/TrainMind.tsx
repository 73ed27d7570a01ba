// TrainMind.tsx -- what would make a training better, said before it is started; nothing is forbidden.
import type { Project } from "../api";
import * as api from "../api";
import { t } from "../i18n";
import { useLoad } from "../load";
import { clipsOf } from "../pages/collect/wanted";
import type { Wanted } from "../pages/collect/wanted";
import { href } from "../router";
import { LinkButton } from "./Button";
import { Notice } from "./Notice";

const few = 10; // examples of a label below which a network mostly learns them by heart

/** What is missing, one sentence each. Tasks without labels to tell apart miss nothing here. */
function missing({ task, input, labels }: Wanted): string[] {
  if (input === "number" || task === "anomaly" || task === "regression") return [];
  const there = labels.filter((c) => clipsOf(c) > 0);
  const names = (of: typeof labels) => of.map((c) => c.label).join(", ");
  const others = task === "keyword" ? ["unknown", "silence"].filter((l) => !there.some((c) => c.label === l)) : [];
  const thin = there.filter((c) => input !== "signal" && clipsOf(c) < few);
  const apart = there.filter((c) => c.val === 0 || c.test === 0);
  return [
    ...(there.length === 1 ? [t("train.mind-one")] : []),
    ...(thin.length ? [t("train.mind-few", { n: few, labels: names(thin) })] : []),
    ...(apart.length ? [t("train.mind-parts", { labels: names(apart) })] : []),
    ...(others.length ? [t("train.mind-other", { labels: others.join(", ") })] : []),
  ];
}

export function Mind({ project }: { project: Project }) {
  const { data } = useLoad(() => api.get<Wanted>(`/projects/${encodeURIComponent(project.name)}/wanted`), [project.name, project.samples]);
  const said = data && project.samples > 0 ? missing(data) : [];
  if (!said.length) return null;
  return (
    <Notice kind="warning">
      <p>{t("train.mind")}</p>
      <ul>
        {said.map((s) => (
          <li key={s}>{s}</li>
        ))}
      </ul>
      <div class="row">
        <LinkButton href={href(project.name, "collect")}>{t("frame.step.collect")}</LinkButton>
        <LinkButton href={href(project.name, "look", "findings")}>{t("train.mind-findings")}</LinkButton>
      </div>
    </Notice>
  );
}
