import { AlertRow } from '@/alerts/AlertRow';
import { useInbox } from '@/alerts/useInbox';
import { useHome } from '@/household/useHome';
import { useT } from '@/i18n';
import { useNow } from '@/lib/now';
import { Card } from '@/ui/Card';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { T } from '@/ui/Text';
import { router } from 'expo-router';

export default function AlertsScreen() {
  const t = useT();
  const now = useNow();
  const { may } = useHome();
  const { query, alerts, open, more } = useInbox();
  const past = alerts.filter(({ closedAt }) => closedAt !== null);
  return (
    <Screen title={t('tab.alerts')}>
      {may('alerts:write') && (
        <Card flush style={{ paddingVertical: 4 }}>
          <Row icon="gauge" title={t('rules.title')} lead={t('rules.lead')} onPress={() => router.push('/alerts/rules')} />
          <Row icon="away" title={t('away.title')} lead={t('away.lead')} onPress={() => router.push('/alerts/away')} />
          <Row icon="moon" title={t('quiet.title')} lead={t('quiet.lead')} onPress={() => router.push('/alerts/quiet')} last />
        </Card>
      )}
      {query.isError && !query.data ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : !query.data ? (
        <Skeleton height={260} />
      ) : alerts.length === 0 ? (
        <Card>
          <Empty icon="ok" title={t('alerts.none.title')} lead={t('alerts.none.lead')} {...(may('alerts:write') ? { action: { label: t('rules.add'), onPress: () => router.push('/alerts/rule') } } : {})} />
        </Card>
      ) : (
        <>
          {open.length > 0 && (
            <Card title={t('alerts.open')} flush style={{ paddingBottom: 4 }}>
              {open.map((alert, index) => <AlertRow key={alert.id} alert={alert} now={now} last={index === open.length - 1} />)}
            </Card>
          )}
          {past.length > 0 && (
            <Card title={t('alerts.past')} flush style={{ paddingBottom: 4 }}>
              {past.map((alert, index) => <AlertRow key={alert.id} alert={alert} now={now} last={index === past.length - 1} />)}
            </Card>
          )}
          {more && <T size="small" tone="quiet" centred>{t('alerts.newest', { count: alerts.length })}</T>}
        </>
      )}
    </Screen>
  );
}
