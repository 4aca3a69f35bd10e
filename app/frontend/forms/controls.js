// The controls of the panel. Each knows its keyword and tells `edit` what it is now; undefined takes it away.
import { h, HIDDEN } from "../drafts/dom.js";

const idOf = (name) => `p-${name}`;

// label, help and control in one; `wide` over both columns
function field(name, label, help, control, wide = false) {
  return h(
    "div",
    { class: wide ? "field whole" : "field" },
    h("label", { for: idOf(name) }, label),
    help ? h("p", { class: "help", id: `${idOf(name)}-help` }, help) : null,
    control,
  );
}

const described = (name, help) => (help ? `${idOf(name)}-help` : null);

export function text(name, label, value, edit, { help, disabled, required, wide, list } = {}) {
  return field(name, label, help, h("input", {
    id: idOf(name),
    value: value ?? "",
    autocomplete: "off",
    list,
    disabled,
    "aria-describedby": described(name, help),
    oninput: (event) => edit(event.target.value || (required ? "" : undefined), { typing: true }),
  }), wide);
}

export function area(name, label, value, edit, { help, disabled } = {}) {
  return field(name, label, help, h("textarea", {
    id: idOf(name),
    rows: 2,
    value: value ?? "",
    disabled,
    "aria-describedby": described(name, help),
    oninput: (event) => edit(event.target.value || undefined, { typing: true }),
  }), true);
}

// a whole number; what is no number stays as it is typed, so that the findings say so
export function number(name, label, value, edit, { help, disabled } = {}) {
  return field(name, label, help, h("input", {
    id: idOf(name),
    value: value ?? "",
    inputmode: "numeric",
    autocomplete: "off",
    disabled,
    "aria-describedby": described(name, help),
    oninput: (event) => {
      const typed = event.target.value.trim();
      edit(typed === "" ? undefined : /^-?\d{1,15}$/.test(typed) ? Number(typed) : typed, { typing: true });
    },
  }));
}

export function check(name, label, value, edit, { help, disabled } = {}) {
  return h(
    "div",
    { class: "field check" },
    h("input", {
      id: idOf(name),
      type: "checkbox",
      checked: value === true,
      disabled,
      "aria-describedby": described(name, help),
      onchange: (event) => edit(event.target.checked ? true : undefined),
    }),
    h("label", { for: idOf(name) }, label),
    help ? h("p", { class: "help", id: `${idOf(name)}-help` }, help) : null,
  );
}

// options: pairs of value and words; a value that is none of them is offered too, since it stands there
export function select(name, label, value, options, edit, { help, disabled } = {}) {
  const known = options.some(([each]) => each === (value ?? ""));
  const all = known ? options : [...options, [value, `${value}（未知）`]];
  const control = h(
    "select",
    { id: idOf(name), disabled, "aria-describedby": described(name, help), onchange: (event) => edit(event.target.value || undefined) },
    all.map(([each, words]) => h("option", { value: each, selected: each === (value ?? "") }, words)),
  );
  return field(name, label, help, control);
}

