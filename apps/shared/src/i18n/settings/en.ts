/** What administrators set for an organisation. */
export const settings = {
  'settings.title': 'Organisation',
  'settings.lead': 'What holds for all of it.',
  'settings.facts': 'About it',
  'settings.number': 'Number',
  'settings.link': 'Link into it',
  'settings.plan': 'Plan, limits and brand are set by your provider.',
  'settings.map': 'Map',
  'settings.mapHint': 'Without tiles the map shows borders alone, and needs no Internet.',
  'settings.tiles': 'Address of the tiles',
  'settings.tilesHint': 'Pictures over HTTPS with {z}, {x} and {y}, or a PMTiles archive of pictures.',
  'settings.attribution': 'Whom they are owed to, shown below the map',
  'settings.saved': 'Saved. The map shows them once the page is loaded anew.',
  'settings.reload': 'Load anew',
  'map.tilesLost': 'The tiles could not be fetched; borders are shown instead.',
} as const;
