// operator.mjs - somebody at the console: has a password and an authenticator app.
import { createHmac } from "node:crypto";
import { once } from "node:events";

import { juncho } from "./juncho.mjs";
import { Resident } from "./resident.mjs";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_S = 30;

// RFC 6238 with SHA-1 and six digits; `secret` in base 32.
export function totp(secret, seconds = Date.now() / 1000) {
  let bits = "";
  for (const letter of secret) bits += DIGITS.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(Math.floor(seconds / STEP_S)));
  const mac = createHmac("sha1", key).update(message).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export const PASSWORD = "three windows at noon";

// Makes an operator by the command line; {code, stdout, stderr, secret}.
export async function addOperator(server, name, role, { verb = "add", password = PASSWORD } = {}) {
  const done = await juncho(
    ["operator", verb, name, ...(role ? ["--role", role] : []), "--store", server.store]
      .concat(["--key-file", `${server.directory}/juncho.key`]),
    { input: `${password}\n` },
  );
  return { ...done, secret: /secret=([A-Z2-7]+)/.exec(done.stdout)?.[1] };
}

export class Operator extends Resident {
  // Signs in; `at` moves the clock of the authenticator, in steps: each code counts once.
  signIn(name, secret, { password = PASSWORD, at = 0, now = Date.now() / 1000 } = {}) {
    const code = totp(secret, now + at * STEP_S);
    return this.post("/api/v1/console/session", { name, password, code });
  }

  // As the sandbox's own operator (admin), by the address that stands in the server's log.
  // Each address is good once; the next one is in the log a moment after the answer.
  async enterByLink(server) {
    const last = () => [...server.stderr.matchAll(/console#enter=([\w-]+)/g)].at(-1)?.[1];
    while (last() === undefined || last() === server.linkUsed) await once(server.child.stderr, "data");
    server.linkUsed = last();
    return this.post("/api/v1/console/session", { link: server.linkUsed });
  }

  leave() {
    return this.post("/api/v1/console/session", {}, {}, "DELETE");
  }
}

// Somebody new with this role, signed in. `origin`: where browsers know the server by another address.
export async function operator(server, role, name = `${role}-${process.hrtime.bigint()}`, origin = undefined) {
  const made = await addOperator(server, name, role);
  if (made.code !== 0) throw new Error(`operator add: ${made.stderr}`);
  const somebody = new Operator(server.url, { origin });
  await somebody.expect(201, somebody.signIn(name, made.secret));
  return Object.assign(somebody, { name, secret: made.secret });
}
