import { actuators } from '../actuators/ro';
import { admin } from '../admin/ro';
import { alerts } from '../alerts/ro';
import { balances } from '../balances/ro';
import { compare } from '../compare/ro';
import { drawing } from '../drawing/ro';
import { group } from '../group/ro';
import { map } from '../map/ro';
import { networks } from '../networks/ro';
import { partner } from '../partner/ro';
import { reports } from '../reports/ro';
import { rules } from '../rules/ro';
import type { rest as english } from './en';

export const rest: Record<keyof typeof english, string> = {
  ...actuators,
  ...admin,
  ...alerts,
  ...balances,
  ...compare,
  ...drawing,
  ...group,
  ...map,
  ...networks,
  ...partner,
  ...reports,
  ...rules,
};