// a list of pairs, one a row: { const, title }; `read` gives it as it is now, since the rows stay while one is typed into
export function choices(name, label, read, edit, { disabled, help } = {}) {
  const now = () => (Array.isArray(read()) ? read() : []);
  const rows = now();
  const put = (place, part, typed) => edit(now().map((row, at) => (at === place ? { ...row, [part]: typed } : row)), { typing: true });
  const swap = (place, by) => {
    const next = [...now()];
    const [row] = next.splice(place, 1);
    next.splice(place + by, 0, row);
    edit(next, { focus: `${idOf(name)}-${place + by}-${by < 0 ? "up" : "down"}` });
  };
  const row = (each, place) => {
    const id = `${idOf(name)}-${place}`;
    const cell = (part, words) => h("td", {}, h("input", {
      id: `${id}-${part}`,
      "aria-label": `第 ${place + 1} 项${words}`,
      value: each[part] ?? "",
      disabled,
      autocomplete: "off",
      oninput: (event) => put(place, part, event.target.value),
    }));
    const act = (key, words, act, off) => h("button", { type: "button", id: `${id}-${key}`, class: "plain link", disabled: disabled || off, onclick: act }, words, HIDDEN(`第 ${place + 1} 项`));
    return h(
      "tr",
      {},
      cell("const", "代码"),
      cell("title", "名称"),
      h("td", { class: "nowrap" }, disabled ? null : [
        act("up", "上移", () => swap(place, -1), place === 0),
        act("down", "下移", () => swap(place, 1), place === rows.length - 1),
        act("remove", "删除", () => edit(now().filter((_each, at) => at !== place), { focus: `${idOf(name)}-add` })),
      ]),
    );
  };
  return h(
    "fieldset",
    { class: "whole", id: idOf(name), tabindex: "-1" },
    h("legend", {}, label),
    help ? h("p", { class: "help" }, help) : null,
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": label }, h(
      "table",
      { class: "choices-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "代码"), h("th", { scope: "col" }, "名称"), h("th", { scope: "col" }, "操作"))),
      h("tbody", {}, rows.map(row)),
    )),
    disabled ? null : h("button", {
      type: "button",
      id: `${idOf(name)}-add`,
      onclick: () => edit([...now(), { const: "", title: "" }], { focus: `${idOf(name)}-${rows.length}-const` }),
    }, "添加选项"),
  );
}

// { field: [values] }: all of them must hold; `fields` are those that may be asked, each with its choices if it has any;
// `read` gives them as they are now
export function conditions(name, label, read, fields, edit, { disabled, help } = {}) {
  const now = () => (read() && typeof read() === "object" ? read() : {});
  const said = now();
  const put = (next, options) => edit(Object.keys(next).length ? next : undefined, options);
  const one = ([key, values], place) => {
    const known = fields.find((each) => each.name === key);
    const id = `${idOf(name)}-${place}`;
    const list = Array.isArray(values) ? values : [];
    const control = known && known.choices.length
      ? h("ul", { class: "choices" }, known.choices.map(([choice, words], at) => h("li", {}, h("label", {}, h("input", {
        type: "checkbox",
        id: `${id}-${at}`,
        checked: list.includes(choice),
        disabled,
        onchange: (event) => put({ ...now(), [key]: event.target.checked ? [...now()[key], choice] : now()[key].filter((each) => each !== choice) }),
      }), ` ${words}`))))
      : h("input", {
        id: `${id}-values`,
        "aria-label": `${known ? known.title : key}的取值，用逗号分开`,
        value: list.join("，"),
        disabled,
        oninput: (event) => put({ ...now(), [key]: event.target.value.split(/[,，]/).map((each) => each.trim()).filter(Boolean) }, { typing: true }),
      });
    return h(
      "div",
      { class: "condition" },
      h("p", {}, h("strong", {}, known ? known.title : key), " 为以下之一时", disabled ? null : h("button", {
        type: "button",
        class: "plain link",
        id: `${id}-remove`,
        onclick: () => put(Object.fromEntries(Object.entries(now()).filter(([each]) => each !== key)), { focus: `${idOf(name)}-add` }),
      }, "删除条件", HIDDEN(known ? known.title : key))),
      control,
    );
  };
  const others = fields.filter((each) => !(each.name in said));
  return h(
    "fieldset",
    { class: "whole", id: idOf(name), tabindex: "-1" },
    h("legend", {}, label),
    help ? h("p", { class: "help" }, help) : null,
    Object.entries(said).map(one),
    disabled || !others.length ? null : h("div", { class: "field" }, h("label", { for: `${idOf(name)}-add` }, "添加条件：取决于字段"), h(
      "select",
      {
        id: `${idOf(name)}-add`,
        onchange: (event) => {
          const chosen = fields.find((each) => each.name === event.target.value);
          if (chosen) { put({ ...now(), [chosen.name]: chosen.choices.length ? [chosen.choices[0][0]] : [""] }, { focus: `${idOf(name)}-add` }); }
        },
      },
      h("option", { value: "" }, "请选择"),
      others.map((each) => h("option", { value: each.name }, each.title)),
    )),
  );
}
