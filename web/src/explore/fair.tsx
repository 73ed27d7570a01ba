// fair.tsx -- two groups with different scores, one threshold or two, and what each group gets by five measures.
import { useState } from "preact/hooks";
import { number, percent, t } from "../i18n";
import { Button } from "../parts/Button";
import { Checkbox } from "../parts/Field";
import { Table } from "../parts/Table";
import type { Engine } from "./engine";
import { Choice, Frame, Legend, Slider, WithEngine } from "./Frame";
import { numberOf, onOf, useThing, wholeOf, wordOf } from "./hooks";
import type { Settings } from "./index";
import { Piles } from "./Piles";

const each = 4000; // people of a group
const rates = ["yes", "hit", "alarm", "right", "all"] as const; // in the order of TH_RATE_..
const goals = ["none", ...rates] as const;
const near = 0.03; // a difference that nobody would notice
const reach = 0.75; // how far scores of those who should get a yes stand from the middle

function Fair({ engine, settings }: { engine: Engine; settings: Settings }) {
  const [one, setOne] = useState(onOf(settings, "one", true));
  const [a, setA] = useState(numberOf(settings, "a", 0.5, 0, 1));
  const [ownB, setB] = useState(numberOf(settings, "b", 0.5, 0, 1));
  const [gap, setGap] = useState(numberOf(settings, "gap", 0.8, 0, 2));
  const [rateA, setRateA] = useState(numberOf(settings, "rate_a", 50, 5, 95));
  const [rateB, setRateB] = useState(numberOf(settings, "rate_b", 30, 5, 95));
  const [goal, setGoal] = useState(wordOf(settings, "goal", goals));
  const seed = wholeOf(settings, "seed", 1, 0, 1e6);
  const groupA = useThing(engine, () => engine.call("scores", each, rateA / 100, -reach, reach, seed), "scores_free", [rateA, seed]);
  const groupB = useThing(engine, () => engine.call("scores", each, rateB / 100, -reach - gap, reach - gap, seed + 1), "scores_free", [rateB, gap, seed]);
  const rate = (group: number, threshold: number, k: number) => engine.call("rate", group, threshold, k);
  // With a goal the second threshold follows from the first.
  const b = goal !== "none" ? engine.call("match", groupB, rates.indexOf(goal), rate(groupA, a, rates.indexOf(goal))) : one ? a : ownB;
  const rows = rates.map((name, k) => {
    const [ofA, ofB] = [rate(groupA, a, k), rate(groupB, b, k)];
    const known = ofA >= 0 && ofB >= 0;
    return { name, ofA, ofB, known, equal: known && Math.abs(ofA - ofB) <= near };
  });
  const equal = rows.filter((r) => r.equal).length;
  const worst = rows.filter((r) => r.known).sort((p, q) => Math.abs(q.ofA - q.ofB) - Math.abs(p.ofA - p.ofB))[0];
  const show = (v: number) => (v < 0 ? "–" : percent(v, 0));
  const says = t("explore-fair.says", {
    a: number(a, 2),
    b: number(b, 2),
    equal,
    worst: worst ? t(`explore-fair.rate.${worst.name}`) : "–",
    ofA: show(worst?.ofA ?? -1),
    ofB: show(worst?.ofB ?? -1),
  });
  return (
    <Frame
      name="fair"
      says={says}
      controls={
        <>
          <Choice label={t("explore-fair.goal")} value={goal} onValue={setGoal} options={goals.map((value) => ({ value, text: t(`explore-fair.goal.${value}`) }))} />
          <Slider label={t(one && goal === "none" ? "explore-fair.threshold" : "explore-fair.threshold-a")} min={0} max={1} step={0.005} value={a} text={number(a, 3)} onValue={setA} />
          {goal === "none" && <Checkbox label={t("explore-fair.one")} checked={one} onValue={setOne} />}
          <Slider label={t("explore-fair.threshold-b")} min={0} max={1} step={0.005} value={b} text={number(b, 3)} disabled={goal !== "none" || one} onValue={setB} />
          <Slider label={t("explore-fair.gap")} min={0} max={2} step={0.1} value={gap} onValue={setGap} />
          <Slider label={t("explore-fair.rate-a")} min={5} max={95} step={1} value={rateA} text={percent(rateA / 100, 0)} onValue={setRateA} />
          <Slider label={t("explore-fair.rate-b")} min={5} max={95} step={1} value={rateB} text={percent(rateB / 100, 0)} onValue={setRateB} />
          <Button
            kind="quiet"
            icon="undo"
            onClick={() => {
              setGoal("none");
              setOne(true);
              setA(0.5);
              setGap(0.8);
              setRateA(50);
              setRateB(30);
            }}
          >
            {t("explore.again")}
          </Button>
        </>
      }
    >
      <h3 class="fair-group">{t("explore-fair.a")}</h3>
      <Piles engine={engine} pile={groupA} bins={40} threshold={a} onThreshold={setA} label={t("explore-fair.pile", { group: t("explore-fair.a"), threshold: number(a, 2) })} height={150} />
      <h3 class="fair-group">{t("explore-fair.b")}</h3>
      <Piles engine={engine} pile={groupB} bins={40} threshold={b} label={t("explore-fair.pile", { group: t("explore-fair.b"), threshold: number(b, 2) })} xLabel={t("explore-fair.score")} height={180} />
      <Legend items={[["pile-1", t("explore-fair.should-not")], ["pile-2", t("explore-fair.should")], ["wrong", t("explore-fair.wrong")]]} />
      <Table
        caption={t("explore-fair.table")}
        rows={rows}
        columns={[
          { key: "name", title: t("explore-fair.measure"), cell: (r) => t(`explore-fair.rate.${r.name}`) },
          { key: "ofA", title: t("explore-fair.a"), number: true, cell: (r) => show(r.ofA) },
          { key: "ofB", title: t("explore-fair.b"), number: true, cell: (r) => show(r.ofB) },
          { key: "equal", title: t("explore-fair.equal"), cell: (r) => <span class={r.equal ? "fair-yes" : "fair-no"}>{t(r.equal ? "explore-fair.is" : "explore-fair.is-not")}</span> },
        ]}
      />
    </Frame>
  );
}

export default function FairExplorable({ settings }: { settings: Settings }) {
  return <WithEngine name="fair">{(engine) => <Fair engine={engine} settings={settings} />}</WithEngine>;
}
