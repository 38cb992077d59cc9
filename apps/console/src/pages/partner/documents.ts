/** What the partner's pages ask and do. */
import { graphql, type ResultOf } from '../../api/graphql';
import { useState } from 'react';
import type { Refusal } from '../../ui/UserErrors';

export const TENANT = graphql(`
  query PartnerTenant($id: ID!) {
    viewer {
      partner {
        name
        tenant(id: $id) {
          id name timezone locale status plan createdAt
          limits { readingsPerHour requestsPerMinute costPerMinute storageMonths own }
          brand { name colour colourDark logoUrl }
          usage { meteringPoints houses concentrators radioModules users }
          readingsByDay(days: 14) { day readings }
          administrators { id name login since }
        }
      }
    }
  }
`);

export type Tenant = NonNullable<NonNullable<ResultOf<typeof TENANT>['viewer']['partner']>['tenant']>;

export const CREATE = graphql(`mutation CreateTenant($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } errors { code field message } } }`);
export const SUSPEND = graphql(`mutation SuspendTenant($tenant: ID!, $reason: String!) { suspendTenant(tenant: $tenant, reason: $reason) { tenant { id status } errors { code field message } } }`);
export const RESUME = graphql(`mutation ResumeTenant($tenant: ID!) { resumeTenant(tenant: $tenant) { tenant { id status } errors { code field message } } }`);
export const PLAN = graphql(`mutation SetTenantPlan($input: TenantPlanInput!) { setTenantPlan(input: $input) { tenant { id plan limits { readingsPerHour requestsPerMinute costPerMinute storageMonths own } } errors { code field message } } }`);
export const BRAND = graphql(`mutation BrandTenant($input: TenantBrandInput!) { brandTenant(input: $input) { tenant { id brand { name colour colourDark logoUrl } } errors { code field message } } }`);
export const APPOINT = graphql(`mutation AppointAdministrator($input: AppointAdministratorInput!) { appointTenantAdministrator(input: $input) { administrator { id login } password errors { code field message } } }`);
export const DISMISS = graphql(`mutation DismissAdministrator($tenant: ID!, $administrator: ID!) { dismissTenantAdministrator(tenant: $tenant, administrator: $administrator) { administrator { id } errors { code field message } } }`);

export const STATUS_TONES = { ACTIVE: 'ok', SUSPENDED: 'warning', CLOSED: 'quiet' } as const;
export const PLANS = ['TRIAL', 'STANDARD', 'LARGE'] as const;

interface Told {
  error?: { message: string } | undefined;
}

/** What a mutation was refused for; `judge` gives whether it was done. */
export function useRefusals(): { errors: Refusal[]; of: (field: string) => string | undefined; judge: (told: Told, found: readonly Refusal[] | undefined) => boolean } {
  const [errors, setErrors] = useState<Refusal[]>([]);
  return {
    errors,
    of: (field) => errors.find((one) => one.field === field)?.message,
    judge: (told, found) => {
      const refused = told.error ? [{ code: 'FAILED', message: told.error.message }] : [...(found ?? [])];
      setErrors(refused);
      return refused.length === 0;
    },
  };
}
