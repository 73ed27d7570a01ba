// microphone.ts -- sound as it is: one channel of 16-bit samples at the rate that is wanted, without the browser's own
// changes of it (echo cancellation, noise suppression, automatic gain), which a network would learn and a board has not.
import { threadUrl } from "../threads";

export type Microphone = { rate: number; name: string; close: () => void };
type Options = {
  rate: number; // samples a second
  chunkMs?: number; // so much at once (100)
  deviceId?: string;
  /** The microphone was pulled out, or taken back by the browser. */
  onEnd?: () => void;
};

export const toInt16 = (f: ArrayLike<number>): Int16Array =>
  Int16Array.from(f, (v) => Math.max(-32768, Math.min(32767, Math.round(v * 32768))));

/** Another rate, by straight lines: only for browsers whose AudioContext takes the device's rate alone. */
function bend(from: number, to: number): (x: Float32Array) => Float32Array {
  const step = from / to;
  let at = 0;
  let last = 0;
  return (x) => {
    const out: number[] = [];
    for (; at < x.length; at += step) {
      const k = Math.floor(at);
      const before = k === 0 ? last : (x[k - 1] ?? 0);
      out.push(before + (at - k) * ((x[k] ?? 0) - before));
    }
    at -= x.length;
    last = x[x.length - 1] ?? last;
    return Float32Array.from(out);
  };
}

const patience = 3000; // ms for a worklet to begin

/** Calls take with what comes from the source. Where no worklet begins (old browsers, some locked-down ones) the older way
 * of listening does it, in the page's own thread. */
async function listen(context: AudioContext, source: AudioNode, take: (x: Float32Array) => void): Promise<AudioNode> {
  const late = new Promise<boolean>((then) => setTimeout(() => then(false), patience));
  const begun = context.audioWorklet ? context.audioWorklet.addModule(threadUrl("tap")).then(() => true) : Promise.resolve(false);
  let node: AudioNode;
  if (await Promise.race([begun, late])) {
    const tap = new AudioWorkletNode(context, "tap", { channelCount: 1, channelCountMode: "explicit" });
    tap.port.onmessage = (m: MessageEvent<Float32Array>) => take(m.data);
    node = tap;
  } else {
    const tap = context.createScriptProcessor(1024, 1, 1);
    tap.onaudioprocess = (e) => take(e.inputBuffer.getChannelData(0).slice());
    node = tap;
  }
  source.connect(node).connect(context.destination); // it writes nothing there, but only what leads there is run
  return node;
}

/** Chunks of samples come until close(). Fails as getUserMedia does: NotAllowedError, NotFoundError, .. */
export async function openMicrophone(options: Options, onChunk: (pcm: Int16Array) => void): Promise<Microphone> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1, deviceId: options.deviceId },
  });
  let context = new AudioContext({ sampleRate: options.rate, latencyHint: "interactive" });
  let source: AudioNode;
  try {
    source = context.createMediaStreamSource(stream);
  } catch {
    await context.close();
    context = new AudioContext();
    source = context.createMediaStreamSource(stream);
  }
  const change = context.sampleRate === options.rate ? null : bend(context.sampleRate, options.rate);
  const size = Math.round(((options.chunkMs ?? 100) * options.rate) / 1000);
  let chunk = new Float32Array(size);
  let n = 0;
  let open = true;
  const take = (x: Float32Array) => {
    if (!open) return;
    for (const v of change ? change(x) : x) {
      chunk[n++] = v;
      if (n < size) continue;
      onChunk(toInt16(chunk));
      chunk = new Float32Array(size);
      n = 0;
    }
  };
  const stop = () => {
    open = false;
    source.disconnect();
    stream.getTracks().forEach((t) => t.stop());
    void context.close();
  };
  let node: AudioNode | null = null;
  try {
    await context.resume();
    node = await listen(context, source, take);
  } catch (e) {
    stop();
    throw e;
  }
  const track = stream.getAudioTracks()[0];
  track?.addEventListener("ended", () => options.onEnd?.());
  const close = () => {
    node?.disconnect();
    stop();
  };
  return { rate: options.rate, name: track?.label ?? "", close };
}
