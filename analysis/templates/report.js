"use strict";

// A figure is drawn from the JSON beside it. Under 600 px of width the names at the lines' ends make way
// for the key below, which can always switch lines on and off.
const NARROW = 600;
const PAPER = { width: 680, height: 860, scale: 0.75, first: 350 }; // px of a sheet; how figures are shown there; the first one
const { words, ...config } = JSON.parse(document.getElementById("config").textContent);
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

function fitted(figure, width, most = Infinity) {
  const layout = structuredClone(figure.layout);
  layout.width = width;
  layout.height = Math.min(layout.height, most);
  if (width < NARROW) for (const [path, value] of Object.entries(figure.narrow)) set(layout, path, value);
  return layout;
}

function draw(figure, width = figure.plot.clientWidth, most = Infinity) {
  figure.element.classList.toggle("narrow", width < NARROW);
  const layout = fitted(figure, width, most);
  const drawn = Plotly.react(figure.plot, figure.data, layout, { ...config, responsive: false });
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
    requestAnimationFrame(() => draw(figure));
  }).observe(figure.plot);
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

// On paper nothing opens: what was folded is shown, and folded again afterwards.
let folded = [];

function beforePrint() {
  folded = [...document.querySelectorAll("details:not([open], figure details)")];
  for (const details of folded) details.open = true;
  for (const figure of [...figures]) {
    const most = figure.element.closest(".first") ? PAPER.first : Infinity;
    const scale = Math.min(PAPER.scale, PAPER.height / figure.layout.height);
    figure.plot.style.setProperty("--paper", scale);
    drawnOrSaid(figure, PAPER.width / scale, most);
  }
}

function afterPrint() {
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
  for (const figure of figures) offerNumbers(figure);
  await unpackPlotly();
  addEventListener("beforeprint", beforePrint); // a reader need not wait for the last figure
  addEventListener("afterprint", afterPrint);
  for (const figure of [...figures]) {
    if (!figures.includes(figure)) continue; // it failed on paper already
    try {
      await draw(figure);
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
