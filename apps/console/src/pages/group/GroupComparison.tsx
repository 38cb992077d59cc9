/** The parts of a house compared by a square metre; posters, and a page for everybody. */
import { Button } from '@mantine/core';
import { dateTime, shortDate } from '@shared/dates';
import { formatNumber, formatPercent, unitText } from '@shared/units';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { download } from '../../api/download';
import { graphql, type ResultOf } from '../../api/graphql';
import { usePreferences } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { Panel } from '../../ui/Panel';
import { Rows } from '../../ui/Rows';
import { Status } from '../../ui/Status';
import { UserErrors, type Refusal } from '../../ui/UserErrors';
import { GroupView, type Group } from './GroupViews';

const COMPARISON = graphql(`
  query Comparison($id: ID!) {
    node(id: $id) {
      id
      ... on BalanceGroup {
        comparison {
          first last unit mean homes
          groups { id name homes perM2 againstHouse }
          publication { path publishedAt publishedBy person }
        }
      }
    }
  }
`);
const PUBLISH = graphql(`mutation PublishComparison($group: ID!) { publishComparison(group: $group) { publication { path } errors { code field message } } }`);
const TAKE_BACK = graphql(`mutation TakeComparisonBack($group: ID!) { takeComparisonBack(group: $group) { errors { code field message } } }`);

type Told = Extract<NonNullable<ResultOf<typeof COMPARISON>['node']>, { comparison: unknown }>['comparison'];

export function GroupComparison() {
  const { t } = usePreferences();
  const { id } = useParams({ from: '/balances/$id/comparison' });
  return <GroupView id={id} lead={t('compare.lead')}>{(group, zone) => <Asked group={group} zone={zone} />}</GroupView>;
}

function Asked({ group, zone }: { group: Group; zone: string }) {
  const { t } = usePreferences();
  const [result, ask] = useQuery({ query: COMPARISON, variables: { id: group.id } });
  const again = () => ask({ requestPolicy: 'network-only' });
  if (result.error?.graphQLErrors[0]?.extensions.code === 'NOTHING_TO_COMPARE') return <Panel><Empty icon="balance" title={t('compare.none')}>{t('compare.noneLead')}</Empty></Panel>;
  return (
    <Answer result={result} retry={again} skeleton={420}>
      {({ node }) => (node && 'comparison' in node ? <Shown group={group} zone={zone} told={node.comparison} again={again} /> : null)}
    </Answer>
  );
}

function Shown({ group, zone, told, again }: { group: Group; zone: string; told: Told; again: () => void }) {
  const { t, locale } = usePreferences();
  const unit = unitText(told.unit, locale);
  const most = Math.max(...told.groups.map((one) => one.perM2 ?? 0), 1e-9);
  const day = (text: string) => shortDate(Date.parse(text), 'UTC', locale);
  const against = (share: number) => t(share < 1 ? 'compare.below' : 'compare.above', { percent: formatPercent(Math.abs(share - 1), locale) });
  return (
    <>
      <Publishing group={group} zone={zone} told={told} again={again} />
      <Panel flush title={t('compare.days', { first: day(told.first), last: day(told.last) })} hint={told.mean === null ? undefined : `${t('compare.mean')}: ${formatNumber(told.mean, locale)} ${t('compare.per', { unit })}, ${t('compare.homes', { count: told.homes })}`}>
        <Rows
          label={t('group.comparison')}
          columns={[{ title: t('compare.part') }, { title: t('compare.per', { unit }) }, { title: t('compare.against') }, { title: t('compare.homes', { count: 0 }).replace(/[\d\s]+/, ''), number: true }]}
          rows={told.groups.map((one) => [
            <Link to="/balances/$id" params={{ id: one.id }} search={{}}>{one.name}</Link>,
            one.perM2 === null ? <span className="quiet">{t('compare.hidden')}</span> : <span className="row"><span className="share-bar" style={{ width: `${(160 * one.perM2) / most}px` }} /> {formatNumber(one.perM2, locale)}</span>,
            one.againstHouse === null ? '–' : <Status tone={one.againstHouse <= 1 ? 'ok' : 'warning'}>{against(one.againstHouse)}</Status>,
            one.homes,
          ])}
        />
      </Panel>
    </>
  );
}

function Publishing({ group, zone, told, again }: { group: Group; zone: string; told: Told; again: () => void }) {
  const { t, locale } = usePreferences();
  const [{ fetching }, publish] = useMutation(PUBLISH);
  const [, takeBack] = useMutation(TAKE_BACK);
  const [errors, setErrors] = useState<Refusal[]>([]);
  const [copied, setCopied] = useState(false);
  const open = told.publication;
  const address = open ? new URL(open.path, location.origin).href : '';
  const settle = (error: { message: string } | undefined, refused: readonly Refusal[] | undefined) => {
    setErrors(error ? [{ code: 'FAILED', message: error.message }] : [...(refused ?? [])]);
    again();
  };
  const posters = () => download(`/documents/comparison/${encodeURIComponent(group.id)}.pdf`, `${group.name}.pdf`, locale).catch((error: Error) => setErrors([{ code: 'FAILED', message: error.message }]));
  return (
    <Panel>
      <div className="spread">
        <div>
          <Status tone={open ? 'ok' : 'quiet'}>{t(open ? 'compare.public' : 'compare.private')}</Status>
          {open && <p className="hint"><a href={address} target="_blank" rel="noreferrer">{address}</a><br />{t('compare.by', { who: open.person ?? open.publishedBy, when: dateTime(Date.parse(open.publishedAt), zone, locale) })}</p>}
        </div>
        <div className="row">
          <Button variant="default" onClick={() => void posters()}>{t('compare.poster')}</Button>
          {open && <Button variant="default" onClick={() => void navigator.clipboard.writeText(address).then(() => setCopied(true))}>{t(copied ? 'compare.copied' : 'compare.copy')}</Button>}
          {open
            ? <Button variant="default" onClick={() => void takeBack({ group: group.id }).then(({ data, error }) => settle(error, data?.takeComparisonBack.errors))}>{t('compare.takeBack')}</Button>
            : <Button loading={fetching} onClick={() => void publish({ group: group.id }).then(({ data, error }) => settle(error, data?.publishComparison.errors))}>{t('compare.publish')}</Button>}
        </div>
      </div>
      <UserErrors errors={errors} />
    </Panel>
  );
}
