/** Commands before, the newest first. */
import { amountText } from '@/household/amounts';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { Status } from '@/ui/Status';
import { dateTime } from '@shared/dates';
import { ended, failed, type Command } from './steps';

export function Past({ commands, zone }: { commands: readonly Command[]; zone: string }) {
  const t = useT();
  const { language } = usePreferences();
  const over = commands.filter(({ state }) => ended(state));
  if (over.length === 0) return null;
  return (
    <Card title={t('control.past')} flush style={{ paddingBottom: 4 }}>
      {over.map((command, index) => (
        <Row
          key={command.id}
          title={command.kind === 'SWITCH_SUPPLY' ? t(command.supply === 'OFF' ? 'control.switchOff' : 'control.switchOn') : command.kind === 'SET_LOAD_LIMIT' ? `${t('control.limit')}: ${amountText(command.limitKw ?? 0, 'kW', language)}` : t('control.read')}
          lead={dateTime(Date.parse(command.requestedAt), zone, language)}
          side={<Status tone={failed(command.state) ? 'critical' : 'ok'} word={t(failed(command.state) ? `control.state.${command.state as 'FAILED'}` : 'control.done')} />}
          last={index === over.length - 1}
        />
      ))}
    </Card>
  );
}
