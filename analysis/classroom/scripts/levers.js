// Rules and beliefs: two kinds of lever that look, sound and stand apart. Each level is an exact scenario of the grid.

import { levers } from "./data.js";
import { change, current, move } from "./state.js";
import { doubt, whoPays } from "./sentences.js";
import { fill, h, of, say } from "./words.js";

const groups = [];

function choice(lever, level) {
  const id = `${lever.name}-${level.name}`;
  const input = h("input", { type: "radio", name: `lever-${lever.name}`, id, value: level.name, change: () => move(lever, level.name) });
  const does = of(level).does ? h("span", { class: "does" }, of(level).does) : null;
  const pays = lever.kind === "rule" ? h("span", { class: "pays" }) : null;
  groups.push({ lever, level, input, pays });
  return h("label", { for: id, class: "choice" }, input, h("span", { class: "name" }, of(level).name), does, pays);
}

function group(lever) {
  return h("fieldset", { class: `lever ${lever.kind}` },
    h("legend", {}, h("span", { class: "kind" }, say(`kind_${lever.kind}`)), of(lever).name),
    h("p", { class: "asks" }, of(lever).asks),
    h("div", { class: "choices" }, lever.levels.map((level) => choice(lever, level))),
    h("div", { class: "live", "data-lever": lever.name }));
}

export function build(root) {
  groups.length = 0;
  const ghost = h("p", { class: "ghost", hidden: true },
    h("span", {}, say("ghost_kept")), h("button", { type: "button", class: "plain", click: () => change({ base: null }) }, say("ghost_drop")));
  fill(root,
    h("h2", { id: "levers-title" }, say("levers_title")),
    h("div", { class: "kinds" },
      h("section", { class: "rules", "aria-labelledby": "rules-title" },
        h("h3", { id: "rules-title" }, say("rules_title")), h("p", {}, say("rules_note")), levers("rule").map(group)),
      h("section", { class: "beliefs", "aria-labelledby": "beliefs-title" },
        h("h3", { id: "beliefs-title" }, say("beliefs_title")), h("p", {}, say("beliefs_note")), levers("belief").map(group), ghost,
        h("p", { class: "doubt" }))));
}

export function update(root, state, before) {
  for (const { lever, level, input, pays } of groups) {
    input.checked = state.levels[lever.name] === level.name;
    if (pays && level !== lever.levels[0]) pays.textContent = whoPays(lever, level, state.levels);
  }
  root.querySelector(".ghost").hidden = !state.base;
  if (!before || before.levels !== state.levels || before.base !== state.base || before.lang !== state.lang) {
    root.querySelector(".doubt").textContent = doubt(current());
  }
}
