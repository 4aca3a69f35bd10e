// The small things of the page: ids for labels, buttons, and what waits until nobody has called it for a while.
import { h } from "../../drafts/dom";

export { h };

let last = 0;

// an id for an element of the page, where a label must name it
export function newId() {
  last += 1;
  return `m-${last}`;
}

export function button(label, act, properties) {
  return h("button", { type: "button", onclick: act, ...properties }, label);
}

// waits until nobody has called it for a while; `now` does not wait
export function debounced(act, milliseconds) {
  let timer = null;
  const later = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = null; act(...given); }, milliseconds);
  };
  later.now = (...given) => { clearTimeout(timer); timer = null; return act(...given); };
  later.waits = () => timer !== null;
  return later;
}
