// camera.tsx -- pictures: the preview shows the part that the network will see; press for one, hold for many.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button } from "../../parts/Button";
import { Notice } from "../../parts/Notice";
import type { WayProps } from "./wanted";

const every = 350; // ms between two pictures while the button is held
const largest = 480; // pixels of the longer side that are kept

function refusal(e: unknown): string {
  const name = e instanceof DOMException ? e.name : "";
  if (!navigator.mediaDevices) return t("collect.camera.insecure");
  if (name === "NotAllowedError" || name === "SecurityError") return t("collect.camera.denied");
  if (name === "NotFoundError" || name === "OverconstrainedError") return t("collect.camera.none");
  return t("collect.camera.failed");
}

/** The largest box in the middle with the network's proportions: as the program cuts pictures, too. */
function boxOf(w: number, h: number, wide: number, high: number) {
  const scale = Math.min(w / wide, h / high);
  return { x: (w - wide * scale) / 2, y: (h - high * scale) / 2, w: wide * scale, h: high * scale };
}

export function CameraWay({ wanted, label, outbox, agreed, say }: WayProps) {
  const video = useRef<HTMLVideoElement>(null);
  const small = useRef<HTMLCanvasElement>(null);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [front, setFront] = useState(false);
  const [error, setError] = useState("");
  const [taken, setTaken] = useState(0);
  const holding = useRef(0);
  const { width, height, colour } = wanted.picture;

  const open = async (toFront: boolean) => {
    try {
      const s = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: toFront ? "user" : "environment", width: { ideal: 640 }, height: { ideal: 480 } },
      });
      setStream((old) => {
        for (const track of old?.getTracks() ?? []) track.stop();
        return s;
      });
      setFront(toFront);
      setError("");
    } catch (e) {
      setError(refusal(e));
    }
  };
  useEffect(() => {
    const v = video.current;
    if (v) v.srcObject = stream;
    void v?.play().catch(() => {});
    return () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, [stream]);
  useEffect(() => () => clearInterval(holding.current), []);

  // What the network sees, in its own size.
  useEffect(() => {
    if (!stream) return;
    const timer = setInterval(() => {
      const v = video.current;
      const c = small.current?.getContext("2d");
      if (!v?.videoWidth || !c) return;
      const b = boxOf(v.videoWidth, v.videoHeight, width, height);
      c.filter = colour === "grey" ? "grayscale(1)" : "none";
      c.drawImage(v, b.x, b.y, b.w, b.h, 0, 0, width, height);
    }, 120);
    return () => clearInterval(timer);
  }, [stream, width, height, colour]);

  const take = async () => {
    const v = video.current;
    const person = agreed();
    if (!person) return release();
    if (!v?.videoWidth) return;
    const b = boxOf(v.videoWidth, v.videoHeight, width, height);
    const scale = Math.min(1, largest / Math.max(b.w, b.h));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(b.w * scale));
    canvas.height = Math.max(1, Math.round(b.h * scale));
    canvas.getContext("2d")?.drawImage(v, b.x, b.y, b.w, b.h, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((good) => canvas.toBlob(good, "image/jpeg", 0.92));
    if (!blob) return;
    const device = (stream?.getVideoTracks()[0]?.label ?? "").slice(0, 150);
    await outbox.put("image/jpeg", await blob.arrayBuffer(), { label, ...person, device });
    setTaken((n) => n + 1);
  };
  const release = () => {
    clearInterval(holding.current);
    holding.current = 0;
  };
  const hold = () => {
    if (holding.current) return;
    void take();
    holding.current = window.setInterval(() => void take(), every);
    const up = () => {
      release();
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
    };
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
  };
  useEffect(() => {
    if (taken) say(t("collect.camera.taken", { n: taken }));
  }, [taken]);
  useEffect(() => setTaken(0), [label]);
  const isKey = (e: KeyboardEvent) => e.key === " " || e.key === "Enter";

  if (!stream)
    return (
      <div class="collect-way">
        <div class="collect-stage">
          <p class="collect-stage-text">{t("collect.camera.ready", { label })}</p>
        </div>
        <div class="row row-middle">
          <Button kind="main" icon="camera" onClick={() => agreed() && void open(front)}>
            {t("collect.camera.open")}
          </Button>
        </div>
        {error && (
          <Notice kind="error">
            <p>{error}</p>
          </Notice>
        )}
      </div>
    );
  return (
    <div class="collect-way">
      <div class="collect-camera">
        <video ref={video} muted playsInline class={front ? "collect-mirror" : undefined} style={{ aspectRatio: `${width} / ${height}` }} aria-label={t("collect.camera.preview")} />
        <figure>
          <canvas ref={small} width={width} height={height} role="img" aria-label={t("collect.camera.network")} />
          <figcaption>{t("collect.camera.network")}</figcaption>
        </figure>
      </div>
      <div class="row row-middle">
        <Button
          kind="main"
          class="collect-record"
          icon="camera"
          onPointerDown={(e: PointerEvent) => e.button === 0 && hold()}
          onKeyDown={(e: KeyboardEvent) => isKey(e) && (e.preventDefault(), e.repeat || hold())}
          onKeyUp={(e: KeyboardEvent) => isKey(e) && release()}
          onBlur={release}
        >
          {t("collect.camera.take")}
        </Button>
        <Button icon="undo" onClick={() => void open(!front)}>
          {t("collect.camera.turn")}
        </Button>
      </div>
      <p class="hint collect-hint">
        {t("collect.camera.hint")} {taken > 0 && t("collect.camera.taken", { n: taken })}
      </p>
      {error && (
        <Notice kind="error">
          <p>{error}</p>
        </Notice>
      )}
    </div>
  );
}
