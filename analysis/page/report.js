"use strict";

// A figure is drawn from the JSON beside it. Under 600 px of width the names at the lines' ends make way
// for the key below, which can always switch lines on and off.
const NARROW = 600;
const PAGE = 680; // px of a printed A4 page
const config = JSON.parse(document.getElementById("config").textContent);
const figures = [...document.querySelectorAll("figure[data-figure]")].map((element) => ({
  element,
  plot: element.querySelector(".plot"),
  ...JSON.parse(element.querySelector("script").textContent),
}));

async function unpackPlotly() {
  const packed = Uint8Array.from(atob(document.getElementById("plotly").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
}

function fitted(figure, width) {
  const layout = { ...figure.layout, width };
  if (width >= NARROW) return layout;
  return {
    ...layout,
    annotations: [],
    height: 340,
    margin: { ...layout.margin, l: 48, r: 16 },
    font: { ...layout.font, size: 12 },
    xaxis: { ...layout.xaxis, dtick: figure.narrowTick },
  };
}

function draw(figure, width = figure.plot.clientWidth) {
  figure.element.classList.toggle("narrow", width < NARROW);
  Plotly.react(figure.plot, figure.data, fitted(figure, width), { ...config, responsive: false });
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

async function start() {
  await unpackPlotly();
  for (const figure of figures) {
    draw(figure);
    connectKey(figure);
    follow(figure);
  }
  addEventListener("beforeprint", () => figures.forEach((figure) => draw(figure, PAGE)));
  addEventListener("afterprint", () => figures.forEach((figure) => draw(figure)));
  document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
  for (const { plot } of figures) plot.textContent = `This browser cannot draw the figure (${error.message}); its numbers are in the table below.`;
});
