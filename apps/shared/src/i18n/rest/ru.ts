import { acts } from '../acts/ru';
import { actuators } from '../actuators/ru';
import { admin } from '../admin/ru';
import { alerts } from '../alerts/ru';
import { balances } from '../balances/ru';
import { bulk } from '../bulk/ru';
import { compare } from '../compare/ru';
import { demand } from '../demand/ru';
import { drawing } from '../drawing/ru';
import { evidence } from '../evidence/ru';
import { group } from '../group/ru';
import { heat } from '../heat/ru';
import { map } from '../map/ru';
import { networks } from '../networks/ru';
import { offers } from '../offers/ru';
import { partner } from '../partner/ru';
import { places } from '../places/ru';
import { refusals } from '../refusals/ru';
import { reports } from '../reports/ru';
import { rules } from '../rules/ru';
import { settings } from '../settings/ru';
import { silence } from '../silence/ru';
import { terms } from '../terms/ru';
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
