/** Russian. */
import type { map as en } from './en';

export const map: Record<keyof typeof en, string> = {
  'map.lead': 'Каждый дом с открытыми тревогами и находками; круг собирает слишком близкие и окрашен по худшему.',
  'map.schematic': 'Без подложки: линии соединяют дома одной улицы, сторона квадрата {length}. Подложка задаётся в организации.',
  'map.show': 'Показать',
  'map.all': 'Все дома',
  'map.wrong': 'Что-то не так',
  'map.silent': 'Молчащие устройства',
  'map.found': 'Находки',
  'map.houses': '{count|one=# дом|few=# дома|many=# домов|other=# домов}',
  'map.ok': 'ничего открытого',
  'map.concentrators': '{count|one=# молчащий концентратор|few=# молчащих концентратора|many=# молчащих концентраторов|other=# молчащих концентраторов}',
  'map.devices': '{count|one=# молчащее устройство|few=# молчащих устройства|many=# молчащих устройств|other=# молчащих устройств}',
  'map.findings': '{count|one=# находка|few=# находки|many=# находок|other=# находок}',
  'map.lost': '{count|one=# дом|few=# дома|many=# домов|other=# домов} без координат, на карте не показать:',
  'map.none': 'Ни у одного дома нет координат',
  'map.noneLead': 'Укажите широту и долготу в файле учёта или при создании объекта.',
  'map.noneWrong': 'Таких домов нет',
  'map.title': 'Карта домов',
  'map.list': 'Дома, требующие внимания',
  'map.open': 'Открыть {name}',
  'map.zoomIn': 'Приблизить',
  'map.zoomOut': 'Отдалить',
  'map.cluster': '{count|one=# дом|few=# дома|many=# домов|other=# домов}, неисправных: {wrong|one=#|few=#|many=#|other=#}',
  'map.whole': 'Вся карта',
  'map.under': 'Только внутри {name}',
};
