// sounds.mjs -- sounds as WAV files, for tests that send them or let the browser hear them.

/** A WAV file of 16 bits, mono: what(t, i) in -1..1 at sample i, second t. */
export function wav(rate, seconds, what) {
  const n = Math.round(rate * seconds);
  const b = Buffer.alloc(44 + 2 * n);
  b.write("RIFF", 0);
  b.writeUInt32LE(36 + 2 * n, 4);
  b.write("WAVEfmt ", 8);
  [16, 0x00010001, rate, 2 * rate, 0x00100002].forEach((v, i) => b.writeUInt32LE(v, 16 + 4 * i));
  b.write("data", 36);
  b.writeUInt32LE(2 * n, 40);
  for (let i = 0; i < n; i++) b.writeInt16LE(Math.round(32767 * Math.max(-1, Math.min(1, what(i / rate, i)))), 44 + 2 * i);
  return b;
}

/** A number between 0 and 1 from a seed that goes on: the same sounds every time. */
export const random = (seed) => () => (seed = (seed * 16807) % 2147483647) / 2147483647;

/** Height of a tone of hz at second t. */
export const tone = (hz, t) => Math.sin(2 * Math.PI * hz * t);

/** Tones of [Hz, seconds] one after another (0 Hz: nearly silent) as a WAV file. */
export function tones(parts, seed = 1, rate = 16000) {
  const noise = random(seed);
  const all = parts.flatMap(([hz, s]) => Array.from({ length: Math.round(s * rate) }, () => hz));
  return wav(rate, all.length / rate, (t, i) => 0.3 * tone(all[i], t) + 0.02 * (noise() - 0.5));
}
