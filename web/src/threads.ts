// threads.ts -- the programs that run beside the page: src/worklets/NAME.ts (sound, for audioWorklet.addModule) and
// src/workers/NAME.ts (for new Worker).  The build gives them names with a hash; threadUrl("recorder") knows it.
declare const __THREADS__: Record<string, string>;

export function threadUrl(name: string): string {
  const url = __THREADS__[name];
  if (!url) throw new Error(`there is no src/worklets/${name}.ts or src/workers/${name}.ts`);
  return url;
}
