// course/certificate.ts -- what stands in a certificate (Open Badges 3.0 as a VC-JWT, course/badge.h).  Only read here, for
// showing: that it is genuine says `thimble course verify`.
type Part = Record<string, any>;

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

/** The header (0) or the payload (1); {} when it is none. */
function part(jwt: string, i: number): Part {
  try {
    return JSON.parse(new TextDecoder().decode(bytesOf(jwt.split(".")[i] ?? ""))) as Part;
  } catch {
    return {};
  }
}

export function claims(jwt: string): { school: string; holder: string; did: string } {
  const body = part(jwt, 1);
  const holder = body.credentialSubject?.identifier?.[0]?.identityHash;
  return { school: body.issuer?.name ?? "", holder: holder ?? "", did: body.issuer?.id ?? "" };
}

/** SHA-256 of the issuer's open key as "AB:CD:..", as `thimble course verify --issuer` takes it; "" where a browser computes
 * none (a page that came neither from this computer nor over TLS). */
export async function fingerprint(jwt: string): Promise<string> {
  const x = part(jwt, 0).jwk?.x;
  if (!x || !globalThis.crypto?.subtle) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(String(x))));
  return [...hash].map((b) => b.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

const urls = new Map<string, string>();
/** An address under which a text can be saved as a file. */
export function saved(text: string, type: string): string {
  const known = urls.get(text);
  if (known) return known;
  const url = URL.createObjectURL(new Blob([text], { type }));
  urls.set(text, url);
  return url;
}
