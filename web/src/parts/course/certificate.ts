// course/certificate.ts -- what stands in a certificate (Open Badges 3.0 as a VC-JWT).  Only read here, for showing: that
// it is genuine says `thimble course verify`.
type Claims = { issuer: string; issuerName: string | null; holder: string | null };

function part(jwt: string, i: number): Record<string, any> {
  try {
    const text = (jwt.split(".")[i] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, any>;
  } catch {
    return {};
  }
}

export function claims(jwt: string): Claims {
  const head = part(jwt, 0);
  const body = part(jwt, 1);
  const vc = body.vc ?? body; // version 2 of the data model has no wrapping
  const issuer = vc.issuer ?? body.iss;
  const subject = vc.credentialSubject ?? {};
  return {
    issuer: String((typeof issuer === "object" ? issuer?.id : issuer) ?? head.kid ?? ""),
    issuerName: (typeof issuer === "object" && issuer?.name) || null,
    holder: subject.name ?? subject.identifier?.[0]?.identityHash ?? null,
  };
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
