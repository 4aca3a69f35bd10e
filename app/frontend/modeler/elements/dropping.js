// What is dropped on the words of a flow is dropped on the flow: they often lie over it.
export default function Dropping(eventBus, elementRegistry) {
  eventBus.on(["create.hover", "create.move", "create.out", "create.end"], 1600, (event) => {
    const { hover } = event;
    if (!hover || !hover.labelTarget || !hover.labelTarget.waypoints) { return; }
    event.hover = hover.labelTarget;
    event.hoverGfx = elementRegistry.getGraphics(event.hover);
  });
}
Dropping.$inject = ["eventBus", "elementRegistry"];
