/** The lost share of what was supplied: bar, icon and figure. */
import { formatPercent } from '@shared/units';
import { usePreferences } from '../../app/preferences';
import type { Tone } from '../../ui/Panel';
import { Status } from '../../ui/Status';

/** Share of what was supplied from which a node is worth a look. */
const NOTABLE = 0.04;
const STRIKING = 0.1;

export function toneOf(share: number): Tone {
  if (share >= STRIKING) return 'critical';
  return share >= NOTABLE || share < -0.02 ? 'warning' : 'ok';
}

export function Share({ share, most }: { share: number | null; most: number }) {
  const { locale } = usePreferences();
  if (share === null) return <span className="quiet">–</span>;
  const tone = toneOf(share);
  return (
    <div className="meter-line">
      <span className="bar" aria-hidden="true"><i style={{ width: `${Math.max(0, Math.min(1, share / most)) * 100}%`, background: `var(--b-${tone})` }} /></span>
      <Status tone={tone}>{formatPercent(share, locale)}</Status>
    </div>
  );
}
