import type { LoginAfter, RecoveryChallenged, RegistrationAfter } from "durward";
import { demand, hasSecondFactor } from "./lib/mfa";

export function execute(input: LoginAfter.Input | RegistrationAfter.Input | RecoveryChallenged.Input): LoginAfter.Outcome {
  const { user, config } = input;
  const concerned = config.groups.find((group) => user.groups?.includes(group)) ?? config.roles.find((role) => user.roles?.includes(role));
  if (concerned === undefined || hasSecondFactor(input)) return { kind: "continue" };
  return demand(`in ${concerned}`, config);
}
