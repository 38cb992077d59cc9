import { useT } from '@/i18n';
import { AlertRules, DeleteAlertRule, SaveAlertRule, type AlertRulesData } from '@/api/operations.generated';
import { useAct } from '@/api/acts';
import { useAnswer } from '@/api/queries';
import { isLimit, LIMITS, type LimitKind } from '@/alerts/words';
import { shownUnit, unitWord } from '@/household/amounts';
import type { Home, MeteringPoint } from '@/household/homes';
import { PointChips } from '@/household/PointChips';
import { useHome } from '@/household/useHome';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Field, numberIn } from '@/ui/Field';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Failure } from '@/ui/State';
import { T } from '@/ui/Text';
import { Toggle } from '@/ui/Toggle';
import { formatNumber } from '@shared/units';
import { router, useLocalSearchParams } from 'expo-router';
import { useState } from 'react';
import { View } from 'react-native';

type Rule = AlertRulesData['viewer']['alertRules'][number];

/** A limit of a day, an hour or a month: made new, or changed. */
export default function RuleScreen() {
  const t = useT();
  const { id } = useLocalSearchParams<{ id?: string }>();
  const { home, homes } = useHome();
  const query = useAnswer(AlertRules, {});
  const rule = query.data?.viewer.alertRules.find((one) => one.id === id);
  const owned = homes.find(({ points }) => points.some((point) => point.id === rule?.owner?.id)) ?? home;
  const ready = owned && (id === undefined || rule);
  return (
    <Screen title={t(id === undefined ? 'rules.add' : 'rules.change')} back="/alerts/rules">
      {ready ? <Form key={rule?.id ?? 'new'} home={owned} {...(rule ? { rule } : {})} /> : query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Skeleton height={360} />}
    </Screen>
  );
}

function Form({ home, rule }: { home: Home; rule?: Rule }) {
  const t = useT();
  const online = useOnline();
  const preferences = usePreferences();
  const { language } = preferences;
  const [pointId, setPoint] = useState(rule?.owner?.id ?? home.points[0]?.id ?? '');
  const point = home.points.find(({ id }) => id === pointId) ?? home.points[0];
  const shown = shownUnit(point ? unitOf(point) : '', point?.commodity ?? '', preferences);
  const [kind, setKind] = useState<LimitKind>(rule && isLimit(rule.kind) ? rule.kind : 'DAY_LIMIT');
  const [limit, setLimit] = useState(rule?.limit == null ? '' : formatNumber(rule.limit * shown.factor, language, 3));
  const [enabled, setEnabled] = useState(rule?.enabled ?? true);
  const [tried, setTried] = useState(false);
  const save = useAct(SaveAlertRule, AlertRules);
  const remove = useAct(DeleteAlertRule, AlertRules);
  const value = numberIn(limit);
  const wrong = tried && (value === null || value <= 0) ? t('rules.limit.wrong') : null;
  const leave = () => router.dismissTo('/alerts/rules');
  const keep = () => {
    setTried(true);
    if (value === null || value <= 0 || !point) return;
    save.mutate({ input: { kind, enabled, owner: point.id, limit: value / shown.factor, ...(rule ? { id: rule.id, channels: rule.channels } : {}) } }, { onSuccess: leave });
  };
  return (
    <>
      <PointChips home={home} value={point?.id ?? ''} onChange={setPoint} />
      <Card flush style={{ paddingVertical: 4 }}>
        <View role="radiogroup" aria-label={t('rules.limits')}>
          {LIMITS.map((one, index) => <Row key={one} title={t(`rules.kind.${one}`)} lead={t(`rules.lead.${one}`)} chosen={one === kind} onPress={() => setKind(one)} last={index === LIMITS.length - 1} />)}
        </View>
      </Card>
      <Card>
        <Field label={t('rules.limit')} value={limit} onChangeText={setLimit} inputMode="decimal" unit={unitWord(shown.unit, language)} wrong={wrong} onSubmitEditing={keep} />
        <T size="small" tone="quiet">{t('rules.told')}</T>
      </Card>
      <Card flush style={{ paddingVertical: 4 }}>
        <Toggle label={t('rules.enabled')} value={enabled} onChange={setEnabled} last />
      </Card>
      <FaultLine error={save.error ?? remove.error} />
      <Button label={t('save')} busy={save.isPending} disabled={!online} onPress={keep} />
      {rule && <Button kind="quiet" icon="trash" label={t('rules.remove')} busy={remove.isPending} disabled={!online} onPress={() => remove.mutate({ rule: rule.id }, { onSuccess: leave })} />}
    </>
  );
}

function unitOf(point: MeteringPoint): string {
  if (point.quantity === 'REACTIVE') return 'kvarh';
  return point.commodity === 'ELECTRICITY' || point.commodity === 'HEAT' ? 'kWh' : 'm3';
}
