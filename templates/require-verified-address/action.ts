import type { Address, LoginAfter, SettingsBefore, User } from "durward";

export function execute({ user, state, context, config }: LoginAfter.Input | SettingsBefore.Input): SettingsBefore.Outcome {
  if (state.verified_address_bypass === context.run.id) return { kind: "continue", state: { verified_address_bypass: null } };
  const verified = addressesOf(user).some((address) => address.verified && (config.via === "any" || address.via === config.via));
  if (verified) return { kind: "continue" };
  return { kind: "block", code: "address_not_verified", message: config.message, reason: "the user has no verified address" };
}

/** A login system that sends no list of addresses marks the e-mail address and the phone number. */
function addressesOf({ addresses, email, email_verified = false, phone = "", phone_verified = false }: User): Address[] {
  return addresses ?? [
    { value: email, via: "email", verified: email_verified },
    { value: phone, via: "phone", verified: phone_verified },
  ];
}
