// files.tsx -- files dropped on the page or chosen: recordings one by one, a .zip of a data set as a job.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../../api";
import type { Project } from "../../api";
import { t } from "../../i18n";
import { JobView, useJob } from "../../jobs";
import { Button } from "../../parts/Button";
import { Icon } from "../../parts/Icon";
import { Notice } from "../../parts/Notice";
import type { Wanted, WayProps } from "./wanted";

const types: Record<string, string> = {
  wav: "audio/wav",
  flac: "audio/flac",
  ogg: "audio/ogg",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  csv: "text/csv",
  json: "application/json",
};
const ends: Record<Wanted["input"], string[]> = {
  sound: ["wav", "flac", "ogg"],
  picture: ["png", "jpg", "jpeg"],
  signal: ["csv", "json"],
  stroke: ["csv", "json"],
  number: [],
};
const endOf = (name: string) => name.slice(name.lastIndexOf(".") + 1).toLowerCase();

export function FilesWay({ project, wanted, label, outbox, agreed, onImported }: WayProps & { project: Project; onImported: () => void }) {
  const [over, setOver] = useState(false);
  const [strange, setStrange] = useState<string[]>([]);
  const chooser = useRef<HTMLInputElement>(null);
  const job = useJob(project.name, { adopt: "data import", onEnd: onImported });
  const good = ends[wanted.input];

  const take = async (files: Iterable<File>) => {
    const all = [...files];
    setStrange(all.filter((f) => endOf(f.name) !== "zip" && !good.includes(endOf(f.name))).map((f) => f.name));
    for (const f of all) {
      const end = endOf(f.name);
      if (end === "zip") {
        try {
          job.follow(await api.samples.importZip(project.name, f));
        } catch (e) {
          setStrange((s) => [...s, `${f.name}: ${e instanceof Error ? e.message : String(e)}`]);
        }
        continue;
      }
      if (!good.includes(end)) continue;
      const person = agreed();
      if (!person) return;
      const meta = { label, ...person, device: "", name: `${label}/${f.name}`.slice(0, 180), trim: 1 as const, new: 1 as const };
      await outbox.put(types[end] ?? "", await f.arrayBuffer(), wanted.input === "sound" ? meta : { ...meta, trim: undefined });
    }
  };

  useEffect(() => {
    const has = (e: DragEvent) => [...(e.dataTransfer?.types ?? [])].includes("Files");
    const enter = (e: DragEvent) => {
      if (!has(e)) return;
      e.preventDefault();
      setOver(true);
    };
    const leave = (e: DragEvent) => e.relatedTarget === null && setOver(false);
    const drop = (e: DragEvent) => {
      if (!has(e)) return;
      e.preventDefault();
      setOver(false);
      void take(e.dataTransfer?.files ?? []);
    };
    addEventListener("dragover", enter);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  });

  return (
    <div class="collect-way">
      <div class={`collect-drop${over ? " collect-drop-over" : ""}`}>
        <Icon name="upload" size={40} />
        <p>{t("collect.files.drop", { label })}</p>
        <input
          ref={chooser}
          class="unseen"
          type="file"
          multiple
          tabIndex={-1}
          aria-label={t("collect.files.choose")}
          accept={[...good, "zip"].map((e) => `.${e}`).join(",")}
          onChange={(e) => {
            void take([...(e.currentTarget.files ?? [])]);
            e.currentTarget.value = "";
          }}
        />
        <Button kind="main" onClick={() => chooser.current?.click()}>
          {t("collect.files.choose")}
        </Button>
        <p class="hint">{t("collect.files.kinds", { kinds: good.map((e) => `.${e}`).join(", ") })}</p>
      </div>
      {strange.length > 0 && (
        <Notice kind="warning">
          <p>{t("collect.files.strange")}</p>
          <ul>
            {strange.map((s) => (
              <li key={s}>
                <bdi>{s}</bdi>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <JobView job={job} title={t("collect.files.import")} />
    </div>
  );
}
