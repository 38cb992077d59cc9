/** Actuators as the console asks for them. */
import { graphql, type ResultOf } from '../../api/graphql';

export const ACTUATORS = graphql(`
  query Actuators($after: String, $state: SupplyState, $critical: Boolean, $missing: Boolean) {
    viewer {
      actuators(first: 50, after: $after, state: $state, critical: $critical, missing: $missing) {
        edges {
          node {
            id valve declared critical noticeGivenAt state switchedAt missing
            point { id name commodity meter { id serial } premise { id name } site { id path timezone } }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
export const OF_POINT = graphql(`
  query PointActuator($id: ID!) {
    node(id: $id) { id ... on MeteringPoint { actuator { id valve declared critical noticeGivenAt state switchedAt missing } } }
  }
`);
export const SAVE = graphql(`
  mutation SaveActuator($input: SaveActuatorInput!) {
    saveActuator(input: $input) { actuator { id valve declared critical noticeGivenAt state switchedAt missing } errors { code field message } }
  }
`);

export type Listed = ResultOf<typeof ACTUATORS>['viewer']['actuators']['edges'][number]['node'];
export type Actuator = Omit<Listed, 'point'>;
