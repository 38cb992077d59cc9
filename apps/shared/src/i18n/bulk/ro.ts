import type { bulk as english } from './en';

export const bulk: Record<keyof typeof english, string> = {
  'bulk.start': 'Alege mai multe',
  'bulk.stop': 'Gata cu alegerea',
  'bulk.count': '{count|one=# contor ales|few=# contoare alese|other=# de contoare alese}',
  'bulk.all': 'Alege toate cele afișate: {count}',
  'bulk.none': 'Nu alege niciunul',
  'bulk.read': 'Cere citiri',
  'bulk.switch': 'Comută alimentarea',
  'bulk.csv': 'CSV',
  'bulk.reason': 'Motivul, păstrat cu fiecare comandă',
  'bulk.lead': 'Câte o comandă pentru fiecare contor ales: interblocările, a doua persoană și protecția sunt valabile pentru fiecare.',
  'bulk.made': '{count|one=# comandă dată|few=# comenzi date|other=# de comenzi date}',
  'bulk.skipped': '{count|one=# contor omis|few=# contoare omise|other=# de contoare omise}',
  'bulk.tooMany': 'Cel mult {count} odată.',
  'bulk.follow': 'Urmăriți-le la Comenzi',
};
