// A dialog over the page: focus stays in it, Escape closes it where it may be closed.
import { button, h, newId } from "./dom";

export function openDialog(title, content, { closable = true, wide = false } = {}) {
  const id = newId();
  const dialog = h("dialog", { class: wide ? "modeler-dialog wide" : "modeler-dialog", "aria-labelledby": id }, h("h2", { id }, title), content);
  if (closable) { dialog.append(h("p", { class: "actions" }, button("关闭", () => dialog.close(), { class: "primary" }))); }
  dialog.addEventListener("cancel", (event) => { if (!closable) { event.preventDefault(); } });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
