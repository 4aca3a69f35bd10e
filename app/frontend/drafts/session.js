// The session of a page that stands open for long. Whoever signs in anew in another window has another token: it is
// fetched, and the call made once more, so that what was changed here need not be typed again.
import { h } from "./dom.js";

export const EXPIRED = "登录已过期。请在新窗口登录，再回到这一页保存；您的修改还在这一页上。";
const ANOTHER = "现在登录的是另一位用户，没有保存。请由本页原来的用户登录后再保存；您的修改还在这一页上。";

export class Session {
  // token, user: of whoever opened the page
  constructor({ token, user }) { Object.assign(this, { token, user }); }

  // the answer to a call of our own interface; throws what `fetch` throws
  async fetch(address, options = {}) {
    const answer = await this.once(address, options);
    if (answer.status !== 400 || (await said(answer.clone())).code !== "E-CSRF") { return answer; }
    const renewed = await fetch("/studio/token", { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } });
    const session = renewed.ok && !renewed.redirected ? await said(renewed) : {};
    if (!session.token) { return answer; }
    if (String(session.user) !== this.user) { return problem(403, ANOTHER); } // their edit is not this person's
    this.token = session.token;
    return this.once(address, options);
  }

  once(address, options) {
    return fetch(address, { credentials: "same-origin", ...options, headers: { "X-CSRFToken": this.token, ...options.headers } });
  }
}

const said = (answer) => answer.json().catch(() => ({}));

const problem = (status, detail) => new Response(JSON.stringify({ detail }), { status });

// the way to sign in that leaves the page, and what was changed on it, where it is
export function signInLink() {
  return h("a", { class: "button", href: "/sign-in", target: "_blank", rel: "noopener" }, "重新登录（新窗口）");
}
