// One decision table: its rules as rows, the findings under the rule they are about, and a row to try values in.
import { h, HIDDEN } from "../drafts/dom.js";
import { completed, descriptionOf, POLICIES, setDescription, setText, textOf, TYPES } from "./model.js";

const TRUTHS = { input: [["-", "不限"], ["true", "是"], ["false", "否"]], output: [["", "（未填）"], ["true", "是"], ["false", "否"], ["null", "空"]] };
const SEVERITIES = { error: ["错误", "red"], warning: ["提醒", "amber"], info: ["说明", "grey"] };

export function grid(table, at, editor) {
  const id = `t${at}`;
  const columns = table.columns;
  const head = (column, place) => h(
    "th",
    { scope: "col", class: column.isInput ? "given" : "then" },
    h("button", { type: "button", class: "plain", id: `${id}-c${place}`, "aria-pressed": String(editor.isChosen(at, place)), onclick: () => editor.chooseColumn(at, place) }, column.title, HIDDEN(column.isInput ? "，输入列，设置" : "，结论列，设置")),
    h("span", { class: "kind" }, column.isInput ? "输入" : "结论"),
  );
  const body = table.rules.map((rule, place) => row(table, rule, place, { at, id, columns }, editor));
  return h(
    "section",
    { class: "card", id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, table.name),
    settings(table, at, id, editor),
    h("div", { class: "whole-table", role: "status" }),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": table.name }, h(
      "table",
      { class: "list rules" },
      h("caption", { class: "hidden" }, `${table.name}的规则`),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "序"), columns.map(head), h("th", { scope: "col" }, "说明"), editor.draws ? h("th", { scope: "col" }, "操作") : null)),
      h("tbody", {}, body.length ? body : h("tr", {}, h("td", { colspan: columns.length + 3 }, "还没有规则。"))),
      h("tfoot", {}, trying(table, at, id, columns, editor)),
    )),
    h("p", { class: "result", role: "status" }),
    lists(columns, id, editor),
    editor.draws ? h(
      "p",
      { class: "actions wrapping" },
      h("button", { type: "button", id: `${id}-add`, onclick: () => editor.change((tables) => tables[at].addRule(null), { focus: `${id}-r${table.rules.length}-0` }) }, "添加规则"),
      h("button", { type: "button", id: `${id}-add-input`, onclick: () => editor.addColumn(at, true) }, "添加输入列"),
      h("button", { type: "button", id: `${id}-add-output`, onclick: () => editor.addColumn(at, false) }, "添加结论列"),
    ) : null,
    editor.column && editor.column.table === at && columns[editor.column.place] ? columnSettings(table, at, id, editor) : null,
  );
}

// What the server has found, put in without touching a field that somebody types into: under its rule, or above all.
export function told(table, at, editor) {
  const place = document.getElementById(`t${at}`);
  const found = editor.findings[table.id];
  place.querySelectorAll(".found").forEach((each) => each.remove());
  const columns = table.columns.length;
  (found || []).forEach((each) => each.rules.forEach((number) => {
    const rule = document.getElementById(`t${at}-r${number - 1}`);
    if (rule) { rule.after(h("tr", { class: "found" }, h("td", {}), h("td", { colspan: columns + 2 }, h("p", {}, finding(each))))); }
  }));
  const whole = (found || []).filter((each) => !each.rules.length);
  const words = h(
    "div",
    {},
    found && !found.length ? h("p", { class: "tag green" }, "没有重叠、遗漏、未填和不会命中的规则") : null,
    whole.length ? h("ul", {}, whole.map((each) => h("li", {}, finding(each)))) : null,
  );
  const shown = place.querySelector(".whole-table");
  if (shown.innerHTML !== words.innerHTML) { shown.replaceChildren(...words.childNodes); }
}

// What was tried: the rules that hold, and what the table answers; of a table that takes the first one, the others that
// hold are told apart from the one that is taken.
export function tried(table, at, editor) {
  const place = document.getElementById(`t${at}`);
  const said = editor.tried[table.id];
  const hits = said ? said.hits : [];
  const taken = table.policy === "FIRST" ? hits.slice(0, 1) : hits;
  const passed = hits.slice(taken.length);
  table.rules.forEach((_rule, number) => {
    const { classList } = document.getElementById(`t${at}-r${number}`);
    classList.toggle("hit", taken.includes(number + 1));
    classList.toggle("passed", passed.includes(number + 1));
  });
  const numbers = (some) => `第 ${some.join("、")} 条规则`;
  const also = passed.length ? `；${numbers(passed)}也成立，按“首条”不取` : "";
  const wrong = said && (said.error || said.fault);
  const without = said && said.without && said.without.length ? `（${said.without.map((each) => `“${each}”`).join("、")}没有填写，按没有值算）` : "";
  const words = !said ? "" : wrong || (hits.length ? `试算${without}：命中${numbers(taken)}${also}` : `试算${without}：没有规则命中，没有结论`);
  const result = place.querySelector(".result");
  result.className = wrong ? "result fault" : "result";
  if (result.textContent !== words) { result.textContent = words; }
  const answers = said && !wrong ? said.answers : [];
  const value = (each) => ({ true: "是", false: "否", null: "空" }[String(each)] || String(each));
  table.columns.forEach((column, number) => {
    const cell = document.getElementById(`t${at}-answer-${number}`);
    if (cell) { cell.replaceChildren(...answers.map((each) => h("div", {}, value(each[column.name])))); }
  });
}

