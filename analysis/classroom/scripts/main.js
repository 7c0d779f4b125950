// The page: built once in its language, brought up to date with every change.

import { alive, placeOf, declared, free, readGrid, shopCount, unpacked, weeks } from "./data.js";
import { FIRST_STOP, NO_GUESS, SPEEDS, canUndo, change, current, listen, reset, start, undo } from "./state.js";
import { calm, pause, play, playing, step } from "./play.js";
import { drawLife } from "./charts.js";
import { question, standing, verdict, scenarioName, span } from "./sentences.js";
import * as levers from "./levers.js";
import * as shops from "./shops.js";
import * as pays from "./pays.js";
import * as take from "./take.js";
import * as teacher from "./teacher.js";
import * as live from "./live.js";
import { fill, h, languages, number, of, say, speak, table, takeTexts } from "./words.js";

const at = (id) => document.getElementById(id);
const lifePlot = () => at("life").querySelector(".plot");
let guess = NO_GUESS;

function buildHead() {
  const button = (name, click) => h("button", { type: "button", id: `do-${name}`, click }, say(name));
  fill(at("head"),
    h("p", { class: "brand" }, "Etalase"),
    h("div", { class: "buttons", role: "group", "aria-label": say("tools") },
      languages().map((code) => h("button", { type: "button", class: "language", lang: code, "aria-pressed": String(code === current().lang), click: () => change({ lang: code }) }, say(`language_${code}`))),
      button("undo", undo), button("reset", reset),
      h("button", { type: "button", id: "do-teach", "aria-pressed": String(current().teach), click: () => change({ teach: !current().teach }) }, say("teach")),
      h("button", { type: "button", id: "do-read", hidden: !("speechSynthesis" in window), click: readAloud }, say("read_aloud")),
      live.isServed() ? h("a", { href: "class", class: "button" }, say("to_class")) : null));
}

function buildFirst() {
  const middle = Math.round(shopCount() / 2);
  guess = current().guess === NO_GUESS ? middle : current().guess;
  const output = h("output", { for: "guess" }, number(guess));
  const slider = h("input", {
    type: "range", id: "guess", min: "0", max: shopCount(), value: guess,
    input: (event) => { guess = Number(event.target.value); output.textContent = number(guess); },
  });
  fill(at("first"),
    h("h1", {}, question()),
    h("figure", { id: "life" },
      h("div", { class: "plot" }), h("ul", { class: "key" }),
      h("figcaption", {})),
    h("div", { class: "guess" },
      h("label", { for: "guess" }, say("guess_label", { n: number(shopCount()), span: span() })),
      h("div", { class: "row" }, slider, output),
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "main", id: "reveal", click: () => reveal(guess) }, say("reveal")),
        h("button", { type: "button", class: "plain", id: "skip", click: () => reveal(NO_GUESS) }, say("skip")))),
    h("p", { class: "verdict", role: "status", hidden: true }),
    buildPlay(),
    h("details", { class: "life-table" }, h("summary", {}, say("table")), h("div", { class: "inside" })));
  at("first").querySelector(".life-table").addEventListener("toggle", () => updateTable(current()));
}

function buildPlay() {
  return h("div", { class: "play", role: "group", "aria-label": say("play_title") },
    h("button", { type: "button", id: "do-play", click: () => (playing() ? pause() : play(current().week, limit())) }, say("play")),
    h("button", { type: "button", id: "do-back", click: () => step(-1) }, say("step_back")),
    h("button", { type: "button", id: "do-step", click: () => step(1) }, say("step_on")),
    h("label", { for: "week" }, say("week")),
    h("input", {
      type: "range", id: "week", min: "0", max: limit(),
      input: (event) => { pause(); change({ week: Number(event.target.value) }, { remember: false }); },
    }),
    h("output", { for: "week" }),
    h("label", { for: "speed" }, say("speed")),
    h("select", { id: "speed", change: (event) => change({ speed: Number(event.target.value) }, { remember: false }) },
      SPEEDS.map((speed) => h("option", { value: speed }, say("speed_value", { speed: number(speed) })))));
}

const limit = () => (current().seen ? weeks() : FIRST_STOP());

function reveal(value) {
  change({ guess: value, seen: true, week: FIRST_STOP() });
  play(FIRST_STOP(), weeks());
}

function readAloud() {
  const said = new SpeechSynthesisUtterance(at("spoken").textContent);
  said.lang = current().lang;
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
}

