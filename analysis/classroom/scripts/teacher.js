// Teacher's mode: the lesson's script beside the page, results hidden and revealed, a pause, letters for a wall.

import { change, current } from "./state.js";
import { pause } from "./play.js";
import { fill, h, number, say } from "./words.js";

export const STEPS = 7;

export function build(root) {
  const button = (name, click) => h("button", { type: "button", "data-do": name, click }, say(name));
  fill(root, h("h2", {}, say("teach_title")),
    h("p", { class: "where" }), h("p", { class: "script" }),
    h("div", { class: "buttons" },
      button("teach_back", () => change({ step: Math.max(0, current().step - 1) })),
      button("teach_on", () => change({ step: Math.min(STEPS - 1, current().step + 1) })),
      button("teach_hide", () => change({ hide: !current().hide })),
      button("pause", pause),
      button("teach_wall", () => change({ theme: current().theme === "light" ? "projector" : "light" }))));
}

export function update(root, state) {
  root.hidden = !state.teach;
  if (root.hidden) return;
  const step = Math.min(state.step, STEPS - 1);
  root.querySelector(".where").textContent = say("teach_where", { step: number(step + 1), steps: number(STEPS), minutes: say(`step_${step + 1}_minutes`) });
  root.querySelector(".script").textContent = say(`step_${step + 1}`);
  const hide = root.querySelector("[data-do=teach_hide]");
  hide.textContent = say(state.hide ? "teach_show" : "teach_hide");
  hide.setAttribute("aria-pressed", String(state.hide));
}
