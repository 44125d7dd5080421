import type { Continue, Directive, LoginAfter, RecoveryAfter, RegistrationAfter, SettingsAfter } from "durward";

export function execute({ config }: LoginAfter.Input | RecoveryAfter.Input | RegistrationAfter.Input | SettingsAfter.Input): Continue {
  const directives: Directive[] = [{ type: "revoke_sessions", scope: config.scope }];
  if (config.refresh_token) directives.push({ type: "revoke_refresh_token" });
  return { kind: "continue", directives };
}
