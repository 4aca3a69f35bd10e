// Makes elements: h("button", { type: "button", onclick: act }, "保存"). What is false, null or undefined is left out.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  Object.entries(attributes || {}).forEach(([name, value]) => {
    if (value === false || value === null || value === undefined) { return; }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "value") {
      element.value = value;
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  });
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

// Shows other children in a place and leaves the focus where it was, by the id of what has it.
export function show(place, ...children) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const { id } = focused || {};
  const caret = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  const top = place.scrollTop;
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
  place.scrollTop = top;
  const again = id ? document.getElementById(id) : null;
  if (again && place.contains(again)) {
    again.focus({ preventScroll: true });
    if (caret && caret[0] !== null && "setSelectionRange" in again) {
      try { again.setSelectionRange(...caret); } catch { /* not a field of text */ }
    }
  }
}

// Calls once nothing has happened for a while; `now` does so at once.
export function later(act, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

export const HIDDEN = (text) => h("span", { class: "hidden" }, text);
