/** What a profile chart asks for, of meters and groups alike. */
import { graphql } from '../../api/graphql';

export const PROFILE = graphql(`
  query Profile($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!, $usualFrom: DateTime!, $usualTo: DateTime!, $usualStep: Duration!) {
    node(id: $id) {
      id
      ... on Metered {
        name
        commodity
        profile(from: $from, to: $to, step: $step) { start step timezone unit values quality coverage }
        usual: profile(from: $usualFrom, to: $usualTo, step: $usualStep) { start step timezone unit values quality coverage }
      }
    }
  }
`);

export const MONTH = graphql(`
  query Month($id: ID!) {
    node(id: $id) { id ... on Metered { monthToDate { soFar average unit forecast { p10 p50 p90 } } } }
  }
`);

export const DAY_AHEAD = graphql(`
  query DayAhead($id: ID!, $day: Date!) {
    node(id: $id) { id ... on Metered { forecast(day: $day) { start p10 p50 p90 } } }
  }
`);

export const SCORE = graphql(`
  query ForecastScore($id: ID!) {
    node(id: $id) { id ... on Metered { forecastScore { hours wape wapeLag24 covered } } }
  }
`);
