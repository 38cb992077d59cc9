import type { settings as english } from './en';

export const settings: Record<keyof typeof english, string> = {
  'settings.title': 'Organizația',
  'settings.lead': 'Ce este valabil pentru toată organizația.',
  'settings.facts': 'Despre ea',
  'settings.number': 'Număr',
  'settings.link': 'Link către ea',
  'settings.plan': 'Planul, limitele și marca le stabilește furnizorul.',
  'settings.map': 'Hartă',
  'settings.mapHint': 'Fără fundal harta arată numai granițele și nu are nevoie de internet.',
  'settings.tiles': 'Adresa fundalului',
  'settings.tilesHint': 'Imagini prin HTTPS cu {z}, {x} și {y}, sau o arhivă PMTiles de imagini.',
  'settings.attribution': 'Cui îi aparține; scris sub hartă',
  'settings.saved': 'Salvat. Harta îl arată după ce pagina se încarcă din nou.',
  'settings.reload': 'Încarcă din nou',
  'map.tilesLost': 'Fundalul nu a putut fi preluat; se arată granițele.',
};
