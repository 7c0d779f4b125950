// Draws every figure of the page. Below 600 px letters and margins are smaller, as in the report.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("div.figure")) {
    const { data, layout } = JSON.parse(place.querySelector("script").textContent);
    const narrow = place.clientWidth < 600;
    if (narrow) {
      const margin = layout.margin ?? {};
      layout.margin = { ...margin, l: Math.min(margin.l ?? 48, 48), r: Math.min(margin.r ?? 16, 72) };
      layout.font = { ...layout.font, size: 11 };
      layout.title = { ...layout.title, font: { size: 13 } };
    }
    const settings = { displaylogo: false, displayModeBar: false, responsive: true, showSendToCloud: false, plotlyServerURL: "" };
    Plotly.newPlot(place, data, { ...layout, autosize: true, width: undefined }, settings);
  }
});
