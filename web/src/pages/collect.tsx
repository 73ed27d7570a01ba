// collect.tsx -- shows what the server has until its page is written.
import * as api from "../api";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Failure } from "../parts/Notice";

export default function Collect({ project }: PageProps) {
  const { data, error } = useLoad<unknown>(() => api.samples.list(project.name, { limit: 20 }), [project.name]);
  return error ? <Failure error={error} /> : <pre dir="ltr">{JSON.stringify(data, null, 2)}</pre>;
}
