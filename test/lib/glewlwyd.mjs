// glewlwyd.mjs - Debian's glewlwyd as an identity provider, in a directory and on a port of its own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

import { freshDirectory } from "./juncho.mjs";
import { keyPair } from "./keys.mjs";
import { Resident } from "./resident.mjs";

const PROGRAM = "/usr/bin/glewlwyd";
const TABLES = "/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz";
const MODULES = "/usr/lib/glewlwyd";
const START_WAIT_MS = 20_000;
const LOOK_AGAIN_MS = 50;
const PASSWORD = "a password for tests";

export const CLIENT = "RP00000001";
export const isInstalled = existsSync(PROGRAM) && existsSync(TABLES);

// Glewlwyd cannot take port 0, so somebody else asks for a free one first.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

function configuration(port, database) {
  return `
port=${port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:${port}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="INFO"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
allow_multiple_user_per_session=true
login_api_enabled=true
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="${MODULES}/user"
client_module_path="${MODULES}/client"
user_auth_scheme_module_path="${MODULES}/scheme"
plugin_module_path="${MODULES}/plugin"
use_secure_connection=false
secure_connection_key_file="/nonexistent"
secure_connection_pem_file="/nonexistent"
secure_connection_ca_file="/nonexistent"
hash_algorithm="SHA512"
database={ type="sqlite3"; path="${database}"; };
`;
}

export class Glewlwyd {
  static async start() {
    const self = new Glewlwyd();
    const directory = freshDirectory();
    const database = join(directory, "glewlwyd.db");
    const port = await freePort();
    execFileSync("sqlite3", [database], { input: gunzipSync(readFileSync(TABLES)) });
    writeFileSync(join(directory, "glewlwyd.conf"), configuration(port, database));
    self.origin = `http://127.0.0.1:${port}`;
    self.issuer = `${self.origin}/api/oidc`;
    self.child = spawn(PROGRAM, [`--config-file=${join(directory, "glewlwyd.conf")}`], { stdio: "ignore" });
    self.gone = once(self.child, "exit");
    process.once("exit", () => self.child.kill("SIGKILL"));
    await self.answers();
    return self;
  }

  async answers() {
    const until = Date.now() + START_WAIT_MS;
    for (;;) {
      if (await new Resident(this.origin).get("/config").catch(() => undefined)) return;
      if (Date.now() > until || this.child.exitCode !== null) {
        this.child.kill("SIGKILL");
        throw new Error("glewlwyd does not answer");
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  async ask(browser, method, path, value) {
    const answer = await browser.post(path, value, {}, method);
    if (answer.status !== 200) throw new Error(`glewlwyd ${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  async configure({ redirectUri, clientKey }) {
    const admin = new Resident(this.origin);
    await this.ask(admin, "POST", "/api/auth/", { username: "admin", password: "password" });
    for (const name of ["address", "birthdate"])
      await this.ask(admin, "POST", "/api/scope/", { name, display_name: name, password_required: false });
    const people = (await admin.get("/api/mod/user/database")).json;
    const field = { multiple: false, read: true, write: true, "profile-read": true, "profile-write": false };
    Object.assign(people.parameters["data-format"], { birthdate: field, address: field });
    await this.ask(admin, "PUT", "/api/mod/user/database", people);
    await this.ask(admin, "PUT", "/api/mod/user/database/reset", {});
    await this.ask(admin, "POST", "/api/mod/plugin/", this.plugin());
    await this.ask(admin, "POST", "/api/client/", {
      client_id: CLIENT,
      name: "Juncho",
      enabled: true,
      confidential: true,
      scope: [],
      redirect_uri: [redirectUri],
      authorization_type: ["code"],
      token_endpoint_auth_method: ["private_key_jwt"],
      jwks: { keys: [clientKey] },
    });
    this.admin = admin;
  }

  plugin() {
    const { privateJwk } = keyPair("ES256", "glewlwyd-1");
    return {
      module: "oidc",
      name: "oidc",
      display_name: "OpenID Connect",
      enabled: true,
      parameters: {
        iss: this.issuer,
        "jwks-private": JSON.stringify({ keys: [privateJwk] }),
        "access-token-duration": 300,
        "refresh-token-duration": 3600,
        "code-duration": 60,
        "refresh-token-rolling": false,
        "allow-non-oidc": false,
        "auth-type-code-enabled": true,
        "auth-type-token-enabled": false,
        "auth-type-id-token-enabled": true,
        "auth-type-none-enabled": false,
        "auth-type-password-enabled": false,
        "auth-type-client-enabled": false,
        "auth-type-refresh-enabled": false,
        "subject-type": "public",
        "jwks-show": true,
        "pkce-allowed": true,
        "pkce-required": true,
        "pkce-method-plain-allowed": false,
        "request-parameter-allow": true,
        "request-maximum-exp": 3600,
        "client-jwks-parameter": "jwks",
        "name-claim": "no",
        "email-claim": "no",
        "scope-claim": "no",
        claims: [
          {
            name: "birthdate",
            "user-property": "birthdate",
            type: "string",
            mandatory: false,
            "on-demand": false,
            scope: ["birthdate"],
          },
        ],
        "address-claim": {
          type: "mandatory",
          formatted: "address",
          street_address: "",
          locality: "",
          region: "",
          postal_code: "",
          country: "",
          mandatory: false,
          scope: ["address"],
        },
      },
    };
  }

  // Makes a person; returns a browser in which that person is signed in and has agreed.
  async person(username, { birthdate, address }) {
    const scope = ["openid", "address", "birthdate"];
    const person = { username, password: PASSWORD, name: username, enabled: true, scope, birthdate, address };
    await this.ask(this.admin, "POST", "/api/user/", person);
    const browser = new Resident(this.origin);
    await this.ask(browser, "POST", "/api/auth/", { username, password: PASSWORD });
    await this.ask(browser, "PUT", `/api/auth/grant/${CLIENT}`, { scope: scope.join(" ") });
    return browser;
  }

  async stop() {
    this.child.kill("SIGTERM");
    await this.gone;
  }
}
