/** How alerts of an organisation end, cool down and escalate. */
export const terms = {
  'terms.title': 'Terms of alerts',
  'terms.hint': 'They hold for all rules of the organisation. A row that you do not change stays as the product has it.',
  'terms.limit': 'Usual limit',
  'terms.hysteresis': 'Over when this far back',
  'terms.coolDown': 'Same alert within',
  'terms.hours': 'h',
  'terms.escalates': 'Administrators are told of a critical alert that nobody acknowledged after, h',
  'terms.usual': 'as usual',
  'terms.reset': 'Back to usual',
  'terms.save': 'Save the terms',
} as const;
