// Documents to begin with. `needs` says which variables can be found out by asking.

const weekAgo = () => `${new Date(Date.now() - 7 * 864e5).toISOString().slice(0, 13)}:00:00Z`;
const thisHour = () => `${new Date().toISOString().slice(0, 13)}:00:00Z`;

export const EXAMPLES = [
  {
    name: 'Points',
    about: 'All metering points, in pages',
    query: `query Points($after: String) {
  viewer {
    tenant { id name }
    meteringPoints(first: 100, after: $after) {
      edges {
        node {
          id name commodity role
          meter { serial }
          site { id name path }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
    variables: () => ({}),
  },
  {
    name: 'Groups',
    about: 'A site and its balance groups',
    query: `query Groups($path: String!) {
  viewer {
    site(path: $path) {
      id
      name
      kind
      children { id name }
      balanceGroups { id name commodity }
    }
  }
}`,
    variables: (known) => ({ path: known.path ?? '' }),
  },
  {
    name: 'Profile',
    about: 'A week of hours of one meter or group',
    query: `query Profile(
  $id: ID!, $step: Duration!,
  $from: DateTime!, $to: DateTime!
) {
  node(id: $id) {
    ... on Metered {
      name
      commodity
      profile(
        from: $from, to: $to, step: $step,
        quantity: CONSUMPTION
      ) {
        start step timezone unit
        values quality coverage
      }
    }
  }
}`,
    variables: (known) => ({ id: known.point ?? '', from: weekAgo(), to: thisHour(), step: 'PT1H' }),
  },
  {
    name: 'Imbalance',
    about: 'Supplied, delivered, and what is between',
    query: `query Imbalance(
  $id: ID!, $from: DateTime!, $to: DateTime!
) {
  node(id: $id) {
    ... on BalanceGroup {
      name
      imbalance(from: $from, to: $to, step: "PT1H") {
        start unit
        supplied delivered imbalance coverage
      }
    }
  }
}`,
    variables: (known) => ({ id: known.group ?? '', from: weekAgo(), to: thisHour() }),
  },
  {
    name: 'Month',
    about: 'The running month and its forecast',
    query: `query Month($id: ID!) {
  node(id: $id) {
    ... on Metered {
      name
      monthToDate { soFar forecast { p10 p50 p90 } average unit }
    }
  }
}`,
    variables: (known) => ({ id: known.point ?? '' }),
  },
  {
    name: 'Delivery',
    about: 'How complete the readings came',
    query: `query Delivery(
  $id: ID!, $from: DateTime!, $to: DateTime!
) {
  node(id: $id) {
    ... on Metered {
      name
      deliveries(from: $from, to: $to) {
        expected onTime late backfilled
        manual missing percent
      }
    }
  }
}`,
    variables: (known) => ({ id: known.group ?? known.point ?? '', from: weekAgo(), to: thisHour() }),
  },
  {
    name: 'Folded',
    about: 'Told whenever new hours arrive',
    query: `subscription Folded {
  readingsFolded {
    start
    end
    groups { id name commodity }
  }
}`,
    variables: () => ({}),
  },
];

// Finds one thing of each kind, so that examples run as they are.
export const SOMETHING = `{ viewer {
  meteringPoints(first: 1) { edges { node { id site { path balanceGroups { id } } } } }
  inlets: meteringPoints(first: 1, role: INLET) { edges { node { site { balanceGroups { id } } } } }
  sites { path balanceGroups { id } children { path balanceGroups { id } } }
} }`;

export function known(data) {
  const point = data?.viewer?.meteringPoints?.edges?.[0]?.node;
  const sites = data?.viewer?.sites ?? [];
  // a site with a balance meter shows more: what it was supplied, and the difference
  const measured = data?.viewer?.inlets?.edges?.[0]?.node?.site;
  const group =
    measured?.balanceGroups?.[0] ??
    point?.site?.balanceGroups?.[0] ??
    sites.flatMap((site) => site.balanceGroups)[0];
  return { point: point?.id, path: point?.site?.path ?? sites[0]?.path, group: group?.id };
}
