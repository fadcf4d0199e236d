// Reads objects of the Gateway API as JSON, and prints what its models have against them.
import { readFileSync } from "node:fs";

for (const one of JSON.parse(readFileSync(0))) {
  const models = await import(`@kubernetes-models/gateway-api/${one.apiVersion}`);
  try {
    new models[one.kind](one).validate();
  } catch (error) {
    console.log(`${one.kind}: ${error.message}`);
  }
}
