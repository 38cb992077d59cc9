/** Acts on many meters at once. */
export const bulk = {
  'bulk.start': 'Choose several',
  'bulk.stop': 'Done choosing',
  'bulk.count': '{count|one=# meter chosen|other=# meters chosen}',
  'bulk.all': 'Choose all {count} shown',
  'bulk.none': 'Choose none',
  'bulk.read': 'Ask for readings',
  'bulk.switch': 'Switch supplies',
  'bulk.csv': 'CSV',
  'bulk.reason': 'Reason, kept with each order',
  'bulk.lead': 'One order for each chosen meter: interlocks, second person and breaker hold for each.',
  'bulk.made': '{count|one=# order made|other=# orders made}',
  'bulk.skipped': '{count|one=# meter left out|other=# meters left out}',
  'bulk.tooMany': 'At most {count} at once.',
  'bulk.follow': 'Follow them under Commands',
} as const;
