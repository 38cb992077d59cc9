import { readFileSync } from 'node:fs';
import { buildSchema, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { NOT_ENTITIES, POSSIBLE_TYPES } from '../src/api/client';

const schema = buildSchema(readFileSync('../../schema.graphql', 'utf8'));
const types = Object.values(schema.getTypeMap());

describe('the cache', () => {
  it('knows every type behind an interface', () => {
    const told = Object.fromEntries(
      types.filter(isInterfaceType).map((one) => [one.name, schema.getPossibleTypes(one).map((type) => type.name).sort()]),
    );
    expect(POSSIBLE_TYPES).toEqual(told);
  });

  it('is told which types have no identity', () => {
    const without = types
      .filter(isObjectType)
      .filter((one) => !one.name.startsWith('__') && !('id' in one.getFields()) && !/^(Query|Mutation|Subscription)$|(Connection|Edge|Payload)$/.test(one.name))
      .map((one) => one.name);
    expect(without.filter((name) => !NOT_ENTITIES.includes(name))).toEqual([]);
  });
});
