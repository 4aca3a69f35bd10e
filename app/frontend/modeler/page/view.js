// The whole diagram at once, beside the palette and not under it.
const MARGIN = 24;
const LARGEST = 1.2;

export function showWhole(editor) {
  const canvas = editor.get("canvas");
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !outer.width) { return; }
  const palette = canvas.getContainer().querySelector(".djs-palette");
  const left = (palette ? palette.offsetLeft + palette.offsetWidth : 0) + MARGIN;
  const scale = Math.min((outer.width - left - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, LARGEST);
  const x = inner.x - left / scale;
  const spare = outer.height / scale - inner.height;
  canvas.viewbox({ x, y: inner.y - spare / 2, width: outer.width / scale, height: outer.height / scale });
}
