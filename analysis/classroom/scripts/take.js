// What can be taken away: numbers, picture, link, frame for another page, and the same scenario in Python.

import { alive, anyRule, placeOf, declared, exitsOf, free, grid, keyOf } from "./data.js";
import { current, write } from "./state.js";
import { picture, save } from "./charts.js";
import { fill, h, of, say } from "./words.js";

// The scenarios in sight, by week; then what became of each shop in them.
export function csv(state) {
  const scenarios = [["without", "without", state.levels], ["with", "with", free(state.levels)]];
  if (anyRule(state.levels)) scenarios.push(["with_rule", "with", state.levels]);
  const rows = [["draw", "scenario", "settings", "week", "shops_open"]];
  for (const [name, twin, levels] of scenarios) {
    const settings = grid.head.settings[keyOf(twin, levels)].join(" ");
    alive(placeOf(twin, levels), state.draw).forEach((open, week) => rows.push([state.draw, name, settings, week, open]));
  }
  const fates = [["shop", "category", ...scenarios.map(([name]) => `closed_in_week_${name}`)]];
  const exits = scenarios.map(([, twin, levels]) => exitsOf(placeOf(twin, levels), state.draw));
  grid.head.shops.forEach((shop, i) => fates.push([i + 1, shop.category, ...exits.map((one) => one[i] || "")]));
  const text = (table) => table.map((row) => row.map(quoted).join(",")).join("\r\n");
  return { weekly: `${text(rows)}\r\n`, shops: `${text(fates)}\r\n` };
}

const quoted = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

const FIRST = "seed=0"; // whose shops every draw has

export function python(state) {
  const list = grid.head.settings[keyOf("with", state.levels)].map((one) => `    ${JSON.stringify(one)},`).join("\n");
  return `from experiments import compose\nfrom simulation import Market\n\nsettings = [\n${list}\n]\n`
    + `opening = Market(compose([*settings, "${FIRST}"])).opening  # ${say("take_same_shops")}\n`
    + `market = Market(compose([*settings, "seed=${state.draw}"]), opening=opening)\n`
    + "market.run()\nprint(market.results().outcomes[\"opening_smes_alive\"])\n";
}

const command = (state) => `etalase ${[...grid.head.settings[keyOf("with", state.levels)], FIRST].map((one) => (/[[\]]/.test(one) ? `'${one}'` : one)).join(" ")}`;

const address = (state) => location.href.split("#")[0] + write(state);

export function build(root, plot) {
  const give = (name, text) => save(URL.createObjectURL(new Blob([text], { type: "text/csv" })), name);
  const button = (text, click) => h("button", { type: "button", click }, text);
  fill(root, h("h2", {}, say("take_title")),
    h("div", { class: "buttons" },
      button(say("take_csv"), () => give("etalase_weeks.csv", csv(current()).weekly)),
      button(say("take_shops"), () => give("etalase_shops.csv", csv(current()).shops)),
      button(say("take_picture"), () => picture(plot(), "etalase.png"))),
    h("p", {}, say("take_nothing_sent")),
    ["link", "embed", "python", "command"].map((name) => h("div", { class: "taken" },
      h("label", { for: `take-${name}` }, say(`take_${name}`)),
      h("textarea", { id: `take-${name}`, readonly: true, rows: name === "python" ? 12 : 2, spellcheck: "false" }))));
}

export function update(root, state) {
  const texts = {
    link: address(state), python: python(state), command: command(state),
    embed: `<iframe src="${address(state).replaceAll("&", "&amp;")}" title="${say("title")}" width="100%" height="700"></iframe>`,
  };
  for (const [name, text] of Object.entries(texts)) root.querySelector(`#take-${name}`).value = text;
}

export function buildAbout(root) {
  const { hash, model, version, made } = grid.head.made_by;
  fill(root, h("h2", {}, say("about_title")), h("p", {}, say("about_scenario")), h("p", {}, say("about_model")),
    h("ul", {}, ["without", "with"].map((twin) => h("li", {}, h("strong", {}, `${of(declared().twins[twin]).name}: `), of(declared().twins[twin]).does))),
    h("p", { class: "made" }, say("about_made", { hash, model, version, made })));
}
