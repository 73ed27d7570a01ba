// Clips.tsx -- every sample as a card, a page of them at a time; filters by label, part and person.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Project, Sample } from "../../api";
import { t } from "../../i18n";
import { Button, LinkButton } from "../../parts/Button";
import { Empty } from "../../parts/Empty";
import { Field, Select } from "../../parts/Field";
import { href } from "../../router";
import { facts, LabelSelect, labelsOf } from "./Closer";
import { play, removeSample, shown } from "./data";
import type { Samples } from "./data";
import { Small } from "./Pictures";

const onPage = 24;
type Filter = { label: string; split: string; subject: string; name: string };

function Card({ project, sample, samples, onOpen }: { project: Project; sample: Sample; samples: Samples; onOpen: () => void }) {
  return (
    <li class="look-card">
      <button type="button" class="look-open" onClick={onOpen} aria-label={t("look.closer", { name: shown(sample) })}>
        <Small project={project.name} sample={sample} />
      </button>
      <p class="look-name" title={sample.name}>
        <bdi>{shown(sample)}</bdi>
        <span class="hint">{facts(sample)}</span>
      </p>
      <div class="look-do">
        {sample.kind === "sound" && <Button small icon="play" label={t("look.play-of", { name: shown(sample) })} onClick={() => play(project.name, sample.hash)} />}
        <LabelSelect project={project} sample={sample} samples={samples} hideLabel />
        <Button small kind="quiet" icon="trash" label={t("look.remove-of", { name: shown(sample) })} onClick={() => void removeSample(project.name, sample, samples)} />
      </div>
    </li>
  );
}

type Props = { project: Project; samples: Samples; query: URLSearchParams; onOpen: (s: Sample, among: Sample[]) => void };

export function Clips({ project, samples, query, onOpen }: Props) {
  const [filter, setFilter] = useState<Filter>({ label: query.get("label") ?? "", split: query.get("split") ?? "", subject: query.get("subject") ?? "", name: "" });
  const [page, setPage] = useState(0);
  const top = useRef<HTMLParagraphElement>(null);
  const put = (part: Partial<Filter>) => {
    setFilter({ ...filter, ...part });
    setPage(0);
  };
  const people = useMemo(() => [...new Set(samples.list.map((s) => s.subject).filter(Boolean))].sort(), [samples.list]);
  const found = useMemo(
    () =>
      samples.list.filter(
        (s) =>
          (!filter.label || s.label === filter.label) &&
          (!filter.split || s.split === filter.split) &&
          (!filter.subject || s.subject === filter.subject) &&
          (!filter.name || s.name.toLowerCase().includes(filter.name.toLowerCase())),
      ),
    [samples.list, filter],
  );
  const pages = Math.max(1, Math.ceil(found.length / onPage));
  const at = Math.min(page, pages - 1);
  useEffect(() => {
    if (page) top.current?.scrollIntoView({ block: "start" });
  }, [page]);
  const turn = (by: number) => setPage(Math.max(0, Math.min(pages - 1, at + by)));
  const here = found.slice(at * onPage, (at + 1) * onPage);
  const any = { value: "", text: t("look.any") };
  return (
    <>
      <div class="look-filters">
        <Select label={t("look.label")} value={filter.label} options={[any, ...labelsOf(project, samples).map((l) => ({ value: l, text: l }))]} onValue={(label) => put({ label })} />
        <Select
          label={t("look.part")}
          value={filter.split}
          options={[any, ...(["train", "val", "test"] as const).map((s) => ({ value: s, text: t(`look.split.${s}`) }))]}
          onValue={(split) => put({ split })}
        />
        {people.length > 0 && <Select label={t("look.person")} value={filter.subject} options={[any, ...people.map((p) => ({ value: p, text: p }))]} onValue={(subject) => put({ subject })} />}
        <Field label={t("look.name")} type="search" value={filter.name} onValue={(name) => put({ name })} />
      </div>
      <p ref={top} role="status" class="look-count">
        {t("look.count", { n: found.length })}
        {pages > 1 && ` · ${t("look.page", { page: at + 1, pages })}`}
      </p>
      {here.length === 0 ? (
        <Empty icon="look" title={t("look.none-title")} text={t("look.none-text")}>
          <Button onClick={() => put({ label: "", split: "", subject: "", name: "" })}>{t("look.show-all")}</Button>
        </Empty>
      ) : (
        <ul class="look-cards">
          {here.map((s) => (
            <Card key={s.hash} project={project} sample={s} samples={samples} onOpen={() => onOpen(s, found)} />
          ))}
        </ul>
      )}
      {pages > 1 && (
        <nav class="row row-middle" aria-label={t("look.pages")}>
          <Button disabled={at === 0} onClick={() => turn(-1)}>
            {t("look.page-before")}
          </Button>
          <span>{t("look.page", { page: at + 1, pages })}</span>
          <Button disabled={at === pages - 1} onClick={() => turn(1)}>
            {t("look.page-after")}
          </Button>
        </nav>
      )}
      <p class="hint">
        <LinkButton kind="quiet" icon="plus" href={href(project.name, "collect")}>
          {t("look.more")}
        </LinkButton>
      </p>
    </>
  );
}
