// source.ts -- what a model is shown: a microphone, a camera, the motion of this device, or a sample of the data, in the
// same chunks and at the same pace.
import * as api from "../api";
import type { Sample } from "../api";
import { openMicrophone, toInt16 } from "./microphone";
import { mayFeel, motionOf } from "./motion";

export type Want =
  | { kind: "sound"; rate: number }
  | { kind: "sensor"; rate: number; axes: number }
  | { kind: "camera"; width: number; height: number };
export type Flow = {
  sound?: (pcm: Int16Array) => void;
  rows?: (rows: Float32Array) => void;
  picture?: (picture: ImageData) => void;
  /** Of a camera: may the next picture come?  A network that is slower than the camera is not flooded. */
  ready?: () => boolean;
  end?: () => void;
};
export type Source = { close: () => void; video?: HTMLVideoElement };

const chunkMs = 100;

// ---- the devices of this computer ----

/** Rows at the model's rate: what the sensor said last. */
async function openMotion(want: { rate: number; axes: number }, flow: Flow): Promise<Source> {
  const may = await mayFeel();
  if (may !== "yes") throw new DOMException("", may === "none" ? "NotFoundError" : "NotAllowedError");
  let now: number[] | null = null;
  const moved = (e: DeviceMotionEvent) => {
    now = motionOf(e, want.axes) ?? now;
  };
  addEventListener("devicemotion", moved);
  const from = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - from) * want.rate) / 1000);
    if (!now) return void (sent = due);
    const rows = new Float32Array((due - sent) * want.axes);
    for (let i = 0; i < rows.length; i++) rows[i] = now[i % want.axes] ?? 0;
    sent = due;
    if (rows.length) flow.rows?.(rows);
  }, Math.max(10, 1000 / want.rate));
  return {
    close: () => {
      clearInterval(timer);
      removeEventListener("devicemotion", moved);
    },
  };
}

/** The middle of a picture in the camera's proportions. */
function cut(from: CanvasImageSource, w: number, h: number, want: { width: number; height: number }): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = want.width;
  canvas.height = want.height;
  const draw = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  const k = Math.min(w / want.width, h / want.height);
  const [cw, ch] = [k * want.width, k * want.height];
  draw.drawImage(from, (w - cw) / 2, (h - ch) / 2, cw, ch, 0, 0, want.width, want.height);
  return draw.getImageData(0, 0, want.width, want.height);
}

async function openCamera(want: { width: number; height: number }, flow: Flow): Promise<Source> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240, facingMode: "environment" } });
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  const timer = setInterval(() => {
    if (video.videoWidth && (flow.ready?.() ?? true)) flow.picture?.(cut(video, video.videoWidth, video.videoHeight, want));
  }, 200);
  return {
    video,
    close: () => {
      clearInterval(timer);
      stream.getTracks().forEach((t) => t.stop());
    },
  };
}

/** Fails as getUserMedia does. */
export function openDevice(want: Want, flow: Flow): Promise<Source> {
  if (want.kind === "camera") return openCamera(want, flow);
  if (want.kind === "sensor") return openMotion(want, flow);
  return openMicrophone({ rate: want.rate, chunkMs, onEnd: flow.end }, (pcm) => flow.sound?.(pcm));
}

// ---- a sample of the data ----

/** At the pace of the sensor; n units of the sensor in all, `give` gets those from .. to. */
function paced(n: number, rate: number, give: (from: number, to: number) => void, end?: () => void): Source {
  const start = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.min(n, Math.floor(((performance.now() - start) * rate) / 1000));
    if (due > sent) give(sent, due);
    sent = due;
    if (sent < n) return;
    clearInterval(timer);
    end?.();
  }, chunkMs);
  return { close: () => clearInterval(timer) };
}

/** A sound between two stretches of quiet, so that there is a before and an after, as when somebody speaks. */
async function playSound(bytes: ArrayBuffer, rate: number, flow: Flow): Promise<Source> {
  const decoder = new OfflineAudioContext(1, 1, rate);
  const sound = await decoder.decodeAudioData(bytes);
  const quiet = Math.round(1.2 * rate);
  const clip = toInt16(sound.getChannelData(0));
  const all = new Int16Array(clip.length + 2 * quiet);
  for (let i = 0; i < all.length; i++) all[i] = Math.round(16 * (Math.random() - 0.5)); // no room is quite silent
  all.set(clip, quiet);
  const loud = new AudioContext();
  const player = loud.createBufferSource();
  player.buffer = sound;
  player.connect(loud.destination);
  player.start(loud.currentTime + quiet / rate);
  const source = paced(all.length, rate, (from, to) => flow.sound?.(all.slice(from, to)), flow.end);
  return {
    close: () => {
      source.close();
      void loud.close();
    },
  };
}

function rowsOf(text: string, axes: number): Float32Array {
  const rows = text
    .split("\n")
    .map((l) => l.split(/[,;\t ]+/).map(Number))
    .filter((r) => r.length >= axes && r.every(Number.isFinite));
  return Float32Array.from(rows.flatMap((r) => r.slice(0, axes)));
}

export async function playSample(project: string, sample: Sample, want: Want, flow: Flow): Promise<Source> {
  const url = api.samples.fileUrl(project, sample.hash);
  if (want.kind === "camera") {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    flow.picture?.(cut(picture, picture.naturalWidth, picture.naturalHeight, want));
    flow.end?.();
    return { close: () => {} };
  }
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${sample.name}: ${reply.status}`);
  if (want.kind === "sound") return playSound(await reply.arrayBuffer(), want.rate, flow);
  const rows = rowsOf(await reply.text(), want.axes);
  const { axes } = want;
  return paced(rows.length / axes, want.rate, (from, to) => flow.rows?.(rows.slice(from * axes, to * axes)), flow.end);
}