function build() {
  speak(current().lang);
  document.title = say("title");
  buildHead();
  teacher.build(at("teacher"));
  buildFirst();
  shops.buildTwins(at("twins"));
  shops.buildShop(at("shop"));
  levers.build(at("levers"));
  live.build(at("levers"));
  pays.buildPays(at("pays"));
  pays.buildLuck(at("luck"));
  take.build(at("take"), lifePlot);
  take.buildAbout(at("about"));
  fill(at("covered"), h("p", {}, say("covered")));
  fill(at("foot"), h("p", { class: "scenario" }, say("no_forecast")), h("p", { class: "now" }));
}

function updateFirst(state) {
  const first = at("first");
  first.querySelector(".guess").hidden = state.seen;
  first.querySelector("figcaption").textContent = `${say("life_note", { n: number(shopCount()) })} ${state.seen ? say("life_band") : ""}`;
  const verdictLine = first.querySelector(".verdict");
  verdictLine.hidden = !(state.seen && state.week === weeks());
  if (!verdictLine.hidden) verdictLine.textContent = `${verdict(state)} ${standing(state)}`;
  const slider = at("week");
  slider.max = String(limit());
  slider.value = String(state.week);
  slider.setAttribute("aria-valuetext", say("week_value", { week: number(state.week) }));
  first.querySelector("output[for=week]").textContent = number(state.week);
  at("do-play").textContent = say(playing() ? "pause" : "play");
  at("speed").value = String(state.speed);
  drawLife(lifePlot(), state, live.lines(state)).then((key) => fill(first.querySelector(".key"), key.map(keyLine)));
}

function keyLine({ name, colour, dash, value }) {
  const line = h("span", { class: `line ${dash}`, "aria-hidden": "true" });
  line.style.setProperty("--colour", colour);
  return h("li", {}, line, `${name}: ${number(value)}`);
}

function updateTable(state) {
  const details = at("first").querySelector(".life-table");
  if (!details.open) return;
  const scenarios = [[of(declared().twins.without).name, placeOf("without", state.levels)], [of(declared().twins.with).name, placeOf("with", free(state.levels))]];
  if (placeOf("with", state.levels) !== scenarios[1][1]) scenarios.push([scenarioName(state), placeOf("with", state.levels)]);
  const every = 13;
  const rows = Array.from({ length: Math.floor(limit() / every) + 1 }, (_, i) => i * every).filter((week) => week <= limit());
  fill(details.querySelector(".inside"), table(say("life_title"), [say("week"), ...scenarios.map(([name]) => name)],
    rows.map((week) => [number(week), ...scenarios.map(([, place]) => number(alive(place, state.draw)[week]))])));
}

function spokenSummary(state) {
  return [say("no_forecast"), standing(state), state.seen && state.week === weeks() ? verdict(state) : "", scenarioName(state)].filter(Boolean).join(" ");
}

function update(state, before) {
  if (!before || before.lang !== state.lang) build();
  document.documentElement.dataset.theme = state.theme;
  const running = playing();
  at("do-undo").disabled = !canUndo();
  at("do-teach").setAttribute("aria-pressed", String(state.teach));
  updateFirst(state);
  at("foot").querySelector(".now").textContent = state.hide ? "" : standing(state);
  document.body.classList.toggle("covered", state.hide);
  document.body.classList.toggle("unseen", !state.seen);
  for (const id of ["first", "results"]) at(id).inert = state.hide;
  at("results").hidden = !state.seen;
  if (!running) at("spoken").textContent = state.hide ? say("covered") : spokenSummary(state);
  teacher.update(at("teacher"), state);
  if (!state.seen || state.hide) return;
  shops.updateTwins(at("twins"), state);
  shops.updateShop(at("shop"), state, before && before.lang === state.lang && before.seen ? before : null);
  if (running) return;
  levers.update(at("levers"), state, before && before.lang === state.lang && before.seen ? before : null);
  pays.updatePays(at("pays"), state);
  pays.updateLuck(at("luck"), state);
  take.update(at("take"), state);
  updateTable(state);
}

async function loadPlotly() {
  const packed = at("plotly");
  const script = document.createElement("script");
  if (packed) {
    script.textContent = new TextDecoder().decode(await unpacked(packed));
    document.head.append(script);
    return;
  }
  script.src = "plotly.js";
  document.head.append(script);
  await new Promise((done, failed) => { script.onload = done; script.onerror = () => failed(new Error("plotly.js")); });
}

async function open() {
  takeTexts(JSON.parse(at("texts").textContent));
  readGrid(await unpacked(at("grid")));
  start();
  listen(update);
  update(current(), null);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); // the sketch is seen first
  await loadPlotly();
  update(current(), current());
  addEventListener("resize", () => update(current(), current()));
  document.documentElement.dataset.ready = "yes";
  if (!current().seen && !location.hash && !calm()) play(0, FIRST_STOP());
}

open().catch((error) => {
  console.error(error);
  at("first").append(h("p", { role: "alert" }, String(error)));
});
