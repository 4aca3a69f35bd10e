// A call of another process: one whose diagram lies in this draft, or that is put there from the catalogue.
import { button, h } from "../page/dom";
import { group, note, select } from "./fields";

export function drawCall(context) {
  const { said, vocabulary, panel } = context;
  const here = vocabulary.diagrams.filter((each) => each.file !== panel.name);
  const others = vocabulary.processes.filter((each) => !vocabulary.diagrams.some((own) => own.process === each.key));
  const chosen = others.find((each) => each.key === said.calledElement);
  return group("调用的流程",
    select("流程", said.calledElement, [
      { group: "草稿中的流程图", choices: here.map((each) => [each.process, each.name]) },
      { group: "流程库", choices: others.map((each) => [each.key, each.name]) },
    ].filter((each) => each.choices.length), (value) => choose(context, value), { empty: "请选择", key: "call" }),
    chosen ? note("这个流程的流程图还不在草稿里，运行时找不到它。") : null,
    chosen && !context.readOnly ? h("p", { class: "acts" }, button("把它的流程图加入草稿", () => take(context, chosen), { "data-key": "take" })) : null);
}

function choose(context, key) {
  const known = context.vocabulary.processes.find((each) => each.key === key);
  context.update({ calledElement: key || undefined, ...(known && !context.said.name ? { name: known.name } : {}) });
}

async function take(context, { key, name }) {
  const { panel, vocabulary } = context;
  await panel.attempt(async () => {
    const { items } = await panel.server.json("GET", `/processes/${key}/versions`);
    const file = `${key}.bpmn`;
    const answer = await panel.server.call("GET", `/processes/${key}/versions/${items[0].number}/files/${file}`);
    await panel.server.save(file, await answer.text(), null);
    vocabulary.diagrams.push({ file, process: key, name });
    panel.refresh();
  });
}
