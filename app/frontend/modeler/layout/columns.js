// How many steps each node is from where it begins, what leads back left aside: the column in which it stands.

// a step that only leads back, such as a repair, stands where it is first needed
function turnsBack(node, after, before) {
  return after.get(node).length > 0 && after.get(node).every((next) => !before.get(next).includes(node));
}

// nodes, in order; flows as pairs of nodes; starts, a part of the nodes. Gives a map from node to column.
export function columnsOf(nodes, flows, starts) {
  const after = new Map(nodes.map((node) => [node, []]));
  const before = new Map(nodes.map((node) => [node, []]));
  flows.forEach(([source, target]) => { if (after.has(source) && after.has(target)) { after.get(source).push(target); } });
  const seen = new Set();
  const around = new Set(); // on the way to here: a flow to one of them leads back
  const follow = (node) => {
    seen.add(node);
    around.add(node);
    after.get(node).filter((next) => !around.has(next)).forEach((next) => {
      before.get(next).push(node);
      if (!seen.has(next)) { follow(next); }
    });
    around.delete(node);
  };
  [...starts, ...nodes].forEach((node) => { if (!seen.has(node)) { follow(node); } });
  const columns = new Map();
  const place = (node) => {
    if (!columns.has(node)) { columns.set(node, 1 + Math.max(-1, ...before.get(node).map(place))); }
    return columns.get(node);
  };
  nodes.forEach(place);
  nodes.filter((node) => before.get(node).length && turnsBack(node, after, before)).forEach((node) => {
    columns.set(node, 1 + Math.min(...before.get(node).map((each) => columns.get(each))));
  });
  return columns;
}
