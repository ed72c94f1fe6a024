// keys.mjs - key pairs and tokens for tests, by node's own cryptography.
import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { freshDirectory } from "./juncho.mjs";

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

// RFC 7638: the name of a key by its own parts, as Juncho names a key that has no other.
function thumbprint({ crv, e, kty, n, x, y }) {
  const parts = kty === "EC" ? { crv, kty, x, y } : { e, kty, n };
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

// A key pair for "ES256" or "RS256": {pem, privateJwk, publicJwk}.
export function keyPair(algorithm, kid = undefined) {
  const { privateKey, publicKey } =
    algorithm === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = publicKey.export({ format: "jwk" });
  const about = { alg: algorithm, use: "sig", kid: kid ?? thumbprint(jwk) };
  return {
    pem: privateKey.export({ type: "pkcs8", format: "pem" }),
    privateJwk: { ...privateKey.export({ format: "jwk" }), ...about },
    publicJwk: { ...jwk, ...about },
  };
}

// The path of a file that holds the private key.
export function keyFile(pair) {
  const path = join(freshDirectory(), "client-key.pem");
  writeFileSync(path, pair.pem, { mode: 0o600 });
  return path;
}

// A token over these claims, with a header of one's own choice.
export function signToken(claims, jwk, header = { alg: jwk.alg, kid: jwk.kid }) {
  const text = `${base64url(header)}.${base64url(claims)}`;
  if (jwk === undefined || header.alg === "none") return `${text}.`;
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

export function readToken(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}
