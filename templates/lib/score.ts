import type { CommonContext, Request } from "durward";

interface Config {
  score_from: "caller" | "signals" | "highest";
  weights: { new_device: number; impossible_travel: number; velocity: number; tor: number; vpn: number; proxy: number; bad_asn: number };
  bad_asns: number[];
}

/** The risk from 0 to 100: what the login system says, the weighted sum of signals, or the higher of both. Undefined if the login system was to say and does not. */
export function riskScore(context: CommonContext, { asn }: Request, config: Config): number | undefined {
  const given = context.risk?.score;
  if (config.score_from === "caller") return given;
  const { new_device, impossible_travel, velocity } = context.risk?.signals ?? {};
  const present: Record<keyof Config["weights"], boolean> = {
    new_device: new_device === true,
    impossible_travel: impossible_travel === true,
    velocity: velocity === true,
    tor: asn?.is_tor === true,
    vpn: asn?.is_vpn === true,
    proxy: asn?.is_proxy === true,
    bad_asn: config.bad_asns.includes(asn?.number ?? -1),
  };
  const names = Object.keys(present) as (keyof Config["weights"])[];
  const sum = Math.min(100, names.reduce((sum, name) => sum + (present[name] ? config.weights[name] : 0), 0));
  return config.score_from === "signals" ? sum : Math.max(sum, given ?? 0);
}
