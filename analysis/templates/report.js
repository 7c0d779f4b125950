"use strict";

// A figure is drawn from the JSON beside it. Under 600 px of width the names at the lines' ends make way
// for the key below, which can always switch lines on and off.
const NARROW = 600;
const PAPER = { width: 680, height: 860, scale: 0.75, first: 350 }; // px of a sheet; how figures are shown there; the first one
const LOOKS = { SCALE: 1.4, KEPT: "etalase look" }; // how much larger a projector's letters are; where a choice is kept
const { words, dark, ...config } = JSON.parse(document.getElementById("config").textContent);
const figures = [...document.querySelectorAll("figure[data-figure]")].map((element) => ({
  element,
  plot: element.querySelector(".plot"),
  ...JSON.parse(element.querySelector("script").textContent),
}));

// What is large lies gzipped in the page, in base64.
function unpacked(element) {
  const packed = Uint8Array.from(atob(element.textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}

async function unpackPlotly() {
  const script = document.createElement("script");
  script.textContent = await unpacked(document.getElementById("plotly")).text();
  document.head.append(script);
}

function set(layout, path, value) {
  const names = path.split(".");
  const last = names.pop();
  names.reduce((within, name) => (within[name] ??= {}), layout)[last] = value;
}

// A copy in which every value has been looked at, with the names that lead to it.
function mapped(value, change, names = []) {
  if (Array.isArray(value)) return value.map((one) => mapped(one, change, names));
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return change(value, names);
  const pairs = Object.entries(value).map(([name, one]) => [name, mapped(one, change, [...names, name])]);
  return Object.fromEntries(pairs);
}

// On a dark page each colour has another; those that are see-through keep how much they are.
function darkened(value) {
  if (typeof value !== "string") return value;
  const [start] = value.match(/^rgba\(\d+,\d+,\d+/) ?? [value];
  return start in dark ? dark[start] + value.slice(start.length) : value;
}

const LENGTHS = /^(size|ax|ay|[xy]shift|standoff|borderpad|arrowwidth|(grid|line|zeroline)width|thickness|height)$/;

// For a wall: letters, lines, marks and the room for them, not what is in the units of the data.
function enlarged(value, names) {
  const [last, before] = [names.at(-1), names.at(-2)];
  const length = LENGTHS.test(last) || before === "margin" || (last === "width" && /^(line|error_.)$/.test(before));
  return length && typeof value === "number" ? value * LOOKS.SCALE : value;
}

function fitted(figure, width, most, scale) {
  const layout = structuredClone(figure.layout);
  layout.height = Math.min(layout.height, most);
  if (width / scale < NARROW) for (const [path, value] of Object.entries(figure.narrow)) set(layout, path, value);
  return layout;
}

function look() {
  return document.documentElement.dataset.look;
}

function draw(figure, width = figure.plot.clientWidth, most = Infinity, as = look()) {
  const scale = as === "projector" ? LOOKS.SCALE : 1;
  figure.element.classList.toggle("narrow", width / scale < NARROW);
  let [data, layout] = [figure.data, fitted(figure, width, most, scale)];
  if (as === "dark") [data, layout] = [data, layout].map((one) => mapped(one, darkened));
  if (as === "projector") [data, layout] = [data, layout].map((one) => mapped(one, enlarged));
  layout.width = width;
  const drawn = Plotly.react(figure.plot, data, layout, { ...config, responsive: false });
  const [drawing, ...over] = figure.plot.querySelectorAll(".main-svg");
  for (const svg of [drawing, ...over]) svg.setAttribute("viewBox", `0 0 ${width} ${layout.height}`);
  // whoever listens to the page hears what is drawn and where its numbers are, not loose figures
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", `${figure.element.querySelector("h3").textContent}. ${words.drawn}`);
  for (const svg of over) svg.setAttribute("aria-hidden", "true");
  return drawn;
}

function connectKey(figure) {
  for (const button of figure.element.querySelectorAll(".key button")) {
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      for (const i of JSON.parse(button.dataset.traces)) figure.data[i].visible = shown;
      draw(figure);
    });
  }
}

function follow(figure) {
  let width = 0;
  new ResizeObserver(() => {
    if (figure.plot.clientWidth === width) return;
    width = figure.plot.clientWidth;
    requestAnimationFrame(() => onPaper || draw(figure));
  }).observe(figure.plot);
}

// A page is light or dark as the reader's screen is, until another look is chosen: of this page or one before it.
function dress(chosen) {
  document.documentElement.dataset.look = chosen;
  for (const line of document.querySelectorAll(".key path")) {
    line.dataset.light ??= line.getAttribute("stroke");
    line.setAttribute("stroke", chosen === "dark" ? darkened(line.dataset.light) : line.dataset.light);
  }
}

function offerLooks() {
  const choice = document.getElementById("look");
  const [first] = [kept(), matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"].filter(Boolean);
  choice.value = first;
  choice.parentElement.hidden = false;
  choice.addEventListener("change", () => {
    dress(choice.value);
    kept(choice.value);
    for (const figure of [...figures]) drawnOrSaid(figure);
  });
  dress(choice.value || "light");
}

// What a browser keeps of a page from disk, if anything.
function kept(chosen) {
  try {
    if (chosen) localStorage.setItem(LOOKS.KEPT, chosen);
    return localStorage.getItem(LOOKS.KEPT);
  } catch {
    return null;
  }
}

// The numbers behind a figure, all of them, as a file.
function offerNumbers(figure) {
  const packed = figure.element.querySelector("script.csv");
  if (!packed) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "csv";
  button.textContent = words.csv;
  button.addEventListener("click", async () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await unpacked(packed).arrayBuffer()], { type: "text/csv" }));
    link.download = `${words.file} ${figure.element.dataset.figure}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  });
  packed.before(button);
}

// On paper nothing opens: what was folded is shown, and folded again afterwards. Nor does a figure that waited for
// the screen draw itself over the one that was drawn for paper.
let folded = [];
let onPaper = false;

function beforePrint() {
  onPaper = true;
  folded = [...document.querySelectorAll("details:not([open], figure details)")];
  for (const details of folded) details.open = true;
  for (const figure of [...figures]) {
    const most = figure.element.closest(".first") ? PAPER.first : Infinity;
    const scale = Math.min(PAPER.scale, PAPER.height / figure.layout.height);
    figure.plot.style.setProperty("--paper", scale);
    drawnOrSaid(figure, PAPER.width / scale, most, "light");
  }
}

function afterPrint() {
  onPaper = false;
  for (const details of folded) details.open = false;
  for (const figure of [...figures]) drawnOrSaid(figure);
}

// Paper shows each figure or says why not: one that fails keeps no other from being drawn.
function drawnOrSaid(figure, ...how) {
  try {
    draw(figure, ...how);
  } catch (error) {
    fail(error, figure);
  }
}

async function start() {
  offerLooks();
  for (const figure of figures) offerNumbers(figure);
  await unpackPlotly();
  addEventListener("beforeprint", beforePrint); // a reader need not wait for the last figure
  addEventListener("afterprint", afterPrint);
  for (const figure of [...figures]) {
    if (!figures.includes(figure)) continue; // it failed on paper already
    try {
      if (!onPaper) await draw(figure);
      connectKey(figure);
      follow(figure);
    } catch (error) {
      fail(error, figure);
    }
    await new Promise((done) => setTimeout(done)); // the page can be read while it is drawn
  }
  document.documentElement.dataset.ready = "yes";
}

// A figure that cannot be drawn says so, and is left alone from then on.
function fail(error, figure) {
  console.error(error);
  if (figures.includes(figure)) figures.splice(figures.indexOf(figure), 1);
  figure.plot.textContent = words.failed;
}

start().catch((error) => {
  for (const figure of [...figures]) fail(error, figure);
});
