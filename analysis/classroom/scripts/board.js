// The teacher's board: opens a session, steps its scenarios together, asks for votes, shows everybody why.

import { connect } from "./wire.js";
import { fill, h, languages, number, of, say, speak, spoken, table, takeTexts } from "./words.js";

const at = (id) => document.getElementById(id);
const declared = JSON.parse(at("declared").textContent);
const rule = declared.levers.find((lever) => lever.kind === "rule");
let seen = { code: null };
let wire = null;

function turn(code) {
  speak(code);
  document.title = say("title");
  fill(at("head"), h("p", { class: "brand" }, "Etalase"),
    h("div", { class: "buttons", role: "group", "aria-label": say("tools") },
      languages().map((one) => h("button", { type: "button", lang: one, "aria-pressed": String(one === spoken()), click: () => turn(one) }, say(`language_${one}`))),
      h("a", { class: "button", href: "." }, say("to_page"))));
  fill(at("foot"), h("p", { class: "scenario" }, say("no_forecast")));
  show();
}

const button = (name, what) => h("button", { type: "button", id: `do-${name}`, click: () => wire.send(what) }, say(name));

function opening() {
  const draw = h("input", { type: "number", id: "draw", min: "1", max: declared.draws, value: "1" });
  const chosen = declared.levers.filter((lever) => lever.kind === "belief").map((lever) => {
    const usual = lever.usual ?? lever.levels[0].name;
    const select = h("select", { id: `level-${lever.name}` }, lever.levels.map((level) => h("option", { value: level.name, selected: level.name === usual }, of(level).name)));
    return [lever, select];
  });
  return [h("h1", {}, say("new_title")), h("p", { class: "ask" }, h("label", { for: "draw" }, say("draw")), draw),
    chosen.map(([lever, select]) => h("p", { class: "ask" }, h("label", { for: select.id }, of(lever).name), select)),
    h("button", {
      type: "button", class: "main", id: "do-new",
      click: () => wire.send({ do: "open", draw: Number(draw.value), levels: Object.fromEntries(chosen.map(([lever, select]) => [lever.name, select.value])) }),
    }, say("new"))];
}

function running() {
  const { class: all, code, present } = seen;
  const name = (level) => of(rule.levels.find((one) => one.name === level)).name;
  const scenarios = [["without", of(declared.twins.without).name], ["with", of(declared.twins.with).name],
    ["rule", all.rule ? say("with_rule_named", { rule: name(all.rule) }) : say("with_rule")]];
  const votes = rule.levels.filter((level) => all.votes[level.name]);
  return [h("h1", {}, say("session", { code })),
    h("div", { class: "invite" }, h("img", { src: `qr.svg?code=${code}`, alt: say("qr"), width: "180", height: "180" }),
      h("p", { class: "join-at" }, say("join_at", { address: document.documentElement.dataset.join, code }))),
    h("p", { id: "present" }, say("present", { present: number(present), players: number(all.players) })),
    h("p", { id: "when" }, say("week_of", { week: number(all.week), weeks: number(all.weeks) })),
    all.week < all.weeks ? h("div", { class: "buttons" }, button("step_one", { do: "step", weeks: 1 }), button("step_four", { do: "step", weeks: 4 }), button("step_year", { do: "step", weeks: 26 })) : null,
    table(say("scenarios"), [say("scenario"), say("shops_open")], scenarios.map(([scenario, title]) => [title, say("of_shops", { open: number(all.scenarios[scenario]), shops: number(all.shops) })])),
    h("h2", {}, say("votes")),
    votes.length ? h("ul", {}, votes.map((level) => h("li", {}, `${of(level).name}: ${number(all.votes[level.name])}`))) : h("p", {}, say("no_votes")),
    all.rule ? h("p", {}, say("rule_is", { rule: name(all.rule) })) : null,
    h("div", { class: "buttons" }, all.voting ? button("vote_close", { do: "vote_close" }) : button("vote_open", { do: "vote_open" }), button("explain", { do: "explain" }), button("close", { do: "close" })),
    all.explained ? h("p", {}, say("explained")) : null];
}

function show() {
  const active = document.activeElement?.id;
  fill(at("main"), ...(seen.code ? running() : opening()), h("p", { id: "said", role: "status" }));
  if (active) at(active)?.focus();
}

takeTexts(JSON.parse(at("texts").textContent));
turn(new URLSearchParams(location.hash.slice(1)).get("lang") === "id" ? "id" : "en");
const key = new URLSearchParams(location.hash.slice(1)).get("key");
wire = connect("ws/board", () => ({ do: "board", key, code: seen.code }), (told) => {
  if (told.error) {
    wire.end();
    fill(at("main"), h("p", { role: "alert" }, say("wrong_key")));
  } else if (told.refused) at("said").textContent = say("refused", { why: told.refused });
  else {
    seen = told;
    show();
  }
}, (state) => { if (at("said")) at("said").textContent = state === "lost" ? say("lost") : ""; });
document.documentElement.dataset.ready = "yes";
