// world.mjs -- a small project by the API, for tests that need one: sounds of two words, and a trained network.

import { tones } from "./sounds.mjs";

/** Waits until a job has ended; throws with its words when it failed. */
export async function done(site, project, id, seconds = 120) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const job = await site.api("GET", `/projects/${project}/jobs/${id}`);
    if (job.state === "done") return job;
    if (!["queued", "running"].includes(job.state)) throw new Error(`job ${job.title}: ${job.state}: ${job.error}`);
    await new Promise((end) => setTimeout(end, 100));
  }
  throw new Error(`job ${id} takes longer than ${seconds} s`);
}

/** The project "lights" with `each` sounds of "on", "off" and other tones each. */
export async function lights(site, each = 10) {
  await site.api("POST", "/projects", { name: "lights", task: "keyword", labels: ["on", "off"] });
  const base = { on: 500, off: 1400, unknown: 2600 };
  for (const [label, hz] of Object.entries(base))
    for (let i = 0; i < each; i++)
      await site.api("POST", `/projects/lights/samples?label=${label}&subject=person${i}&consent=yes`, tones([[hz + 9 * i, 1]], i + 1), "audio/wav");
  return "lights";
}
