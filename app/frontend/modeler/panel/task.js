// A step that people decide: who in the office, within how many working days, on which form.
import { propertiesOf } from "../elements/extensions";
import { button, h } from "../page/dom";
import { check, group, note, number, select, text } from "./fields";

const FORM_NAME = /^[a-z][a-z0-9_]{0,39}$/;

// the lane in which an element stands
export function laneOf(said) {
  return (said.get("lanes") || [])[0] || lanesOf(said.$parent).find((lane) => (lane.get("flowNodeRef") || []).includes(said));
}

const lanesOf = (scope) => (scope && scope.get("laneSets") || []).flatMap((set) => set.get("lanes") || []);

export function drawTask(context) {
  const { said, vocabulary } = context;
  const own = propertiesOf(said);
  const lane = laneOf(said);
  const role = lane && vocabulary.roles.find((each) => each.key === propertiesOf(lane).role);
  return group("由谁办理、何时办结",
    h("p", { class: "fact" }, h("b", {}, "办理机构"), lane ? [
      ` ${role ? role.name : "泳道没有写明"} `,
      button("看泳道", () => context.select(lane.id), { class: "link", "data-key": "lane" }),
    ] : " 不在任何泳道里，请拖进泳道"),
    select("岗位", own.duty || "approver", vocabulary.duties.map((each) => [each.key, each.name]), (duty) => context.say({ duty })),
    number("时限（工作日）", own.working_days, (value) => context.say({ working_days: value }), {
      help: "时限过半、过五分之四和到期时各提醒办理机构一次，逾期的报其上级督办；不填则没有时限",
      note: own.working_days && !/^\d{1,6}$/.test(own.working_days) ? "时限须是不小于 0 的整数，如 5" : null,
    }),
    number("受理期限（工作日）", own.accepts_within, (value) => context.say({ accepts_within: value }), {
      help: "首个办理机构核对材料、受理或一次性告知的期限，办理时限自受理起算；不填则不设受理",
      note: own.accepts_within && !/^\d{1,6}$/.test(own.accepts_within) ? "受理期限须是不小于 0 的整数，如 5" : null,
    }),
    drawForm(context, own));
}

function drawForm(context, own) {
  const { said, vocabulary, panel } = context;
  const key = own.form || said.id;
  const choices = vocabulary.forms.map((each) => [each.key, `${each.title}（${each.fields} 项）`]);
  const known = vocabulary.forms.some((each) => each.key === key);
  return [
    select("表单", known ? key : "", choices, (value) => context.say({ form: value === said.id ? "" : value }), {
      empty: known ? undefined : `还没有表单 ${key}.json`, key: "form",
      note: known ? null : "办理时要填写的内容；没有表单的环节不能发布。",
    }),
    h("p", { class: "acts" },
      known ? h("a", { href: `/studio/drafts/${panel.server.draft}/forms/${key}.json/edit`, "data-key": "open form" }, "设计表单") : null,
      !known && FORM_NAME.test(key) && !context.readOnly
        ? button("新建空白表单", () => createForm(context, key), { "data-key": "new form" }) : null),
  ];
}

async function createForm(context, key) {
  const { said, panel, vocabulary } = context;
  const title = said.name || key;
  const form = {
    $schema: "https://json-schema.org/draft/2020-12/schema", title, type: "object", properties: {}, additionalProperties: false,
  };
  await panel.attempt(async () => {
    await panel.server.save(`${key}.json`, `${JSON.stringify(form, null, 2)}\n`, null);
    vocabulary.forms.push({ key, title, fields: 0 });
    panel.refresh();
  });
}

export function drawTaskMore(context) {
  const { said, vocabulary } = context;
  const own = propertiesOf(said);
  const kind = vocabulary.kinds.find((each) => each.key === own.kind);
  const sides = own.kind === "confirmation" || own.side;
  return group("环节的含义",
    select("种类", own.kind, vocabulary.kinds.map((each) => [each.key, each.name]), (value) => context.say({ kind: value }), {
      empty: "普通环节", note: kind ? `${kind.meaning}。` : null,
    }),
    sides ? select("所属一方", own.side, vocabulary.sides.map((each) => [each.key, each.name]), (side) => context.say({ side }), { empty: "不分" }) : null,
    number("流转次序", own.route_order, (value) => context.say({ route_order: value }), {
      help: "在办件“办理流程”一栏中排第几步；不填则不列出",
      note: own.route_order && !/^\d{1,6}$/.test(own.route_order) ? "次序须是数字" : null,
    }),
    select("批量办理", own.in_bulk, vocabulary.in_bulk.map((each) => [each.key, each.name]), (value) => context.say({ in_bulk: value }), {
      empty: "可以批量办理", key: "in_bulk", help: "没有须填写的内容、只是同意或确认的，可以与同一环节的其他办件一起办理",
    }),
    check("等待期间停止计时（补正）", own.status === "repairing", (value) => context.say({ status: value ? "repairing" : "" }), { key: "status" }),
    (own.outcomes || "").includes("send_back") || own.returns_as ? text("退回时的记号", own.returns_as, (value) => context.say({ returns_as: value.trim() }), {
      help: "补正之后按它判断回到哪一环节（条件里的 returned_by）；不填则不记", placeholder: said.id, longest: 40,
    }) : null);
}
