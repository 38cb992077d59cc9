// Says on the landing page whether the installation is ready.
const dot = document.getElementById('ready-dot');
const words = document.getElementById('ready-words');
try {
  const answer = await fetch('/readyz', { cache: 'no-store' });
  const state = await answer.json();
  dot.className = `dot ${state.ready ? 'ok' : 'bad'}`;
  words.textContent = state.ready ? 'Ready' : `Not ready: database ${state.database}`;
} catch {
  dot.className = 'dot bad';
  words.textContent = 'Not reachable';
}
