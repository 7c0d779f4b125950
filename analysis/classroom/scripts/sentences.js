// What the numbers say, in words. Every result in a sentence is computed here from the grid; none is typed.

import { aliveInDraws, alive, anyRule, placeOf, declared, draws, exitsOf, free, levers, lives, livesIn, mean, partiesOf, shopCount, weeks } from "./data.js";
import { number, of, rupiah, say, signed } from "./words.js";

const A_YEAR = 52;
// How long a run is.
export const span = () => (weeks() === A_YEAR ? say("one_year") : say("some_years", { years: number(weeks() / A_YEAR, weeks() % A_YEAR ? 1 : 0) }));

export const question = () => say("question", { n: number(shopCount()) });

function fewer(difference) {
  const size = number(Math.abs(difference));
  return difference === 0 ? say("as_many") : say(difference < 0 ? "fewer" : "more", { size });
}

// The rule that holds with Project S, where there is one.
const andRule = (levels) => (anyRule(levels) ? say("and_rule", { rule: ruleName(levels) }) : "");

// How many live in each twin in the draw that is shown.
export function standing(state) {
  const without = alive(placeOf("without", state.levels), state.draw)[state.week];
  const withIt = alive(placeOf("with", state.levels), state.draw)[state.week];
  return say("standing", {
    week: number(state.week), without: number(without), with: number(withIt), n: number(shopCount()),
    difference: fewer(withIt - without), draw: number(state.draw + 1), rule: andRule(state.levels),
  });
}

export function overDraws(state, week = weeks()) {
  const [without, withIt] = ["without", "with"].map((twin) => aliveInDraws(placeOf(twin, state.levels), week));
  const parts = (name, values) =>
    [[`${name}_mean`, number(mean(values), 1)], [`${name}_low`, number(Math.min(...values))], [`${name}_high`, number(Math.max(...values))]];
  const worse = without.filter((value, draw) => withIt[draw] < value).length;
  return say("over_draws", {
    draws: number(draws()), worse: number(worse), week: number(week), rule: andRule(state.levels), ...Object.fromEntries([...parts("without", without), ...parts("with", withIt)]),
  });
}

export function verdict(state) {
  if (state.guess < 0) return say("no_guess");
  const was = alive(placeOf("with", free(state.levels)), state.draw)[weeks()];
  const off = state.guess - was;
  const how = off === 0 ? say("guess_right") : say(off > 0 ? "guess_high" : "guess_low", { off: number(Math.abs(off)) });
  return say("guess_was", { guess: number(state.guess), was: number(was), how });
}

export const scenarioName = (state) => {
  const chosen = declared().levers.map((lever) => {
    const level = lever.levels.find((one) => one.name === state.levels[lever.name]);
    return `${of(lever).name}: ${of(level).name}`;
  });
  return chosen.join("; ");
};

const closing = (exit) => (exit === 0 ? say("lives_on") : say("closes", { week: number(exit) }));

// A shop's fate in each scenario that the grid has: the twins, the rule, and each part of Project S switched off.
export function fates(state, shop) {
  const open = free(state.levels);
  const rows = [
    [say("twin_row", { twin: of(declared().twins.without).name }), placeOf("without", state.levels), "without"],
    [say("twin_row", { twin: of(declared().twins.with).name }), placeOf("with", open), "with"],
  ];
  if (anyRule(state.levels)) rows.push([say("rule_row", { rule: ruleName(state.levels) }), placeOf("with", state.levels), "rule"]);
  for (const cause of declared().causes) rows.push([of(cause).without, placeOf("with", open, cause.name), cause.name]);
  return rows.filter(([, place]) => place !== undefined).map(([name, place, kind]) => {
    const exit = exitsOf(place, state.draw)[shop];
    return { name, kind, place, exit, here: closing(exit), lives: livesIn(place, shop) };
  });
}

export const ruleName = (levels) => levers("rule")
  .map((lever) => of(lever.levels.find((one) => one.name === levels[lever.name])).name).join(", ");

// What became of a shop and why, as far as scenarios that differ in one thing tell.
export function story(state, shop) {
  const found = fates(state, shop);
  const by = Object.fromEntries(found.map((fate) => [fate.kind, fate]));
  const lived = (fate) => lives(fate.exit, weeks());
  const parts = { shop: number(shop + 1), draw: number(state.draw + 1), draws: number(draws()), without: number(by.without.lives), with: number(by.with.lives) };
  const sentences = [];
  if (lived(by.without) && !lived(by.with)) sentences.push(say("story_lost", { ...parts, week: number(by.with.exit) }));
  else if (!lived(by.without) && lived(by.with)) sentences.push(say("story_saved", { ...parts, week: number(by.without.exit) }));
  else if (lived(by.without)) sentences.push(say("story_lives", parts));
  else sentences.push(say("story_both", { ...parts, a: number(by.without.exit), b: number(by.with.exit) }));
  sentences.push(say("story_draws", parts));
  const causes = declared().causes.filter((cause) => by[cause.name]);
  if (!lived(by.with) && causes.length) {
    const saving = causes.filter((cause) => lived(by[cause.name])).map((cause) => of(cause).name);
    sentences.push(saving.length ? say("story_cause", { causes: saving.join(", ") }) : say("story_no_cause"));
  }
  if (by.rule && lived(by.rule) !== lived(by.with)) {
    sentences.push(say(lived(by.rule) ? "story_rule_saves" : "story_rule_closes", { rule: ruleName(state.levels) }));
  }
  return sentences.join(" ");
}

// A rule against none: how many more shops live, each party's gain, who gains and who pays most.
export function effectOf(lever, level, levels) {
  const [with_, against] = [level.name, lever.levels[0].name].map((name) => placeOf("with", { ...levels, [lever.name]: name }));
  const gains = partiesOf(with_).map((value, i) => value - partiesOf(against)[i]);
  const shops = mean(aliveInDraws(with_, weeks())) - mean(aliveInDraws(against, weeks()));
  return { gains, shops };
}

export function whoPays(lever, level, levels) {
  const { gains, shops } = effectOf(lever, level, levels);
  const name = (i) => of(declared().parties[i]);
  const best = gains.indexOf(Math.max(...gains));
  const worst = gains.indexOf(Math.min(...gains));
  const said = [say("effect_shops", { shops: signed(shops, 1), n: number(shopCount()) })];
  if (gains[best] > 0) said.push(say("effect_gains", { party: name(best), value: rupiah(gains[best], true) }));
  if (gains[worst] < 0) said.push(say("effect_pays", { party: name(worst), value: rupiah(gains[worst], true) }));
  return said.join(" ");
}

// Which rule keeps most shops under these beliefs, and whether that was so under those before.
export function orderOfRules(levels) {
  const lever = levers("rule")[0];
  const kept = lever.levels.map((level) => [level, mean(aliveInDraws(placeOf("with", { ...levels, [lever.name]: level.name }), weeks()))]);
  return kept.sort((a, b) => b[1] - a[1]);
}

export function doubt(state) {
  const list = (levels) => orderOfRules(levels).map(([level, kept]) => `${of(level).name} (${number(kept, 1)})`).join(" > ");
  if (!state.base) return say("order_now", { order: list(state.levels) });
  const names = (levels) => orderOfRules(levels).map(([level]) => level.name).join();
  const before = { ...state.levels, ...Object.fromEntries(levers("belief").map(({ name }) => [name, state.base[name]])) };
  return say(names(before) === names(state.levels) ? "order_holds" : "order_turns", { order: list(state.levels), before: list(before) });
}
