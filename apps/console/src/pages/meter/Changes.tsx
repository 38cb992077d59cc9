/** Who corrected readings here, when, why, and what it changed. */
import { dateTime } from '@shared/dates';
import { formatNumber } from '@shared/units';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { Actor } from '../../ui/Actor';
import { Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';

const CHANGES = graphql(`
  query Changes($id: ID!, $after: String) {
    node(id: $id) {
      id
      ... on MeteringPoint {
        readingChanges(first: 20, after: $after) {
          edges { node { id reason actor person recordedAt differences { hour before after } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

export function Changes({ id, zone }: { id: string; zone: string }) {
  const { t, locale } = usePreferences();
  const paged = usePages(CHANGES, { id }, ({ node }) => (node && 'readingChanges' in node ? node.readingChanges : null));
  const amount = (value: number | null) => (value === null ? '–' : formatNumber(value, locale, 3));
  return (
    <PagedTable
      paged={paged}
      label={t('changes.title')}
      keyOf={(node) => node.id}
      columns={[{ title: t('changes.when') }, { title: t('changes.who') }, { title: t('reason') }, { title: t('changes.hours') }, { title: t('changes.effect') }]}
      row={(node) => [
        dateTime(Date.parse(node.recordedAt), zone, locale),
        <Actor actor={node.actor} person={node.person} />,
        node.reason,
        node.differences.length,
        <span className="nowrap">
          {node.differences.slice(0, 2).map((one) => (
            <span key={one.hour} style={{ display: 'block' }}>
              {dateTime(Date.parse(one.hour), zone, locale)}: {amount(one.before)} → <strong>{amount(one.after)}</strong>
            </span>
          ))}
          {node.differences.length > 2 && t('changes.more', { count: node.differences.length - 2 })}
        </span>,
      ]}
      empty={<Empty icon="edit" title={t('changes.none')}>{t('changes.noneLead')}</Empty>}
    />
  );
}
