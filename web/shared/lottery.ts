// lottery.ts - the draw of the places, recomputed by anybody's browser (src/gate/draw.h says how it is drawn).

const HEX = 16;
const DIGITS = 12;

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  const pairs = hex.match(/[0-9a-f]{2}/g) ?? [];
  return new Uint8Array(pairs.map((pair) => parseInt(pair, HEX)));
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(HEX).padStart(2, '0')).join('');
}

// What must have been published before the opening, for this secret.
export async function commitmentOf(secret: string): Promise<string> {
  return hexOf(await crypto.subtle.digest('SHA-256', bytesOf(secret)));
}

// The rank of a pseudonym, 0 to 2^32 - 1; the lowest enters first.
export async function rankOf(secret: string, campaign: string, pseudonym: string): Promise<number> {
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), hash, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(`${campaign}\n${pseudonym}`));
  return new DataView(mac).getUint32(0);
}

// As it stands on a receipt, whatever a hand made of it: wide or small letters, spaces, no hyphens, O for 0. Null for
// what cannot be one.
export function pseudonymOf(typed: string): string | null {
  const letters = typed.normalize('NFKC').toUpperCase().replace(/[^0-9A-Z]/g, '');
  const digits = (letters.length > DIGITS ? letters.replace(/^R/, '') : letters).replace(/O/g, '0').replace(/[IL]/g, '1');
  const groups = /^[0-9A-HJKMNP-TV-Z]{12}$/.test(digits) ? digits.match(/.{4}/g) : null;
  return groups === null ? null : `R-${groups.join('-')}`;
}
