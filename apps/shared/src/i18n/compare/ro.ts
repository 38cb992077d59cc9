/** Romanian. */
import type { compare as en } from './en';

export const compare: Record<keyof typeof en, string> = {
  'group.comparison': 'Comparație',
  'compare.lead': 'Părțile de dedesubt, după cât ia un metru pătrat în treizeci de zile; nicio cifră din mai puțin de cinci locuințe.',
  'compare.mean': 'Toată casa',
  'compare.homes': '{count|one=# locuință|few=# locuințe|other=# de locuințe}',
  'compare.per': '{unit} pe m²',
  'compare.against': 'Față de casă',
  'compare.hidden': 'se cunosc mai puțin de cinci locuințe',
  'compare.none': 'Nu e nimic de comparat',
  'compare.noneLead': 'Sub acest nod sunt mai puțin de două grupuri. Scările sunt grupuri; coloanele se pot desena ca grupuri.',
  'compare.days': '{first} – {last}',
  'compare.poster': 'Afișe (PDF)',
  'compare.publish': 'Publică',
  'compare.takeBack': 'Retrage',
  'compare.public': 'Deschisă tuturor celor care știu adresa',
  'compare.private': 'Nevăzută din afară',
  'compare.by': 'Publicată de {who}, {when}',
  'compare.copy': 'Copiază adresa',
  'compare.copied': 'Copiat',
  'compare.below': 'cu {percent} mai puțin',
  'compare.above': 'cu {percent} mai mult',
  'compare.part': 'Parte',
};
