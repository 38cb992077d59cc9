import type { terms as english } from './en';

export const terms: Record<keyof typeof english, string> = {
  'terms.title': 'Условия тревог',
  'terms.hint': 'Действуют для всех правил организации. Строка, которую вы не меняли, остаётся стандартной.',
  'terms.limit': 'Обычный предел',
  'terms.hysteresis': 'Окончена при возврате на',
  'terms.coolDown': 'Та же тревога в течение',
  'terms.hours': 'ч',
  'terms.escalates': 'Администраторам сообщают о критической тревоге, которую никто не принял, через, ч',
  'terms.usual': 'стандартно',
  'terms.reset': 'Вернуть стандарт',
  'terms.save': 'Сохранить условия',
};
