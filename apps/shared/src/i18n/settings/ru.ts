import type { settings as english } from './en';

export const settings: Record<keyof typeof english, string> = {
  'settings.title': 'Организация',
  'settings.lead': 'Что действует для всей организации.',
  'settings.facts': 'О ней',
  'settings.number': 'Номер',
  'settings.link': 'Ссылка в неё',
  'settings.plan': 'Тариф, пределы и бренд задаёт ваш поставщик.',
  'settings.map': 'Карта',
  'settings.mapHint': 'Без подложки на карте только границы, и Интернет ей не нужен.',
  'settings.tiles': 'Адрес подложки',
  'settings.tilesHint': 'Картинки по HTTPS с {z}, {x} и {y} либо архив картинок PMTiles.',
  'settings.attribution': 'Чья она; написано под картой',
  'settings.saved': 'Сохранено. Карта покажет её, когда страница загрузится заново.',
  'settings.reload': 'Загрузить заново',
  'map.tilesLost': 'Подложку получить не удалось; показаны границы.',
};
