// The files of a draft, read and saved through the programming interface with the session of the page. What another
// has saved in the meantime is noticed by the ETag, never overwritten unseen.
import { EXPIRED, Session } from "./session.js";

export class Refused extends Error {
  constructor(status, said) {
    super(said.detail || "没有保存，请稍后再试。");
    this.status = status;
    this.code = said.code || "";
    this.objections = said.objections || [];
  }
}

export class Files {
  // token, user: of whoever opened the page
  constructor(address, { token, user }) {
    this.address = address;
    this.session = new Session({ token, user });
    this.etags = {};
  }

  async ask(address, options = {}) {
    let answer;
    try {
      answer = await this.session.fetch(address, options);
    } catch {
      throw new Refused(0, { detail: "现在连接不上系统，请检查网络后再试。您的修改还在这一页上。" });
    }
    if (!answer.ok) {
      const said = await answer.json().catch(() => ({}));
      throw new Refused(answer.status, answer.status === 401 ? { ...said, detail: EXPIRED } : said);
    }
    return answer;
  }

  async read(name) {
    const answer = await this.ask(this.address + name);
    const etag = (answer.headers.get("ETag") || "").replace(/^W\/|"/g, "");
    return { text: await answer.text(), etag };
  }

  async load(name) {
    const { text, etag } = await this.read(name);
    this.etags[name] = etag;
    return text;
  }

  async save(name, text) {
    const answer = await this.ask(this.address + name, {
      method: "PUT",
      headers: { "Content-Type": "application/octet-stream", "If-Match": `"${this.etags[name]}"` },
      body: text,
    });
    this.etags[name] = (await answer.json()).etag;
  }

  async post(address, body, type = "application/octet-stream") {
    const answer = await this.ask(address, { method: "POST", headers: { "Content-Type": type }, body });
    return answer.json();
  }
}
