// Playing: the week moves on by itself, as fast as is chosen, and stops where it should.

import { weeks } from "./data.js";
import { change, current } from "./state.js";

const FRAME = 50; // ms
let timer = null;
let stop = null;

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
export const playing = () => timer !== null;

export function pause() {
  if (timer === null) return;
  clearTimeout(timer);
  timer = null;
  change({}, { remember: false });
}

function tick() {
  const { week, speed } = current();
  const next = Math.min(week + speed, stop);
  if (next >= stop) {
    clearTimeout(timer);
    timer = null;
    change({ week: next }, { remember: false });
    return;
  }
  timer = setTimeout(tick, FRAME);
  change({ week: next }, { remember: false, settle: false });
}

// From a week to another; at once for whoever wants no motion.
export function play(from = current().week, to = weeks()) {
  clearTimeout(timer);
  stop = to;
  if (calm()) {
    timer = null;
    change({ week: to }, { remember: false });
    return;
  }
  timer = setTimeout(tick, FRAME);
  change({ week: from >= to ? 0 : from }, { remember: false, settle: false });
}

export function step(by) {
  pause();
  const limit = current().seen ? weeks() : Math.round(weeks() / 3);
  change({ week: Math.min(limit, Math.max(0, current().week + by)) }, { remember: false });
}
