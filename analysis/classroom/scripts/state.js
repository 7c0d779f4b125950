// What the page shows, all of it in the #fragment: scenario, draw, shop, week, guess, language, view, the kept baseline.

import { grid, declared, draws, shopCount, weeks } from "./data.js";

let state = null;
const past = [];
const listeners = [];
const MOST_PAST = 200;
const LEVEL = "l-";
export const NO_GUESS = -1;
export const SPEEDS = [1, 2, 4];
export const FIRST_STOP = () => Math.round(weeks() / 3);

function plain() {
  return {
    lang: "en", theme: "light", draw: 0, shop: 0, week: FIRST_STOP(), guess: NO_GUESS, seen: false, teach: false,
    step: 0, hide: false, speed: 2, base: null, levels: { ...grid.head.usual },
  };
}

const whole = (text, low, high, otherwise) =>
  (/^\d{1,5}$/.test(text ?? "") && Number(text) >= low && Number(text) <= high ? Number(text) : otherwise);
const among = (text, known, otherwise) => (known.includes(text) ? text : otherwise);

function readLevels(find) {
  return Object.fromEntries(declared().levers.map((lever) =>
    [lever.name, among(find(lever.name), lever.levels.map((level) => level.name), grid.head.usual[lever.name])]));
}

// What a fragment says; what it says wrongly or not at all is as when the page opens.
export function read(fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const start = plain();
  const seen = said.get("seen") === "1";
  const base = said.get("base");
  const levels = readLevels((name) => said.get(LEVEL + name));
  return {
    lang: among(said.get("lang"), ["en", "id"], start.lang),
    theme: among(said.get("theme"), ["light", "projector"], start.theme),
    draw: whole(said.get("draw"), 1, draws(), 1) - 1,
    shop: whole(said.get("shop"), 1, shopCount(), 0),
    week: whole(said.get("week"), 0, weeks(), seen ? weeks() : start.week),
    guess: whole(said.get("guess"), 0, shopCount(), NO_GUESS),
    seen,
    teach: said.get("teach") === "1",
    step: whole(said.get("step"), 0, 20, 0),
    hide: said.get("hide") === "1",
    speed: whole(said.get("speed"), 1, 4, start.speed),
    base: base ? ghost(readLevels((name) => new URLSearchParams(base).get(name)), levels) : null,
    levels,
  };
}

// The beliefs from before, as far as they are others than now.
function ghost(base, levels) {
  const same = declared().levers.every((one) => one.kind === "rule" || base[one.name] === levels[one.name]);
  return same ? null : base;
}

export function write(one) {
  const start = plain();
  const said = new URLSearchParams();
  const put = (name, value, usual) => { if (value !== usual) said.set(name, value === true ? "1" : String(value)); };
  for (const [name, level] of Object.entries(one.levels)) put(LEVEL + name, level, start.levels[name]);
  if (one.base) said.set("base", new URLSearchParams(one.base).toString());
  for (const name of ["lang", "theme", "shop", "step", "speed", "guess"]) put(name, one[name], start[name]);
  put("draw", one.draw + 1, 1);
  for (const name of ["seen", "teach", "hide"]) put(name, one[name], false);
  put("week", one.week, one.seen ? weeks() : start.week);
  return `#${said}`;
}

export const current = () => state;
export const canUndo = () => past.length > 0;
export const listen = (listener) => listeners.push(listener);

function tell(before) {
  for (const listener of listeners) listener(state, before);
}

const keep = () => history.replaceState(null, "", write(state));

// Change something. `remember`: whether undo brings it back; `settle`: whether it goes to the fragment at once.
export function change(what, { remember = true, settle = true } = {}) {
  const before = state;
  state = { ...state, ...what };
  if (remember) {
    past.push(before);
    if (past.length > MOST_PAST) past.shift();
  }
  if (settle) keep();
  tell(before);
}

export function undo() {
  if (!past.length) return;
  const before = state;
  state = past.pop();
  keep();
  tell(before);
}

export function reset() {
  const { lang, theme, teach } = state;
  change({ ...plain(), lang, theme, teach });
}

// Move a lever. Moving a belief moves the baseline, too: the one from before stays as a ghost.
export function move(lever, level) {
  const base = lever.kind === "belief" ? state.base ?? state.levels : state.base;
  const levels = { ...state.levels, [lever.name]: level };
  change({ levels, base: base && ghost(base, levels) });
}

export function start() {
  state = read(location.hash);
  addEventListener("hashchange", () => {
    const before = state;
    const next = read(location.hash);
    if (write(next) === write(state)) return;
    past.push(before);
    state = next;
    tell(before);
  });
}
