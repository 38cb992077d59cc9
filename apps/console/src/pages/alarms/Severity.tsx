/** How bad an alert is: icon, word and colour together. */
import { useT } from '../../app/preferences';
import type { Tone } from '../../ui/Panel';
import { Status } from '../../ui/Status';

const TONES: Record<'INFO' | 'WARNING' | 'CRITICAL', Tone> = { INFO: 'quiet', WARNING: 'warning', CRITICAL: 'critical' };

export function Severity({ value }: { value: 'INFO' | 'WARNING' | 'CRITICAL' }) {
  const t = useT();
  return <Status tone={TONES[value]}>{t(`alerts.severity.${value}`)}</Status>;
}
