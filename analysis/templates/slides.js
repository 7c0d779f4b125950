"use strict";

// One slide at a time, as large as the window is; keys, buttons, a tap or the address turn.
const LEAST = 50; // percent of its letters to which a slide shrinks until all of it fits
const root = document.documentElement;
const slides = [...document.querySelectorAll("section")];
const WIDTH = 1280;
const HEIGHT = 720;
const ON = ["ArrowRight", "ArrowDown", "PageDown", " ", "Enter"];
const BACK = ["ArrowLeft", "ArrowUp", "PageUp", "Backspace"];
let now = 0;

function fits(slide) {
  const inner = [slide, ...slide.querySelectorAll(".compared > div, .rules")];
  return inner.every((one) => one.scrollHeight <= one.clientHeight + 1 && one.scrollWidth <= one.clientWidth + 1);
}

function fit(slide) {
  for (let size = 100; size >= LEAST; size -= 2) {
    slide.style.setProperty("--size", size / 100);
    if (fits(slide)) return true;
  }
  return false;
}

function place() {
  const scale = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
  const [left, top] = [(innerWidth - WIDTH * scale) / 2, (innerHeight - HEIGHT * scale) / 2];
  root.style.setProperty("--place", `translate(${left}px, ${top}px) scale(${scale})`);
}

function show(number) {
  now = Math.min(Math.max(number, 0), slides.length - 1);
  slides.forEach((slide, i) => slide.toggleAttribute("data-now", i === now));
  document.getElementById("place").textContent = `${now + 1} / ${slides.length}`;
  document.getElementById("back").disabled = now === 0;
  document.getElementById("on").disabled = now === slides.length - 1;
}

function turn(number) {
  show(number);
  history.replaceState(null, "", `#${now + 1}`);
}

function named() {
  return (Number.parseInt(location.hash.slice(1), 10) || 1) - 1;
}

root.dataset.fits = slides.map(fit).every(Boolean) ? "yes" : "no";
root.classList.add("shown");
document.querySelector("nav").hidden = false;
document.getElementById("back").addEventListener("click", () => turn(now - 1));
document.getElementById("on").addEventListener("click", () => turn(now + 1));
addEventListener("keydown", (event) => {
  const pressed = event.target.closest?.("button") && ["Enter", " "].includes(event.key); // the button's own
  if (event.altKey || event.ctrlKey || event.metaKey || pressed) return;
  const to = { Home: 0, End: slides.length - 1 }[event.key];
  const step = ON.includes(event.key) ? 1 : BACK.includes(event.key) ? -1 : 0;
  if (to === undefined && !step) return;
  event.preventDefault();
  turn(to ?? now + step);
});
addEventListener("resize", place);
addEventListener("hashchange", () => show(named()));
place();
show(named());
root.dataset.ready = "yes";
