// A pupil's phone: one shop in three scenarios, the choices for the coming week, the vote, and why.

import { connect } from "./wire.js";
import { fill, h, languages, number, of, rupiah, say, speak, spoken, takeTexts } from "./words.js";

const at = (id) => document.getElementById(id);
const declared = JSON.parse(at("declared").textContent);
const KEPT = "etalase-class"; // code and token of the last session: nothing else is kept, and no name
let wire = null;
let seen = null;
let kept = read();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

function keep(what) {
  kept = what;
  localStorage.setItem(KEPT, JSON.stringify(what));
}

const rule = declared.levers.find((lever) => lever.kind === "rule");
const levelName = (name) => of(rule.levels.find((level) => level.name === name)).name;

function buildHead() {
  fill(at("head"), h("p", { class: "brand" }, "Etalase"),
    h("div", { class: "buttons", role: "group", "aria-label": say("tools") }, languages().map((code) =>
      h("button", { type: "button", lang: code, "aria-pressed": String(code === spoken()), click: () => turn(code) }, say(`language_${code}`)))));
  fill(at("foot"), h("p", { class: "scenario" }, say("no_forecast")));
}

function turn(code) {
  speak(code);
  document.title = say("title");
  buildHead();
  if (seen) show(); else askToJoin();
}

