// A concentrator as the gateway knows it (docs/gateway.md): it signs what it pushes, and numbers it.

import { createHash, createHmac } from 'node:crypto';

export class Concentrator {
  #counter = Math.floor(Date.now() / 1000);
  #sequence = Date.now();

  constructor(gateway, { serial, secret }) {
    Object.assign(this, { gateway, serial, secret });
  }

  /** Pushes hours of one network: [{ hour: ms, counters: { channel: pulses } }]; done when they are kept. */
  async push(hours) {
    const frames = hours.map(({ hour, counters }) => ({
      sequence: (this.#sequence += 1), made_at: new Date().toISOString(), boot: 1,
      hours: [{ network: 1, hour: new Date(hour).toISOString(), channels: Object.keys(counters).map(Number), counters: Object.values(counters) }],
    }));
    const body = JSON.stringify({ frames });
    const path = '/gateway/v1/frames';
    const time = new Date().toISOString();
    const counter = String((this.#counter += 1));
    const words = ['POST', path, this.serial, counter, time, createHash('sha256').update(body).digest('hex')].join('\n');
    const answer = await fetch(`${this.gateway}${path}`, {
      method: 'POST',
      headers: { 'X-Balance-Device': this.serial, 'X-Balance-Counter': counter, 'X-Balance-Time': time, Authorization: `HMAC ${createHmac('sha256', this.secret).update(words).digest('hex')}`, 'Content-Type': 'application/json' },
      body,
    });
    const told = await answer.json();
    if (!answer.ok || told.rejected.length) throw new Error(JSON.stringify(told));
  }
}
