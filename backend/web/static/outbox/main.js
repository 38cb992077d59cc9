// What people were told in this demo: read again every few seconds while the page is open.

import { send } from '../graphiql/requests.js';
import { Session } from '../graphiql/session.js';

const QUERY = `query Outbox { viewer { tenant { name } outbox(first: 100) { edges { node {
  id channel address person kind subject body state manner locale createdAt dueAt sentAt attempts response } } } } }`;
const EVERY_MS = 4_000;
const $ = (id) => document.getElementById(id);
const session = new Session('outbox', '/outbox');

function element(name, text, kind = '') {
  return Object.assign(document.createElement(name), { textContent: text, className: kind });
}

function letter(one) {
  const row = element('article', '', `card letter ${one.state.toLowerCase()}`);
  const time = new Date(one.createdAt).toLocaleString();
  const to = [one.person, one.address].filter(Boolean).join(' · ');
  const waits = one.state === 'WAITING' && new Date(one.dueAt) > new Date() ? ` until ${new Date(one.dueAt).toLocaleString()}` : '';
  row.append(
    element('p', `${one.channel} · ${to}`, 'to'),
    element('h2', one.subject),
    element('p', one.body, 'body'),
    element('p', `${time} · ${one.state.toLowerCase()}${waits} · ${one.locale}${one.attempts > 1 ? ` · ${one.attempts} attempts` : ''}`, 'when'),
  );
  if (one.response) row.append(element('p', one.response, 'response'));
  row.lang = one.locale;
  return row;
}

async function show() {
  const token = await session.token();
  $('sign-in').hidden = token !== null;
  if (token === null) {
    $('state').textContent = 'Sign in as an administrator of a tenant of the demo.';
    return;
  }
  const { status, content } = await send(token, { query: QUERY });
  if (status === 401) session.forget();
  if (content.errors) throw new Error(content.errors[0].message);
  const letters = content.data.viewer.outbox.edges.map((edge) => edge.node);
  $('state').textContent = `${content.data.viewer.tenant.name}: ${['nothing was told yet', 'one message'][letters.length] ?? `the last ${letters.length} messages`}`;
  $('letters').replaceChildren(...letters.map(letter));
}

async function again() {
  try {
    await show();
  } catch (error) {
    $('state').textContent = error.message;
    $('sign-in').hidden = session.present;
  }
}

$('sign-in').addEventListener('click', () => session.signIn());
try {
  await session.comeBack();
} catch (error) {
  $('state').textContent = error.message;
}
await again();
setInterval(again, EVERY_MS);
