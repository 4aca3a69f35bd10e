// Builds elements: h("p", { class: "quiet" }, "text", child). A property that is a function listens, null is left out.
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  Object.entries(properties || {}).forEach(([name, value]) => {
    if (value === null || value === undefined || value === false) { return; }
    if (typeof value === "function") { element.addEventListener(name.replace(/^on/, ""), value); }
    else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") { element[name] = value; }
    else { element.setAttribute(name, value === true ? "" : value); }
  });
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

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
