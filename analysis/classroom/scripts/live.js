// Off the grid: where the page is served, any value of a belief is run at once. Never interpolated.

import { curveOf, levers } from "./data.js";
import { change, current } from "./state.js";
import { fill, h, number, of, say } from "./words.js";

const served = document.documentElement.dataset.served === "yes";
let found = null; // of the scenario that was run last: its lines, and the state that it belongs to
const values = {};

export const isServed = () => served;
const scenarioOf = (state) => JSON.stringify([state.levels, state.draw]);

export function lines(state) {
  return found && found.scenario === scenarioOf(state)
    ? [{ name: say("live_without"), values: found.without, dash: "dot" }, { name: say("live_with"), values: found.with, dash: "solid" }]
    : null;
}

async function run(said) {
  const { levels, draw } = current();
  const scenario = scenarioOf(current());
  said.textContent = say("live_runs");
  try {
    const answer = await fetch("api/run", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ levels, draw, values }),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    found = { scenario, without: curveOf(told.without), with: curveOf(told.with) };
    const { seconds, queue } = told;
    said.textContent = say("live_done", { without: number(found.without.at(-1)), with: number(found.with.at(-1)), seconds: number(seconds, 1), queue: number(queue) });
  } catch (error) {
    said.textContent = say("live_failed", { why: error.message });
  }
  change({}, { remember: false });
}

export function build(root) {
  if (!served) return;
  const said = h("p", { class: "live-said", role: "status" });
  for (const lever of levers("belief").filter((one) => one.live)) {
    const { low, high, step } = lever.live;
    const usual = Object.values(lever.levels.find((one) => one.name === current().levels[lever.name]).settings)[0];
    const output = h("output", { for: `live-${lever.name}` }, say("live_off"));
    fill(root.querySelector(`.live[data-lever="${lever.name}"]`),
      h("label", { for: `live-${lever.name}` }, say("live_label", { what: of(lever).name })),
      h("input", {
        type: "range", id: `live-${lever.name}`, min: low, max: high, step, value: usual,
        input: (event) => { values[lever.name] = Number(event.target.value); output.textContent = number(values[lever.name], 2); },
      }), output);
  }
  root.append(h("div", { class: "buttons live-run" }, h("button", { type: "button", click: () => run(said) }, say("live_run"))), said);
}

