// What stands at a step, within its task: nothing outside it, neither a label nor a flow, is covered. How many wait is on
// the lower edge, beside what is drawn on the border, how long it takes beside the task's sign. A table says it too.
const EDGE = 3;
const SIGN = 26; // the task's own, at its upper left

export function showFigures(viewer, figures) {
  const known = viewer.get("elementRegistry");
  Object.entries(figures).filter(([id]) => known.get(id)).forEach(([id, { lines }]) => {
    const task = known.get(id);
    const time = lines.filter(([, colour]) => colour === "time");
    const counts = badge(lines.filter(([, colour]) => colour !== "time"));
    const add = (html, position) => viewer.get("overlays").add(id, { position, html });
    if (time.length) { add(badge(time), { left: SIGN, top: 1 }); }
    add(counts, placeIn(task, sizeOf(counts)));
  });
}

// beside the border events where that is wide enough, else above the task
function placeIn(task, { width, height }) {
  const events = (task.attachers || []).filter((each) => each.y < task.y + task.height && each.y + each.height > task.y + task.height - height)
    .map((each) => [each.x - task.x, each.x + each.width - task.x]).sort((a, b) => a[0] - b[0]);
  let from = 0;
  const gaps = [...events, [task.width, task.width]].map(([begin, end]) => {
    const gap = [from, begin];
    from = Math.max(from, end);
    return gap;
  });
  const [begin, end] = gaps.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
  if (events.length && end - begin < width) { return { left: (task.width - width) / 2, top: -height - EDGE }; }
  return { left: begin + (end - begin - width) / 2, top: task.height - height - EDGE };
}

function badge(lines) {
  const element = document.createElement("div");
  element.className = "step-figures";
  lines.forEach(([text, colour]) => {
    const line = document.createElement("span");
    line.className = colour;
    line.textContent = text;
    element.append(line);
  });
  return element;
}

// as it will be drawn: overlays stand in the letters of the page
function sizeOf(element) {
  document.body.append(element);
  const { width, height } = element.getBoundingClientRect();
  element.remove();
  return { width, height };
}
