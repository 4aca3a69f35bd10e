// The fields of the panel: a label, help that is read with it, and one change for each edit, so that each is undone
// by itself. `key` finds the field again when the panel is drawn anew.
import { h, newId } from "../page/dom";

function field(label, control, { help, key, note, wide } = {}) {
  const id = newId();
  control.id = id;
  control.dataset.key = key || label;
  const described = [];
  const said = [["help", help], ["note", note]].filter(([, words]) => words).map(([kind, words]) => {
    const each = h("p", { class: kind, id: `${id}-${kind}` }, words);
    described.push(each.id);
    return each;
  });
  if (described.length) { control.setAttribute("aria-describedby", described.join(" ")); }
  return h("div", { class: wide ? "row wide" : "row" }, h("label", { for: id }, label), control, said);
}

const changed = (act) => (event) => act(event.target.value);

export function text(label, value, act, options = {}) {
  const control = h("input", {
    type: "text", value: value || "", onchange: changed(act), maxlength: options.longest, list: options.list,
    autocomplete: "off", spellcheck: "false", readonly: options.fixed, placeholder: options.placeholder,
  });
  return field(label, control, options);
}

export function area(label, value, act, options = {}) {
  const control = h("textarea", { rows: options.rows || 3, onchange: changed(act), maxlength: options.longest, spellcheck: "false" });
  control.value = value || "";
  return field(label, control, options);
}

export function number(label, value, act, options = {}) {
  const control = h("input", {
    type: "text", inputmode: "numeric", value: value || "", onchange: (event) => act(event.target.value.trim()),
    autocomplete: "off", class: "short",
  });
  return field(label, control, options);
}

// choices: [key, words] or { group, choices }; a value that is none of them stays, and says so
export function select(label, value, choices, act, options = {}) {
  const option = ([key, words]) => h("option", { value: key }, words);
  const known = choices.flatMap((each) => (each.group ? each.choices : [each])).some(([key]) => key === value);
  const control = h("select", { onchange: changed(act) },
    options.empty === undefined ? null : option(["", options.empty]),
    value && !known ? option([value, `${value}（不在可选之列）`]) : null,
    choices.map((each) => (each.group
      ? h("optgroup", { label: each.group }, each.choices.map(option))
      : option(each))));
  control.value = value || "";
  return field(label, control, options);
}

export function check(label, value, act, options = {}) {
  const id = newId();
  const control = h("input", { type: "checkbox", id, checked: value, onchange: (event) => act(event.target.checked) });
  control.dataset.key = options.key || label;
  const help = options.help ? h("p", { class: "help", id: `${id}-help` }, options.help) : null;
  if (help) { control.setAttribute("aria-describedby", help.id); }
  return h("div", { class: "row check" }, control, h("label", { for: id }, label), help);
}

export function note(...words) { return h("p", { class: "note" }, words); }

export function group(title, ...children) {
  const shown = children.flat(Infinity).filter(Boolean);
  return shown.length ? h("section", { class: "group" }, h("h3", {}, title), shown) : null;
}
