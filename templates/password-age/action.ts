import type { LoginAfter } from "durward";

const day = 24 * 3_600_000;

export function execute({ user, context, config }: LoginAfter.Input): LoginAfter.Outcome {
  const methods = context.authentication?.methods.map(({ name }) => name) ?? [];
  if (context.method !== "password" && !methods.includes("password")) return { kind: "continue" };
  const changed = Date.parse(user.last_password_change_at ?? "");
  if (Number.isNaN(changed)) {
    return config.on_missing === "continue" ? { kind: "continue" } : expired("it is not known when the password was changed");
  }
  const left = Math.ceil(config.max_age_days - (Date.now() - changed) / day);
  if (left <= 0) return expired(`the password is older than ${config.max_age_days} days`);
  return left <= config.warn_days ? { kind: "continue", state: { password_expires_in_days: left } } : { kind: "continue" };

  function expired(reason: string): LoginAfter.Outcome {
    if (config.then === "redirect") return { kind: "redirect", url: config.url!, reason };
    return { kind: "block", code: "password_expired", message: config.message, reason };
  }
}
