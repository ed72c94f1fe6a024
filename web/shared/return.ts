// return.ts - where a visitor may be sent back to: a path of this very site, and nothing else.

// The path, or "/" for anything that is none or would leave `origin`.
export function sameSite(address: string | null, origin: string): string {
  if (address === null || !/^\/(?![/\\])[\x21-\x7e]*$/.test(address)) return '/';
  const { origin: target, pathname } = new URL(address, origin);
  // "/..//other.example" stays here when it is read once, and not when it is read twice.
  return target === origin && !pathname.startsWith('//') ? address : '/';
}
