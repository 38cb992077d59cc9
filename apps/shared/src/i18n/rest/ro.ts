import { acts } from '../acts/ro';
import { actuators } from '../actuators/ro';
import { admin } from '../admin/ro';
import { alerts } from '../alerts/ro';
import { balances } from '../balances/ro';
import { bulk } from '../bulk/ro';
import { compare } from '../compare/ro';
import { demand } from '../demand/ro';
import { drawing } from '../drawing/ro';
import { evidence } from '../evidence/ro';
import { group } from '../group/ro';
import { heat } from '../heat/ro';
import { map } from '../map/ro';
import { networks } from '../networks/ro';
import { offers } from '../offers/ro';
import { partner } from '../partner/ro';
import { places } from '../places/ro';
import { refusals } from '../refusals/ro';
import { reports } from '../reports/ro';
import { rules } from '../rules/ro';
import { settings } from '../settings/ro';
import { silence } from '../silence/ro';
import { terms } from '../terms/ro';
import type { rest as english } from './en';

export const rest: Record<keyof typeof english, string> = {
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
};
