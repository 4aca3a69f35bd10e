// The way of each flow: straight where nothing stands between, else in the channels between columns and below rows,
// so that no flow runs over a shape.

const middle = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
const right = (box) => ({ x: box.x + box.width, y: middle(box).y });
const left = (box) => ({ x: box.x, y: middle(box).y });
const below = (box) => ({ x: middle(box).x, y: box.y + box.height });
const above = (box) => ({ x: middle(box).x, y: box.y });

// takes the channels that the flow needs; gives what draws it once everything has its place
export function routed(grid, flow) {
  const { from, to, border } = flow;
  const start = border || from;
  if (from === to && !border) { return () => around(from); }
  if (to.column <= from.column) { return leadingBack(grid, flow, start); }
  const straightRow = from.row === to.row && !grid.occupied(from.row, from.column, to.column) && !border;
  if (straightRow) { return () => [right(from), left(to)]; }
  const gap = grid.afterColumn(from.column);
  const isGateway = /Gateway$/.test(from.shape.type);
  const leaves = border || (isGateway && to.row > from.row && from.leaving > 1) ? grid.belowRow(from.row) : null;
  const further = to.column > from.column + 1 && grid.occupied(to.row, from.column, to.column);
  const over = further ? leaves || grid.belowRow(Math.min(from.row, to.row)) : null;
  const last = further ? grid.afterColumn(to.column - 1) : null;
  return () => {
    const first = leaves ? [below(start), { x: below(start).x, y: grid.yOf(leaves) }] : [right(start)];
    const way = over && over === leaves ? [] : turned(first, grid.xOf(gap));
    const points = [...first, ...way];
    if (over && over !== leaves) { points.push({ x: grid.xOf(gap), y: grid.yOf(over) }); }
    const at = points[points.length - 1];
    const x = last ? grid.xOf(last) : grid.xOf(gap);
    return [...points, { x, y: at.y }, { x, y: left(to).y }, left(to)];
  };
}

const turned = (points, x) => [{ x, y: points[points.length - 1].y }];

function around(node) {
  const [x, y] = [node.x + node.width + 18, node.y + node.height + 18];
  return [right(node), { x, y: right(node).y }, { x, y }, { x: below(node).x, y }, below(node)];
}

// below its row back to the left, and from below into what comes again
function leadingBack(grid, { from, to }, start) {
  const leaves = grid.belowRow(from.row);
  if (from.row === to.row) {
    return () => [below(start), { x: below(start).x, y: grid.yOf(leaves) }, { x: below(to).x, y: grid.yOf(leaves) }, below(to)];
  }
  const gap = grid.afterColumn(to.column);
  const enters = grid.belowRow(to.row);
  return () => {
    const [y, x, again] = [grid.yOf(leaves), grid.xOf(gap), grid.yOf(enters)];
    return [below(start), { x: below(start).x, y }, { x, y }, { x, y: again }, { x: below(to).x, y: again }, below(to)];
  };
}

// without points that say nothing: one twice, or in the middle of a straight line
export function plain(points) {
  const whole = points.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
  const once = whole.filter((each, at) => !at || whole[at - 1].x !== each.x || whole[at - 1].y !== each.y);
  return once.filter((each, at) => {
    const [before, after] = [once[at - 1], once[at + 1]];
    return !(before && after && ((before.x === each.x && each.x === after.x) || (before.y === each.y && each.y === after.y)));
  });
}

// between two boxes of which neither stands in a column of the other: from edge to edge
export function between(a, b) {
  const [from, to] = [middle(a), middle(b)];
  if (b.y >= a.y + a.height || a.y >= b.y + b.height) {
    const down = b.y >= a.y + a.height;
    const x = b.width > a.width ? Math.min(Math.max(from.x, b.x + 10), b.x + b.width - 10) : to.x;
    const [start, end] = down ? [below(a), above(b)] : [above(a), below(b)];
    const y = (start.y + end.y) / 2;
    const own = b.width > a.width ? start.x : Math.min(Math.max(to.x, a.x + 10), a.x + a.width - 10);
    return [{ x: own, y: start.y }, { x: own, y }, { x, y }, { x, y: end.y }];
  }
  return from.x < to.x ? [right(a), left(b)] : [left(a), right(b)];
}
