/** Where a finding stands, and what an inspection said. */
import { sureness } from '@shared/units';
import { usePreferences, useT } from '../../app/preferences';
import type { Tone } from '../../ui/Panel';
import { Status } from '../../ui/Status';
import type { FindingState as State } from './documents';

const TONES: Record<State, Tone> = { NEW: 'critical', ACKNOWLEDGED: 'warning', INSPECTED: 'warning', CLOSED: 'quiet' };

export function FindingState({ state, verdict }: { state: State; verdict: 'CONFIRMED' | 'REFUTED' | null }) {
  const t = useT();
  return (
    <Status tone={TONES[state]} icon={state === 'CLOSED' ? 'ok' : state === 'NEW' ? 'critical' : 'clock'}>
      {t(`finding.state.${state}`)}
      {verdict && `, ${t(`finding.verdict.${verdict}`)}`}
    </Status>
  );
}

/** How sure: a bar of five beside the word, and the figure unless it stands there already. */
export function Confidence({ value, bare = false }: { value: number; bare?: boolean }) {
  const { t, locale } = usePreferences();
  const word = t(value >= 0.9 ? 'finding.sure' : value >= 0.7 ? 'finding.likely' : 'finding.possible');
  return (
    <span className="row sure">
      <svg width={42} height={10} aria-hidden="true">
        {[0, 1, 2, 3, 4].map((step) => (
          <rect key={step} x={step * 8.5} y={0} width={6.5} height={10} rx={2} fill={value * 5 > step + 0.5 ? 'var(--b-accent)' : 'var(--b-line)'} />
        ))}
      </svg>
      <span className="nowrap">{word}{!bare && <span className="quiet"> {sureness(value, locale)}</span>}</span>
    </span>
  );
}
