// Elements of the page. Data only ever becomes text nodes and attributes, never markup.

export const $ = (id) => document.getElementById(id);

// An element; a function among the attributes listens to the event of its name, false and null leave an attribute out.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return made;
}

// A table: a header, and rows whose first cell names the row.
export function table(header, rows, attributes = {}) {
  const head = element(
    "tr",
    {},
    header.map((name) => element("th", { scope: "col" }, name)),
  );
  const body = rows.map(([first, ...cells]) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, first),
      cells.map((cell) => element("td", {}, cell)),
    ),
  );
  return element("table", attributes, element("thead", {}, head), element("tbody", {}, body));
}

// What may be wider than the page scrolls by itself, with the keyboard too.
export function wide(label, content) {
  return element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": label }, content);
}
