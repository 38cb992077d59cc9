/** The state of a supply in words, and why it is not the person's to switch. */
import type { SupplyBar } from '@/api/home';
import type { Key } from '@/i18n';

export const supplyWord = (state: 'ON' | 'OFF' | null): Key => (state === 'OFF' ? 'control.off' : state === 'ON' ? 'control.on' : 'control.unknown');

/** Why not, and what can be done about it. */
export const barWords = (bar: SupplyBar): { why: Key; next: Key } => ({ why: `control.bar.${bar}`, next: `control.bar.${bar}.next` });
