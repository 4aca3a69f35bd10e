// A sign of one character at whatever differs from the diagram before: no difference is told by colour alone.
import "./differences.css";

const SIGNS = { added: ["增", "新增"], changed: ["改", "修改"], moved: ["移", "移动"], removed: ["删", "删除"] };

export function showDifferences(viewer, marks) {
  const root = viewer.get("canvas").getRootElement();
  marks.filter(([id, mark]) => SIGNS[mark] && id !== root.id).forEach(([id, mark]) => {
    const element = viewer.get("elementRegistry").get(id);
    const [sign, words] = SIGNS[mark];
    const html = document.createElement("span");
    html.className = `difference ${mark}`;
    html.textContent = sign;
    html.title = words;
    viewer.get("overlays").add(id, "difference", { html, position: element.waypoints ? onFlow(element) : { top: -12, right: 12 }, scale: { min: 0.9, max: 1.2 } });
  });
}

// within the longest part of a flow, where the fewest words stand
function onFlow({ waypoints }) {
  const parts = waypoints.slice(1).map((to, at) => [waypoints[at], to]);
  const long = ([from, to]) => Math.hypot(to.x - from.x, to.y - from.y);
  const [from, to] = parts.reduce((a, b) => (long(b) > long(a) ? b : a));
  const left = Math.min(...waypoints.map((each) => each.x));
  const top = Math.min(...waypoints.map((each) => each.y));
  return { left: (from.x + to.x) / 2 - left - 9, top: (from.y + to.y) / 2 - top - 9 };
}
