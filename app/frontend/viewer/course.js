// Which way a case went, and when: the flows and gateways between two steps that are known to follow each other.

// The shortest way along sequence flows that passes no other user task: what lies on it was passed without anybody.
function between(registry, from, to) {
  const ways = [[from]];
  const seen = new Set([from]);
  while (ways.length) {
    const way = ways.shift();
    const here = way[way.length - 1];
    for (const flow of here.outgoing || []) {
      const next = flow.target;
      if (flow.type !== "bpmn:SequenceFlow" || !next) { continue; }
      if (next === to) { return [...way.slice(1), flow]; }
      if (seen.has(next) || next.type === "bpmn:UserTask") { continue; }
      seen.add(next);
      ways.push([...way, flow, next]);
    }
    for (const border of here.attachers || []) {
      if (!seen.has(border)) { seen.add(border); ways.push([...way, border]); }
    }
  }
  return [];
}

function beginnings(registry) {
  return registry.filter((each) => each.type === "bpmn:StartEvent" && each.parent && each.parent.type !== "bpmn:SubProcess");
}

export function showCourse(viewer, course) {
  const registry = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  (course.ways || []).forEach(([from, to]) => {
    const target = registry.get(to);
    const sources = from ? [registry.get(from)] : beginnings(registry);
    const way = sources.filter(Boolean).map((each) => {
      const found = target ? between(registry, each, target) : [];
      return found.length && !from ? [each, ...found] : found;
    }).find((each) => each.length) || [];
    way.forEach((each) => canvas.addMarker(each.id, "went"));
  });
  const overlays = viewer.get("overlays");
  Object.entries(course.times || {}).filter(([id]) => registry.get(id)).forEach(([id, words]) => {
    const label = document.createElement("div");
    label.className = "step-figures";
    const time = document.createElement("span");
    time.className = "time";
    time.textContent = words;
    label.append(time);
    overlays.add(id, { position: { bottom: 2, left: 0 }, html: label });
  });
}
