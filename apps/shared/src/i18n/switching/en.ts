/** From one organisation and place to another. */
export const switching = {
  'seat.switch': 'Organisation',
  'seat.here': 'you are here',
  'seat.part': '{count|one=# part|other=# parts}',
  'seat.other': 'Sign in as somebody else',
  'node.switch': 'Place',
  'node.whole': 'Whole organisation',
  'node.go': 'Show {name}',
  'node.below': 'What is below {name}',
  'node.search': 'Narrow down',
  'node.none': 'Nothing below',
  'node.here': 'Shown now',
  'clients.graphiql': 'Try documents in GraphiQL',
} as const;
