import { useT } from '@/i18n';
import { AlertRules, SaveAlertRule, type AlertRulesData } from '@/api/operations.generated';
import { useAct } from '@/api/acts';
import { useAnswer } from '@/api/queries';
import { ICONS, isLimit, WATCHES, type LimitKind } from '@/alerts/words';
import { amountText, shownUnit } from '@/household/amounts';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Empty, Failure } from '@/ui/State';
import { Toggle } from '@/ui/Toggle';
import { router } from 'expo-router';

type Rule = AlertRulesData['viewer']['alertRules'][number];

export default function Rules() {
  const t = useT();
  const query = useAnswer(AlertRules, {});
  const rules = query.data?.viewer.alertRules;
  return (
    <Screen title={t('rules.title')} back="/alerts">
      {query.isError && !rules ? <Failure error={query.error} retry={() => void query.refetch()} /> : !rules ? <Skeleton height={320} /> : <Shown rules={rules} />}
    </Screen>
  );
}

function Shown({ rules }: { rules: readonly Rule[] }) {
  const t = useT();
  const online = useOnline();
  const { language, ...units } = usePreferences();
  const save = useAct(SaveAlertRule, AlertRules);
  const limits = rules.filter((rule): rule is Rule & { kind: LimitKind } => isLimit(rule.kind));
  const set = (kind: (typeof WATCHES)[number], enabled: boolean) => {
    const rule = rules.find((one) => one.kind === kind && one.owner === null) ?? rules.find((one) => one.kind === kind);
    save.mutate({ input: { kind, enabled, ...(rule ? { id: rule.id, limit: rule.limit, channels: rule.channels, ...(rule.isDefault || !rule.owner ? {} : { owner: rule.owner.id }) } : {}) } });
  };
  const limitText = (rule: Rule) => {
    if (rule.limit === null) return '';
    const { unit, factor } = shownUnit(rule.unit ?? '', rule.owner?.commodity ?? '', units);
    return amountText(rule.limit * factor, unit, language);
  };
  return (
    <>
      <FaultLine error={save.error} />
      <Card title={t('rules.limits')} flush style={{ paddingBottom: limits.length ? 4 : 16 }}>
        {limits.length === 0 && <Empty icon="gauge" title={t('rules.none.title')} lead={t('rules.none.lead')} />}
        {limits.map((rule, index) => (
          <Row
            key={rule.id}
            icon={ICONS[rule.kind]}
            title={`${t(`rules.kind.${rule.kind}`)}: ${limitText(rule)}`}
            lead={[rule.owner ? t(`commodity.${rule.owner.commodity}`) : '', rule.enabled ? '' : t('rules.off')].filter(Boolean).join(' · ')}
            onPress={() => router.push({ pathname: '/alerts/rule', params: { id: rule.id } })}
            last={index === limits.length - 1}
          />
        ))}
      </Card>
      <Button icon="plus" label={t('rules.add')} onPress={() => router.push('/alerts/rule')} disabled={!online} />
      <Card title={t('rules.watches')} lead={t('rules.watches.lead')} flush style={{ paddingBottom: 4 }}>
        {WATCHES.map((kind, index) => (
          <Toggle
            key={kind}
            icon={ICONS[kind]}
            label={t(`rules.kind.${kind}`)}
            lead={t(`rules.lead.${kind}`)}
            value={rules.some((rule) => rule.kind === kind && rule.enabled)}
            disabled={!online || save.isPending}
            onChange={(enabled) => set(kind, enabled)}
            last={index === WATCHES.length - 1}
          />
        ))}
      </Card>
    </>
  );
}
