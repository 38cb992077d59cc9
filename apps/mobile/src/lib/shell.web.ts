/** Lets the page itself open without a connection; development and old browsers do without. */
export function keepShell(): void {
  if ('serviceWorker' in navigator && process.env.NODE_ENV === 'production') void navigator.serviceWorker.register('/app/sw.js').catch(() => undefined);
}
