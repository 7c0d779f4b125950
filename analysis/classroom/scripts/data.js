// The grid, unpacked: scenarios by key, what became of every shop, who gained what.

const KINDS = { "<f4": Float32Array, "<u2": Uint16Array, "|u1": Uint8Array };
export const LIVES = 0;
export const grid = { head: null, arrays: {}, shapes: {} };
const curves = new Map();

export async function unpacked(element) {
  const text = element.textContent;
  const packed = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

export function readGrid(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  grid.head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  let at = 8 + length;
  for (const [name, kind, shape] of grid.head.arrays) {
    const size = shape.reduce((product, side) => product * side, 1);
    grid.arrays[name] = new KINDS[kind](buffer, at, size);
    grid.shapes[name] = shape;
    const bytes = size * KINDS[kind].BYTES_PER_ELEMENT;
    at += bytes + ((8 - (bytes % 8)) % 8);
  }
}

export const declared = () => grid.head.declared;
export const weeks = () => declared().weeks;
export const draws = () => declared().draws;
export const shopCount = () => grid.head.shops.length;
export const levers = (kind) => declared().levers.filter((lever) => lever.kind === kind);

export function keyOf(twin, levels, cause = "") {
  const said = declared().levers.map((lever) => {
    const free = twin === "without" && lever.kind === "rule";
    return `${lever.name}=${free ? grid.head.usual[lever.name] : levels[lever.name]}`;
  });
  return `${twin}|${said.join(";")}|${cause}`;
}

// The place of a scenario; undefined where the grid has none.
export const placeOf = (twin, levels, cause = "") => grid.head.index[keyOf(twin, levels, cause)];

export function free(levels) {
  const others = { ...levels };
  for (const lever of levers("rule")) others[lever.name] = grid.head.usual[lever.name];
  return others;
}

export const anyRule = (levels) => levers("rule").some((lever) => levels[lever.name] !== grid.head.usual[lever.name]);

export function exitsOf(place, draw) {
  const [, drawn, shops] = grid.shapes.exits;
  const start = (place * drawn + draw) * shops;
  return grid.arrays.exits.subarray(start, start + shops);
}

export const lives = (exit, week) => exit === LIVES || exit > week;

// How many shops live at the end of each week from 0 on.
export function curveOf(exits, length = weeks()) {
  const gone = new Array(length + 2).fill(0);
  for (const exit of exits) if (exit !== LIVES) gone[exit] += 1;
  let left = exits.length;
  return gone.slice(0, length + 1).map((number) => (left -= number));
}

export function alive(place, draw) {
  const name = place * draws() + draw;
  if (!curves.has(name)) curves.set(name, curveOf(exitsOf(place, draw)));
  return curves.get(name);
}

// Smallest and largest number of live shops over all draws, by week.
export function range(place) {
  const name = `range ${place}`;
  if (!curves.has(name)) {
    const all = Array.from({ length: draws() }, (_, draw) => alive(place, draw));
    curves.set(name, [Math.min, Math.max].map((most) => all[0].map((_, week) => most(...all.map((one) => one[week])))));
  }
  return curves.get(name);
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

export const aliveInDraws = (place, week) => Array.from({ length: draws() }, (_, draw) => alive(place, draw)[week]);

// In how many draws a shop lives at the end.
export const livesIn = (place, shop) =>
  Array.from({ length: draws() }, (_, draw) => exitsOf(place, draw)[shop]).filter((exit) => exit === LIVES).length;

// What each party gains over the run, Rp, the mean over draws.
export function partiesOf(place) {
  const [, drawn, parties] = grid.shapes.parties;
  return Array.from({ length: parties }, (_, party) =>
    mean(Array.from({ length: drawn }, (__, draw) => grid.arrays.parties[(place * drawn + draw) * parties + party])));
}

export function ownShare(place, draw) {
  const [, drawn, length] = grid.shapes.own_share;
  const start = (place * drawn + draw) * length;
  return Array.from(grid.arrays.own_share.subarray(start, start + length), (steps) => steps / grid.head.share_steps);
}

// A shop's weekly orders or cash; null where the page has no weekly path.
export function pathOf(name, place, draw, shop) {
  const [, drawn, shops, length] = grid.shapes[name];
  const kept = grid.head.paths_of.indexOf(place);
  if (kept < 0 || draw >= drawn) return null;
  const start = ((kept * drawn + draw) * shops + shop) * length;
  const most = grid.head.shops[shop][`most_${name}`];
  return Array.from(grid.arrays[name].subarray(start, start + length), (step) => (step / grid.head.levels) ** 2 * most);
}
