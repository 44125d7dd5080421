/** What the login system itself does between the slots of a kind of flow, in words. A step stands before the slot that it is listed under; the empty name is the end. */
export const platformSteps: Record<string, Record<string, string>> = {
  login: {
    before: "Somebody opens the sign-in page",
    identified: "They say who they are",
    "credential-checked": "The credential is checked",
    after: "They are authenticated",
    "": "Session and tokens are issued",
  },
  registration: {
    before: "Somebody opens the registration",
    identified: "They enter an identifier",
    submitted: "The form is filled in and valid",
    after: "The user is created",
    completed: "The session is issued",
    "": "",
  },
  recovery: { before: "Somebody has lost access", challenged: "The first challenge is passed", after: "The account is recovered", "": "" },
  password: { changed: "The password is changed", "": "" },
  settings: { before: "Somebody opens their settings", submitted: "The change is valid", after: "The change is saved", "": "" },
  verification: { before: "An address is to be verified", after: "The address is verified", "": "" },
  token: { issue: "A token is about to be issued for a user", "client-credentials": "A machine asks for a token", exchange: "A token of another system is brought", "": "The token is issued" },
  mfa: { enrolment: "A factor is about to be enrolled", verified: "A factor was checked", "": "" },
  message: { phone: "A text message must be sent", email: "An e-mail must be sent", "": "" },
  logout: { after: "The session has ended", "": "" },
};

export const methods = ["password", "oidc", "saml", "totp", "webauthn", "passkey", "lookup_secret", "code", "link", "sms", "push", "profile"];
