// Where a sign stands on a flow: in the middle of its longest part, where the fewest words stand, as the position of an
// overlay, which is told from the corner of the box around the flow.
export function onFlow({ waypoints }, half) {
  const parts = waypoints.slice(1).map((to, at) => [waypoints[at], to]);
  const long = ([from, to]) => Math.hypot(to.x - from.x, to.y - from.y);
  const [from, to] = parts.reduce((a, b) => (long(b) > long(a) ? b : a));
  const left = Math.min(...waypoints.map((each) => each.x));
  const top = Math.min(...waypoints.map((each) => each.y));
  return { left: (from.x + to.x) / 2 - left - half, top: (from.y + to.y) / 2 - top - half };
}
