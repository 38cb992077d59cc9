/** A state: icon, word and colour together. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';
import type { Tone } from './Panel';

const ICONS: Record<Tone, IconName> = { ok: 'ok', warning: 'warning', critical: 'critical', quiet: 'info' };

export function Status({ tone, children, icon }: { tone: Tone; children: ReactNode; icon?: IconName }) {
  return (
    <span className="status" data-tone={tone}>
      <Icon name={icon ?? ICONS[tone]} size={15} />
      <span>{children}</span>
    </span>
  );
}