const finding = (each) => [h("span", { class: `tag ${SEVERITIES[each.severity][1]}` }, SEVERITIES[each.severity][0]), ` ${each.message}。`];

function settings(table, at, id, editor) {
  const disabled = !editor.draws;
  const policies = POLICIES.some(([each]) => each === table.policy) ? POLICIES : [...POLICIES, [table.policy, `${table.policy}（系统不能使用）`]];
  return h(
    "div",
    { class: "section" },
    h("div", { class: "field" }, h("label", { for: `${id}-name` }, "名称"), h("input", {
      id: `${id}-name`,
      value: table.name,
      disabled,
      autocomplete: "off",
      oninput: (event) => editor.change((tables) => tables[at].decision.setAttribute("name", event.target.value), { typing: true, group: `${id}-name` }),
    })),
    h("div", { class: "field" }, h("label", { for: `${id}-policy` }, "命中策略"), h("select", {
      id: `${id}-policy`,
      disabled,
      onchange: (event) => editor.change((tables) => tables[at].body.setAttribute("hitPolicy", event.target.value), { focus: `${id}-policy` }),
    }, policies.map(([value, words]) => h("option", { value, selected: value === table.policy }, words)))),
  );
}

function row(table, rule, place, { at, id, columns }, editor) {
  const cells = table.cells(rule);
  const number = place + 1;
  const rowId = `${id}-r${place}`;
  const last = table.rules.length - 1;
  const put = (column, value, options) => editor.change((tables) => {
    const own = tables[at];
    setText(own.cells(own.rules[place])[column], value, own);
  }, options);
  const cell = (column, at_) => h("td", {}, cells[at_] ? control(column, textOf(cells[at_]).trim(), {
    id: `${rowId}-${at_}`,
    label: `第 ${number} 条规则，${column.title}`,
    disabled: !editor.draws,
    list: column.isInput ? `${id}-cells-${at_}` : null,
    known: (column.isInput && editor.facts.find((each) => each.name === column.name)?.values) || [],
    put: (value, options) => put(at_, value, options),
  }) : "（缺）");
  const move = (to, focus) => editor.change((tables) => tables[at].moveRule(place, to), { focus });
  const act = (key, words, run, off) => h("button", { type: "button", class: "plain link", id: `${rowId}-${key}`, disabled: off, onclick: run }, words, HIDDEN(`第 ${number} 条规则`));
  return h(
    "tr",
    {
      id: rowId,
      onkeydown: (event) => {
        const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (by && event.altKey && editor.draws && place + by >= 0 && place + by <= last) {
          event.preventDefault();
          move(place + by, event.target.id.replace(rowId, `${id}-r${place + by}`));
        }
      },
    },
    h("th", { scope: "row" }, String(number)),
    columns.map(cell),
    h("td", {}, h("input", {
      id: `${rowId}-words`,
      "aria-label": `第 ${number} 条规则，说明`,
      class: "words",
      value: descriptionOf(rule).trim(),
      disabled: !editor.draws,
      autocomplete: "off",
      oninput: (event) => editor.change((tables) => setDescription(tables[at], tables[at].rules[place], event.target.value), { typing: true, group: `${rowId}-words` }),
    })),
    editor.draws ? h("td", { class: "acts" }, [
      act("up", "上移", () => move(place - 1, `${id}-r${place - 1}-up`), place === 0),
      act("down", "下移", () => move(place + 1, `${id}-r${place + 1}-down`), place === last),
      act("copy", "复制", () => editor.change((tables) => tables[at].copyRule(place), { focus: `${id}-r${place + 1}-0` })),
      act("remove", "删除", () => editor.change((tables) => tables[at].removeRule(place), { focus: `${id}-add` })),
    ]) : null,
  );
}

function control(column, text, { id, label, disabled, list, known, put }) {
  const truths = TRUTHS[column.isInput ? "input" : "output"];
  const shown = text || (column.isInput ? "-" : "");
  if (column.type === "boolean" && truths.some(([value]) => value === shown)) {
    return h("select", { id, "aria-label": label, disabled, onchange: (event) => put(event.target.value, { focus: id }) }, truths.map(([value, words]) => h("option", { value, selected: value === shown }, words)));
  }
  return h("input", {
    id,
    "aria-label": label,
    value: text,
    disabled,
    list,
    autocomplete: "off",
    spellcheck: "false",
    oninput: (event) => put(event.target.value, { typing: true, group: id }),
    onchange: (event) => {
      const whole = completed(event.target.value, column, known);
      if (whole !== event.target.value) {
        event.target.value = whole;
        put(whole, { typing: true, group: id });
      }
    },
  });
}

