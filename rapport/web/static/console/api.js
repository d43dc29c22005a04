// Questions to the server.
import { $ } from "./dom.js";
import { Notice } from "./notice.js";

export class Api {
  // The answer, and null where the line is cut or the server is down: then it may be tried again.
  static async call(method, path, content) {
    const isForm = content instanceof FormData, headers = { "X-CSRF-Token": $("meta[name=csrf]").content };
    if (content && !isForm) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, { method, headers, body: isForm ? content : content && JSON.stringify(content) }).catch(() => null);
    if (!answer || answer.status >= 500) return null;
    if (answer.status === 401) Notice.logIn();
    const data = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, data };
  }

  static async page(path) {
    const answer = await fetch(path, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status === 401) Notice.logIn();
    return answer?.ok ? answer : null;
  }
}
