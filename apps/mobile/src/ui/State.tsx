/** What stands where nothing can be shown: an empty place with a next step, or a failure with its number. */
import { View } from 'react-native';
import { reasonOf, Refusal } from '@/api/refusal';
import { useT } from '@/i18n';
import { SPACE, useTheme } from '@/theme/theme';
import { Button } from './Button';
import { Card } from './Card';
import { Icon, type IconName } from './Icon';
import { Heading, T } from './Text';

interface EmptyProps {
  icon: IconName;
  title: string;
  lead?: string;
  action?: { label: string; onPress: () => void };
}

export function Empty({ icon, title, lead, action }: EmptyProps) {
  const { c, tint } = useTheme();
  return (
    <View style={{ alignItems: 'center', gap: SPACE.snug, paddingVertical: SPACE.wide + 8, paddingHorizontal: SPACE.wide }}>
      <View style={{ width: 72, height: 72, borderRadius: 36, backgroundColor: tint(c.accent), alignItems: 'center', justifyContent: 'center' }}>
        <Icon name={icon} size={34} tone="accent" />
      </View>
      <Heading centred>{title}</Heading>
      {lead !== undefined && <T tone="quiet" centred>{lead}</T>}
      {action && <Button label={action.label} onPress={action.onPress} style={{ marginTop: SPACE.tight, alignSelf: 'stretch' }} />}
    </View>
  );
}

const LEADS = { offline: 'error.offline', forbidden: 'error.forbidden', server: 'error.server', signedOut: 'signIn.ended' } as const;

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useT();
  const request = error instanceof Refusal ? error.requestId : null;
  return (
    <Card>
      <View role="alert" style={{ gap: SPACE.tight }}>
        <View style={{ flexDirection: 'row', alignItems: 'center', gap: SPACE.tight }}>
          <Icon name="warning" tone="critical" />
          <Heading level={3} style={{ flexShrink: 1 }}>{t('error.title')}</Heading>
        </View>
        <T tone="quiet">{t(LEADS[reasonOf(error)])}</T>
        {request && <T size="small" tone="quiet" selectable>{t('error.request', { id: request })}</T>}
      </View>
      {retry && <Button kind="plain" icon="refresh" label={t('retry')} onPress={retry} />}
    </Card>
  );
}
