/** The person's tenant and rights, asked for once. */
import { createContext, use, type ReactNode } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../api/graphql';
import { Answer } from '../ui/Answer';
import type { Brand } from './BrandMark';

const VIEWER = graphql(`
  query Viewer {
    viewer {
      permissions
      tenant { id name timezone locale brand { name colour colourDark logoUrl } mapTiles { url attribution } }
      partner { name }
      sites { id name kind path timezone balanceGroups { id commodity } }
    }
  }
`);

const PLAIN_VIEWER = graphql(`
  query PlainViewer { viewer { permissions tenant { id name timezone locale brand { name colour colourDark logoUrl } mapTiles { url attribution } } partner { name } } }
`);

export interface TopSite {
  id: string;
  name: string;
  kind: string;
  path: string;
  timezone: string;
  balanceGroups: { id: string; commodity: string }[];
}

export interface Viewer {
  permissions: ReadonlySet<string>;
  tenant: { id: string; name: string; timezone: string; locale: string; brand: Brand; mapTiles: { url: string; attribution: string | null } | null };
  /** The partner in whose office the person sits. */
  partner: { name: string } | null;
  tops: TopSite[];
  may: (permission: string) => boolean;
}

const Context = createContext<Viewer | null>(null);

export function ViewerProvider({ children }: { children: ReactNode }) {
  const [plain, retry] = useQuery({ query: PLAIN_VIEWER });
  const sees = plain.data?.viewer.permissions.includes('metering:read') ?? false;
  const [full, again] = useQuery({ query: VIEWER, pause: !sees });
  return (
    <Answer result={plain} retry={() => retry({ requestPolicy: 'network-only' })} skeleton={400}>
      {({ viewer }) => {
        const permissions = new Set(viewer.permissions);
        const known = (tops: TopSite[]): Viewer => ({ permissions, tenant: viewer.tenant, partner: viewer.partner, tops, may: (one) => permissions.has(one) });
        if (!sees) return <Context value={known([])}>{children}</Context>;
        return (
          <Answer result={full} retry={() => again({ requestPolicy: 'network-only' })} skeleton={400}>
            {(data) => <Context value={known(data.viewer.sites)}>{children}</Context>}
          </Answer>
        );
      }}
    </Answer>
  );
}

export function useViewer(): Viewer {
  const viewer = use(Context);
  if (!viewer) throw new Error('used outside of the viewer');
  return viewer;
}

/** Zone for what belongs to no object of its own. */
export const useZone = (): string => useViewer().tenant.timezone;
