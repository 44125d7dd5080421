import type { Continue, RecoveryAfter, RegistrationAfter } from "durward";

export function execute({ context, config }: RegistrationAfter.Input | RecoveryAfter.Input): Continue {
  const signedIn: Continue = { kind: "continue", directives: [{ type: "issue_session" }] };
  return config.skip_verified_address ? { ...signedIn, state: { verified_address_bypass: context.run.id } } : signedIn;
}
