import type { offers as english } from './en';

export const offers: Record<keyof typeof english, string> = {
  'offer.title': 'Lăsate locatarilor',
  'offer.hint': 'Locatarii își găsesc canalul în aplicație, la „Adaugă un contor”, și își conectează singuri contorul.',
  'offer.open': 'Lasă locatarilor',
  'offer.other': 'Lasă altora',
  'offer.drawer': 'Lasă canalul {channel} locatarilor',
  'offer.lead': 'Contorul numără din ora în care este conectat; ce a numărat canalul înainte nu ține de nicio locuință.',
  'offer.where': 'Unde se află locuința',
  'offer.flat': 'Apartament sau magazin',
  'offer.flatNone': 'alegeți mai întâi un loc',
  'offer.flatEmpty': 'În acest loc nu este niciun apartament sau magazin.',
  'offer.do': 'Lasă',
  'offer.done': 'Lăsat: {home}',
  'offer.to': 'Locuință',
  'offer.since': 'Lăsat',
  'offer.withdraw': 'Retrage',
  'offer.withdrawSure': 'Retrage sigur',
  'offer.waits': 'lăsat: {home}',
  'offer.pulses': '{constant} impulsuri pe {unit}',
};
