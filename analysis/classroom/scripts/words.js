// Words and numbers in the language of the page. Sentences come from the texts beside this script, results from the grid.

let texts = {};
let language = "en";
const LOCALES = { en: "en-GB", id: "id-ID" };

export const takeTexts = (all) => { texts = all; };
export const speak = (code) => { language = code; document.documentElement.lang = code; };
export const spoken = () => language;
export const locale = () => LOCALES[language];
export const languages = () => Object.keys(texts);

export function say(name, parts = {}) {
  const text = texts[language][name];
  if (text === undefined) throw new Error(`no text ${name} in ${language}`);
  return text.replace(/\{(\w+)\}/g, (_, part) => {
    if (!(part in parts)) throw new Error(`${name}: no ${part}`);
    return parts[part];
  });
}

// What a declared thing says of itself in the language of the page.
export const of = (thing) => thing[language];

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: digits })
    .format(value).replace("-", "\u2212");

export const signed = (value, digits = 0) => (value > 0 ? "+" : "") + number(value, digits);

// Rupiah in thousands, millions or billions, to about three figures.
export function rupiah(value, sign = false) {
  const scales = [[1e9, "bn"], [1e6, "m"], [1e3, "k"], [1, "one"]];
  const [scale, name] = scales.find(([size]) => Math.abs(value) >= size * 0.99995) ?? scales.at(-1);
  const figure = value / scale;
  const text = (sign ? signed : number)(figure, Math.abs(figure) >= 100 || scale === 1 ? 0 : 1);
  return say(`rupiah_${name}`, { value: text });
}

// An element: attributes by name, functions as listeners, children as elements or text.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export function table(caption, heads, rows, marked = -1) {
  const row = (cells, i) => h("tr", { class: i === marked ? "marked" : null },
    h("th", { scope: "row" }, cells[0]), cells.slice(1).map((cell) => h("td", {}, cell)));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map(row))));
}

export const folded = (title, ...inside) => h("details", {}, h("summary", {}, title), inside);
