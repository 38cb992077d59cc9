/** Russian. */
import type { compare as en } from './en';

export const compare: Record<keyof typeof en, string> = {
  'group.comparison': 'Сравнение',
  'compare.lead': 'Части прямо под узлом: сколько берёт квадратный метр за тридцать дней; ни одного числа меньше чем по пяти квартирам.',
  'compare.mean': 'Весь дом',
  'compare.homes': '{count|one=# квартира|few=# квартиры|many=# квартир|other=# квартир}',
  'compare.per': '{unit} на м²',
  'compare.against': 'Против дома',
  'compare.hidden': 'известно меньше пяти квартир',
  'compare.none': 'Сравнивать нечего',
  'compare.noneLead': 'Под этим узлом меньше двух групп. Подъезды уже группы; стояки можно нарисовать группами.',
  'compare.days': '{first} – {last}',
  'compare.poster': 'Плакаты (PDF)',
  'compare.publish': 'Опубликовать',
  'compare.takeBack': 'Снять с публикации',
  'compare.public': 'Открыто всем, кто знает адрес',
  'compare.private': 'Снаружи не видно никому',
  'compare.by': 'Опубликовал {who}, {when}',
  'compare.copy': 'Скопировать адрес',
  'compare.copied': 'Скопировано',
  'compare.below': 'на {percent} меньше',
  'compare.above': 'на {percent} больше',
  'compare.part': 'Часть',
};
