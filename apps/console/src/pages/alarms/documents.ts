/** What the queue of alerts asks of the API. */
import { graphql } from '../../api/graphql';

export const ALERTS = graphql(`
  query Alerts($after: String, $onlyOpen: Boolean!, $acknowledged: Boolean, $kinds: [AlertKind!], $under: ID, $locale: String) {
    viewer {
      alerts(first: 50, after: $after, onlyOpen: $onlyOpen, acknowledged: $acknowledged, kinds: $kinds, under: $under) {
        edges { node { id kind severity own openedAt closedAt acknowledgedAt acknowledgedBy assignee title(locale: $locale) text(locale: $locale) site { id path timezone } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const ALERT = graphql(`
  query Alert($id: ID!, $locale: String) {
    node(id: $id) {
      __typename
      id
      ... on Alert {
        kind severity own openedAt closedAt escalatedAt acknowledgedAt acknowledgedBy assignee assigneeId note
        title(locale: $locale) text(locale: $locale) advice(locale: $locale)
        owner { __typename id name } site { id path timezone } finding { id } drEvent { id name }
        transitions { at actor person step note }
      }
    }
  }
`);

export const COLLEAGUES = graphql(`query Colleagues { viewer { colleagues { id name } } }`);
export const CHANGED = graphql(`subscription AlertChanged { alertRaised { id } }`);
export const ACKNOWLEDGE = graphql(`
  mutation AcknowledgeAlert($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { alert { id } errors { code field message } } }
`);
export const ASSIGN = graphql(`
  mutation AssignAlert($input: AssignAlertInput!) { assignAlert(input: $input) { alert { id } errors { code field message } } }
`);
export const NOTE = graphql(`
  mutation NoteAlert($input: NoteAlertInput!) { noteAlert(input: $input) { alert { id } errors { code field message } } }
`);
