/** Why something was not done, in words where the code is known. */
import { codeOf, Fault as Told } from '@/api/acts';
import { Refusal } from '@/api/refusal';
import { useT, type Key } from '@/i18n';
import { en } from '@/i18n/en';
import { SPACE } from '@/theme/theme';
import { View } from 'react-native';
import { Icon } from './Icon';
import { T } from './Text';

export function FaultLine({ error }: { error: unknown }) {
  const t = useT();
  if (!error) return null;
  const code = codeOf(error);
  const key = `fault.${code}`;
  const told = key in en ? t(key as Key) : error instanceof Refusal && error.reason === 'offline' ? t('error.offline') : t('fault.other');
  const detail = key in en ? null : error instanceof Told ? error.message : error instanceof Refusal && error.requestId ? t('error.request', { id: error.requestId }) : null;
  return (
    <View role="alert" style={{ flexDirection: 'row', gap: SPACE.tight }}>
      <Icon name="warning" tone="critical" size={20} />
      <View style={{ flex: 1, gap: 2 }}>
        <T tone="critical">{told}</T>
        {detail && <T size="small" tone="quiet" selectable>{detail}</T>}
      </View>
    </View>
  );
}
