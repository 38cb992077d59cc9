/** Romanian. */
import type { map as en } from './en';

export const map: Record<keyof typeof en, string> = {
  'map.lead': 'Fiecare casă cu alarmele și constatările deschise; un cerc adună ce este prea aproape, în culoarea celui mai grav.',
  'map.schematic': 'Fără imagine dedesubt: liniile unesc casele unei străzi, latura pătratului este de {length}. Fundalul se alege la organizație.',
  'map.show': 'Arată',
  'map.all': 'Toate casele',
  'map.wrong': 'Ceva nu e în regulă',
  'map.silent': 'Dispozitive mute',
  'map.found': 'Constatări',
  'map.houses': '{count|one=# casă|few=# case|other=# de case}',
  'map.ok': 'nimic deschis',
  'map.concentrators': '{count|one=# concentrator mut|few=# concentratoare mute|other=# de concentratoare mute}',
  'map.devices': '{count|one=# dispozitiv mut|few=# dispozitive mute|other=# de dispozitive mute}',
  'map.findings': '{count|one=# constatare|few=# constatări|other=# de constatări}',
  'map.lost': '{count|one=# casă nu are|few=# case nu au|other=# de case nu au} coordonate și nu se pot arăta:',
  'map.none': 'Nicio casă nu are coordonate',
  'map.noneLead': 'Dați latitudinea și longitudinea în fișierul de contorizare sau la crearea locului.',
  'map.noneWrong': 'Nicio casă de acest fel',
  'map.title': 'Harta caselor',
  'map.list': 'Case care cer atenție',
  'map.open': 'Deschide {name}',
  'map.zoomIn': 'Apropie',
  'map.zoomOut': 'Depărtează',
  'map.cluster': '{count|one=# casă|few=# case|other=# de case}, cu probleme: {wrong|one=#|few=#|other=#}',
  'map.whole': 'Toată harta',
  'map.under': 'Doar în {name}',
};
