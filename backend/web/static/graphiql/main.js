// Puts the page together: who asks, documents, variables, and what came of them.

import { Editor } from './editor.js';
import { EXAMPLES, SOMETHING, known } from './examples.js';
import { INTROSPECTION, Schema, completions, spans } from './language.js';
import { listen, send } from './requests.js';
import { paint, pretty, spans as jsonSpans } from './results.js';
import { Session } from './session.js';

const KEPT = 'balance.graphiql.work';
const $ = (id) => document.getElementById(id);
const session = new Session();
let schema = null;
let things = {};
let running = null;

const query = new Editor($('query'), { label: 'Document', paint: spans, complete: (text, caret) => schema && completions(schema, text, caret) });
const variables = new Editor($('variables'), { label: 'Variables', paint: jsonSpans });

function say(text, kind = '') {
  $('status').textContent = text;
  $('status').className = `status ${kind}`;
}

function show(content) {
  $('empty').hidden = true;
  $('result').hidden = false;
  paint($('result'), typeof content === 'string' ? content : pretty(content));
  $('result').scrollTop = 0;
}

function keepWork() {
  sessionStorage.setItem(KEPT, JSON.stringify({ query: query.value, variables: variables.value }));
}

function readVariables() {
  const text = variables.value.trim();
  if (!text) return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Variables are not JSON: ${error.message}`);
  }
}

// The operation the caret stands in, where the document holds several.
function operationAt(text, caret) {
  const found = [...text.matchAll(/^\s*(query|mutation|subscription)\b\s*(\w+)?/gm)];
  const chosen = found.filter((each) => each.index <= caret).at(-1) ?? found[0];
  return { kind: chosen?.[1] ?? 'query', name: found.length > 1 ? chosen?.[2] : undefined };
}

function setRunning(controller) {
  running = controller;
  $('run-words').textContent = controller ? 'Stop' : 'Run';
  $('run').classList.toggle('stops', controller !== null);
}

async function run() {
  if (running) {
    running.abort();
    return;
  }
  const controller = new AbortController();
  try {
    const operation = operationAt(query.value, query.area.selectionStart);
    const body = { query: query.value, variables: readVariables(), operationName: operation.name };
    setRunning(controller);
    const token = await session.token();
    if (operation.kind === 'subscription') await follow(token, body, controller.signal);
    else await askOnce(token, body, controller.signal);
  } catch (error) {
    if (error.name === 'AbortError') say('Stopped');
    else say(error.message, 'bad');
  } finally {
    setRunning(null);
  }
}

async function askOnce(token, body, signal) {
  say('Running …');
  const { status, content, bytes, ms } = await send(token, body, signal);
  show(content);
  const size = bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KB`;
  const count = content.errors?.length ?? 0;
  const outcome = count ? `${count} ${count === 1 ? 'error' : 'errors'}` : 'Done';
  say(`${outcome} · ${Math.round(ms)} ms · ${size}${status === 200 ? '' : ` · HTTP ${status}`}`, count ? 'bad' : 'good');
  if (status === 401) {
    session.forget();
    await showSession();
    openSignIn();
  }
}

async function follow(token, body, signal) {
  const heard = [];
  say('Listening; answers appear as they come', 'good');
  show('// Waiting for the first event');
  await listen(token, body, signal, (content) => {
    heard.unshift({ at: new Date().toISOString(), ...content });
    show(heard.slice(0, 100));
    say(`Listening · ${heard.length} ${heard.length === 1 ? 'event' : 'events'}`, content.errors ? 'bad' : 'good');
  });
  say(`The stream ended after ${heard.length} ${heard.length === 1 ? 'event' : 'events'}`);
}

function take(example) {
  query.value = example.query;
  const values = example.variables(things);
  variables.value = Object.keys(values).length ? JSON.stringify(values, null, 2) : '';
  for (const button of $('examples').querySelectorAll('button')) button.ariaCurrent = String(button.dataset.name === example.name);
  keepWork();
}

function listExamples() {
  $('examples').replaceChildren(
    ...EXAMPLES.map((example) => {
      const button = Object.assign(document.createElement('button'), { type: 'button' });
      button.dataset.name = example.name;
      button.append(Object.assign(document.createElement('strong'), { textContent: example.name }), Object.assign(document.createElement('span'), { textContent: example.about }));
      button.addEventListener('click', () => {
        take(example);
        say(session.present ? 'Ctrl + Enter runs it' : 'Sign in to run it');
      });
      const row = document.createElement('li');
      row.append(button);
      return row;
    }),
  );
}

// What the page learns once it has a token: the tenant, the schema, something to ask about.
async function showSession() {
  $('sign-in').hidden = session.present;
  $('sign-out').hidden = !session.present;
  $('who').textContent = '';
  if (!session.present) return;
  try {
    const token = await session.token();
    const tenant = await send(token, { query: '{ viewer { tenant { name } } }' });
    if (tenant.status === 401) throw new Error(tenant.content.errors[0].message);
    $('who').textContent = tenant.content.data?.viewer?.tenant?.name ?? '';
    const [types, something] = await Promise.all([send(token, { query: INTROSPECTION }), send(token, { query: SOMETHING })]);
    if (types.content.data) schema = new Schema(types.content.data);
    document.body.dataset.completes = String(schema !== null);
    things = known(something.content.data);
    const current = EXAMPLES.find((example) => example.query === query.value);
    if (current && Object.values(safeVariables()).some((value) => value === '')) take(current);
  } catch (error) {
    session.forget();
    $('sign-in').hidden = false;
    $('sign-out').hidden = true;
    say(error.message, 'bad');
  }
}

function safeVariables() {
  try {
    return readVariables();
  } catch {
    return {};
  }
}

function openSignIn() {
  $('sign-in-problem').hidden = true;
  if (!$('sign-in-dialog').open) $('sign-in-dialog').showModal();
}

async function attempt(act) {
  try {
    await act();
    $('sign-in-dialog').close();
    say('Signed in', 'good');
    await showSession();
  } catch (error) {
    $('sign-in-problem').textContent = error.message;
    $('sign-in-problem').hidden = false;
  }
}

function wire() {
  $('run').addEventListener('click', run);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !$('sign-in-dialog').open) {
      event.preventDefault();
      run();
    }
  });
  query.onChange = variables.onChange = keepWork;
  $('sign-in').addEventListener('click', openSignIn);
  $('sign-out').addEventListener('click', () => {
    session.forget();
    showSession();
    say('Signed out of this page');
  });
  $('sign-in-person').addEventListener('click', () => attempt(() => session.signIn()));
  $('client-form').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(() => session.useClient($('client-id').value.trim(), $('client-secret').value.trim()));
  });
  $('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => session.useToken($('token').value));
  });
  $('sign-in-close').addEventListener('click', () => $('sign-in-dialog').close());
  $('copy').addEventListener('click', async () => {
    await navigator.clipboard.writeText($('result').textContent);
    say('Copied');
  });
}

async function begin() {
  listExamples();
  wire();
  const asked = new URLSearchParams(location.search);
  const wanted = asked.has('sign-in');
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
  if (kept?.query) {
    query.value = kept.query;
    variables.value = kept.variables;
  } else take(EXAMPLES[0]);
  try {
    await session.comeBack();
    if (!session.present) say('Sign in to run it');
  } catch (error) {
    say(error.message, 'bad');
  }
  // From a page of somebody who is signed in already: without a question.
  if (asked.has('person') && !session.present) return session.signIn();
  await showSession();
  if (wanted && !session.present) openSignIn();
  document.body.dataset.ready = 'true';
}

begin();
