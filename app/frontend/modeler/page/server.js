// The calls of the programming interface that the modeler makes; the page's token says that a page of ours calls.

import { EXPIRED, Session } from "../../drafts/session";

// what the interface answers with when it refuses: a code, and a sentence for the reader
export class Refused extends Error {
  constructor(status, problem) {
    const objections = (problem.objections || []).map((each) => each.detail);
    super(objections.length ? objections.join("") : problem.detail || "服务器没有回答，请稍后再试。");
    this.status = status;
    this.code = problem.code;
  }
}

export class Server {
  constructor({ draft, token, user }) {
    this.draft = draft;
    this.session = new Session({ token, user });
  }

  async call(method, path, { body, type, headers } = {}) {
    let answer;
    try {
      answer = await this.session.fetch(`/api/v1${path}`, {
        method, body, headers: { ...(type ? { "Content-Type": type } : {}), ...headers },
      });
    } catch (_unreachable) {
      throw new Refused(0, { detail: "与服务器的连接断开了。" });
    }
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new Refused(answer.status, answer.status === 401 ? { ...problem, detail: EXPIRED } : problem);
    }
    return answer;
  }

  async json(method, path, body) {
    const said = body === undefined ? {} : { body: JSON.stringify(body), type: "application/json" };
    return (await this.call(method, path, said)).json();
  }

  file(name, draft = this.draft) {
    return `/drafts/${draft}/files/${encodeURIComponent(name)}`;
  }

  async read(name) {
    const answer = await this.call("GET", this.file(name));
    return { text: await answer.text(), etag: answer.headers.get("ETag") };
  }

  // saves over the content that `etag` names; `*` is whatever is there, null that there is nothing yet
  async save(name, text, etag, draft = this.draft) {
    const headers = etag === null ? { "If-None-Match": "*" } : { "If-Match": etag };
    const answer = await this.call("PUT", this.file(name, draft), {
      body: text, type: "application/octet-stream", headers,
    });
    return { ...await answer.json(), etag: answer.headers.get("ETag") };
  }

  about() { return this.json("GET", `/drafts/${this.draft}`); }

  vocabulary() { return this.json("GET", `/drafts/${this.draft}/vocabulary`); }

  check() { return this.json("POST", `/drafts/${this.draft}/check`); }
}
