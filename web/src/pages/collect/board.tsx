// board.tsx -- what hangs on this computer: a board on a serial port, or a microphone, read by the program itself.
import { useState } from "preact/hooks";
import * as api from "../../api";
import type { Project } from "../../api";
import { t } from "../../i18n";
import { JobView, useJob } from "../../jobs";
import { useLoad } from "../../load";
import { Button } from "../../parts/Button";
import { Select } from "../../parts/Field";
import { Failure } from "../../parts/Notice";
import type { WayProps } from "./wanted";

type Port = { from: string; what: string };

export function BoardWay({ project, wanted, label, agreed, onImported }: WayProps & { project: Project; onImported: () => void }) {
  const { data, error, reload } = useLoad(() => api.get<Port[]>("/ports"), []);
  const [from, setFrom] = useState("");
  const [seconds, setSeconds] = useState("10");
  const [count, setCount] = useState("5");
  const job = useJob(project.name, { adopt: "data record", onEnd: onImported });
  const sound = wanted.input === "sound";
  const ports = (data ?? []).filter((p) => sound || p.from.startsWith("serial:"));
  const chosen = ports.some((p) => p.from === from) ? from : (ports[0]?.from ?? "");
  const start = () => {
    const person = agreed();
    if (!person) return;
    const common = { label, from: chosen, ...person, json: true };
    void job.start({ verb: "data record", options: sound ? { ...common, count: Number(count) } : { ...common, seconds: Number(seconds) } });
  };
  if (error) return <Failure error={error} />;
  if (data && ports.length === 0)
    return (
      <div class="collect-way">
        <p>{t(sound ? "collect.board.none-sound" : "collect.board.none")}</p>
        <div class="row row-middle">
          <Button onClick={() => void reload()}>{t("collect.board.again")}</Button>
        </div>
      </div>
    );
  return (
    <div class="collect-way">
      <p class="collect-stage-text">{t("collect.board.ready", { label })}</p>
      <div class="columns">
        <Select label={t("collect.board.port")} value={chosen} onValue={setFrom} options={ports.map((p) => ({ value: p.from, text: `${p.what} (${p.from})` }))} />
        {sound ? (
          <Select label={t("collect.in-a-row")} value={count} onValue={setCount} options={[1, 5, 10, 20].map((n) => ({ value: String(n), text: t("collect.clips", { n }) }))} />
        ) : (
          <Select label={t("collect.motion.long")} value={seconds} onValue={setSeconds} options={[5, 10, 30, 60].map((n) => ({ value: String(n), text: t("collect.seconds", { n }) }))} />
        )}
      </div>
      <div class="row row-middle">
        <Button kind="main" icon="record" busy={job.busy} onClick={start}>
          {t("collect.record")}
        </Button>
      </div>
      <p class="hint collect-hint">{t("collect.board.hint")}</p>
      <JobView job={job} title={t("collect.board.job")} />
    </div>
  );
}
