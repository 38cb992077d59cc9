/** An invitation by the association: what it is to, and the account that is made of it. */
import { reach } from './bff';

export interface Invitation {
  tenant: string;
  home: string;
  house: string;
  name: string;
  email: string | null;
  role: 'RESIDENT' | 'DELEGATE';
  locale: string;
  movesInAt: string;
  expiresAt: string;
  /** What is agreed to, in the language that was asked for. */
  consent: { version: string; text: string };
}

export interface Claim {
  code: string;
  email: string;
  password: string;
  consent: true;
  locale: string;
}

export const look = (code: string, locale: string) => reach<Invitation>('/invitations/look', { body: { code, locale } });
export const claim = (asked: Claim) => reach<object>('/invitations/claim', { body: asked });

/** The code within what was scanned or typed: a link of an invitation, or the code itself. */
export function codeIn(text: string): string | null {
  const found = /\/invite\/([^/?#\s]+)/.exec(text)?.[1] ?? text.trim();
  const code = decodeURIComponent(found).replace(/\s+/g, '').toUpperCase();
  return /^\d[0-9A-Z-]{8,60}$/.test(code) ? code : null;
}
