import type { offers as english } from './en';

export const offers: Record<keyof typeof english, string> = {
  'offer.title': 'Оставлены жильцам',
  'offer.hint': 'Жильцы находят свой канал в приложении в разделе «Добавить счётчик» и подключают счётчик сами.',
  'offer.open': 'Оставить жильцам',
  'offer.other': 'Оставить другим',
  'offer.drawer': 'Оставить канал {channel} жильцам',
  'offer.lead': 'Счётчик считает с того часа, в который он подключён; то, что канал насчитал раньше, не относится ни к чьему жилью.',
  'offer.where': 'Где находится жильё',
  'offer.flat': 'Квартира или магазин',
  'offer.flatNone': 'сначала выберите место',
  'offer.flatEmpty': 'В этом месте нет ни квартир, ни магазинов.',
  'offer.do': 'Оставить',
  'offer.done': 'Оставлено: {home}',
  'offer.to': 'Жильё',
  'offer.since': 'Оставлен',
  'offer.withdraw': 'Забрать',
  'offer.withdrawSure': 'Точно забрать',
  'offer.waits': 'оставлен: {home}',
  'offer.pulses': '{constant} имп. на {unit}',
};
