// The shops side by side in both scenarios, and one's own: its life, its weeks, what would have saved it.

import { placeOf, declared, draws, exitsOf, grid, lives, pathOf, shopCount } from "./data.js";
import { change } from "./state.js";
import { drawShop } from "./charts.js";
import { fates, ruleName, story } from "./sentences.js";
import { anyRule } from "./data.js";
import { fill, folded, h, number, of, rupiah, say, table } from "./words.js";

const tiles = {};

function board(twin) {
  const squares = Array.from({ length: shopCount() }, (_, shop) =>
    h("span", { class: "tile", click: () => change({ shop: shop + 1 }) }, String(shop + 1)));
  tiles[twin] = { squares, count: h("p", { class: "count" }), title: h("h3", {}) };
  return h("div", { class: `board ${twin}` }, tiles[twin].title, tiles[twin].count, h("div", { class: "tiles", "aria-hidden": "true" }, squares));
}

export function buildTwins(root) {
  fill(root, h("h2", {}, say("twins_title")), h("p", {}, say("twins_note")),
    h("div", { class: "boards" }, board("without"), board("with")),
    folded(say("twins_table"), h("div", { class: "twins-table" })));
  root.querySelector("details").addEventListener("toggle", () => change({}, { remember: false }));
}

export function updateTwins(root, state) {
  for (const twin of ["without", "with"]) {
    const exits = exitsOf(placeOf(twin, state.levels), state.draw);
    const { squares, count, title } = tiles[twin];
    let there = 0;
    squares.forEach((square, shop) => {
      const open = lives(exits[shop], state.week);
      there += open;
      square.className = `tile ${open ? "open" : "closed"} ${state.shop === shop + 1 ? "mine" : ""}`;
    });
    const rule = twin === "with" && anyRule(state.levels) ? `, ${ruleName(state.levels)}` : "";
    title.textContent = of(declared().twins[twin]).name + rule;
    count.textContent = say("count", { open: number(there), closed: number(shopCount() - there), week: number(state.week) });
  }
  if (!root.querySelector("details").open) return;
  const [without, withIt] = ["without", "with"].map((twin) => exitsOf(placeOf(twin, state.levels), state.draw));
  const told = (exit) => (exit === 0 ? say("lives_on") : say("closes", { week: number(exit) }));
  fill(root.querySelector(".twins-table"), table(say("twins_table"), [say("shop"), ...["without", "with"].map((twin) => of(declared().twins[twin]).name)],
    grid.head.shops.map((_, shop) => [number(shop + 1), told(without[shop]), told(withIt[shop])]), state.shop - 1));
}

export function buildShop(root) {
  const input = h("input", {
    type: "number", id: "my-shop", min: "1", max: shopCount(), inputmode: "numeric",
    change: (event) => {
      const shop = Number(event.target.value);
      if (Number.isInteger(shop) && shop >= 0 && shop <= shopCount()) change({ shop });
      else event.target.value = "";
    },
  });
  fill(root, h("h2", {}, say("shop_title")),
    h("p", { class: "ask" }, h("label", { for: "my-shop" }, say("shop_label", { n: number(shopCount()) })), input),
    h("div", { class: "of-shop", hidden: true },
      h("p", { class: "facts" }), h("p", { class: "story", role: "status" }), h("div", { class: "fates" }),
      h("div", { class: "weekly" }, ["orders", "cash"].map((name) =>
        h("figure", { "data-path": name }, h("h3", {}, say(`shop_${name}`)), h("div", { class: "plot" }), h("figcaption", {}, say(`shop_${name}_note`))))),
      folded(say("shop_table"), h("div", { class: "weekly-table" })), h("p", { class: "no-path" })));
  root.querySelector("details").addEventListener("toggle", () => change({}, { remember: false }));
}

export function updateShop(root, state, before) {
  const shop = state.shop - 1;
  root.querySelector(".of-shop").hidden = shop < 0;
  root.querySelector("#my-shop").value = shop < 0 ? "" : String(shop + 1);
  if (shop < 0) return;
  const ran = before && before.week !== state.week && before.levels === state.levels && before.shop === state.shop && before.draw === state.draw;
  if (!ran) tell(root, state, shop);
  const drawn = ["orders", "cash"].map((name) =>
    drawShop(root.querySelector(`[data-path=${name}] .plot`), state, shop, name, say(`shop_${name}`)));
  for (const part of [".weekly", "details"]) root.querySelector(part).hidden = drawn.includes(null);
  if (root.querySelector("details").open && !drawn.includes(null)) fill(root.querySelector(".weekly-table"), weeklyTable(state, shop));
  root.querySelector(".no-path").textContent = drawn.includes(null) ? say("no_path", { paths: number(declared().paths) }) : "";
}

// The numbers of both charts, a row a quarter.
function weeklyTable(state, shop) {
  const twins = ["without", "with"];
  const paths = ["orders", "cash"].flatMap((name) => twins.map((twin) => [name, twin, pathOf(name, placeOf(twin, state.levels), state.draw, shop)]));
  const quarter = 13;
  const rows = Array.from({ length: Math.floor(state.week / quarter) }, (_, i) => (i + 1) * quarter);
  const written = (name, value) => (name === "cash" ? rupiah(value) : number(value, 1));
  return table(say("shop_table"), [say("week"), ...paths.map(([name, twin]) => `${say(`shop_${name}`)}, ${of(declared().twins[twin]).short}`)],
    rows.map((week) => [number(week), ...paths.map(([name, , values]) => written(name, values[week - 1]))]));
}

function tell(root, state, shop) {
  const facts = grid.head.shops[shop];
  const channels = facts.channels.map((name) => {
    const known = declared().choices.channels.find((one) => one.name === name);
    return known ? of(known) : say("own_site");
  });
  root.querySelector(".facts").textContent = say("facts", {
    shop: number(shop + 1), category: of(grid.head.categories[facts.category]), price: rupiah(facts.price),
    orders: number(facts.orders, 1), costs: rupiah(facts.costs), channels: channels.join(", "),
  });
  root.querySelector(".story").textContent = story(state, shop);
  fill(root.querySelector(".fates"), table(say("fates_title"), [say("scenario"), say("this_draw", { draw: number(state.draw + 1) }), say("in_draws", { draws: number(draws()) })],
    fates(state, shop).map((fate) => [fate.name, fate.here, number(fate.lives)])));
}

