// The charts, drawn by plotly.js. Each stands in a figure with a caption and a table of its numbers.

import { alive, anyRule, placeOf, declared, free, pathOf, range, shopCount, weeks } from "./data.js";
import { NO_GUESS } from "./state.js";
import { locale, number, of, say } from "./words.js";
import { ruleName } from "./sentences.js";

export const COLOURS = { without: "#00704f", with: "#b3470b", ghost: "#6b6b6b", guess: "#5b3fa0", live: "#005f94", rule: "#b3470b" };
const CONFIG = {
  displaylogo: false, responsive: false, displayModeBar: false,
  modeBarButtonsToRemove: ["sendChartToCloud"], showSendToCloud: false, showEditInChartStudio: false,
};
const upTo = (values, week) => values.slice(0, week + 1);
const axis = (length) => Array.from({ length }, (_, i) => i);
const big = () => document.documentElement.dataset.theme === "projector";

function line(name, values, colour, more = {}) {
  return { type: "scatter", mode: "lines", name, x: axis(values.length), y: values, line: { color: colour, width: big() ? 5 : 3, ...more }, hoverinfo: "x+y+name" };
}

function band(limits, colour) {
  const x = axis(limits[0].length);
  const plain = { type: "scatter", mode: "lines", x, line: { width: 0 }, hoverinfo: "skip", showlegend: false };
  return [{ ...plain, y: limits[0] }, { ...plain, y: limits[1], fill: "tonexty", fillcolor: `${colour}1f` }];
}

export function layoutOf(plot, title, most, height) {
  const size = big() ? 20 : 13;
  const width = plot.clientWidth;
  return {
    width, height, margin: { l: size * 3.2, r: width < 600 ? 14 : 150, t: 8, b: size * 3.2 },
    font: { size, family: 'system-ui, "Segoe UI", "Noto Sans", sans-serif', color: "#222" },
    xaxis: { title: { text: say("axis_week") }, range: [0, weeks()], fixedrange: true, zeroline: false },
    yaxis: { title: { text: title }, range: [0, most * 1.03], fixedrange: true, zeroline: false, rangemode: "tozero" },
    separators: locale() === "id-ID" ? ",." : ".,", showlegend: false, hovermode: "x", paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    annotations: [],
  };
}

// How wide the longest of some labels is, about.
const widest = (labels) => Math.max(...labels.map(({ text }) => text.length)) * (big() ? 20 : 13) * 0.6 + 12;

// Names at the ends of lines, moved apart; on a telephone the key below names them.
function names(traces, most, height) {
  const gap = (most * (big() ? 26 : 17)) / (height - 60);
  const ends = traces.filter((trace) => trace.name && trace.y.length)
    .map((trace) => ({ text: trace.name, y: trace.y.at(-1), at: trace.y.at(-1), x: trace.x.at(-1), color: trace.line.color }));
  ends.sort((a, b) => b.at - a.at); // from the top down, for above the chart there is no room
  for (let i = 1; i < ends.length; i += 1) ends[i].at = Math.min(ends[i].at, ends[i - 1].at - gap);
  return ends.map((end) => ({
    x: 1, xref: "paper", y: end.at, text: `${end.text} ${number(end.y)}`, showarrow: false, xanchor: "left", xshift: 6, font: { color: end.color },
  }));
}

// Two lines and what has to stay in sight beside them: no rule, the baseline from before, the guess.
export function lifeTraces(state, live = null) {
  const { levels, draw, week, base } = state;
  const twins = declared().twins;
  const traces = [];
  const put = (name, place, colour, more) => traces.push(line(name, upTo(alive(place, draw), week), colour, more));
  const key = [];
  if (base) {
    const before = { ...levels, ...base };
    put(say("ghost", { twin: of(twins.without).short }), placeOf("without", before), COLOURS.ghost, { dash: "dot", width: 2 });
    put(say("ghost", { twin: of(twins.with).short }), placeOf("with", { ...before, ...rulesOf(levels) }), COLOURS.ghost, { dash: "dash", width: 2 });
  }
  put(of(twins.without).short, placeOf("without", levels), COLOURS.without, { width: big() ? 9 : 6 }); // seen beneath the other where they meet
  if (anyRule(levels)) {
    put(say("with_no_rule"), placeOf("with", free(levels)), COLOURS.with, { dash: "dash", width: 2 });
    put(ruleName(levels), placeOf("with", levels), COLOURS.rule);
  } else put(of(twins.with).short, placeOf("with", levels), COLOURS.with);
  for (const one of live ?? []) traces.push(line(one.name, upTo(one.values, week), COLOURS.live, { dash: one.dash }));
  for (const trace of traces) key.push({ name: trace.name, colour: trace.line.color, dash: trace.line.dash ?? "solid", value: trace.y.at(-1) });
  return { traces, key };
}

