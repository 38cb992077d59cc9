/** The own threshold: the power above which secondary loads are dropped, set with a second thought. */
import type { SupplyOfData } from '@/api/operations.generated';
import { unitWord } from '@/household/amounts';
import { useT } from '@/i18n';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Field, numberIn } from '@/ui/Field';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { formatNumber } from '@shared/units';
import { useState } from 'react';
import { Confirm } from './Confirm';

type Supply = Pick<NonNullable<SupplyOfData['node']>['supply'], 'limitKw' | 'mostKw'>;

/** The least that may be set: less would disconnect. */
const LEAST_KW = 0.1;
/** More than any home takes: a slip of the finger. */
const MOST_KW = 100;

export function LimitCard({ supply, disabled, onSet }: { supply: Supply; disabled: boolean; onSet: (limitKw: number) => void }) {
  const t = useT();
  const { language } = usePreferences();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const most = supply.mostKw ?? MOST_KW;
  const kw = numberIn(text);
  const good = kw !== null && kw >= LEAST_KW && kw <= most;
  const write = (value: number) => formatNumber(value, language);
  const set = () => {
    setTried(true);
    if (good) setAsking(true);
  };
  return (
    <Card title={t('control.limit')} lead={t('control.limit.lead')}>
      <Status tone="quiet" icon="gauge" word={supply.limitKw === null ? t('control.limit.none') : t('control.limit.now', { limit: write(supply.limitKw) })} />
      {supply.mostKw !== null && <T size="small" tone="quiet">{t('control.limit.most', { limit: write(supply.mostKw) })}</T>}
      <Field label={t('control.limit.at')} value={text} onChangeText={setText} inputMode="decimal" unit={unitWord('kW', language)} wrong={tried && !good ? t('control.limit.wrong', { low: write(LEAST_KW), high: write(most) }) : null} onSubmitEditing={set} />
      <Button kind="plain" label={t('control.limit.set')} disabled={disabled || text.trim() === ''} onPress={set} />
      <Confirm
        open={asking}
        title={t('control.limit.set')}
        lead={t('control.limit.confirm', { limit: write(kw ?? 0) })}
        word={t('control.word.limit')}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          setText('');
          setTried(false);
          if (kw !== null) onSet(kw);
        }}
      />
    </Card>
  );
}
