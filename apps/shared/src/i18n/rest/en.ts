/** English of all pages but the first; fetched with them. */
import { acts } from '../acts/en';
import { actuators } from '../actuators/en';
import { admin } from '../admin/en';
import { alerts } from '../alerts/en';
import { balances } from '../balances/en';
import { bulk } from '../bulk/en';
import { compare } from '../compare/en';
import { demand } from '../demand/en';
import { drawing } from '../drawing/en';
import { evidence } from '../evidence/en';
import { group } from '../group/en';
import { heat } from '../heat/en';
import { map } from '../map/en';
import { networks } from '../networks/en';
import { offers } from '../offers/en';
import { partner } from '../partner/en';
import { places } from '../places/en';
import { refusals } from '../refusals/en';
import { reports } from '../reports/en';
import { rules } from '../rules/en';
import { settings } from '../settings/en';
import { silence } from '../silence/en';
import { terms } from '../terms/en';

export const rest = {
  ...acts,
  ...actuators,
  ...admin,
  ...alerts,
  ...balances,
  ...bulk,
  ...compare,
  ...demand,
  ...drawing,
  ...evidence,
  ...group,
  ...heat,
  ...map,
  ...networks,
  ...offers,
  ...partner,
  ...places,
  ...refusals,
  ...reports,
  ...rules,
  ...settings,
  ...silence,
  ...terms,
} as const;
