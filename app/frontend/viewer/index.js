// Draws a diagram as it is and marks where the case stands. Keys and buttons move it; the text beside it says the same.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import { showFirst } from "../modeler/page/view";
import { showCourse } from "./course";
import { showDifferences } from "./differences";
import { showFigures } from "./figures";

async function draw(place) {
  const answer = await fetch(place.dataset.xml, { credentials: "same-origin" });
  if (!answer.ok) { throw new Error(answer.statusText); }
  const viewer = new NavigatedViewer({ container: place });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas");
  const known = viewer.get("elementRegistry");
  const marks = Object.entries(JSON.parse(place.dataset.marks || "{}")).filter(([id]) => known.get(id));
  marks.forEach(([id, mark]) => canvas.addMarker(id, mark));
  showDifferences(viewer, marks);
  if (place.dataset.course) { showCourse(viewer, JSON.parse(place.dataset.course)); }
  if (place.dataset.figures) {
    showFigures(viewer, JSON.parse(place.dataset.figures));
    showFirst(viewer); // as large as its words can be read
  } else { canvas.zoom("fit-viewport", "auto"); }
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", place.dataset.label || "流程图，当前环节已标出；文字说明见办理过程");
  const waiting = marks.filter(([, mark]) => mark === "waiting").map(([id]) => known.get(id));
  place.before(buttons(canvas, waiting[0]));
  // whoever wants to look at the drawn model (a test, a comparison) gets it from here
  place.dispatchEvent(new CustomEvent("drawn", { bubbles: true, detail: viewer }));
}

function buttons(canvas, here) {
  const bar = document.createElement("div");
  bar.className = "zoom";
  const acts = [
    ["看全图", () => canvas.zoom("fit-viewport", "auto")],
    ["放大", () => canvas.zoom(canvas.zoom() * 1.25, "auto")],
    ["缩小", () => canvas.zoom(canvas.zoom() / 1.25, "auto")],
    ["左移", () => canvas.scroll({ dx: 120, dy: 0 })],
    ["右移", () => canvas.scroll({ dx: -120, dy: 0 })],
    ["上移", () => canvas.scroll({ dx: 0, dy: 120 })],
    ["下移", () => canvas.scroll({ dx: 0, dy: -120 })],
  ];
  if (here) {
    acts.splice(1, 0, ["看当前环节", () => { canvas.zoom(1); canvas.scrollToElement(here, 200); }]);
  }
  acts.forEach(([label, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    bar.append(button);
  });
  return bar;
}

// drawn when somebody scrolls to it: who decides from the top of the page waits for nothing
const seen = new IntersectionObserver((entries) => {
  entries.filter((entry) => entry.isIntersecting).forEach(({ target: place }) => {
    seen.unobserve(place);
    draw(place).catch(() => { place.textContent = "流程图暂时不能显示，请看办理过程中的文字说明。"; });
  });
}, { rootMargin: "200px" });
document.querySelectorAll(".diagram[data-xml]").forEach((place) => seen.observe(place));
