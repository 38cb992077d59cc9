import type { silence as english } from './en';

export const silence: Record<keyof typeof english, string> = {
  'silence.title': 'Молчит',
  'silence.over': 'Было тихо',
  'silence.heardLast': 'Последний сигнал {when}',
  'silence.acknowledged': 'Принял(а) {name}, {when}',
  'silence.behind': 'Часы не приходят от {count|one=# счётчика|few=# счётчиков|many=# счётчиков|other=# счётчика}. Концентратор хранит их и передаст, когда снова выйдет на связь.',
  'silence.step.power': 'Питание: есть ли ток в доме, цел ли предохранитель?',
  'silence.step.link': 'Связь: есть ли сигнал у модема, оплачена ли SIM?',
  'silence.step.exchange': 'Замена: новый регистрируют в разделе «Сети», он принимает каналы.',
  'silence.step.battery': 'Батарея: прогноз ниже.',
  'silence.step.hop': 'Путь: слышен ли модуль, через который он идёт?',
  'silence.step.module': 'Сам модуль: металл перед ним, вода, или его сняли.',
  'silence.meters': 'Счётчики здесь',
  'silence.gaps': 'Чего не хватает',
  'silence.endsItself': 'Тревога закончится сама, когда устройство снова услышат; исполнитель и заметка останутся в истории.',
  'silence.history': 'Прошлые: {count|one=# случай|few=# случая|many=# случаев|other=# случая}',
};
