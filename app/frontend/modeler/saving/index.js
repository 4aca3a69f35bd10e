// Saves the draft by itself, a moment after each change. It names the content that it was made of: what another has
// saved meanwhile is not overwritten, and whoever draws chooses what becomes of both.
import { debounced } from "../page/dom";
import { KeptParts } from "./kept";
import { chooseBetween } from "./conflict";

const REST = 1200; // milliseconds without a change
const AGAIN = 15000; // after the server did not answer

export class Saving {
  constructor({ editor, server, name, etag, status, onSaved, showFault }) {
    Object.assign(this, { editor, server, name, etag, status, onSaved, showFault });
    this.saving = null;
    this.later = debounced(() => this.save(), REST);
    const bus = editor.get("eventBus");
    bus.on("commandStack.changed", () => this.noteChange());
    bus.on("element.updateId", ({ element, newId }) => this.kept.rename(element.id, newId));
    window.addEventListener("beforeunload", (event) => { if (this.dirty) { event.preventDefault(); event.returnValue = ""; } });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.comeBack(); } });
    this.dirty = false;
  }

  // the file has been read, and nobody has changed anything yet
  async begin(original) {
    this.kept = new KeptParts(original, (await this.editor.saveXML({ format: true })).xml);
    return this;
  }

  // the diagram as a file
  async text() { return this.kept.restored((await this.editor.saveXML({ format: true })).xml); }

  noteChange() {
    this.dirty = true;
    if (this.stopped) { return; }
    this.status("有改动，尚未保存", "busy");
    this.later();
  }

  // saves now, after what is being saved; true when everything is saved
  async save() {
    while (this.saving) { await this.saving; }
    if (this.stopped) { return !this.dirty; }
    if (!this.dirty) { this.status("没有未保存的改动", "saved"); return true; }
    this.saving = this.put();
    try { return await this.saving; } finally { this.saving = null; }
  }

  async put() {
    this.dirty = false;
    this.status("正在保存…", "busy");
    try {
      const answer = await this.server.save(this.name, await this.text(), this.etag);
      this.etag = answer.etag;
      this.status(`已自动保存 ${time(answer.changed_at)}`, "saved");
      this.onSaved();
      this.asked?.close();
      return true;
    } catch (refused) {
      this.dirty = true;
      if (refused.status === 412) { this.conflict(refused.message); }
      else if (refused.status === 0 || refused.status >= 500) { this.retry(refused); }
      else { this.status("没有保存", "fault"); this.tell(refused); }
      return false;
    }
  }

  retry(refused) {
    this.status(`没有保存：${refused.message}稍后自动再试。`, "fault");
    setTimeout(() => this.save(), AGAIN);
  }

  // one dialog at a time, until it has been saved
  tell(refused) {
    this.asked?.close();
    this.asked = this.showFault(refused);
    this.signedOut = refused.status === 401;
  }

  // whoever has signed in anew in another window finds the diagram saved
  comeBack() { return this.signedOut && this.dirty ? this.save() : this.look(); }

  // when somebody comes back to the page: has another saved it meanwhile?
  async look() {
    if (this.stopped || this.saving || this.dirty) { return; }
    const found = await this.server.read(this.name).catch(() => null);
    if (found && found.etag !== this.etag && !this.dirty) { this.conflict(`文件 ${this.name} 已被他人修改。`); }
  }

  async conflict(sentence) {
    if (this.stopped) { return; }
    this.stopped = true;
    this.status("已被他人修改，没有保存", "fault");
    const chosen = await chooseBetween({ sentence, server: this.server, name: this.name, saving: this });
    this.stopped = false;
    await chosen(this);
  }
}

// as all times of the product are told: in Beijing, wherever the browser thinks it is
function time(instant) {
  return new Date(instant).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
}
