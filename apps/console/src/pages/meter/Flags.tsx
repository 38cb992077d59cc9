/** What validation, sensors and status bits say of this place. */
import { dateTime } from '@shared/dates';
import { useQuery } from 'urql';
import { graphql } from '../../api/graphql';
import { usePages } from '../../api/usePages';
import { usePreferences } from '../../app/preferences';
import { Answer, Empty } from '../../ui/Answer';
import { PagedTable } from '../../ui/PagedTable';
import { Status } from '../../ui/Status';
import { evidenceText } from './evidence';

export const FLAGS = graphql(`
  query Flags($id: ID!, $after: String) {
    node(id: $id) {
      id
      ... on MeteringPoint {
        validation(first: 20, after: $after) {
          edges { node { id rule from to foundAt reviewedAt reviewedBy note evidence { name value } } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

const SENSED = graphql(`
  query Sensed($id: ID!) {
    node(id: $id) {
      id
      ... on MeteringPoint {
        events(first: 20) { edges { node { at kind value } } }
        statusPeriods(first: 20) { edges { node { status beganAt endedAt } } }
      }
    }
  }
`);

export function Flags({ id, zone, point }: { id: string; zone: string; point: { commodity: string; quantity: string } }) {
  const { t, locale } = usePreferences();
  const paged = usePages(FLAGS, { id }, ({ node }) => (node && 'validation' in node ? node.validation : null));
  const when = (text: string) => dateTime(Date.parse(text), zone, locale);
  return (
    <>
      <Sensed id={id} when={when} />
      <PagedTable
        paged={paged}
        label={t('flags.title')}
        keyOf={(node) => node.id}
        columns={[{ title: t('flags.rule') }, { title: t('flags.from') }, { title: t('flags.to') }, { title: t('flags.evidence') }]}
        row={(node) => [
          <Status tone={node.reviewedAt ? 'quiet' : 'warning'}>{t(`rule.${node.rule}`)}</Status>,
          when(node.from),
          when(node.to),
          <>
            {evidenceText(node, point, t, locale)}
            {node.reviewedAt && <span className="quiet"><br />{t('doubt.reviewed', { who: node.reviewedBy ?? t('doubt.program'), when: when(node.reviewedAt) })}{node.note && `: ${node.note}`}</span>}
          </>,
        ]}
        empty={<Empty icon="ok" title={t('flags.none')}>{t('flags.noneLead')}</Empty>}
      />
    </>
  );
}

function Sensed({ id, when }: { id: string; when: (text: string) => string }) {
  const { t } = usePreferences();
  const [result, again] = useQuery({ query: SENSED, variables: { id } });
  return (
    <Answer result={result} retry={() => again({ requestPolicy: 'network-only' })} skeleton={48}>
      {({ node }) => {
        if (!node || !('events' in node)) return null;
        const events = node.events.edges.map((edge) => edge.node);
        const periods = node.statusPeriods.edges.map((edge) => edge.node);
        if (events.length + periods.length === 0) return null;
        return (
          <ul className="sensed">
            {periods.map((one) => (
              <li key={`${one.status}${one.beganAt}`}>
                <Status tone="critical">{t(`status.${one.status}`)}</Status> {when(one.beganAt)} – {when(one.endedAt)}
              </li>
            ))}
            {events.map((one) => (
              <li key={`${one.kind}${one.at}`}>
                <Status tone="warning">{t(`event.${one.kind}`)}</Status> {when(one.at)}{one.value !== null && ` · ${one.value}`}
              </li>
            ))}
          </ul>
        );
      }}
    </Answer>
  );
}
