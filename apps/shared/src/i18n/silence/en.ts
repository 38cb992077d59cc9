/** Silent devices: since when, what to look at, who looks after it. */
export const silence = {
  'silence.title': 'Silent',
  'silence.over': 'Was silent',
  'silence.heardLast': 'Heard last {when}',
  'silence.acknowledged': 'Acknowledged by {name}, {when}',
  'silence.behind': 'No hour of {count|one=# meter|other=# meters} arrives. The concentrator keeps them, and delivers them when it is heard again.',
  'silence.step.power': 'Power: is the house supplied, is the fuse in?',
  'silence.step.link': 'Link: does the modem have a signal, is the SIM paid?',
  'silence.step.exchange': 'Exchange: a new one is claimed under Networks and takes the channels over.',
  'silence.step.battery': 'Battery: see its forecast below.',
  'silence.step.hop': 'Its way: is the module that relays it heard?',
  'silence.step.module': 'The module itself: metal in front of it, water, or taken away.',
  'silence.meters': 'Meters here',
  'silence.gaps': 'What is missing',
  'silence.endsItself': 'The alarm ends by itself when the device is heard again; assignee and note stay in its history.',
  'silence.history': '{count|one=# silence that is over|other=# silences that are over}',
} as const;
