/** Rules of alerts as the page asks for them, and what their limits mean. */
import { graphql, type ResultOf } from '../../api/graphql';
import type { AlertKind } from '../alarms/kinds';

export const RULES = graphql(`
  query AlertRules {
    viewer {
      alertRules {
        id kind enabled isDefault limit unit awayFrom awayUntil channels
        owner { __typename ... on MeteringPoint { id name commodity meter { id serial } } ... on BalanceGroup { id name commodity } }
        site { id name path }
      }
      alertTerms { kinds { kind limit } }
    }
  }
`);
export const SAVE = graphql(`mutation SaveAlertRule($input: SaveAlertRuleInput!) { saveAlertRule(input: $input) { rule { id } errors { code field message } } }`);
export const DELETE = graphql(`mutation DeleteAlertRule($rule: ID!) { deleteAlertRule(input: { rule: $rule }) { done errors { code field message } } }`);
export const OWNER = graphql(`
  query RuleOwner($id: ID!) {
    node(id: $id) { id __typename ... on MeteringPoint { name commodity meter { id serial } } ... on BalanceGroup { name commodity } ... on Site { name path } }
  }
`);
export const GROUPS = graphql(`query RuleGroups($id: ID!) { node(id: $id) { id ... on Site { balanceGroups { id name commodity } } } }`);
export const PREFERENCES = graphql(`
  query Preferences { viewer { notificationPreferences { zone locale digestAt quietFrom quietUntil email phone kinds { kind push email sms } } } }
`);
export const SAVE_PREFERENCES = graphql(`
  mutation SavePreferences($input: SaveNotificationPreferencesInput!) {
    saveNotificationPreferences(input: $input) {
      preferences { zone locale digestAt quietFrom quietUntil email phone kinds { kind push email sms } }
      errors { code field message }
    }
  }
`);

export type Rule = ResultOf<typeof RULES>['viewer']['alertRules'][number];
export type Terms = ResultOf<typeof RULES>['viewer']['alertTerms']['kinds'];
export type Preferences = ResultOf<typeof PREFERENCES>['viewer']['notificationPreferences'];
export type Channel = Rule['channels'][number];
export type Mode = Preferences['kinds'][number]['push'];

export const CHANNELS: readonly Channel[] = ['PUSH', 'EMAIL', 'SMS'];
export const MODES: readonly Mode[] = ['NOW', 'DIGEST', 'OFF'];

export type About = 'all' | 'site' | 'group' | 'meter';

/** How the limit of a kind is said; null where it has none. */
export function limitOf(kind: AlertKind): 'hour' | 'day' | 'month' | 'hours' | 'less' | 'more' | 'away' | null {
  switch (kind) {
    case 'HOUR_LIMIT': return 'hour';
    case 'DAY_LIMIT': return 'day';
    case 'MONTH_FORECAST': return 'month';
    case 'NO_DATA':
    case 'NO_CONSUMPTION': return 'hours';
    case 'DELIVERY': return 'less';
    case 'IMBALANCE': return 'more';
    case 'AWAY': return 'away';
    default: return null;
  }
}

/** The limit that holds where a rule names none, as the organisation has it. */
export const usualLimit = (terms: Terms, kind: AlertKind): number | null => terms.find((one) => one.kind === kind)?.limit ?? null;

/** What a rule of a kind may be about: limits name whose they are, balances are of groups, events of places. */
export function aboutOf(kind: AlertKind): readonly About[] {
  if (kind === 'HOUR_LIMIT' || kind === 'DAY_LIMIT' || kind === 'MONTH_FORECAST') return ['meter', 'group'];
  if (kind === 'AWAY') return ['meter'];
  if (kind === 'DELIVERY' || kind === 'IMBALANCE' || kind === 'DR_EVENT') return ['all', 'site', 'group'];
  return ['all', 'site', 'group', 'meter'];
}
