// Whatever is drawn begins where the pointer last was; what the library marked there as a wrong place it forgets when
// the drawing ends elsewhere. Nothing stays marked once nothing is being drawn.
const MARKERS = ["drop-ok", "drop-not-ok", "attach-ok", "new-parent", "connect-ok", "connect-not-ok"];

export function leaveNoMarkers(editor) {
  const canvas = editor.get("canvas");
  const registry = editor.get("elementRegistry");
  const marked = () => canvas.getContainer().querySelectorAll(MARKERS.map((each) => `.${each}`).join(","));
  editor.get("eventBus").on(["create.cleanup", "connect.cleanup", "global-connect.cleanup", "shape.move.cleanup"], -1000, () => {
    [...marked()].map((each) => registry.get(each.dataset.elementId)).filter(Boolean)
      .forEach((element) => MARKERS.forEach((each) => canvas.removeMarker(element, each)));
  });
}
