// split.tsx -- recordings of a few people, dealt to training and test one by one or person by person: what the test
// pretends, and what is true of people who come later.
import { useMemo, useState } from "preact/hooks";
import { number, percent, t } from "../i18n";
import { Button } from "../parts/Button";
import { Table } from "../parts/Table";
import { Chart } from "./Chart";
import type { Engine } from "./engine";
import { Choice, Facts, Frame, Legend, More, Slider, WithEngine } from "./Frame";
import { numberOf, useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";

const ways = ["recording", "person"] as const;

function Split({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [by, setBy] = useState(wordOf(settings, "by", ways));
  const [people, setPeople] = useState(wholeOf(settings, "people", 10, 4, 20));
  const [each, setEach] = useState(wholeOf(settings, "each", 10, 4, 20));
  const [habit, setHabit] = useState(numberOf(settings, "habit", 0.8, 0, 1));
  const [test, setTest] = useState(numberOf(settings, "test", 30, 10, 40));
  const [seed, setSeed] = useState(wholeOf(settings, "seed", 1, 0, 1e6));
  const thing = useThing(engine, () => engine.call("split", people, each, habit, seed), "split_free", [people, each, habit, seed]);
  const n = people * each;
  const now = useMemo(() => {
    let [tested, right] = [0, 0];
    const where = engine.floats(n, (at) => (tested = engine.call("split_deal", thing, by === "person" ? 1 : 0, test / 100, at)));
    const wrong = engine.floats(n, (at) => (right = engine.call("split_judge", thing, at)));
    return { tested, where, wrong, right, later: engine.call("split_later", thing) };
  }, [thing, by, test]);
  const cells = Array.from({ length: n }, (_, i) => ({ person: Math.floor(i / each), place: i % each, test: (now.where[i] as number) > 0, wrong: (now.wrong[i] as number) > 0 }));
  const both = Array.from({ length: people }, (_, p) => {
    const mine = cells.filter((c) => c.person === p);
    return mine.some((c) => c.test) && mine.some((c) => !c.test);
  }).filter(Boolean).length;
  const says = t(`explore-split.says.${both ? "leak" : "clean"}`, { n: now.tested, right: percent(now.right, 0), later: percent(now.later, 0), both, people });
  return (
    <Frame
      name="split"
      says={says}
      controls={
        <>
          <Choice label={t("explore-split.by")} value={by} onValue={setBy} options={ways.map((value) => ({ value, text: t(`explore-split.by.${value}`) }))} />
          <Slider label={t("explore-split.people")} min={4} max={20} step={1} value={people} onValue={setPeople} />
          <Slider label={t("explore-split.each")} min={4} max={20} step={1} value={each} onValue={setEach} />
          <Slider label={t("explore-split.habit")} min={0} max={1} step={0.05} value={habit} onValue={setHabit} />
          <Slider label={t("explore-split.test")} min={10} max={40} step={5} value={test} text={percent(test / 100, 0)} onValue={setTest} />
          <Button onClick={() => setSeed(seed + 1)}>{t("explore-split.deal")}</Button>
          <Facts
            facts={[
              [t("explore-split.says-test"), percent(now.right, 1)],
              [t("explore-split.says-later"), percent(now.later, 1)],
              [t("explore-split.both"), t("explore-split.of", { n: both, all: people })],
            ]}
          />
        </>
      }
      more={
        <More>
          <Table
            caption={t("explore-split.table")}
            hideCaption
            rows={Array.from({ length: people }, (_, p) => ({ p, mine: cells.filter((c) => c.person === p) }))}
            columns={[
              { key: "p", title: t("explore-split.person"), cell: (r) => number(r.p + 1) },
              { key: "train", title: t("explore-split.train"), number: true, cell: (r) => number(r.mine.filter((c) => !c.test).length) },
              { key: "test", title: t("explore-split.tested"), number: true, cell: (r) => number(r.mine.filter((c) => c.test).length) },
              { key: "wrong", title: t("explore-split.wrong"), number: true, cell: (r) => number(r.mine.filter((c) => c.wrong).length) },
            ]}
          />
        </More>
      }
    >
      <div class="split-two" aria-hidden="true">
        {[
          { what: t("explore-split.says-test"), part: now.right },
          { what: t("explore-split.says-later"), part: now.later },
        ].map((f) => (
          <p key={f.what}>
            <strong>{percent(f.part, 0)}</strong> {f.what}
          </p>
        ))}
      </div>
      <Chart label={says} x={[0, each]} y={[0, people]} height={Math.max(180, people * 26 + 60)} xTicks={[]} yTicks={Array.from({ length: people }, (_, p) => people - p - 0.5)} yText={(v) => number(people - v + 0.5, 0)} yLabel={t("explore-split.person")} xLabel={t("explore-split.recordings")}>
        {(s) =>
          cells.map((c, i) => {
            const [w, h] = [s.sx(1) - s.sx(0), s.sy(0) - s.sy(1)];
            const [cx, cy] = [s.sx(c.place + 0.5), s.sy(people - c.person - 0.5)];
            const r = Math.max(3, Math.min(w, h) / 2 - 3);
            return (
              <g key={i}>
                <circle class={c.test ? "split-test" : "split-train"} cx={cx} cy={cy} r={r} />
                {c.wrong && <path class="split-wrong" d={`M${cx - r * 0.6} ${cy - r * 0.6}L${cx + r * 0.6} ${cy + r * 0.6}M${cx - r * 0.6} ${cy + r * 0.6}L${cx + r * 0.6} ${cy - r * 0.6}`} />}
              </g>
            );
          })
        }
      </Chart>
      <Legend items={[["dot", t("explore-split.train")], ["split-test", t("explore-split.tested")], ["cross", t("explore-split.wrong")]]} />
    </Frame>
  );
}

export default function SplitExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="split">{(engine) => <Split engine={engine} settings={settings} />}</WithEngine>;
}
