/** Keccak-256 as Ethereum uses it: Keccak-f[1600] (FIPS 202 §3) with the padding from before SHA-3. */

const RATE = 136;
const LANE = (1n << 64n) - 1n;

const rotated = (lane, by) => ((lane << by) | (lane >> (64n - by))) & LANE;

/** The round constants (FIPS 202 §3.2.5): bits of a linear feedback shift register at the places 2^j - 1. */
const ROUND_CONSTANTS = (() => {
  let register = 1;
  const bit = () => {
    const out = BigInt(register & 1);
    register = (register << 1) ^ (register & 0x80 ? 0x171 : 0);
    return out;
  };
  return Array.from({ length: 24 }, () => {
    let constant = 0n;
    for (let j = 0n; j < 7n; j += 1n) constant |= bit() << ((1n << j) - 1n);
    return constant;
  });
})();

function permute(state) {
  for (const constant of ROUND_CONSTANTS) {
    theta(state);
    rhoAndPi(state);
    chi(state);
    state[0] ^= constant;
  }
}

function theta(state) {
  const columns = [0, 1, 2, 3, 4].map((x) => [0, 5, 10, 15, 20].reduce((sum, y) => sum ^ state[x + y], 0n));
  for (let at = 0; at < 25; at += 1) {
    const x = at % 5;
    state[at] ^= columns[(x + 4) % 5] ^ rotated(columns[(x + 1) % 5], 1n);
  }
}

function rhoAndPi(state) {
  let [x, y, held] = [1, 0, state[1]];
  for (let step = 1; step <= 24; step += 1) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    const at = x + 5 * y;
    [held, state[at]] = [state[at], rotated(held, BigInt(((step * (step + 1)) / 2) % 64))];
  }
}

function chi(state) {
  for (let row = 0; row < 25; row += 5) {
    const lanes = state.slice(row, row + 5);
    lanes.forEach((lane, x) => {
      state[row + x] = lane ^ (~lanes[(x + 1) % 5] & LANE & lanes[(x + 2) % 5]);
    });
  }
}

export function keccak256(message) {
  const padded = Buffer.alloc((Math.floor(message.length / RATE) + 1) * RATE);
  padded.set(message);
  padded[message.length] ^= 0x01;
  padded[padded.length - 1] ^= 0x80;
  const state = new Array(25).fill(0n);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let lane = 0; lane < RATE / 8; lane += 1) state[lane] ^= padded.readBigUInt64LE(block + lane * 8);
    permute(state);
  }
  const digest = Buffer.alloc(32);
  for (let lane = 0; lane < 4; lane += 1) digest.writeBigUInt64LE(state[lane], lane * 8);
  return digest;
}
