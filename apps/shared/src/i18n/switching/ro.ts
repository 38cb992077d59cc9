import type { switching as english } from './en';

export const switching: Record<keyof typeof english, string> = {
  'seat.switch': 'Organizație',
  'seat.here': 'sunteți aici',
  'seat.part': '{count|one=# parte|few=# părți|other=# de părți}',
  'seat.other': 'Autentificare cu alt cont',
  'node.switch': 'Loc',
  'node.whole': 'Toată organizația',
  'node.go': 'Arată {name}',
  'node.below': 'Ce cuprinde {name}',
  'node.search': 'Restrânge',
  'node.none': 'Nimic mai jos',
  'node.here': 'Afișat acum',
  'clients.graphiql': 'Încercați documente în GraphiQL',
};
