import type { terms as english } from './en';

export const terms: Record<keyof typeof english, string> = {
  'terms.title': 'Condițiile alertelor',
  'terms.hint': 'Sunt valabile pentru toate regulile organizației. Rândul pe care nu îl schimbați rămâne cel standard.',
  'terms.limit': 'Limita obișnuită',
  'terms.hysteresis': 'Se încheie la revenirea cu',
  'terms.coolDown': 'Aceeași alertă timp de',
  'terms.hours': 'h',
  'terms.escalates': 'Administratorii află de o alertă critică nepreluată după, h',
  'terms.usual': 'standard',
  'terms.reset': 'Revino la standard',
  'terms.save': 'Salvează condițiile',
};
