import type { LoginAfter, RecoveryChallenged } from "durward";
import { demand, hasSecondFactor } from "./lib/mfa";
import { riskScore } from "./lib/score";

export function execute(input: LoginAfter.Input | RecoveryChallenged.Input): LoginAfter.Outcome {
  const { context, request, config } = input;
  const score = riskScore(context, request, config);
  const low = score === undefined ? config.on_missing === "continue" : score < config.threshold;
  if (low || hasSecondFactor(input)) return { kind: "continue" };
  return demand(score === undefined ? "the risk is not known" : `the risk is ${score}`, config);
}
