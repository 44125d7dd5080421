import type { Continue, RegistrationCompleted, VerificationAfter } from "durward";
import { push } from "./lib/push";

export async function execute(input: RegistrationCompleted.Input | VerificationAfter.Input): Promise<Continue> {
  const { user, config, secrets } = input;
  if (user.email !== "" && (user.email_verified || !config.verified_only)) {
    await push(input, { ...config, method: "POST", token: secrets.MAIL_TOKEN });
  }
  return { kind: "continue" };
}
