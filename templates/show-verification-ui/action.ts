import type { Continue, LoginAfter, RegistrationAfter, SettingsAfter } from "durward";

export function execute({ user, config }: RegistrationAfter.Input | LoginAfter.Input | SettingsAfter.Input): Continue {
  const open = user.addresses?.find(({ via, verified }) => !verified && (config.via === "any" || config.via === via));
  if (open === undefined) return { kind: "continue" };
  return { kind: "continue", directives: [{ type: "show_verification_ui", address: open.value }] };
}
