/** What the pages of demand response ask of the API. */
import { graphql, type ResultOf } from '../../api/graphql';

export const EVENTS = graphql(`
  query DrEvents($after: String, $state: [DrEventState!]) {
    viewer {
      drEvents(first: 50, after: $after, state: $state) {
        edges { node { id name commodity level startsAt endsAt durationMinutes timezone state program { id name } sites { id path } groups { id name } counts { asked takingPart declined silent } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const EVENT = graphql(`
  query DrEvent($id: ID!, $locale: String) {
    viewer {
      drEvent(id: $id) {
        id name commodity level priority startsAt endsAt durationMinutes timezone state revision createdAt advice(locale: $locale)
        messages { locale text } program { id name } sites { id path } groups { id name }
        counts { asked takingPart declined silent }
        steps { before after revision startsAt endsAt at note person }
      }
    }
  }
`);

export const RESULT = graphql(`
  query DrResult($id: ID!) {
    viewer {
      drEvent(id: $id) {
        id
        estimates { group { id name commodity } start step timezone unit used expected hours knownHours totalUsed totalExpected less }
      }
    }
  }
`);

export const PARTICIPANTS = graphql(`
  query DrParticipants($id: ID!, $after: String, $participate: Boolean) {
    viewer {
      drEvent(id: $id) {
        id
        participants(first: 50, after: $after, participate: $participate) {
          edges { node { home name path participate answeredAt } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }
`);

export const PROGRAMS = graphql(`query DrPrograms { viewer { programs { id name } } }`);
export const PROGRESS = graphql(`subscription DrProgress($id: ID!) { drEventProgress(id: $id) { id state revision startsAt endsAt counts { asked takingPart declined silent } } }`);
export const CREATE_PROGRAM = graphql(`mutation CreateProgram($input: CreateProgramInput!) { createProgram(input: $input) { program { id name } errors { code field message } } }`);
export const CALL = graphql(`mutation DispatchDrEvent($input: DispatchDrEventInput!) { dispatchDrEvent(input: $input) { event { id } errors { code field message } } }`);
export const MOVE = graphql(`mutation ChangeDrEvent($input: ChangeDrEventInput!) { changeDrEvent(input: $input) { event { id startsAt endsAt durationMinutes revision state } errors { code field message } } }`);
export const CANCEL = graphql(`mutation CancelDrEvent($input: CancelDrEventInput!) { cancelDrEvent(input: $input) { event { id state } errors { code field message } } }`);

type Listed = ResultOf<typeof EVENTS>['viewer']['drEvents']['edges'][number]['node'];
export type DrEventNode = NonNullable<ResultOf<typeof EVENT>['viewer']['drEvent']>;
export type Estimate = NonNullable<ResultOf<typeof RESULT>['viewer']['drEvent']>['estimates'][number];
export type DrState = Listed['state'];
export type Places = Pick<Listed, 'sites' | 'groups'>;

export const STATES: readonly DrState[] = ['SCHEDULED', 'ACTIVE', 'COMPLETED', 'CANCELLED'];
export const LENGTHS = [15, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440] as const;
