// look.tsx -- see and hear what there is: every clip, all of them as a map, how many of what, and what is wrong.
import { useEffect, useState } from "preact/hooks";
import type { Sample } from "../api";
import { t } from "../i18n";
import { mark } from "../marks";
import type { PageProps } from "../page";
import { LinkButton } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Failure } from "../parts/Notice";
import { Tabs } from "../parts/Tabs";
import { go, href } from "../router";
import { Balance } from "./look/Balance";
import { Clips } from "./look/Clips";
import { Closer } from "./look/Closer";
import { useSamples } from "./look/data";
import { Findings } from "./look/Findings";
import { Map_ } from "./look/Map";

export const wide = true;
const tabs = ["clips", "map", "balance", "findings"] as const;
type TabName = (typeof tabs)[number];

export default function Look({ project, rest, query }: PageProps) {
  const tab: TabName = tabs.find((x) => x === rest[0]) ?? "clips";
  const samples = useSamples(project.name);
  const [open, setOpen] = useState<{ sample: Sample; among: Sample[] } | null>(null);
  const any = samples.list.length > 0;
  useEffect(() => {
    if (any) mark(project.name, "look");
  }, [any, project.name]);
  if (samples.error) return <Failure error={samples.error} />;
  if (!samples.data) return <p class="loading">{t("frame.loading")}</p>;
  if (project.task === "sine") return <Empty icon="look" title={t("look.sine-title")} text={t("look.sine-text")} />;
  if (!any)
    return (
      <Empty icon="collect" title={t("look.empty-title")} text={t("look.empty-text")}>
        <LinkButton kind="main" icon="forward" href={href(project.name, "collect")}>
          {t("look.empty-do")}
        </LinkButton>
      </Empty>
    );
  const show = (sample: Sample, among: Sample[]) => setOpen({ sample, among });
  const step = (by: 1 | -1) =>
    setOpen((o) => {
      if (!o) return o;
      const at = o.among.findIndex((s) => s.hash === o.sample.hash);
      const next = o.among[(at + by + o.among.length) % o.among.length];
      return next ? { ...o, sample: next } : o;
    });
  return (
    <>
      <Tabs label={t("look.tabs")} tabs={tabs.map((id) => ({ id, text: t(`look.tab.${id}`) }))} value={tab} onValue={(id) => go(href(project.name, "look", id), true)}>
        {tab === "clips" && <Clips key={query.toString()} project={project} samples={samples} query={query} onOpen={show} />}
        {tab === "map" && <Map_ project={project} samples={samples} onOpen={show} />}
        {tab === "balance" && <Balance project={project} samples={samples} />}
        {tab === "findings" && <Findings project={project} samples={samples} onOpen={show} />}
      </Tabs>
      {!project.has.model && (
        <p>
          <LinkButton kind="main" icon="forward" href={href(project.name, "train")}>
            {t("look.next")}
          </LinkButton>
        </p>
      )}
      <Closer project={project} samples={samples} sample={open?.sample ?? null} onClose={() => setOpen(null)} onStep={open && open.among.length > 1 ? step : undefined} />
    </>
  );
}
