/** Files to keep: what the back end sets as a document, and tables as they are shown. */
import * as session from '../auth/session';

function keep(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Fetches a document of the back end in a language; what it refused is thrown with its code. */
export async function download(path: string, name: string, locale: string): Promise<void> {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${await session.token()}`, 'Accept-Language': locale } });
  if (!answer.ok) {
    const told = (await answer.json().catch(() => ({}))) as { errors?: { message: string }[] };
    throw new Error(told.errors?.[0]?.message ?? `HTTP ${answer.status}`);
  }
  keep(await answer.blob(), name);
}

/** A table as CSV (RFC 4180), with the mark by which spreadsheets know UTF-8. */
export function csv(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cell = (value: unknown) => {
    const text = String(value ?? '');
    // A spreadsheet would run what begins like a formula.
    const safe = /^[=+@]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\uFEFF${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

export function keepTable(columns: readonly string[], rows: readonly (readonly unknown[])[], name: string): void {
  keep(new Blob([csv(columns, rows)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`);
}
