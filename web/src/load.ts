// load.ts -- data of the server in a component: const {data, error, reload} = useLoad(() => api.runs.list(name), [name]);
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export function useLoad<T>(fetchIt: () => Promise<T>, on: unknown[]) {
  const [state, set] = useState<{ data: T | null; error: unknown; loading: boolean }>({ data: null, error: null, loading: true });
  const turn = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++turn.current; // an answer that was overtaken is not shown
    try {
      const data = await fetchIt();
      if (mine === turn.current) set({ data, error: null, loading: false });
    } catch (error) {
      if (mine === turn.current) set((s) => ({ ...s, error, loading: false }));
    }
  }, on);
  useEffect(() => {
    void reload();
    return () => void turn.current++;
  }, [reload]);
  return { ...state, reload, setData: (data: T) => set({ data, error: null, loading: false }) };
}
