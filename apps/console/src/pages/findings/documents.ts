/** What the queue and the page of a finding ask for. */
import { graphql, type ResultOf } from '../../api/graphql';

export const FINDINGS = graphql(`
  query Findings($after: String, $states: [FindingState!], $kinds: [FindingKind!], $under: ID, $commodity: Commodity, $order: FindingOrder!) {
    viewer {
      findings(first: 50, after: $after, states: $states, kinds: $kinds, under: $under, commodity: $commodity, order: $order) {
        edges {
          node {
            id kind state verdict commodity since seenAt closedAt confidence
            energy { value unit }
            money { amount currency }
            point { id name meter { id serial } premise { id name } }
            group { id name }
            site { id name path timezone }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const FINDING = graphql(`
  query Finding($id: ID!, $locale: String) {
    node(id: $id) {
      id
      ... on Finding {
        kind state verdict commodity since seenAt openedAt closedAt confidence reason(locale: $locale) advice(locale: $locale) causes(locale: $locale)
        energy { value unit } energyLow { value unit } energyHigh { value unit } flow { value unit }
        money { amount currency }
        figures { name value }
        point { id name meter { id serial } premise { id name } }
        group { id name }
        site { id name path timezone address { line } }
        evidence { name start step unit values }
        candidates { kind likelihood place why(locale: $locale) point { id name meter { id serial } premise { id name } } }
        transitions { at actor person state verdict kind note }
      }
    }
  }
`);

export const ACKNOWLEDGE = graphql(`mutation AcknowledgeFinding($input: AcknowledgeFindingInput!) { acknowledgeFinding(input: $input) { finding { id state } errors { code field message } } }`);
export const INSPECT = graphql(`mutation InspectFinding($input: InspectFindingInput!) { inspectFinding(input: $input) { finding { id state verdict } errors { code field message } } }`);
export const CLOSE = graphql(`mutation CloseFinding($input: CloseFindingInput!) { closeFinding(input: $input) { finding { id state } errors { code field message } } }`);
export const RAISED = graphql(`subscription FindingRaised { findingRaised { id kind state } }`);

type Queue = ResultOf<typeof FINDINGS>['viewer']['findings'];
export type FindingRow = Queue['edges'][number]['node'];
export type FindingNode = Extract<NonNullable<ResultOf<typeof FINDING>['node']>, { evidence: unknown }>;
export type FindingState = FindingRow['state'];
export type FindingKind = FindingRow['kind'];
export const STATES: readonly FindingState[] = ['NEW', 'ACKNOWLEDGED', 'INSPECTED', 'CLOSED'];
export const OPEN_STATES: readonly FindingState[] = ['NEW', 'ACKNOWLEDGED', 'INSPECTED'];
