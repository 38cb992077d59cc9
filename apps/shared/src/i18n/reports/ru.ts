/** Russian. */
import type { reports as en } from './en';

export const reports: Record<keyof typeof en, string> = {
  'reports.lead': 'Что произошло за дни, файлом: CSV для программ, XLSX для расчётов, PDF для бумаги. Каждое число то же, что на страницах.',
  'reports.kind': 'Отчёт',
  'reports.consumption': 'Потребление',
  'reports.consumptionLead': 'Каждый счётчик: сколько учтено, показания в начале и в конце, доля известных часов.',
  'reports.balances': 'Балансы',
  'reports.balancesLead': 'Каждый узел с вводом: поступило, отпущено, небаланс, технические и коммерческие потери.',
  'reports.common-needs': 'Общедомовые нужды',
  'reports.common-needsLead': 'Каждый дом: что не взяли квартиры, по общим счётчикам, потери и остаток.',
  'reports.delivery': 'Доставка',
  'reports.deliveryLead': 'Каждый счётчик: ожидалось часов, вовремя, с опозданием, дозагружено, снято на месте, нет данных.',
  'reports.findings': 'Находки',
  'reports.findingsLead': 'Что было открыто в эти дни, с энергией, деньгами и причиной.',
  'reports.where': 'По',
  'reports.everything': 'всё',
  'reports.days': 'Дни',
  'reports.from': 'Первый день',
  'reports.to': 'Последний день',
  'reports.lastMonth': 'Прошлый месяц',
  'reports.thisMonth': 'Этот месяц',
  'reports.week': 'Последние 7 дней',
  'reports.make': 'Составить файл',
  'reports.made': 'Файл составлен.',
  'reports.limits': 'Не больше 92 дней и 20 000 строк; в PDF первые 5000.',
};
