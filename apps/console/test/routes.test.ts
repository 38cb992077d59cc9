import { describe, expect, it } from 'vitest';
import { routes } from '../e2e/routes.mjs';
import { router } from '../src/app/router';

const ids = { group: 'G', heat: 'H', boiler: 'B', meter: 'M', concentrator: 'C', finding: 'F', alert: 'A', tenant: 'T' };
const walked = Object.values(routes(ids)).flatMap((each) => Object.values(each));
const known = Object.keys(router.routesByPath);

/** Whether an address is one of a route, whose parts may stand for anything. */
const isOf = (route: string, address: string) => new RegExp(`^${route.replace(/\$\w+/g, '[^/?]+')}(\\?|$)`).test(address);

describe('the walk through all pages', () => {
  it('comes by every route of the console', () => {
    expect(known.length).toBeGreaterThan(30);
    expect(known.filter((route) => !walked.some((address) => isOf(route, address)))).toEqual([]);
  });

  it('opens no address that is none', () => {
    expect(walked.filter((address) => !known.some((route) => isOf(route, address)))).toEqual([]);
  });
});
