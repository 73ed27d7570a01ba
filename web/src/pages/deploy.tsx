// deploy.tsx -- the model leaves the studio: firmware for a board first, then every other form that it can have.
import { useEffect, useState } from "preact/hooks";
import * as api from "../api";
import type { Board, Json, Project } from "../api";
import { bytes, number, t } from "../i18n";
import { JobView, useJob } from "../jobs";
import { useLoad } from "../load";
import { mark } from "../marks";
import type { PageProps } from "../page";
import { Button, LinkButton } from "../parts/Button";
import { Empty } from "../parts/Empty";
import { Select } from "../parts/Field";
import { Failure, Notice } from "../parts/Notice";
import { Meter } from "../parts/Progress";
import { href } from "../router";

type Form = { as: "firmware" | "arduino" | "c" | "package" | "wasm"; board: boolean };
const others: Form[] = [
  { as: "arduino", board: true },
  { as: "c", board: true },
  { as: "package", board: true },
  { as: "wasm", board: false },
];

/** What a preview of the model (or a firmware that was built) takes of the board. */
function Room({ board, ram, flash, exact }: { board: Board; ram: number; flash: number; exact: boolean }) {
  const fits = ram <= board.ram && flash <= board.flash;
  const meter = (label: string, used: number, all: number) => (
    <Meter label={label} part={used / all} text={t("deploy.of", { used: bytes(used), all: bytes(all) })} />
  );
  return (
    <div class="deploy-room">
      {meter(t("deploy.flash"), flash, board.flash)}
      {meter(t("deploy.ram"), ram, board.ram)}
      <p class={fits ? "deploy-fits" : "deploy-fits-not"}>
        <strong>{t(fits ? "deploy.fits" : "deploy.fits-not")}</strong> {t(exact ? "deploy.exact" : "deploy.about")}
      </p>
    </div>
  );
}

/** Button, progress and download of one form. */
function Make({ project, form, board, main, onMade }: { project: Project; form: Form; board: string; main?: boolean; onMade?: (r: Json) => void }) {
  const job = useJob(project.name, { onDone: (r) => onMade?.(r) });
  useEffect(() => job.forget(), [board]);
  const start = () => void job.start({ verb: "deploy", options: { as: form.as, ...(form.board ? { board } : {}) } });
  return (
    <>
      {job.job?.state === "done" ? (
        <div class="row">
          <LinkButton
            kind={main ? "main" : "plain"}
            icon="download"
            href={job.archiveUrl()}
            download={`${project.name}-${form.as}.zip`}
          >
            {t("deploy.download")}
          </LinkButton>
          <span class="hint" role="status">
            {t("deploy.made")}
          </span>
        </div>
      ) : (
        <Button kind={main ? "main" : "plain"} busy={job.busy} onClick={start}>
          {t(`deploy.make.${form.as}`)}
        </Button>
      )}
      {job.job?.state !== "done" && <JobView job={job} title={t(`deploy.name.${form.as}`)} onAgain={start} />}
      {job.job?.state === "done" && <Next form={form} onShown={() => mark(project.name, "deploy")} />}
    </>
  );
}

function Next({ form, onShown }: { form: Form; onShown: () => void }) {
  useEffect(onShown, []);
  return <p class="deploy-next">{t(`deploy.next.${form.as}`)}</p>;
}

export default function Deploy({ project, server }: PageProps) {
  const { data: boards, error } = useLoad(api.boards, []);
  const [name, setName] = useState(project.board);
  const [made, setMade] = useState<{ board: string; ram: number; flash: number } | null>(null);
  const board = boards?.find((b) => b.name === name) ?? boards?.[0];
  const preview = useLoad(async () => {
    if (!project.has.model || !name) return null;
    const model = await api.model.get(project.name);
    return api.model.preview(project.name, { text: model.text, board: name });
  }, [project.name, name, project.has.model]);
  if (!project.has.model)
    return (
      <Empty icon="train" title={t("deploy.no-model-title")} text={t("deploy.no-model-text")}>
        <LinkButton kind="main" href={href(project.name, "train")}>
          {t("deploy.no-model-go")}
        </LinkButton>
      </Empty>
    );
  const guess = preview.data && "board" in preview.data ? preview.data.board : null;
  const exact = made?.board === name ? made : null;
  return (
    <>
      <Failure error={error} />
      {board && (
        <section class="card">
          <div class="columns">
            <div>
              <Select
                label={t("deploy.board")}
                hint={t("deploy.board-hint", { cpu: board.cpu, mhz: number(board.mhz, 0) })}
                value={board.name}
                onValue={setName}
                options={(boards ?? []).map((b) => ({ value: b.name, text: b.title }))}
              />
              {guess?.ms ? <p>{t("deploy.ms", { ms: number(guess.ms, guess.ms < 10 ? 1 : 0) })}</p> : null}
            </div>
            {(exact || guess) && (
              <Room board={board} ram={exact?.ram ?? guess?.ram_bound ?? 0} flash={exact?.flash ?? guess?.flash ?? 0} exact={exact !== null} />
            )}
          </div>
          <p>{t("deploy.what.firmware")}</p>
          {server.tools.firmware ? (
            <Make
              project={project}
              form={{ as: "firmware", board: true }}
              board={board.name}
              main
              onMade={(r) => setMade({ board: board.name, ram: r?.ram_bound ?? 0, flash: r?.flash ?? 0 })}
            />
          ) : (
            <Notice kind="warning">
              <p>{t("deploy.no-compiler")}</p>
            </Notice>
          )}
          {server.tools.emulator && board.emulated && (
            <p class="deploy-try">
              <LinkButton icon="board" href={`${href(project.name, "board")}?board=${encodeURIComponent(board.name)}`}>
                {t("deploy.try")}
              </LinkButton>
            </p>
          )}
        </section>
      )}
      <p class="hint">{t("deploy.untried")}</p>
      <h2>{t("deploy.others")}</h2>
      <div class="columns">
        {others.map((form) => (
          <section class="card deploy-form" key={form.as} aria-label={t(`deploy.name.${form.as}`)}>
            <h3>{t(`deploy.name.${form.as}`)}</h3>
            <p>{t(`deploy.what.${form.as}`)}</p>
            {form.as === "wasm" && !server.tools.wasm ? (
              <p class="hint">{t("deploy.no-wasm")}</p>
            ) : (
              <Make project={project} form={form} board={board?.name ?? name} />
            )}
          </section>
        ))}
      </div>
    </>
  );
}
