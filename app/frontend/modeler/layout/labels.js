// Where the words beside events, gateways and flows stand: near what they name, over nothing else where that can be,
// apart from each other; those of a flow along a part that it has for itself, after it has parted from its neighbours.

const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const OVER_WORDS = 200;
const CLOSE_TO_WORDS = 30;
const OVER_LINE = 60;
const CLOSE_TO_OTHER_LINE = 6; // whose words they could be taken for
const ON_SHARED_PART = 40;
const APART = { x: 6, y: 4 }; // between the words of two
const STEP = 6; // between two places that are tried
const LINE_OF_WORDS = 14;

// labels: { label, width, height, of } with `of` the new box or `points` of what it names; fills in x and y
export function placeLabels(labels, boxes, lines) {
  const parts = lines.flatMap((points) => points.slice(1).map((to, at) => ({ points, ...boxBetween(points[at], to) })));
  const placed = [];
  labels.forEach((each) => {
    const others = each.points ? parts.filter(({ points }) => points !== each.points) : [];
    let best = null;
    for (const { beside, far, x, y } of candidates(each)) {
      if (best && far >= best.cost) { continue; }
      const box = { x, y, width: each.width, height: each.height };
      const cost = far + OVER_WORDS * count([...placed, ...boxes], box) + OVER_LINE * count(parts, box)
        + CLOSE_TO_WORDS * count(placed, around(box)) + CLOSE_TO_OTHER_LINE * count(others, around(box)) + (beside && count(others, beside) ? ON_SHARED_PART : 0);
      if (!best || cost < best.cost) { best = { box, cost }; }
    }
    Object.assign(each, { x: Math.round(best.box.x), y: Math.round(best.box.y) });
    placed.push({ x: each.x, y: each.y, width: each.width, height: each.height });
  });
}

const count = (others, box) => others.filter((other) => meet(box, other)).length;

function around({ x, y, width, height }) {
  return { x: x - APART.x, y: y - APART.y, width: width + 2 * APART.x, height: height + 2 * APART.y };
}

function boxBetween(a, b) {
  return { x: Math.min(a.x, b.x) - 1, y: Math.min(a.y, b.y) - 1, width: Math.abs(a.x - b.x) + 2, height: Math.abs(a.y - b.y) + 2 };
}

function* candidates({ of, points, width, height }) {
  if (points) { yield* alongside(points, width, height); return; }
  const middle = of.x + of.width / 2;
  for (let further = 0; further < 40; further += 2) {
    yield { x: middle - width / 2, y: of.y + of.height + 4 + further, far: further };
    yield { x: middle - width / 2, y: of.y - height - 4 - further, far: further + 0.2 };
    yield { x: middle + 8, y: of.y - height - 3 - further, far: further + 1 };
    yield { x: middle - width - 8, y: of.y - height - 3 - further, far: further + 1 };
    yield { x: middle + 8, y: of.y + of.height + 3 + further, far: further + 1 };
    yield { x: middle - width - 8, y: of.y + of.height + 3 + further, far: further + 1 };
    yield { x: of.x + of.width + 3 + further, y: of.y + of.height / 2 + 4, far: further + 2 };
  }
}

// beside -- the part of the flow that the words stand at
function* alongside(points, width, height) {
  let passed = 0;
  for (let at = 0; at < points.length - 1; at += 1) {
    const [from, to] = [points[at], points[at + 1]];
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    for (let step = 4; step < length; step += STEP) {
      const [x, y] = [from.x + (to.x - from.x) * step / length, from.y + (to.y - from.y) * step / length];
      const far = (passed + step) / 12;
      if (from.y === to.y) {
        const left = to.x > from.x ? x : x - width;
        const beside = { x: left, y: y - 1, width: Math.min(width, length - step), height: 2 };
        yield { x: left, y: y - height - 3, far, beside };
        yield { x: left, y: y + 4, far: far + 0.2, beside };
      } else {
        const top = to.y > from.y ? y : y - height;
        const beside = { x: x - 1, y: top, width: 2, height: Math.min(LINE_OF_WORDS, length - step) };
        yield { x: x + 5, y: top, far, beside };
        yield { x: x - width - 5, y: top, far: far + 0.2, beside };
      }
    }
    passed += length;
  }
}