const rulesOf = (levels) => Object.fromEntries(declared().levers.filter((one) => one.kind === "rule").map((one) => [one.name, levels[one.name]]));

function marks(state) {
  if (state.guess === NO_GUESS) return [];
  return [{
    type: "scatter", mode: "markers", x: [weeks()], y: [state.guess], marker: { color: COLOURS.guess, size: big() ? 20 : 14, symbol: "diamond" },
    hovertemplate: `${say("your_guess")}: %{y}<extra></extra>`, cliponaxis: false,
  }];
}

// The two lines alone, for the moment until plotly.js is unpacked.
function sketch(plot, traces, height) {
  const width = plot.clientWidth;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", class: "sketch" })) svg.setAttribute(name, value);
  const [left, right, top, bottom] = [42, width < 600 ? 14 : 150, 8, 42];
  for (const trace of traces) {
    const path = document.createElementNS(svg.namespaceURI, "polyline");
    const points = trace.y.map((y, i) => [left + (trace.x[i] / weeks()) * (width - left - right), top + (1 - y / (shopCount() * 1.03)) * (height - top - bottom)]);
    for (const [name, value] of Object.entries({ points: points.join(" "), fill: "none", stroke: trace.line.color, "stroke-width": trace.line.width })) path.setAttribute(name, value);
    svg.append(path);
  }
  plot.replaceChildren(svg);
}

export function drawLife(plot, state, live) {
  const height = plot.clientWidth < 600 ? 240 : big() ? 460 : 340;
  const { traces, key } = lifeTraces(state, live);
  if (!("Plotly" in window)) {
    sketch(plot, traces, height);
    return Promise.resolve(key);
  }
  plot.querySelector(".sketch")?.remove();
  const bands = state.seen
    ? [["without", COLOURS.without], ["with", COLOURS.with]].flatMap(([twin, colour]) => band(range(placeOf(twin, state.levels)), colour))
    : [];
  const layout = layoutOf(plot, say("axis_shops"), shopCount(), height);
  const known = key.map((one) => one.name);
  if (plot.clientWidth >= 600) {
    layout.annotations = names(traces.filter((one) => known.includes(one.name)), shopCount(), height);
    layout.margin.r = Math.max(layout.margin.r, widest(layout.annotations));
  }
  return finish(plot, [...bands, ...traces, ...marks(state)], layout, say("life_title")).then(() => key);
}

// One shop's weeks in the twins: orders above, cash below.
export function drawShop(plot, state, shop, name, title) {
  if (!("Plotly" in window)) return undefined;
  const places = [["without", placeOf("without", state.levels)], ["with", placeOf("with", state.levels)]];
  const found = places.map(([twin, place]) => [twin, pathOf(name, place, state.draw, shop)]);
  if (found.some(([, values]) => values === null)) return null;
  const scale = name === "cash" ? 1e6 : 1;
  const traces = found.map(([twin, values]) => {
    const seen = values.slice(0, state.week).map((value) => value / scale);
    return { ...line(of(declared().twins[twin]).short, seen, COLOURS[twin]), x: axis(seen.length).map((i) => i + 1) };
  });
  const most = Math.max(...found.flatMap(([, values]) => values)) / scale || 1;
  const layout = layoutOf(plot, title, most, plot.clientWidth < 600 ? 200 : 240);
  layout.yaxis.title.text = "";
  return finish(plot, traces, layout, `${title}, ${say("shop_number", { shop: number(shop + 1) })}`);
}

// The drawing is a picture for whoever listens; its numbers are in the table beside it.
function finish(plot, traces, layout, title) {
  return Plotly.react(plot, traces, layout, CONFIG).then(() => {
    const [drawing, ...over] = plot.querySelectorAll(".main-svg");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", `${title}. ${say("numbers_below")}`);
    for (const svg of over) svg.setAttribute("aria-hidden", "true");
  });
}

export async function picture(plot, name) {
  const { width, height } = plot.getBoundingClientRect();
  const address = await Plotly.toImage(plot, { format: "png", width, height, scale: 2 });
  save(address, name);
}

export function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}
