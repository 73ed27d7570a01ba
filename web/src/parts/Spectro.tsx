// Spectro.tsx -- a spectrogram that scrolls while sound comes, with what was heard written where it was heard.
import { useEffect, useRef } from "preact/hooks";

const size = 512; // samples of a window
const bands = 64;
const height = 160;

/** In place: Cooley and Tukey, radix 2. */
function fft(re: Float32Array, im: Float32Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let len = 2; len <= n; len <<= 1) {
    const angle = (-2 * Math.PI) / len;
    for (let i = 0; i < n; i += len) {
      for (let k = 0; k < len / 2; k++) {
        const [c, s] = [Math.cos(angle * k), Math.sin(angle * k)];
        const [a, b] = [i + k, i + k + len / 2];
        const xr = re[b]! * c - im[b]! * s;
        const xi = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - xr;
        im[b] = im[a]! - xi;
        re[a] = re[a]! + xr;
        im[a] = im[a]! + xi;
      }
    }
  }
}

/** Loudness of each band, 0 to 1 (70 dB), bands as the ear has them. */
function column(pcm: Float32Array, rate: number): Float32Array {
  const re = pcm.map((v, i) => (v / 32768) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size)));
  const im = new Float32Array(size);
  fft(re, im);
  const mel = (hz: number) => 2595 * Math.log10(1 + hz / 700);
  const hz = (m: number) => 700 * (10 ** (m / 2595) - 1);
  const top = mel(rate / 2);
  return Float32Array.from({ length: bands }, (_, b) => {
    const from = Math.floor((hz((top * b) / bands) * size) / rate);
    const to = Math.max(from + 1, Math.floor((hz((top * (b + 1)) / bands) * size) / rate));
    let power = 0;
    for (let k = from; k < to; k++) power = Math.max(power, re[k]! ** 2 + im[k]! ** 2);
    return Math.max(0, Math.min(1, (10 * Math.log10(power + 1e-9) + 40) / 70));
  });
}

export type Drawing = { push: (pcm: Int16Array) => void; mark: (text: string) => void; clear: () => void };

/** handle.current draws; what it draws is told in words elsewhere, so the picture itself is only described. */
export function Spectro({ rate, handle, label }: { rate: number; handle: { current: Drawing | null }; label: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const draw = canvas?.getContext("2d");
    if (!canvas || !draw) return;
    canvas.width = Math.max(300, Math.round(canvas.clientWidth));
    canvas.height = height;
    const style = getComputedStyle(canvas);
    const ink = () => style.getPropertyValue("--accent").trim();
    const ground = () => style.getPropertyValue("--sunk").trim();
    const hop = Math.round(rate / 50);
    let rest = new Float32Array(0);
    const clear = () => {
      draw.globalAlpha = 1;
      draw.fillStyle = ground();
      draw.fillRect(0, 0, canvas.width, height);
      rest = new Float32Array(0);
    };
    const shift = (n: number) => {
      draw.globalAlpha = 1;
      draw.drawImage(canvas, -n, 0);
      draw.fillStyle = ground();
      draw.fillRect(canvas.width - n, 0, n, height);
    };
    const push = (pcm: Int16Array) => {
      const all = new Float32Array(rest.length + pcm.length);
      all.set(rest);
      all.set(pcm, rest.length);
      let at = 0;
      const columns: Float32Array[] = [];
      for (; at + size <= all.length; at += hop) columns.push(column(all.slice(at, at + size), rate));
      rest = all.slice(at);
      const wide = 2;
      if (!columns.length) return;
      shift(wide * columns.length);
      const cell = height / bands;
      draw.fillStyle = ink();
      columns.forEach((c, i) => {
        c.forEach((v, b) => {
          draw.globalAlpha = v;
          draw.fillRect(canvas.width - wide * (columns.length - i), height - (b + 1) * cell, wide, cell + 0.5);
        });
      });
      draw.globalAlpha = 1;
    };
    const mark = (text: string) => {
      draw.globalAlpha = 1;
      const x = canvas.width - 2;
      draw.fillStyle = style.getPropertyValue("--plot-2").trim();
      draw.fillRect(x, 0, 2, height);
      draw.font = `600 15px ${style.fontFamily}`;
      const w = draw.measureText(text).width + 12;
      draw.fillRect(x - w, 0, w, 24);
      draw.fillStyle = style.getPropertyValue("--card").trim();
      draw.textAlign = "center";
      draw.textBaseline = "middle";
      draw.fillText(text, x - w / 2, 12);
    };
    clear();
    handle.current = { push, mark, clear };
    return () => void (handle.current = null);
  }, [rate]);
  return <canvas ref={ref} class="spectro" dir="ltr" role="img" aria-label={label} height={height} />;
}
