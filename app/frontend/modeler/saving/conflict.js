// Another has saved the diagram meanwhile: look at theirs, take it, keep mine in a draft of its own, or put mine in its place.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

import { button, h } from "../page/dom";
import { drawn } from "../page/drawing";
import { openDialog } from "../page/dialog";
import { showWhole } from "../page/view";

// asks, and gives what is to be done with the saving
export function chooseBetween({ sentence, server, name, saving }) {
  return new Promise((resolve) => {
    const place = h("div", { class: "theirs", hidden: true, role: "group", "aria-label": "对方的流程图" });
    const fault = h("p", { class: "fault", role: "alert" });
    const choose = (act) => async () => {
      fault.textContent = "";
      try {
        const done = await act();
        dialog.close();
        resolve(done);
      } catch (refused) { fault.textContent = refused.message; }
    };
    const dialog = openDialog("这张图已被他人修改", [
      h("p", {}, sentence),
      h("p", { class: "actions" },
        button("查看对方的图", () => look(place, server, name).catch((refused) => { fault.textContent = refused.message; })),
        button("采用对方的", choose(() => takeTheirs(saving, server, name))),
        button("我的另存为新草稿", choose(() => keepAsDraft(saving, server, name)), { class: "primary" }),
        button("用我的覆盖", choose(() => overwrite(server, name)), { class: "danger" })),
      h("p", { class: "help" }, "“采用对方的”会丢掉您尚未保存的改动；“另存为新草稿”两份都留下。"),
      fault, place,
    ], { closable: false, wide: true });
  });
}

async function look(place, server, name) {
  const { text } = await server.read(name);
  place.hidden = false;
  place.replaceChildren();
  const viewer = new NavigatedViewer({ container: place });
  await viewer.importXML(drawn(text));
  viewer.get("canvas").zoom("fit-viewport", "auto");
}

async function takeTheirs(saving, server, name) {
  const { text, etag } = await server.read(name);
  await saving.editor.importXML(drawn(text));
  showWhole(saving.editor);
  await saving.begin(drawn(text));
  return () => {
    saving.etag = etag;
    saving.dirty = false;
    saving.status("已换成对方的图", "saved");
    saving.onSaved();
  };
}

async function overwrite(server, name) {
  const { etag } = await server.read(name);
  return (saving) => {
    saving.etag = etag;
    saving.dirty = true;
    return saving.save();
  };
}

// a draft of its own with all files of this one, and the diagram as it is drawn here
async function keepAsDraft(saving, server, name) {
  const mine = await saving.text();
  const about = await server.about();
  const begun = about.base === null ? { key: about.process, name: about.name } : { process: about.process };
  const draft = await server.json("POST", "/drafts", begun);
  for (const { name: file } of about.files) {
    const text = file === name ? mine : (await server.read(file)).text;
    await server.save(file, text, draft.files.some((each) => each.name === file) ? "*" : null, draft.id);
  }
  return () => {
    saving.dirty = false;
    saving.stopped = true;
    window.location.assign(`/studio/drafts/${draft.id}/diagrams/${encodeURIComponent(name)}/edit`);
  };
}
