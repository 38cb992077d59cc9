// Sends documents: one answer by POST, a subscription as server-sent events.

export async function send(token, body, signal) {
  const begun = performance.now();
  const headers = { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(body), signal });
  const text = await answer.text();
  return { status: answer.status, content: JSON.parse(text), bytes: text.length, ms: performance.now() - begun };
}

export async function listen(token, body, signal, tell) {
  const headers = { 'Content-Type': 'application/json', Accept: 'text/event-stream' };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(body), signal });
  if (!answer.ok) {
    tell(await answer.json());
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim()).join('\n');
      if (block.startsWith('event: next') && data) tell(JSON.parse(data));
    }
  }
}
