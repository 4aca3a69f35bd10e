// What may be decided at a step, with the words on the buttons and in the record.
import { outcomesOf } from "../conditions/facts";
import { propertiesOf } from "../elements/extensions";
import { h, newId } from "../page/dom";
import { group, note } from "./fields";

export function drawOutcomes(context) {
  const { said, vocabulary } = context;
  const own = propertiesOf(said);
  const chosen = outcomesOf(said);
  const foreign = chosen.filter((key) => !vocabulary.outcomes.some((each) => each.key === key));
  const usual = (outcome) => ({ ...outcome, ...((vocabulary.outcomes_of_kinds[own.kind] || {})[outcome.key] || {}) });
  return group("可作的决定",
    vocabulary.outcomes.map((each) => row(context, usual(each), own, chosen)),
    foreign.length ? note(`办理结果 ${foreign.join("、")} 不存在，运行时没有按钮`) : null,
    chosen.length > 1 ? h("p", { class: "help" }, "有几种决定的，后面接一个分支，按办理结果各走一条。") : null);
}

function row(context, outcome, own, chosen) {
  const on = chosen.includes(outcome.key);
  const id = newId();
  const words = (prefix, label, usual) => h("label", { class: "word" }, h("span", {}, label), h("input", {
    type: "text", value: own[`${prefix}.${outcome.key}`] || "", placeholder: usual || "须写明", maxlength: 40, autocomplete: "off",
    "data-key": `${prefix}.${outcome.key}`, "aria-label": `${outcome.record}：${label}`,
    onchange: (event) => context.say({ [`${prefix}.${outcome.key}`]: event.target.value.trim() }),
  }));
  return h("div", { class: on ? "outcome on" : "outcome" },
    h("div", { class: "row check" },
      h("input", { type: "checkbox", id, checked: on, "data-key": `outcome ${outcome.key}`, onchange: (event) => toggle(context, outcome.key, event.target.checked) }),
      h("label", { for: id }, outcome.record)),
    on ? h("div", { class: "words" }, words("button", "按钮上", outcome.button), words("record", "记录中", outcome.record)) : null);
}

// in the order of the vocabulary; the words of one that is taken away go with it
function toggle(context, key, on) {
  const { said, vocabulary } = context;
  const before = outcomesOf(said);
  const order = [...vocabulary.outcomes.map((each) => each.key), ...before];
  const after = on ? [...before, key] : before.filter((each) => each !== key);
  const sorted = [...new Set(order)].filter((each) => after.includes(each));
  if (!sorted.length) { context.panel.refresh(); return; }
  context.say({ outcomes: sorted.join(","), ...(on ? {} : { [`button.${key}`]: "", [`record.${key}`]: "" }) });
}
