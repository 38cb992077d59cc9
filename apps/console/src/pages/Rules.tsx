/** What a person is told of, and how: rules about places and meters, quiet hours, the digest. */
import { Button, Switch } from '@mantine/core';
import { dateTime } from '@shared/dates';
import { formatNumber, unitText } from '@shared/units';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { usePreferences, useT } from '../app/preferences';
import { useZone } from '../app/viewer';
import { Answer, Empty } from '../ui/Answer';
import { PageHead, Panel } from '../ui/Panel';
import { SureButton } from '../ui/SureButton';
import { UserErrors, type Refusal } from '../ui/UserErrors';
import { DELETE, RULES, SAVE, usualLimit, type Rule, type Terms } from './rules/documents';
import { RuleForm } from './rules/RuleForm';
import { Told } from './rules/Told';

export function Rules() {
  const t = useT();
  const { about } = useSearch({ from: '/rules' });
  const navigate = useNavigate({ from: '/rules' });
  const [result, again] = useQuery({ query: RULES, requestPolicy: 'cache-and-network' });
  const [editing, setEditing] = useState<Rule | 'new' | null>(about ? 'new' : null);
  const retry = () => again({ requestPolicy: 'network-only' });
  const close = () => {
    setEditing(null);
    if (about) void navigate({ search: {}, replace: true });
  };
  return (
    <>
      <PageHead title={t('nav.rules')} lead={t('rules.lead')} actions={<Button onClick={() => setEditing('new')}>{t('rules.add')}</Button>} />
      <Panel flush title={t('rules.mine')}>
        <Answer result={result} retry={retry} skeleton={624} shape="rows">
          {({ viewer }) => (viewer.alertRules.length === 0
            ? <Empty icon="alarm" title={t('rules.none')}>{t('rules.noneLead')}</Empty>
            : <Table rules={viewer.alertRules} terms={viewer.alertTerms.kinds} edit={setEditing} again={retry} />)}
        </Answer>
      </Panel>
      <Told />
      {editing && (
        <RuleForm
          key={editing === 'new' ? 'new' : editing.id}
          rule={editing === 'new' ? null : editing}
          about={about ?? null}
          terms={result.data?.viewer.alertTerms.kinds ?? []}
          close={close}
          done={() => { close(); retry(); }}
        />
      )}
    </>
  );
}

function Table({ rules, terms, edit, again }: { rules: readonly Rule[]; terms: Terms; edit: (rule: Rule) => void; again: () => void }) {
  const t = useT();
  const [errors, setErrors] = useState<Refusal[]>([]);
  return (
    <>
      <UserErrors errors={errors} />
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('rules.mine')}>
        <table className="table cards">
          <thead>
            <tr>{(['rules.on', 'rules.what', 'rules.about', 'rules.limit', 'rules.by'] as const).map((key) => <th key={key} scope="col">{t(key)}</th>)}<th><span className="sr">{t('rules.edit')}</span></th></tr>
          </thead>
          <tbody>{rules.map((rule) => <Row key={rule.id} rule={rule} terms={terms} edit={edit} again={again} refused={setErrors} />)}</tbody>
        </table>
      </div>
    </>
  );
}

function Row({ rule, terms, edit, again, refused }: { rule: Rule; terms: Terms; edit: (rule: Rule) => void; again: () => void; refused: (errors: Refusal[]) => void }) {
  const t = useT();
  const [{ fetching }, save] = useMutation(SAVE);
  const [{ fetching: removing }, remove] = useMutation(DELETE);
  const kind = t(`alert.${rule.kind}`);
  const judge = (error: { message: string } | undefined, found: Refusal[] | undefined) => {
    refused(error ? [{ code: 'FAILED', message: error.message }] : (found ?? []));
    again();
  };
  const turn = async (enabled: boolean) => {
    const { kind: what, id, limit, awayFrom, awayUntil, channels } = rule;
    const subject = rule.isDefault ? {} : { owner: rule.owner?.id ?? null, site: rule.site?.id ?? null };
    const { data, error } = await save({ input: { id, kind: what, enabled, limit, awayFrom, awayUntil, channels, ...subject } });
    judge(error, data?.saveAlertRule.errors);
  };
  const forget = async () => {
    const { data, error } = await remove({ rule: rule.id });
    judge(error, data?.deleteAlertRule.errors);
  };
  return (
    <tr>
      <td><Switch aria-label={`${kind}: ${t('rules.on')}`} checked={rule.enabled} disabled={fetching} onChange={(event) => void turn(event.currentTarget.checked)} /></td>
      <td className="card-name"><strong>{kind}</strong>{rule.isDefault && <><br /><span className="hint">{t('rules.standard')}</span></>}</td>
      <td data-label={t('rules.about')}><About rule={rule} /></td>
      <td className="nowrap" data-label={t('rules.limit')}><Limit rule={rule} terms={terms} /></td>
      <td data-label={t('rules.by')}>{rule.channels.length === 0 ? <span className="quiet">{t('rules.silent')}</span> : rule.channels.map((one) => t(`rules.${one}`)).join(', ')}</td>
      <td>
        <div className="row row-end nowrap">
          <Button size="xs" variant="default" onClick={() => edit(rule)}>{t('rules.edit')}<span className="sr"> {kind}</span></Button>
          {!rule.isDefault && <SureButton sure={t('rules.removeSure')} loading={removing} act={() => void forget()}>{t('rules.remove')}</SureButton>}
        </div>
      </td>
    </tr>
  );
}

function About({ rule: { owner, site } }: { rule: Rule }) {
  const t = useT();
  if (owner?.__typename === 'MeteringPoint') return <Link className="cell-link" to="/meters/$id" params={{ id: owner.id }} search={{}}>{owner.meter?.serial ?? owner.name}</Link>;
  if (owner?.__typename === 'BalanceGroup') return <Link className="cell-link" to="/balances/$id" params={{ id: owner.id }} search={{}}>{owner.name}</Link>;
  if (site) return <Link className="cell-link" to="/sites" search={{ path: site.path }}>{site.path.split('/').slice(-2).join(' · ')}</Link>;
  return <>{t('rules.all')}</>;
}

function Limit({ rule, terms }: { rule: Rule; terms: Terms }) {
  const { t, locale } = usePreferences();
  const zone = useZone();
  const usual = usualLimit(terms, rule.kind as Parameters<typeof usualLimit>[1]);
  const limit = rule.limit ?? usual;
  return (
    <>
      {limit === null ? '–' : `${formatNumber(limit, locale)} ${rule.unit ? unitText(rule.unit, locale) : ''}`}
      {rule.limit === null && usual !== null && <span className="hint"> {t('rules.usual')}</span>}
      {rule.awayUntil && <><br /><span className="hint">{dateTime(Date.parse(rule.awayUntil), zone, locale)}</span></>}
    </>
  );
}
