// Prints, for each key of an agent, whether its card verifies as it is served, and after a change.

import { verifyAgentCardSignature } from "@a2a-js/sdk";
import { DefaultAgentCardResolver } from "@a2a-js/sdk/client";

const address = process.argv[2];
const jku = `${address}/.well-known/jwks.json`;
const { keys } = await (await fetch(jku)).json();

console.debug = () => {}; // the SDK prints each signature that is not good

async function verifies(card, key) {
  const verify = verifyAgentCardSignature(async (kid, named) => {
    if (kid !== key.kid || named !== jku) throw new Error("not this key");
    return key;
  });
  try {
    await verify(card);
    return true;
  } catch {
    return false;
  }
}

const served = await new DefaultAgentCardResolver().resolve(address);
const changed = { ...served, description: `${served.description}!` };
const verdicts = {};
for (const key of keys) {
  verdicts[key.alg] = { served: await verifies(served, key), changed: await verifies(changed, key) };
}
console.log(JSON.stringify(verdicts));
