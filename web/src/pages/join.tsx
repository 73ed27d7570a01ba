// join.tsx -- shows what the server has until its page is written.
import * as api from "../api";
import { useLoad } from "../load";
import type { OuterProps } from "../page";
import { Failure } from "../parts/Notice";

export default function Join(_: OuterProps) {
  const { data, error } = useLoad<unknown>(() => api.session.get(), []);
  return error ? <Failure error={error} /> : <pre dir="ltr">{JSON.stringify(data, null, 2)}</pre>;
}
