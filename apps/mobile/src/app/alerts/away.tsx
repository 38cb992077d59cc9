import { useT } from '@/i18n';
import { AlertRules, DeleteAlertRule, SaveAlertRule, type AlertRulesData } from '@/api/operations.generated';
import { useAct } from '@/api/acts';
import { useAnswer } from '@/api/queries';
import { useHome } from '@/household/useHome';
import { useNow } from '@/lib/now';
import { useOnline } from '@/lib/online';
import { usePreferences } from '@/theme/preferences';
import { Button } from '@/ui/Button';
import { CalendarSheet } from '@/ui/Calendar';
import { Card } from '@/ui/Card';
import { FaultLine } from '@/ui/Fault';
import { Row } from '@/ui/Row';
import { Screen } from '@/ui/Screen';
import { Skeleton } from '@/ui/Skeleton';
import { Failure } from '@/ui/State';
import { Status } from '@/ui/Status';
import { T } from '@/ui/Text';
import { dateTime, shortDate } from '@shared/dates';
import { addDays, instantOf, iso, isoDate, today, type LocalDate } from '@shared/zones';
import { useState } from 'react';

type Rule = AlertRulesData['viewer']['alertRules'][number];

/** Tells at once when something is used in the empty home. */
export default function Away() {
  const t = useT();
  const now = useNow();
  const { home, homes } = useHome();
  const query = useAnswer(AlertRules, {});
  const ids = new Set(home?.points.map(({ id }) => id));
  const watches = query.data?.viewer.alertRules.filter(
    (rule) => rule.kind === 'AWAY' && rule.enabled && (rule.owner === null ? homes.length < 2 : ids.has(rule.owner.id)) && (rule.awayUntil === null || Date.parse(rule.awayUntil) > now),
  );
  return (
    <Screen title={t('away.title')} back="/alerts">
      {query.isError && !watches ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : !watches || !home ? (
        <Skeleton height={260} />
      ) : watches.length ? (
        <Watching watches={watches} zone={home.zone} now={now} />
      ) : (
        <Begin owners={homes.length < 2 ? [null] : home.points.map(({ id }) => id)} zone={home.zone} now={now} />
      )}
    </Screen>
  );
}

function Watching({ watches, zone, now }: { watches: readonly Rule[]; zone: string; now: number }) {
  const t = useT();
  const online = useOnline();
  const { language } = usePreferences();
  const end = useAct(DeleteAlertRule, AlertRules);
  const first = watches[0];
  const from = first?.awayFrom ? Date.parse(first.awayFrom) : null;
  const until = first?.awayUntil ? Date.parse(first.awayUntil) : null;
  // The clock here is looked at once a minute, that of the server is its own.
  const planned = from !== null && from > now + 2 * 60_000;
  const stop = async () => {
    for (const { id } of watches) await end.mutateAsync({ rule: id }).catch(() => undefined);
  };
  return (
    <Card>
      <Status tone={planned ? 'accent' : 'ok'} icon="away" word={t(planned ? 'away.planned' : 'away.watching')} />
      <T size="lead">{t('away.what')}</T>
      {from !== null && <T tone="quiet">{t('away.from', { when: dateTime(from, zone, language) })}</T>}
      {until !== null && <T tone="quiet">{t('away.until', { when: dateTime(until, zone, language) })}</T>}
      <FaultLine error={end.error} />
      <Button label={t('away.end')} icon="home" busy={end.isPending} disabled={!online} onPress={() => void stop()} />
    </Card>
  );
}

function Begin({ owners, zone, now }: { owners: readonly (string | null)[]; zone: string; now: number }) {
  const t = useT();
  const online = useOnline();
  const { language } = usePreferences();
  const first = today(zone, now);
  const [from, setFrom] = useState<LocalDate>(first);
  const [until, setUntil] = useState<LocalDate>(addDays(first, 7));
  const [picking, setPicking] = useState<'from' | 'until' | null>(null);
  const save = useAct(SaveAlertRule, AlertRules);
  const text = (date: LocalDate) => shortDate(instantOf(date, zone, 12), zone, language);
  const wrong = isoDate(until) < isoDate(from);
  const begin = async () => {
    const awayFrom = isoDate(from) === isoDate(first) ? null : iso(instantOf(from, zone));
    const awayUntil = iso(instantOf(addDays(until, 1), zone));
    for (const owner of owners) await save.mutateAsync({ input: { kind: 'AWAY', owner, awayFrom, awayUntil } }).catch(() => undefined);
  };
  const picked = (date: LocalDate) => {
    if (picking === 'from') {
      setFrom(date);
      if (isoDate(until) < isoDate(date)) setUntil(date);
    } else setUntil(date);
    setPicking(null);
  };
  return (
    <>
      <Card>
        <T size="lead">{t('away.what')}</T>
        <T tone="quiet">{t('away.how')}</T>
      </Card>
      <Card flush style={{ paddingVertical: 4 }}>
        <Row icon="calendar" title={t('away.first')} value={text(from)} onPress={() => setPicking('from')} />
        <Row icon="calendar" title={t('away.last')} value={text(until)} onPress={() => setPicking('until')} last />
      </Card>
      {wrong && <T tone="critical" role="alert">{t('away.wrong')}</T>}
      <FaultLine error={save.error} />
      <Button icon="away" label={t('away.begin')} busy={save.isPending} disabled={!online || wrong} onPress={() => void begin()} />
      <CalendarSheet key={`${picking}${isoDate(from)}`} open={picking !== null} date={picking === 'until' ? until : from} zone={zone} now={now} ahead onClose={() => setPicking(null)} onPick={picked} />
    </>
  );
}
