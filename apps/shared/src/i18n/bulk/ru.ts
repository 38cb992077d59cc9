import type { bulk as english } from './en';

export const bulk: Record<keyof typeof english, string> = {
  'bulk.start': 'Выбрать несколько',
  'bulk.stop': 'Закончить выбор',
  'bulk.count': '{count|one=Выбран # прибор|few=Выбрано # прибора|many=Выбрано # приборов|other=Выбрано # прибора}',
  'bulk.all': 'Выбрать все показанные: {count}',
  'bulk.none': 'Снять выбор',
  'bulk.read': 'Запросить показания',
  'bulk.switch': 'Переключить подачу',
  'bulk.csv': 'CSV',
  'bulk.reason': 'Причина; останется с каждой командой',
  'bulk.lead': 'По команде каждому выбранному прибору: блокировки, второй человек и защита действуют для каждой.',
  'bulk.made': '{count|one=Отдана # команда|few=Отдано # команды|many=Отдано # команд|other=Отдано # команды}',
  'bulk.skipped': '{count|one=Пропущен # прибор|few=Пропущено # прибора|many=Пропущено # приборов|other=Пропущено # прибора}',
  'bulk.tooMany': 'Не больше {count} за раз.',
  'bulk.follow': 'Следить в командах',
};
