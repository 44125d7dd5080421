import type { LoginAfter, LoginIdentified, RecoveryChallenged, RegistrationSubmitted } from "durward";
import { riskScore } from "./lib/score";

type Input = LoginIdentified.Input | LoginAfter.Input | RegistrationSubmitted.Input | RecoveryChallenged.Input;

export function execute({ context, request, config }: Input): LoginIdentified.Outcome {
  const score = riskScore(context, request, config);
  if (score === undefined ? config.on_missing === "continue" : score < config.threshold) return { kind: "continue" };
  const reason = score === undefined ? "the risk is not known" : `the risk is ${score}, and ${config.threshold} is too much`;
  return { kind: "block", code: "risk_too_high", message: config.message, reason };
}
