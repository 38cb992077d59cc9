/** Findings of one meter, or of a balance group and everything below it. */
import { dayAndMonth } from '@shared/dates';
import { formatAmount } from '@shared/units';
import { Link } from '@tanstack/react-router';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { Status } from '../../ui/Status';
import { Confidence, FindingState } from './FindingState';

const OF = graphql(`
  query FindingsOf($id: ID!, $after: String) {
    node(id: $id) {
      id
      ... on MeteringPoint {
        findings(first: 20, after: $after) {
          edges { node { id kind state verdict since confidence energy { value unit } point { id name meter { id serial } } } }
          pageInfo { hasNextPage endCursor }
        }
      }
      ... on BalanceGroup {
        findings(first: 20, after: $after) {
          edges { node { id kind state verdict since confidence energy { value unit } point { id name meter { id serial } } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

/** `brief` tells in a line that there are none. */
export function FindingsOf({ id, zone, brief = false }: { id: string; zone: string; brief?: boolean }) {
  const { t, locale } = usePreferences();
  const paged = usePages(OF, { id }, ({ node }) => (node && 'findings' in node ? node.findings : null));
  return (
    <PagedTable
      paged={paged}
      label={t('nav.findings')}
      waits={1}
      keyOf={(node) => node.id}
      columns={[{ title: t('findings.what') }, { title: t('findings.since') }, { title: t('findings.confidence') }, { title: t('findings.loss'), number: true }, { title: t('commands.state') }]}
      row={(node) => [
        <span>
          <Link className="cell-link" to="/findings/$id" params={{ id: node.id }}>{t(`finding.${node.kind}`)}</Link>
          <span className="quiet"><br />{node.point ? (node.point.meter?.serial ?? node.point.name) : t('findings.nobody')}</span>
        </span>,
        dayAndMonth(Date.parse(node.since), zone, locale),
        <Confidence value={node.confidence} />,
        node.energy ? formatAmount(node.energy.value, node.energy.unit, locale) : '–',
        <FindingState state={node.state} verdict={node.verdict} />,
      ]}
      empty={brief ? <p className="panel-none"><Status tone="ok">{t('findings.noneHere')}</Status> <span className="hint">{t('findings.noneLead')}</span></p> : <Empty icon="ok" title={t('findings.noneHere')}>{t('findings.noneLead')}</Empty>}
    />
  );
}
