// What of the diagram is seen: all of it, as much as can be read, or the one element that is spoken of.
const MARGIN = 24;
const LARGEST = 1.2;
const READABLE = 0.72; // below, the words in the shapes cannot be read
const AROUND = 60; // what must stay visible around an element, in pixels of the screen

function fitting(canvas) {
  canvas.resized(); // measured anew
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) { return null; }
  const scale = Math.min((outer.width - 2 * MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, LARGEST);
  return { inner, outer, scale };
}

function show(canvas, outer, scale, { x, y }) {
  canvas.viewbox({ x, y, width: outer.width / scale, height: outer.height / scale });
}

// the whole diagram at once
export function showWhole(editor) {
  const canvas = editor.get("canvas");
  const found = fitting(canvas);
  if (!found) { return; }
  const { inner, outer, scale } = found;
  const spare = outer.height / scale - inner.height;
  show(canvas, outer, scale, { x: inner.x - MARGIN / scale, y: inner.y - spare / 2 });
}

// as the page opens: the whole where its words can be read so, else its beginning, as large as they can
export function showFirst(editor) {
  const canvas = editor.get("canvas");
  const found = fitting(canvas);
  if (!found || found.scale >= READABLE) { showWhole(editor); return; }
  const { inner, outer } = found;
  show(canvas, outer, READABLE, { x: inner.x - MARGIN / READABLE, y: inner.y - MARGIN / READABLE });
}

// moves the view only where the element is not seen as a whole, and then to the middle
export function bringIntoView(editor, element) {
  const canvas = editor.get("canvas");
  const { x, y, width, height, scale } = canvas.viewbox();
  const box = element.waypoints ? boxOf(element.waypoints) : element;
  const around = Math.min(AROUND / scale, width / 8, height / 8);
  const seen = box.x >= x + around && box.y >= y + around
    && box.x + box.width <= x + width - around && box.y + box.height <= y + height - around;
  if (seen) { return; }
  const middle = { x: box.x + Math.min(box.width, width) / 2, y: box.y + Math.min(box.height, height) / 2 };
  canvas.viewbox({ x: middle.x - width / 2, y: middle.y - height / 2, width, height });
}

function boxOf(points) {
  const [x, y] = [Math.min(...points.map((each) => each.x)), Math.min(...points.map((each) => each.y))];
  return { x, y, width: Math.max(...points.map((each) => each.x)) - x, height: Math.max(...points.map((each) => each.y)) - y };
}
