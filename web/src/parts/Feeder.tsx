// Feeder.tsx -- where what the model gets comes from: this device, or a sample of the test set; one at a time.
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "../api";
import type { Project } from "../api";
import { t } from "../i18n";
import { useLoad } from "../load";
import { Button } from "./Button";
import { Select } from "./Field";
import type { IconName } from "./Icon";
import { Notice } from "./Notice";
import { openDevice, playSample } from "./source";
import type { Flow, Source, Want } from "./source";
import { errorText } from "./Toast";

export type Kind = Want["kind"];
export const kindOf = (p: Project): Kind => (p.task === "keyword" ? "sound" : p.task === "image" ? "camera" : "sensor");
const icon: Record<Kind, IconName> = { sound: "mic", camera: "camera", sensor: "motion" };

type Props = {
  project: Project;
  /** What the model wants, when it is ready to be given something; is waited for. */
  prepare: () => Promise<Want | null>;
  flow: Flow;
  busy?: boolean;
  /** Something begins or ends to come. */
  onState?: (on: boolean) => void;
};

function words(e: unknown): string {
  const name = e instanceof DOMException ? e.name : "";
  if (name === "NotAllowedError") return t("test.feed.refused");
  if (name === "NotFoundError") return t("test.feed.none");
  return errorText(e);
}

/** The camera's picture, as the page has it. */
function Video({ video }: { video: HTMLVideoElement }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.replaceChildren(video);
  }, [video]);
  return <div class="feed-video" ref={box} role="img" aria-label={t("test.feed.video")} />;
}

export function Feeder({ project, prepare, flow, busy, onState }: Props) {
  const kind = kindOf(project);
  const { data } = useLoad(() => api.samples.list(project.name, { split: "test", limit: 200 }), [project.name, project.samples]);
  const [chosen, choose] = useState("");
  const [source, setSource] = useState<Source | null>(null);
  const [now, setNow] = useState<"" | "device" | "sample">("");
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(flow);
  latest.current = flow;
  const open = useRef<Source | null>(null);
  const live: Flow = {
    sound: (pcm) => latest.current.sound?.(pcm),
    rows: (rows) => latest.current.rows?.(rows),
    picture: (p) => latest.current.picture?.(p),
    ready: () => latest.current.ready?.() ?? true,
    end: () => stop(),
  };
  const stop = () => {
    open.current?.close();
    open.current = null;
    setSource(null);
    setNow("");
    onState?.(false);
    latest.current.end?.();
  };
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
      open.current?.close();
    },
    [],
  );

  const begin = async (what: "device" | "sample", from: (want: Want) => Promise<Source>) => {
    setError(null);
    open.current?.close();
    setNow(what);
    try {
      const want = await prepare();
      if (!want) return setNow("");
      onState?.(true);
      const opened = await from(want);
      if (!here.current) return opened.close(); // the page was left meanwhile
      open.current = opened;
      setSource(opened);
    } catch (e) {
      setError(e);
      setNow("");
      onState?.(false);
    }
  };
  const list = data?.samples ?? [];
  const sample = list.find((s) => s.hash === chosen) ?? list[0];
  return (
    <div class="feed">
      <div class="row feed-row">
        {now === "device" ? (
          <Button kind="main" icon="stop" onClick={stop}>
            {t("test.feed.stop")}
          </Button>
        ) : (
          <Button kind="main" icon={icon[kind]} busy={busy || now !== ""} onClick={() => void begin("device", (w) => openDevice(w, live))}>
            {t(`test.feed.${kind}`)}
          </Button>
        )}
        {sample && (
          <div class="row feed-sample">
            <Select
              label={t("test.feed.sample")}
              value={sample.hash}
              onValue={choose}
              options={list.map((s) => ({ value: s.hash, text: `${s.label}: ${s.name || s.hash.slice(0, 8)}` }))}
            />
            {now === "sample" ? (
              <Button icon="stop" onClick={stop}>
                {t("test.feed.stop")}
              </Button>
            ) : (
              <Button icon="play" busy={busy || now !== ""} onClick={() => void begin("sample", (w) => playSample(project.name, sample, w, live))}>
                {t("test.feed.play")}
              </Button>
            )}
          </div>
        )}
      </div>
      {error ? (
        <Notice kind="error">
          <p>{words(error)}</p>
        </Notice>
      ) : null}
      {source?.video && <Video video={source.video} />}
    </div>
  );
}
