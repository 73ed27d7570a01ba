// motion.ts -- what the motion sensors of this device say, in the same axes and units wherever a page reads them: what was
// recorded is what is tested and what a board is fed.

/** axes values: acceleration with gravity along x, y, z (m/s2), then turning about x, y, z (radians a second, as
 * all of Thimble's sensors say it); null when the device does not say them. rotationRate's alpha, beta, gamma are about
 * x, y, z, in degrees. */
export function motionOf(e: DeviceMotionEvent, axes: number): number[] | null {
  const a = e.accelerationIncludingGravity;
  const r = e.rotationRate;
  const turning = [r?.alpha, r?.beta, r?.gamma].map((v) => (typeof v === "number" ? (v * Math.PI) / 180 : v));
  const all = [a?.x, a?.y, a?.z, ...turning].slice(0, axes);
  return all.every((v): v is number => typeof v === "number") ? all : null;
}

/** iOS asks the person, and only when a button was pressed. */
export async function mayFeel(): Promise<"yes" | "none" | "denied"> {
  const type = window.DeviceMotionEvent as (typeof DeviceMotionEvent & { requestPermission?: () => Promise<string> }) | undefined;
  if (!type) return "none";
  if (!type.requestPermission) return "yes";
  return (await type.requestPermission().catch(() => "denied")) === "granted" ? "yes" : "denied";
}
