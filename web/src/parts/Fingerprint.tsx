// Fingerprint.tsx -- the certificate's SHA-256, in lines of eight so that two people can compare it.

export function Fingerprint({ label, value }: { label: string; value: string }) {
  const bytes = value.split(":");
  const lines = [0, 8, 16, 24].map((i) => bytes.slice(i, i + 8).join(" "));
  return (
    <figure class="fingerprint">
      <figcaption>{label}</figcaption>
      <code dir="ltr">
        {lines.map((line) => (
          <span key={line}>{line} </span>
        ))}
      </code>
    </figure>
  );
}
