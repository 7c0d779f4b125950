"use strict";

// All of a brief stands on one sheet: its letters shrink, down to two thirds, until nothing is left over.
const LEAST = 66;
const root = document.documentElement;
const sheet = document.querySelector(".sheet");

function fits() {
  return sheet.scrollHeight <= sheet.clientHeight + 1;
}

function fit() {
  root.classList.add("paper"); // a narrow window has a layout of its own: measured is what will be printed
  let size = 100;
  for (; size > LEAST; size -= 1) {
    root.style.setProperty("--size", size / 100);
    if (fits()) break;
  }
  root.dataset.fits = fits() ? "yes" : "no";
  root.classList.remove("paper");
}

fit();
root.dataset.ready = "yes";
