// Draws a diagram as it is and marks where the case stands. Keys and buttons move it; the text beside it says the same.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";

async function draw(place) {
  const xml = await (await fetch(place.dataset.xml, { credentials: "same-origin" })).text();
  const viewer = new NavigatedViewer({ container: place });
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas");
  const marks = JSON.parse(place.dataset.marks || "{}");
  const known = viewer.get("elementRegistry");
  Object.keys(marks).filter((id) => known.get(id)).forEach((id) => canvas.addMarker(id, marks[id]));
  canvas.zoom("fit-viewport", "auto");
  place.before(buttons(canvas));
}

function buttons(canvas) {
  const bar = document.createElement("div");
  bar.className = "zoom";
  const acts = [
    ["放大", () => canvas.zoom(canvas.zoom() * 1.25, "auto")],
    ["缩小", () => canvas.zoom(canvas.zoom() / 1.25, "auto")],
    ["看全图", () => canvas.zoom("fit-viewport", "auto")],
    ["左移", () => canvas.scroll({ dx: 120, dy: 0 })],
    ["右移", () => canvas.scroll({ dx: -120, dy: 0 })],
  ];
  acts.forEach(([label, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    bar.append(button);
  });
  return bar;
}

document.querySelectorAll(".diagram[data-xml]").forEach((place) => {
  draw(place).catch(() => { place.textContent = "流程图暂时不能显示，请看办理过程中的文字说明。"; });
});
