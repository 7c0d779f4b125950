// Who gains and who pays under each rule, and how much of what is seen is luck.

import { aliveInDraws, placeOf, declared, draws, levers, mean, shopCount, weeks } from "./data.js";
import { change } from "./state.js";
import { effectOf, overDraws, whoPays } from "./sentences.js";
import { fill, h, number, of, rupiah, say, signed, table } from "./words.js";

export function buildPays(root) {
  fill(root, h("h2", {}, say("pays_title")), h("p", {}, say("pays_note", { draws: number(draws()) })), h("div", { class: "by-rule" }));
}

export function updatePays(root, state) {
  fill(root.querySelector(".by-rule"), levers("rule").flatMap((lever) => {
    const others = lever.levels.slice(1);
    const effects = others.map((level) => effectOf(lever, level, state.levels));
    const most = Math.max(...effects.flatMap(({ gains }) => gains.map(Math.abs)), 1);
    const bar = (value) => h("span", { class: "amount" }, h("span", { class: "figure" }, rupiah(value, true)), meter(value / most));
    const rows = others.map((level, i) => [
      h("span", {}, of(level).name), signed(effects[i].shops, 1), ...effects[i].gains.map(bar)]);
    const marked = others.findIndex((level) => level.name === state.levels[lever.name]);
    return [
      table(say("pays_table", { rule: of(lever.levels[0]).name, draws: number(draws()) }),
        [of(lever).name, say("pays_shops"), ...declared().parties.map(of)], rows, marked),
      h("ul", { class: "said" }, others.map((level) => h("li", {}, h("strong", {}, `${of(level).name}: `), whoPays(lever, level, state.levels)))),
    ];
  }));
}

// A bar to the right of its middle for a gain, to the left for a loss.
function meter(share) {
  const bar = h("span", { class: `bar ${share < 0 ? "loss" : "gain"}` });
  bar.style.setProperty("--share", String(Math.abs(share)));
  return h("span", { class: "meter", "aria-hidden": "true" }, bar);
}

export function buildLuck(root) {
  fill(root, h("h2", {}, say("luck_title")), h("p", { class: "luck-said" }),
    h("p", { class: "ask" }, h("label", { for: "draw" }, say("draw_label", { draws: number(draws()) })),
      h("input", { type: "range", id: "draw", min: "1", max: draws(), input: (event) => change({ draw: Number(event.target.value) - 1 }) }),
      h("output", { for: "draw" })),
    h("div", { class: "draws" }));
}

export function updateLuck(root, state) {
  const ends = ["without", "with"].map((twin) => aliveInDraws(placeOf(twin, state.levels), weeks()));
  root.querySelector(".luck-said").textContent = overDraws(state);
  root.querySelector("#draw").value = String(state.draw + 1);
  root.querySelector("#draw").setAttribute("aria-valuetext", say("draw_value", { draw: number(state.draw + 1) }));
  root.querySelector("output").textContent = number(state.draw + 1);
  fill(root.querySelector(".draws"), strip(ends, state), h("details", {}, h("summary", {}, say("luck_table")),
    table(say("luck_table"), [say("draw"), ...["without", "with"].map((twin) => of(declared().twins[twin]).name)],
      ends[0].map((value, draw) => [number(draw + 1), number(value), number(ends[1][draw])]), state.draw),
    h("p", {}, say("luck_means", { without: number(mean(ends[0]), 1), with: number(mean(ends[1]), 1) }))));
}

// A column a draw: the end of both lines. The column in sight is marked.
function strip(ends, state) {
  const columns = ends[0].map((value, draw) => {
    const [a, b] = [value, ends[1][draw]].map((one) => {
      const dot = h("span", { class: "end" });
      dot.style.setProperty("--at", String(one / shopCount()));
      return dot;
    });
    a.classList.add("without");
    b.classList.add("with");
    return h("span", { class: `draw ${draw === state.draw ? "shown" : ""}`, click: () => change({ draw }) }, a, b);
  });
  return h("div", { class: "strip", "aria-hidden": "true" }, columns);
}
