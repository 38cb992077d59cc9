/** Drawing a balance group: what is asked, and the members as they are chosen. */
import { graphql, type ResultOf } from '../../api/graphql';

export const POINTS = graphql(`
  query PointsToDraw($after: String, $under: ID, $commodity: Commodity, $search: String) {
    viewer {
      meteringPoints(first: 100, after: $after, under: $under, commodity: $commodity, search: $search) {
        edges { node { id name role meter { id serial } premise { id name } site { id path } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);
export const DRAWN = graphql(`query DrawnGroups { viewer { balanceGroups { id name commodity inlets { id } members { id } } } }`);
export const GROUP = graphql(`
  query GroupToRedraw($id: ID!) {
    node(id: $id) { id ... on BalanceGroup { name commodity site { id } members { id name role meter { id serial } premise { id name } site { id path } } } }
  }
`);
export const DRAW = graphql(`mutation DrawGroup($input: DrawGroupInput!) { drawGroup(input: $input) { group { id } errors { code field message } } }`);
export const REDRAW = graphql(`mutation RedrawGroup($input: RedrawGroupInput!) { redrawGroup(input: $input) { group { id } errors { code field message } } }`);

export type Point = ResultOf<typeof POINTS>['viewer']['meteringPoints']['edges'][number]['node'];
export type Role = Point['role'];
export const ROLES: readonly Role[] = ['INLET', 'CONSUMER', 'COMMON', 'EXPORT'];

/** The chosen with some more, each once; what is chosen already keeps its role. */
export function withMore(chosen: readonly Point[], more: readonly Point[]): Point[] {
  const known = new Set(chosen.map((one) => one.id));
  return [...chosen, ...more.filter((one) => !known.has(one.id))];
}

/** Inlets first, then in the order of their names. */
export function inOrder(chosen: readonly Point[]): Point[] {
  const name = (one: Point) => one.meter?.serial ?? one.name;
  return [...chosen].sort((a, b) => Number(b.role === 'INLET') - Number(a.role === 'INLET') || name(a).localeCompare(name(b)));
}

export const placeOf = (one: Point): string => [one.site.path.split('/').at(-1), one.premise?.name].filter(Boolean).join(' · ');
