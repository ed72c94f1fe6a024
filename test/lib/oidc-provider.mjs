// oidc-provider.mjs - an identity provider that others wrote (npm oidc-provider, certified by the OpenID
// Foundation), with a door through which a test changes what it answers.
import { createServer } from "node:http";

import Provider from "oidc-provider";

import { keyPair } from "./keys.mjs";

export const CLIENT = "RP00000001";

// What somebody is called decides who it is; everybody lives in Hachioji but those named otherwise.
const PEOPLE = {
  minor: { birthdate: `${new Date().getUTCFullYear() - 13}-01-01` },
  outside: { address: { formatted: "千葉県浦安市猫実一丁目1番1号" } },
};

// Those who work in the city: what the organisation says of them.
export const STAFF = {};

function claimsOf(person) {
  if (person in STAFF) return { sub: person, ...STAFF[person] };
  return {
    sub: person,
    birthdate: "1990-05-05",
    address: { formatted: "東京都八王子市元本郷町三丁目24番1号" },
    ...PEOPLE[person.split("-")[0]],
  };
}

export class IdentityProvider {
  // `tamper(path, {status, type, body})` may change an answer on its way; `person` is who comes next.
  static async start() {
    const self = new IdentityProvider();
    self.server = createServer((request, response) => self.answer(request, response));
    await new Promise((resolve) => self.server.listen(0, "127.0.0.1", resolve));
    self.issuer = `http://127.0.0.1:${self.server.address().port}`;
    self.keys = [keyPair("ES256", "op-es256"), keyPair("RS256", "op-rs256"), keyPair("RS256", "op-ps256")];
    self.keys[2].privateJwk.alg = "PS256";
    self.configured = new Promise((resolve) => (self.isConfigured = resolve));
    return self;
  }

  // Registers the client; before this, only the issuer is known.
  configure({ redirectUri, clientKey, secret, idTokenAlgorithm = "ES256", assertionAlgorithm }) {
    this.person = "resident-1";
    this.provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT,
          redirect_uris: [redirectUri],
          response_types: ["code"],
          grant_types: ["authorization_code"],
          id_token_signed_response_alg: idTokenAlgorithm,
          ...(secret
            ? { token_endpoint_auth_method: "client_secret_post", client_secret: secret }
            : { token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: assertionAlgorithm, jwks: { keys: [clientKey] } }),
        },
      ],
      jwks: { keys: this.keys.map(({ privateJwk }) => privateJwk) },
      cookies: { keys: ["only for tests"] },
      pkce: { required: () => true },
      scopes: ["openid", "profile", "email"],
      claims: { openid: ["sub"], profile: ["roles"], email: ["email", "email_verified"], address: ["address"], birthdate: ["birthdate"] },
      enabledJWA: {
        idTokenSigningAlgValues: ["ES256", "RS256", "PS256"],
        clientAuthSigningAlgValues: ["ES256", "RS256"],
      },
      features: { devInteractions: { enabled: false } },
      findAccount: (_, person) => ({ accountId: person, claims: () => claimsOf(person) }),
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    });
    this.faults = [];
    this.provider.on("grant.error", (_, error) => this.faults.push(error.error_detail ?? error.message));
    this.callback = this.provider.callback();
    this.isConfigured();
  }

  async answer(request, response) {
    await this.configured; // Juncho asks for keys and endpoints as soon as it starts
    if (request.url.startsWith("/interaction/")) return this.interact(request, response);
    if (this.tamper) this.tap(request, response);
    return this.callback(request, response);
  }

  // Says at once who it is, or that it was cancelled.
  async interact(request, response) {
    const { params } = await this.provider.interactionDetails(request, response);
    let result = { error: "access_denied", error_description: "The user cancelled" };
    if (this.person !== null) {
      const grant = new this.provider.Grant({ accountId: this.person, clientId: params.client_id });
      grant.addOIDCScope(params.scope);
      result = { login: { accountId: this.person }, consent: { grantId: await grant.save() } };
    }
    await this.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  tap(request, response) {
    const end = response.end.bind(response);
    const path = new URL(request.url, this.issuer).pathname;
    response.end = (body, ...rest) => {
      const changed = this.tamper(path, body === undefined ? undefined : body.toString(), response);
      if (changed === undefined) return end(body, ...rest);
      response.setHeader("content-length", Buffer.byteLength(changed));
      return end(changed);
    };
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