function askToJoin(why = "") {
  const code = h("input", { id: "code", maxlength: "6", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", value: kept.code ?? "" });
  const shop = h("input", { id: "shop-number", type: "number", min: "1", max: "9999", inputmode: "numeric" });
  fill(at("main"), h("h1", {}, say("join_title")),
    h("form", {
      submit: (event) => {
        event.preventDefault();
        const said = code.value.trim().toUpperCase();
        join({ code: said, token: kept.code === said ? kept.token : null, shop: shop.value ? Number(shop.value) : null });
      },
    },
    h("p", { class: "ask" }, h("label", { for: "code" }, say("join_code")), code),
    h("p", { class: "ask" }, h("label", { for: "shop-number" }, say("join_shop")), shop),
    h("button", { class: "main", id: "join" }, say("join"))),
    h("p", {}, say("no_names")), h("p", { role: "alert" }, why));
}

function join(me) {
  if (wire) wire.end();
  wire = connect("ws/class", () => ({ do: "join", code: me.code, token: me.token, shop: me.shop }), (told) => {
    if (told.token) {
      me.token = told.token;
      keep({ code: me.code, token: me.token });
      seen = null;
    }
    if (told.error) return stop(told.error);
    if (told.refused) {
      if (seen) at("said").textContent = say("refused", { why: told.refused });
      else stop("code");
      return undefined;
    }
    const before = seen;
    seen = told;
    return before ? update() : show();
  }, (state) => { if (at("said")) at("said").textContent = state === "lost" ? say("lost") : ""; });
}

function stop(error) {
  wire.end();
  wire = null;
  seen = null;
  if (error === "closed" || error === "code") keep({});
  askToJoin(say({ code: "wrong_code", full: "full", closed: "closed" }[error] ?? "closed"));
}

const scenarioNames = () => {
  const chosen = seen.class.rule;
  return [["without", of(declared.twins.without).name], ["with", of(declared.twins.with).name],
    ["rule", chosen ? say("with_rule_named", { rule: levelName(chosen) }) : say("with_rule")]];
};

function show() {
  fill(at("main"), h("h1", { id: "who" }), h("p", { id: "when" }), h("div", { id: "fates", role: "status" }),
    h("section", { id: "vote", hidden: true }), choices(), h("section", { id: "why", hidden: true }), h("p", { id: "away" }), h("p", { id: "said", role: "status" }));
  update();
}

function choices() {
  const { price, channels } = declared.choices;
  const radio = (entry) => h("label", { class: "choice" },
    h("input", { type: "radio", name: "price", value: entry.name, change: choose }), h("span", { class: "name" }, of(entry)));
  const box = (entry) => h("label", { class: "choice" },
    h("input", { type: "checkbox", name: "channel", value: entry.name, change: choose }), h("span", { class: "name" }, of(entry)));
  return h("section", { id: "choices" }, h("h2", {}, say("choose_title")),
    h("fieldset", {}, h("legend", {}, say("choose_price")), price.map(radio)),
    h("fieldset", {}, h("legend", {}, say("choose_channels")),
      h("label", { class: "choice" }, h("input", { type: "checkbox", id: "channels-model", change: choose }), h("span", { class: "name" }, say("channels_model"))),
      channels.map(box)));
}

function choose() {
  const model = at("channels-model").checked;
  const boxes = [...document.querySelectorAll("[name=channel]")];
  const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
  for (const box of boxes) box.disabled = model;
  const price = document.querySelector("[name=price]:checked").value;
  wire.send({ do: "choose", price, channels: model || !wanted.length ? null : wanted });
  at("said").textContent = say("chosen");
}

function update() {
  const { class: all, mine } = seen;
  at("who").textContent = say("mine", { shop: number(mine.shop) });
  at("when").textContent = say("week_of", { week: number(all.week), weeks: number(all.weeks) });
  fill(at("fates"), scenarioNames().map(([name, title]) => {
    const fate = mine.fates[name];
    return h("div", { class: `fate ${name} ${fate.exit ? "shut" : "open"}`, "data-scenario": name },
      h("h2", {}, title), h("p", { class: "is" }, fate.exit ? say("shut", { week: number(fate.exit) }) : say(fate.paused ? "paused" : "open")),
      fate.exit ? null : h("p", {}, say("fate", { cash: rupiah(fate.cash), orders: number(fate.orders, 1), price: rupiah(fate.price) })));
  }));
  at("choices").hidden = all.week >= all.weeks || Object.values(mine.fates).every((fate) => fate.exit);
  for (const input of document.querySelectorAll("[name=price]")) input.checked = input.value === mine.choice.price;
  const wanted = mine.choice.channels;
  at("channels-model").checked = wanted === null;
  for (const box of document.querySelectorAll("[name=channel]")) {
    box.disabled = wanted === null;
    box.checked = (wanted ?? mine.fates.with.channels).includes(box.value);
  }
  at("away").textContent = mine.away ? say("away", { weeks: number(mine.away) }) : "";
  showVote(all, mine);
  showWhy(all, mine);
}

function showVote(all, mine) {
  at("vote").hidden = !all.voting && !all.rule;
  if (all.rule) fill(at("vote"), h("p", {}, say("rule_is", { rule: levelName(all.rule) })));
  if (!all.voting) return;
  fill(at("vote"), h("h2", {}, say("vote_title")),
    h("div", { class: "buttons" }, rule.levels.map((level) =>
      h("button", { type: "button", "data-level": level.name, "aria-pressed": String(mine.vote === level.name), click: () => wire.send({ do: "vote", level: level.name }) }, of(level).name))),
    mine.vote ? h("p", {}, say("voted", { rule: levelName(mine.vote) })) : null);
}

function showWhy(all, mine) {
  at("why").hidden = !all.explained;
  if (!all.explained) return;
  fill(at("why"), h("h2", {}, say("why_title")), mine.fates.with.exit === 0 ? h("p", {}, say("why_lives")) : h("ul", {}, declared.causes.map((cause) => {
    const exit = mine.reasons[cause.name];
    const without = of(cause).without;
    return h("li", {}, exit === 0 ? say("why_saved", { without }) : say("why_closed", { without, week: number(exit) }));
  })));
}

takeTexts(JSON.parse(at("texts").textContent));
turn(new URLSearchParams(location.hash.slice(1)).get("lang") === "id" ? "id" : "en");
const given = new URLSearchParams(location.hash.slice(1)).get("code");
if (given && given !== kept.code) keep({ code: given });
if (kept.token) join({ ...kept, shop: null });
else askToJoin();
document.documentElement.dataset.ready = "yes";
