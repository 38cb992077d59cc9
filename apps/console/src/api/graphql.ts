/** Typed documents: the types come from the schema that the back end prints. */
import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema.generated';

export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    DateTime: string;
    Date: string;
    Decimal: string;
    Duration: string;
    SeriesArray: (number | null)[];
  };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
export { readFragment } from 'gql.tada';
