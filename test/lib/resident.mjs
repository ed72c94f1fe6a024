// resident.mjs - somebody with a browser: keeps cookies, follows nobody, and walks the journey.
import { request } from "node:http";
import { randomUUID } from "node:crypto";

import { checkAnswer } from "./openapi.mjs";

const ANSWER_WAIT_MS = 30_000;

// One HTTP exchange without any help: {status, headers, text, json}.
export function exchange(url, { method = "GET", headers = {}, body, agent, localAddress } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent, localAddress, timeout: ANSWER_WAIT_MS }, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const answer = { status: incoming.statusCode, headers: incoming.headers, bytes, text: bytes.toString() };
        answer.json = /json/.test(incoming.headers["content-type"] ?? "") ? JSON.parse(answer.text) : undefined;
        resolve(answer);
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer in ${ANSWER_WAIT_MS} ms: ${url}`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const STEPS = ["begin", "consent", "procedure", "intent"];

export class Resident {
  // `base` is the server's address; `origin` what browsers know it by, where that is another.
  constructor(base, { agent, origin } = {}) {
    this.base = base;
    this.agent = agent;
    this.origin = origin;
    this.cookies = new Map();
  }

  // A second window with the same cookies, perhaps on another node.
  clone(base = this.base) {
    const copy = new Resident(base, { agent: this.agent, origin: this.origin });
    copy.cookies = new Map(this.cookies);
    return copy;
  }

  async send(path, { method = "GET", headers = {}, body } = {}) {
    const url = new URL(path, this.base);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = { ...(cookie && { cookie }), ...headers };
    const answer = await exchange(url, { method, headers: sent, body, agent: this.agent });
    for (const line of answer.headers["set-cookie"] ?? []) this.keep(line);
    checkAnswer(method, url.pathname, answer);
    return answer;
  }

  keep(line) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    if (value === "" || /max-age=0\b|max-age=-/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  get(path, headers) {
    return this.send(path, { headers });
  }

  // A changing request as the app makes it; `headers` replaces single ones, null leaves one out.
  post(path, value = {}, headers = {}, method = "POST") {
    const body = typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value);
    const all = {
      "content-type": "application/json",
      origin: this.origin ?? new URL(this.base).origin,
      "content-length": Buffer.byteLength(body),
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== null));
    return this.send(path, { method, headers: sent, body });
  }

  register() {
    return this.post("/api/v1/residents", { terms: true, language: "ja" });
  }

  async me() {
    const answer = await this.get("/api/v1/me");
    if (answer.status !== 200) throw new Error(`GET me: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  // What stays the same from one second to the next: the answer without the time of asking.
  async state() {
    const { now, ...rest } = await this.me();
    if (Number.isNaN(Date.parse(now))) throw new Error(`GET me: now ${now}`);
    return rest;
  }

  step(name) {
    return this.post(`/api/v1/me/journey/${name}`);
  }

  async campaign() {
    return (await this.get("/api/v1/campaign")).json;
  }

  // Begins the identity check; returns the address of the provider.
  async leave() {
    const answer = await this.post("/api/v1/me/identity");
    if (answer.status !== 200) throw new Error(`POST identity: ${answer.status} ${answer.text}`);
    return new URL(answer.json.location);
  }

  // At the sandbox provider: shows a card there; returns the address that it sends the browser back to.
  async show(location, card, extra = {}) {
    const address = new URL(location);
    address.searchParams.set("card", card);
    for (const [name, value] of Object.entries(extra)) address.searchParams.set(name, value);
    const answer = await exchange(address, { agent: this.agent });
    if (answer.status !== 303 && answer.status !== 302)
      throw new Error(`provider: ${answer.status} ${answer.text}`);
    return new URL(answer.headers.location, address);
  }

  // Comes back from the provider; returns the answer of the callback.
  comeBack(address) {
    return this.get(`${address.pathname}${address.search}`);
  }

  // The whole hop with one card; returns the path that the callback leads to.
  async identify(card = "eligible", extra = {}) {
    const back = await this.comeBack(await this.show(await this.leave(), card, extra));
    if (back.status !== 303) throw new Error(`callback: ${back.status} ${back.text}`);
    return back.headers.location;
  }

  // The whole hop, but the provider opens a browser that knows nothing; returns the code that it shows there.
  async identifyElsewhere(card = "eligible", extra = {}) {
    const stranger = new Resident(this.base, { agent: this.agent, origin: this.origin });
    const back = await stranger.comeBack(await this.show(await this.leave(), card, extra));
    if (back.status !== 303) throw new Error(`callback: ${back.status} ${back.text}`);
    return /^\/return#code=(\d{6})$/.exec(back.headers.location)?.[1] ?? back.headers.location;
  }

  confirm(code) {
    return this.post("/api/v1/me/identity/confirm", { code });
  }

  apply(campaign, key = randomUUID()) {
    return this.post("/api/v1/me/application", { campaign }, { "idempotency-key": key });
  }

  // Registers and does every step up to `state`.
  async walkTo(state, card = "eligible") {
    await this.expect(201, this.register());
    const last = ["registered", "begun", "consented", "informed", "intended"].indexOf(state);
    const steps = last < 0 ? STEPS : STEPS.slice(0, last);
    for (const name of steps) await this.expect(200, this.step(name));
    if (last >= 0) return this;
    await this.identify(card);
    if (state === "granted") await this.expect(201, this.apply((await this.me()).campaign.id));
    return this;
  }

  async expect(status, promise) {
    const answer = await promise;
    if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status} ${answer.text}`);
    return answer;
  }
}
