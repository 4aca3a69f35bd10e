// Where the words beside events, gateways and flows stand: near what they name, over nothing else where that can be.

const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const OVER_WORDS = 10;
const OVER_LINE = 3;

// labels: { label, width, height, of } with `of` the new box or `points` of what it names; fills in x and y
export function placeLabels(labels, boxes, lines) {
  const thin = lines.flatMap((points) => points.slice(1).map((to, at) => boxBetween(points[at], to)));
  const placed = [];
  labels.forEach((each) => {
    let best = null;
    for (const candidate of candidates(each)) {
      const box = { ...candidate, width: each.width, height: each.height };
      const cost = candidate.far + OVER_WORDS * 8 * [...placed, ...boxes].filter((other) => meet(box, other)).length
        + OVER_LINE * 8 * thin.filter((other) => meet(box, other)).length;
      if (!best || cost < best.cost) { best = { box, cost }; }
    }
    Object.assign(each, { x: Math.round(best.box.x), y: Math.round(best.box.y) });
    placed.push({ x: each.x, y: each.y, width: each.width, height: each.height });
  });
}

function boxBetween(a, b) {
  return { x: Math.min(a.x, b.x) - 1, y: Math.min(a.y, b.y) - 1, width: Math.abs(a.x - b.x) + 2, height: Math.abs(a.y - b.y) + 2 };
}

function* candidates({ of, points, width, height }) {
  if (points) { yield* alongside(points, width, height); return; }
  const middle = of.x + of.width / 2;
  for (let further = 0; further < 26; further += 2) {
    yield { x: middle - width / 2, y: of.y + of.height + 4 + further, far: further };
    yield { x: middle - width / 2, y: of.y - height - 4 - further, far: further + 0.2 };
    yield { x: middle + 8, y: of.y - height + 4 - further, far: further + 1 };
    yield { x: middle - width - 8, y: of.y - height + 4 - further, far: further + 1 };
    yield { x: middle + 8, y: of.y + of.height - 4 + further, far: further + 1 };
    yield { x: middle - width - 8, y: of.y + of.height - 4 + further, far: further + 1 };
  }
}

function* alongside(points, width, height) {
  let passed = 0;
  for (let at = 0; at < points.length - 1 && at < 3; at += 1) {
    const [from, to] = [points[at], points[at + 1]];
    const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
    for (let step = 4; step < Math.min(length, 300); step += 6) {
      const [x, y] = [from.x + (to.x - from.x) * step / length, from.y + (to.y - from.y) * step / length];
      const far = (passed + step) / 6;
      if (from.y === to.y) {
        yield { x: to.x > from.x ? x : x - width, y: y - height - 3, far };
        yield { x: to.x > from.x ? x : x - width, y: y + 4, far: far + 0.2 };
      } else {
        yield { x: x + 5, y: to.y > from.y ? y : y - height, far };
        yield { x: x - width - 5, y: to.y > from.y ? y : y - height, far: far + 0.2 };
      }
    }
    passed += length;
  }
}
