// Filters by language, source and the other columns of the documents.

import { $, element } from "./element.js";
import { dot, named } from "./languages.js";
import { count } from "./words.js";
import { isFiltered, unfiltered } from "./controls.js";

const FEW = 8;
const SOURCE = "source";

// Draw the filters of an index as `state` has them; `changed` is called with what a person chose.
export function showFilters(description, state, changed) {
  const inside = document.activeElement?.id;
  const open = [...$("filters").querySelectorAll("details[open]")].map((each) => each.dataset.of);
  const clear = element(
    "button",
    { type: "button", id: "clear", click: () => changed(unfiltered) },
    "Clear the filters",
  );
  const columns = Object.entries({ ...unnamed(state.where), ...description.columns }).filter(
    ([column]) => column !== SOURCE,
  );
  $("filters").replaceChildren(
    ...[
      group("language", languages(description), state.languages, (chosen) => changed({ languages: chosen }), open),
      group(
        SOURCE,
        plain(description.columns[SOURCE] ?? []),
        state.sources,
        (chosen) => changed({ sources: chosen }),
        open,
      ),
      ...columns.map(([column, values]) => {
        const choose = (chosen) => changed({ where: withColumn(state.where, column, chosen) });
        return group(`where.${column}`, plain(values), state.where[column] ?? [], choose, open, column);
      }),
      isFiltered(state) ? clear : null,
    ].filter(Boolean),
  );
  if (inside) $(inside)?.focus({ preventScroll: true });
}

// Columns that only the address names, so that they can be seen and taken out.
const unnamed = (where) => Object.fromEntries(Object.keys(where).map((column) => [column, []]));

function languages(description) {
  return description.languages.map(({ language, passages }) => ({
    value: language,
    label: [dot(language), " ", named(language)],
    count: passages,
  }));
}

const plain = (values) => values.map((value) => ({ value, label: [element("bdi", {}, value)] }));

function withColumn(where, column, chosen) {
  const { [column]: _, ...others } = where;
  return chosen.length ? { ...others, [column]: chosen } : others;
}

// Boxes to tick; what is ticked is always in sight, and stays even where the index does not name it.
function group(name, known, chosen, choose, open, title = name) {
  const values = known.map((each) => each.value);
  const strange = chosen.filter((value) => !values.includes(value)).map((value) => ({ value, label: [value] }));
  const all = [...strange, ...known];
  if (!all.length) return null;
  const inSight = all.filter((each, place) => place < FEW || all.length === FEW + 1 || chosen.includes(each.value));
  const rest = all.filter((each) => !inSight.includes(each));
  const box = (each) => tick(name, each, all.indexOf(each), chosen, choose);
  const more = { "data-of": name, open: open.includes(name) };
  return element(
    "fieldset",
    { class: "filter", id: `filter-${name}` },
    element("legend", {}, title.slice(0, 1).toUpperCase() + title.slice(1)),
    inSight.map(box),
    rest.length ? element("details", more, element("summary", {}, `${rest.length} more`), rest.map(box)) : null,
  );
}

function tick(name, { value, label, count: own }, place, chosen, choose) {
  const id = `filter-${name}-${place}`;
  const checked = chosen.includes(value);
  const turned = () => choose(checked ? chosen.filter((each) => each !== value) : [...chosen, value]);
  return element(
    "div",
    { class: "choice" },
    element("input", { type: "checkbox", id, value, checked, change: turned }),
    element("label", { for: id }, label),
    own == null ? null : element("span", { class: "count" }, count(own)),
  );
}