// 试算: values for the inputs, and room for what the table makes of them
function trying(table, at, id, columns, editor) {
  const typed = editor.typed[table.id] || {};
  const keep = (column, value) => { editor.typed[table.id] = { ...editor.typed[table.id], [column.name]: value }; };
  const input = (column, place) => {
    const said = { id: `${id}-try-${place}`, "aria-label": `试算，${column.title}`, value: typed[column.name] || "" };
    if (column.type === "boolean") {
      return h("select", { ...said, onchange: (event) => keep(column, event.target.value) }, [["", "空"], ["true", "是"], ["false", "否"]].map(([value, words]) => h("option", { value, selected: value === (typed[column.name] || "") }, words)));
    }
    return h("input", {
      ...said,
      autocomplete: "off",
      list: `${id}-values-${place}`,
      oninput: (event) => keep(column, event.target.value),
      onkeydown: (event) => { if (event.key === "Enter") { editor.try(at); } },
    });
  };
  return h(
    "tr",
    { class: "try" },
    h("th", { scope: "row" }, h("button", { type: "button", id: `${id}-try`, class: "small", onclick: () => editor.try(at) }, "试算", HIDDEN(`：${table.name}`))),
    columns.map((column, place) => (column.isInput ? h("td", {}, input(column, place)) : h("td", { id: `${id}-answer-${place}` }))),
    h("td", { colspan: editor.draws ? 2 : 1, class: "quiet" }, "填写输入后试算，看命中哪条规则"),
  );
}

// what may be typed into the inputs whose values are known: with quotation marks in the rules, without them to try
function lists(columns, id, editor) {
  return columns.flatMap((column, place) => {
    const fact = column.isInput && editor.facts.find((each) => each.name === column.name);
    const values = fact && column.type === "string" ? fact.values.filter(([value]) => typeof value === "string") : [];
    return [
      h("datalist", { id: `${id}-cells-${place}` }, values.map(([value, words]) => h("option", { value: `"${value}"`, label: words }))),
      h("datalist", { id: `${id}-values-${place}` }, values.map(([value, words]) => h("option", { value, label: words }))),
    ];
  });
}

function columnSettings(table, at, id, editor) {
  const { place } = editor.column;
  const column = table.columns[place];
  const inputs = table.inputs.length;
  const [first, last] = column.isInput ? [0, inputs - 1] : [inputs, table.columns.length - 1];
  const disabled = !editor.draws;
  const put = (keyword, value, options) => editor.change((tables) => { tables[at].columns[place][keyword] = value; }, options);
  const text = (keyword, label, help, list = null) => h("div", { class: "field" }, h("label", { for: `${id}-column-${keyword}` }, label), h("p", { class: "help", id: `${id}-column-${keyword}-help` }, help), h("input", {
    id: `${id}-column-${keyword}`,
    "aria-describedby": `${id}-column-${keyword}-help`,
    value: column[keyword],
    disabled,
    list,
    autocomplete: "off",
    oninput: (event) => put(keyword, event.target.value, { typing: true, group: `${id}-${place}-${keyword}` }),
  }));
  const types = TYPES.some(([each]) => each === column.type) ? TYPES : [...TYPES, [column.type, `${column.type}（未知）`]];
  const move = (by) => editor.change((tables) => {
    tables[at].moveColumn(place, by);
    editor.column = { table: at, place: place + by };
  }, { focus: by < 0 ? `${id}-left` : `${id}-right` });
  return h(
    "fieldset",
    { id: `${id}-column`, tabindex: "-1" },
    h("legend", {}, `${column.isInput ? "输入" : "结论"}列：${column.title}`),
    disabled ? null : h(
      "p",
      { class: "actions wrapping" },
      h("button", { type: "button", id: `${id}-left`, disabled: place === first, onclick: () => move(-1) }, "左移"),
      h("button", { type: "button", id: `${id}-right`, disabled: place === last, onclick: () => move(1) }, "右移"),
      h("button", { type: "button", id: `${id}-drop`, disabled: first === last, onclick: () => editor.removeColumn(at, place) }, "删除这一列"),
    ),
    h(
      "div",
      { class: "section" },
      text("label", "列名", "页面上显示的名称"),
      text("name", column.isInput ? "取自（变量名）" : "记为（变量名）", column.isInput ? "从列表选择规则版本、学段或申请表的字段，或填写其编号" : "流程图的条件按它读取", column.isInput ? "facts" : null),
      h("div", { class: "field" }, h("label", { for: `${id}-column-type` }, "类型"), h("select", {
        id: `${id}-column-type`,
        disabled,
        onchange: (event) => put("type", event.target.value, { focus: `${id}-column-type` }),
      }, types.map(([value, words]) => h("option", { value, selected: value === column.type }, words)))),
    ),
  );
}
