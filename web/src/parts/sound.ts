// sound.ts -- sound in the page: the microphone as it is, other rates, levels, WAV files.
import { threadUrl } from "../threads";

export type Microphone = {
  /** Samples a second of what onBlock gets. */
  rate: number;
  /** What the computer calls it. */
  name: string;
  onBlock: (samples: Float32Array) => void;
  /** It was unplugged, or somebody took the permission back. */
  onLost: () => void;
  close: () => void;
};

/** Opens the microphone without anything that "improves" the sound: what is learnt must be what a board hears.
 * Fails with the browser's own error (NotAllowedError, NotFoundError ..). */
export async function openMicrophone(rate: number): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: { ideal: 1 } },
  });
  const context = contextOf(rate);
  try {
    await context.audioWorklet.addModule(threadUrl("recorder"));
    await context.resume();
    const source = sourceOf(context, stream);
    const node = new AudioWorkletNode(source.context, "recorder", { numberOfOutputs: 0 });
    source.connect(node);
    const track = stream.getAudioTracks()[0];
    const resample = resampler(context.sampleRate, rate);
    const mic: Microphone = {
      rate,
      name: track?.label ?? "",
      onBlock: () => {},
      onLost: () => {},
      close: () => {
        node.port.onmessage = null;
        for (const t of stream.getTracks()) t.stop();
        void context.close();
      },
    };
    node.port.onmessage = (e: MessageEvent<Float32Array>) => mic.onBlock(resample(e.data));
    if (track) track.onended = () => mic.onLost();
    return mic;
  } catch (e) {
    for (const t of stream.getTracks()) t.stop();
    void context.close();
    throw e;
  }
}

/** At the rate that is wanted; browsers that only have the device's get that one (and resampler does the rest). */
function contextOf(rate: number): AudioContext {
  try {
    return new AudioContext({ sampleRate: rate });
  } catch {
    return new AudioContext();
  }
}

/** Firefox connects a microphone only to a context of the device's own rate. */
function sourceOf(context: AudioContext, stream: MediaStream): MediaStreamAudioSourceNode {
  return context.createMediaStreamSource(stream);
}

const half = 24; // zero crossings of the sinc on each side, at the lower of the two rates

/** Samples at another rate, as they come: a windowed sinc (Blackman), cut off at the lower rate's half. */
export function resampler(from: number, to: number): (x: Float32Array) => Float32Array {
  if (from === to) return (x) => x;
  const cut = Math.min(1, to / from) * 0.95;
  const reach = Math.ceil(half / cut);
  let kept = new Float32Array(2 * reach); // what lies before the next block
  let at = reach; // place of the next sample of the output in kept
  return (x) => {
    const all = new Float32Array(kept.length + x.length);
    all.set(kept);
    all.set(x, kept.length);
    const out: number[] = [];
    for (; at + reach < all.length; at += from / to) {
      const first = Math.ceil(at - reach);
      let sum = 0;
      for (let k = Math.max(0, first); k <= at + reach && k < all.length; k++) sum += (all[k] ?? 0) * sinc(k - at, cut, reach);
      out.push(sum);
    }
    const drop = Math.max(0, Math.floor(at) - reach);
    kept = all.slice(drop);
    at -= drop;
    return Float32Array.from(out);
  };
}

function sinc(t: number, cut: number, reach: number): number {
  const u = t / reach;
  if (u <= -1 || u >= 1) return 0;
  const window = 0.42 + 0.5 * Math.cos(Math.PI * u) + 0.08 * Math.cos(2 * Math.PI * u);
  const v = Math.PI * t * cut;
  return (Math.abs(v) < 1e-9 ? 1 : Math.sin(v) / v) * cut * window;
}

export const silentDb = -99;
/** Of the loudest sample, in dB of full scale. */
export function peakDb(x: Float32Array): number {
  let peak = 0;
  for (const v of x) peak = Math.max(peak, Math.abs(v));
  return peak > 1e-5 ? 20 * Math.log10(peak) : silentDb;
}
export function powerDb(x: Float32Array): number {
  let sum = 0;
  for (const v of x) sum += v * v;
  const power = sum / Math.max(1, x.length);
  return power > 1e-10 ? 10 * Math.log10(power) : silentDb;
}
/** How many samples stand at full scale. */
export function fullScale(x: Float32Array): number {
  let n = 0;
  for (const v of x) n += Math.abs(v) >= 0.9999 ? 1 : 0;
  return n;
}

/** A mono WAV file of 16 bits. */
export function wavOf(x: Float32Array, rate: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + 2 * x.length);
  const view = new DataView(bytes.buffer);
  const word = (at: number, s: string) => [...s].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + 2 * x.length, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, 2 * x.length, true);
  x.forEach((v, i) => view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(v * 32768))), true));
  return bytes;
}

/** The samples of such a file (the studio's own: 16 bits, mono), 0 of anything else. */
export function samplesOf(file: ArrayBuffer): Float32Array {
  const view = new DataView(file);
  const good = file.byteLength > 44 && view.getUint32(0) === 0x52494646 && view.getUint16(34, true) === 16;
  const n = good ? (file.byteLength - 44) >> 1 : 0;
  const x = new Float32Array(n);
  for (let i = 0; i < n; i++) x[i] = view.getInt16(44 + 2 * i, true) / 32768;
  return x;
}

/** Largest distance from zero of each of n pieces, 0..1: to draw. */
export function envelope(x: Float32Array, n: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < n; i++) {
    let peak = 0;
    const to = Math.ceil(((i + 1) * x.length) / n);
    for (let k = Math.floor((i * x.length) / n); k < to; k++) peak = Math.max(peak, Math.abs(x[k] ?? 0));
    out.push(peak);
  }
  return out;
}
