import type { silence as english } from './en';

export const silence: Record<keyof typeof english, string> = {
  'silence.title': 'Nu răspunde',
  'silence.over': 'A tăcut',
  'silence.heardLast': 'Ultimul semnal {when}',
  'silence.acknowledged': 'Preluat de {name}, {when}',
  'silence.behind': 'Nu sosesc orele de la {count|one=# contor|few=# contoare|other=# de contoare}. Concentratorul le păstrează și le trimite când este auzit din nou.',
  'silence.step.power': 'Alimentarea: are casa curent, este siguranța pusă?',
  'silence.step.link': 'Legătura: are modemul semnal, este plătită cartela SIM?',
  'silence.step.exchange': 'Înlocuire: unul nou se înregistrează la „Rețele” și preia canalele.',
  'silence.step.battery': 'Bateria: vedeți prognoza de mai jos.',
  'silence.step.hop': 'Drumul: este auzit modulul care îl releagă?',
  'silence.step.module': 'Modulul însuși: metal în față, apă, sau a fost luat.',
  'silence.meters': 'Contoarele de aici',
  'silence.gaps': 'Ce lipsește',
  'silence.endsItself': 'Alarma se încheie singură când dispozitivul este auzit din nou; responsabilul și nota rămân în istoric.',
  'silence.history': '{count|one=# tăcere încheiată|few=# tăceri încheiate|other=# de tăceri încheiate}',
};
