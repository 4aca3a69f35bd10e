// A sign of one character at whatever differs from the diagram before: no difference is told by colour alone.
import { onFlow } from "../modeler/page/onflow";

import "./differences.css";

const SIGNS = { added: ["增", "新增"], changed: ["改", "修改"], moved: ["移", "移动"], removed: ["删", "删除"] };
const HALF = 9; // of a sign, in pixels

export function showDifferences(viewer, marks) {
  const root = viewer.get("canvas").getRootElement();
  marks.filter(([id, mark]) => SIGNS[mark] && id !== root.id).forEach(([id, mark]) => {
    const element = viewer.get("elementRegistry").get(id);
    const [sign, words] = SIGNS[mark];
    const html = document.createElement("span");
    html.className = `difference ${mark}`;
    html.textContent = sign;
    html.title = words;
    viewer.get("overlays").add(id, "difference", { html, position: element.waypoints ? onFlow(element, HALF) : { top: -12, right: 12 }, scale: { min: 0.9, max: 1.2 } });
  });
}
