/** Romanian. */
import type { reports as en } from './en';

export const reports: Record<keyof typeof en, string> = {
  'reports.lead': 'Ce s-a întâmplat în unele zile, ca fișier: CSV pentru programe, XLSX pentru calcule, PDF pentru hârtie. Fiecare cifră este cea de pe pagini.',
  'reports.kind': 'Raport',
  'reports.consumption': 'Consum',
  'reports.consumptionLead': 'Fiecare contor: cât a numărat, indexul la ambele capete, partea de ore cunoscute.',
  'reports.balances': 'Bilanțuri',
  'reports.balancesLead': 'Fiecare nod cu intrare: intrat, livrat, dezechilibru, pierderi tehnice și netehnice.',
  'reports.common-needs': 'Nevoi comune',
  'reports.common-needsLead': 'Fiecare casă: ce nu au luat apartamentele, după contoare comune, pierderi și restul.',
  'reports.delivery': 'Livrare',
  'reports.deliveryLead': 'Fiecare contor: ore așteptate, la timp, cu întârziere, completate, citite pe loc, lipsă.',
  'reports.findings': 'Constatări',
  'reports.findingsLead': 'Ce a fost deschis în aceste zile, cu energie, bani și motiv.',
  'reports.where': 'Pentru',
  'reports.everything': 'tot',
  'reports.days': 'Zile',
  'reports.from': 'Prima zi',
  'reports.to': 'Ultima zi',
  'reports.lastMonth': 'Luna trecută',
  'reports.thisMonth': 'Luna aceasta',
  'reports.week': 'Ultimele 7 zile',
  'reports.make': 'Întocmește fișierul',
  'reports.made': 'Fișierul a fost întocmit.',
  'reports.limits': 'Cel mult 92 de zile și 20.000 de rânduri; PDF arată primele 5.000.',
};
