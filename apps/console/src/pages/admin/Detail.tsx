/** What an entry of the audit log tells besides: two lines of it, all of it on a hover. */

/** Parts of an entry beside each other; what is no object is shown as it stands. */
export function detailOf(json: string): string {
  const found: unknown = JSON.parse(json);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return json;
  return Object.entries(found).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' · ');
}

export function Detail({ json }: { json: string }) {
  const told = detailOf(json);
  return <span className="hint two-lines" title={told}>{told}</span>;
}
