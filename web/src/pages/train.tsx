// train.tsx -- shows what the server has until its page is written.
import * as api from "../api";
import { useLoad } from "../load";
import type { PageProps } from "../page";
import { Failure } from "../parts/Notice";

export default function Train({ project }: PageProps) {
  const { data, error } = useLoad<unknown>(() => api.runs.list(project.name), [project.name]);
  return error ? <Failure error={error} /> : <pre dir="ltr">{JSON.stringify(data, null, 2)}</pre>;
}
