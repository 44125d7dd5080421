// The types of Durward's actions: import type { LoginAfter } from "durward".
// Use them with "lib": ["es2022"] and "types": [] in tsconfig.json: the globals below are all that an action has, and would clash with a browser's or Node's.

declare module "durward" {
  /** A JSON object with members that Durward does not know. */
  export type OpenObject = { [name: string]: unknown };

  /** The config of an attachment. */
  export type Config = OpenObject;

  /** The secrets that an action declares, by name. One that the tenant has not set is not there. */
  export type Secrets = { readonly [name: string]: string | undefined };

  /** An RFC 3339 timestamp, for example 2026-01-02T15:04:05Z. */
  export type Timestamp = string;

  export interface Identity {
    /** The identity provider, for example google. */
    provider: string;
    /** The provider's id for the user. */
    user_id: string;
    /** The connection through which the identity came. */
    connection?: string;
    /** Whether the provider is a social network. */
    is_social?: boolean;
    /** What the provider says about the user. */
    profile?: OpenObject;
  }

  export type Method = "password" | "oidc" | "saml" | "totp" | "webauthn" | "passkey" | "lookup_secret" | "code" | "link" | "sms" | "push" | "profile";

  export interface Factor {
    /** What kind of factor it is. */
    method: Method;
    /** The login system's id for the factor. */
    id?: string;
    /** The user's name for the factor. */
    name?: string;
    /** When the factor was enrolled. */
    enrolled_at?: Timestamp;
  }

  export interface Address {
    /** The address itself. */
    value: string;
    /** How the address is reached. */
    via: "email" | "phone";
    /** Whether the user has proven that the address is theirs. */
    verified: boolean;
  }

  export interface ClaimedUser {
    /** The login system's id for the user. */
    id?: string;
    /** The primary e-mail address; empty if the user has none. */
    email?: string;
    /** Whether the user has proven that the e-mail address is theirs. */
    email_verified?: boolean;
    /** The primary phone number, as the login system keeps it (usually E.164). */
    phone?: string;
    /** Whether the user has proven that the phone number is theirs. */
    phone_verified?: boolean;
    /** The name that the user signs in with, where it is not an address. */
    username?: string;
    /** The full name for display. */
    name?: string;
    /** The given name. */
    given_name?: string;
    /** The family name. */
    family_name?: string;
    /** The casual name. */
    nickname?: string;
    /** The URL of a picture of the user. */
    picture?: string;
    /** The preferred language, as a BCP 47 tag such as de-CH. */
    locale?: string;
    /** The groups that the user is in. */
    groups?: string[];
    /** The roles that the user has. */
    roles?: string[];
    /** What the user says about themselves and may change, in the login system's own schema. */
    traits?: OpenObject;
    /** Data about the user that the user may change. */
    user_metadata?: OpenObject;
    /** Data about the user that only applications may change. */
    app_metadata?: OpenObject;
    /** The accounts at identity providers that are linked to the user. */
    identities?: Identity[];
    /** The second factors that the user has. */
    enrolled_factors?: Factor[];
    /** The addresses at which the user can be reached. */
    addresses?: Address[];
    /** When the user was created. */
    created_at?: Timestamp;
    /** When the user was last changed. */
    updated_at?: Timestamp;
    /** When the password was last changed. */
    last_password_change_at?: Timestamp;
    /** How often the user has signed in, this time included. */
    logins_count?: number;
  }

  export interface Geo {
    /** The country, as an ISO 3166-1 alpha-2 code. */
    country?: string;
    /** The region within the country. */
    region?: string;
    /** The city. */
    city?: string;
    /** Degrees north. */
    latitude?: number;
    /** Degrees east. */
    longitude?: number;
    /** The IANA time zone, for example Europe/Zurich. */
    time_zone?: string;
  }

  export interface ASN {
    /** The autonomous system's number. */
    number?: number;
    /** Who runs it. */
    name?: string;
    /** Whether the address is an exit of the Tor network. */
    is_tor?: boolean;
    /** Whether the address belongs to a VPN. */
    is_vpn?: boolean;
    /** Whether the address is an open proxy. */
    is_proxy?: boolean;
  }

  export interface Device {
    /** The login system's id for the device. */
    id?: string;
    /** The JA3 fingerprint of the TLS handshake. */
    ja3?: string;
    /** The JA4 fingerprint of the TLS handshake. */
    ja4?: string;
  }

  export interface Request {
    /** The login system's id for the request; it appears in the audit. */
    id?: string;
    /** The address that the request came from. */
    ip?: string;
    /** The User-Agent header. */
    user_agent?: string;
    /** The HTTP method, for example POST. */
    method?: string;
    /** The URL that was requested. */
    url?: string;
    /** The host name that was requested. */
    hostname?: string;
    /** The headers that the login system passes on, by lower-case name. */
    headers?: Record<string, string>;
    /** The query parameters by name; of a repeated one the last. */
    query?: Record<string, string>;
    /** The form fields that the login system passes on; never a password. */
    body?: OpenObject;
    /** The language that the browser asks for. */
    language?: string;
    /** Where the address is said to be. */
    geo?: Geo;
    /** The network that the address belongs to. */
    asn?: ASN;
    /** The device, as far as it can be told. */
    device?: Device;
  }

  export interface User {
    /** The login system's id for the user. */
    id: string;
    /** The primary e-mail address; empty if the user has none. */
    email: string;
    /** Whether the user has proven that the e-mail address is theirs. */
    email_verified?: boolean;
    /** The primary phone number, as the login system keeps it (usually E.164). */
    phone?: string;
    /** Whether the user has proven that the phone number is theirs. */
    phone_verified?: boolean;
    /** The name that the user signs in with, where it is not an address. */
    username?: string;
    /** The full name for display. */
    name?: string;
    /** The given name. */
    given_name?: string;
    /** The family name. */
    family_name?: string;
    /** The casual name. */
    nickname?: string;
    /** The URL of a picture of the user. */
    picture?: string;
    /** The preferred language, as a BCP 47 tag such as de-CH. */
    locale?: string;
    /** The groups that the user is in. */
    groups?: string[];
    /** The roles that the user has. */
    roles?: string[];
    /** What the user says about themselves and may change, in the login system's own schema. */
    traits?: OpenObject;
    /** Data about the user that the user may change. */
    user_metadata?: OpenObject;
    /** Data about the user that only applications may change. */
    app_metadata?: OpenObject;
    /** The accounts at identity providers that are linked to the user. */
    identities?: Identity[];
    /** The second factors that the user has. */
    enrolled_factors?: Factor[];
    /** The addresses at which the user can be reached. */
    addresses?: Address[];
    /** When the user was created. */
    created_at?: Timestamp;
    /** When the user was last changed. */
    updated_at?: Timestamp;
    /** When the password was last changed. */
    last_password_change_at?: Timestamp;
    /** How often the user has signed in, this time included. */
    logins_count?: number;
  }

  export interface Flow {
    /** The flow's slug, for example login-partners. */
    slug: string;
    /** The flow's kind, for example login. */
    kind: string;
    /** The revision of the flow that this run is sealed to. */
    revision: number;
  }

  export interface Run {
    /** The run's id: the same for every call of one sign-in. */
    id: string;
    /** When the run's first call came. */
    started_at: Timestamp;
  }

  export interface Action {
    /** The action's slug. */
    slug: string;
    /** The version that is running. */
    version: string;
  }

  export interface Client {
    /** The login system's id for the client. */
    id: string;
    /** The name for display. */
    name?: string;
    /** Data that the login system keeps about the client. */
    metadata?: OpenObject;
  }

  export interface Organization {
    /** The login system's id for the organization. */
    id: string;
    /** The name for display. */
    name?: string;
    /** Data that the login system keeps about the organization. */
    metadata?: OpenObject;
  }

  export interface Risk {
    /** From 0 (none) to 100 (certain). */
    score?: number;
    /** The score in a word. */
    level?: "low" | "medium" | "high";
    /** What led to the score. */
    signals?: OpenObject;
  }

  export interface Connection {
    /** The login system's id for the connection. */
    id?: string;
    /** The connection's name, for example google-workspace. */
    name?: string;
    /** What kind of connection it is, for example oidc, saml or database. */
    strategy?: string;
  }

  export interface CompletedMethod {
    /** The method, for example password or totp. */
    name: string;
    /** When it was completed. */
    at?: Timestamp;
  }

  export interface Authentication {
    /** The methods that the user has completed, oldest first. */
    methods: CompletedMethod[];
    /** The authentication context class reached. */
    acr?: string;
    /** The authentication method references (RFC 8176). */
    amr?: string[];
  }

  export interface Session {
    /** The login system's id for the session. */
    id: string;
    /** When the session began. */
    created_at?: Timestamp;
    /** When the user last proved who they are. */
    authenticated_at?: Timestamp;
    /** When the session ends at the latest. */
    expires_at?: Timestamp;
    /** Data kept with the session. */
    metadata?: OpenObject;
  }

  export interface Transaction {
    /** The protocol, for example oidc or saml. */
    protocol?: string;
    /** Where the user goes when the flow is over. */
    redirect_uri?: string;
    /** The scopes that the application asked for. */
    requested_scopes?: string[];
    /** The authentication context classes that the application asked for. */
    acr_values?: string[];
    /** The OpenID Connect prompt values. */
    prompt?: string[];
    /** The application's own state parameter. */
    state?: string;
    /** The language of the login pages. */
    locale?: string;
  }

  export interface Credential {
    /** Whether the credential was right. */
    valid: boolean;
  }

  export interface Token {
    /** The claims that the token is going to have. */
    claims?: OpenObject;
    /** The scopes that the token is going to have. */
    scopes?: string[];
    /** Whom the token is for. */
    audience?: string[];
    /** The OAuth2 grant type, for example refresh_token. */
    grant_type?: string;
  }

  export interface Message {
    /** How the message is to be sent. */
    channel: "sms" | "voice" | "email";
    /** The phone number or e-mail address. */
    recipient: string;
    /** The message in full. */
    text?: string;
    /** The one-time code that the message carries. */
    code?: string;
    /** What the message is for, for example second_factor or verification. */
    purpose?: string;
  }

  /** What is known about a call at every trigger. */
  export interface CommonContext {
    /** The slug of the tenant. */
    tenant: string;
    /** The flow that the action runs in. */
    flow: Flow;
    /** The run: one sign-in (or registration, …) on its way through the flow. */
    run: Run;
    /** The action itself. */
    action: Action;
    /** Which attempt this is, from 1; more than 1 only after a failure of an async trigger. */
    attempt: number;
    /** The same for every attempt of this action in this call: pass it on to APIs that take one. */
    idempotency_key: string;
    /** The authentication method in use, where there is one. */
    method?: Method;
    /** The application that the user signs in to. */
    client?: Client;
    /** The organization that the user signs in for. */
    organization?: Organization;
    /** What the login system thinks of the risk. */
    risk?: Risk;
  }

  export interface Claims {
    /** Claims to add to the ID token. */
    id_token?: OpenObject;
    /** Claims to add to the access token. */
    access_token?: OpenObject;
  }

  export interface Scopes {
    /** Scopes to add. */
    add?: string[];
    /** Scopes to take away. */
    remove?: string[];
  }

  export interface UserChanges {
    /** Traits to set. */
    traits?: OpenObject;
    /** User metadata to set. */
    user_metadata?: OpenObject;
    /** App metadata to set. */
    app_metadata?: OpenObject;
  }

  export interface SessionChanges {
    /** Metadata to set. */
    metadata?: OpenObject;
    /** When the session must end at the latest. */
    expires_at?: Timestamp;
    /** When the session must end if it is not used. */
    idle_expires_at?: Timestamp;
    /** Whether the cookie outlives the browser. */
    cookie?: "persistent" | "session";
  }

  export interface SAMLChanges {
    /** Attributes to add to the assertion. */
    attributes?: OpenObject;
  }

  /** What the login system is to do next. */
  export type Directive =
    /** Sign the user in at once, for example after registration. */
    | { type: "issue_session" }
    /** End sessions of the user. */
    | { type: "revoke_sessions"; scope: "others" | "all" }
    /** Go on only when the user has a verified address. */
    | { type: "require_verified_address"; via?: "email" | "phone" }
    /** Show the page on which the user verifies an address. */
    | { type: "show_verification_ui"; address?: string }
    /** Count a method as completed. */
    | { type: "record_authentication_method"; name: string }
    /** Sign the user in for an organization. */
    | { type: "set_organization"; id: string }
    /** Link the identity in use to a user that exists. */
    | { type: "link_identity"; user_id: string }
    /** Revoke the refresh token in use. */
    | { type: "revoke_refresh_token" }
    /** Do not send the message. */
    | { type: "drop_message" }
    /** Send the message later. */
    | { type: "retry_message"; after_seconds?: number };

  /** What any outcome may do besides. */
  export interface Effects {
    /** Claims to add to tokens; a later action's claim replaces an earlier one's. */
    claims?: Claims;
    /** Scopes to add to or take away from the token. */
    scopes?: Scopes;
    /** Changes to the user, merged key by key; null deletes a key. */
    user?: UserChanges;
    /** Changes to the session. */
    session?: SessionChanges;
    /** Changes to the SAML assertion. */
    saml?: SAMLChanges;
    /** Merged into the run's state, key by key; null deletes a key. */
    state?: OpenObject;
    /** What the login system is to do next. */
    directives?: Directive[];
  }

  /** Let the flow go on. */
  export interface Continue extends Effects {
    kind: "continue";
  }

  /** Let the flow go on only after a second factor. Then the function resume of the action runs, if it has one, or else execute again. */
  export interface DemandMFA extends Effects {
    kind: "demand_mfa";
    /** The factors to ask for, in order of preference; empty or absent: any that the user has. */
    factors?: Method[];
    /** Let the user enrol a factor if there is none. Default: false. */
    enrol?: boolean;
    /** Why, for the operator; the user never sees it. */
    reason?: string;
  }

  export interface RedirectToken {
    /** What the token says. */
    claims: OpenObject;
    /** How long the token is valid, in seconds. Default: 900. */
    expires_in_seconds?: number;
  }

  /** Send the user elsewhere. Once the user is back, the function resume of the action runs in place of execute, and then the actions behind it. */
  export interface Redirect extends Effects {
    kind: "redirect";
    /** Where to: an absolute https URL (http only on loopback, in development). */
    url: string;
    /** Query parameters to add to the URL. */
    params?: Record<string, string>;
    /** A token to add to the URL, signed with the tenant's secret for the target. */
    token?: RedirectToken;
    /** Why, for the operator; the user never sees it. */
    reason?: string;
  }

  /** End the flow. Of the effects, user, state and revoke_* directives are kept. */
  export interface Block extends Effects {
    kind: "block";
    /** A word for machines. Default: blocked. */
    code?: string;
    /** Why, for the operator; the user never sees it. */
    reason?: string;
    /** What the user is told. */
    message?: string;
    /** The JSON pointer of the form field at fault, for example /traits/email. */
    field?: string;
  }

  /** login.before: the login flow starts. */
  export namespace LoginBefore {
    /** What is known about a call at login.before. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at login.before. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "login.before";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at login.before. */
    type Outcome = Continue | Redirect | Block;
  }

  /** login.identified: the identifier is known, nothing is proven yet. */
  export namespace LoginIdentified {
    /** What is known about a call at login.identified. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at login.identified. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "login.identified";
      /** The user, as far as they have said who they are. Nothing here is proven. */
      user: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at login.identified. */
    type Outcome = Continue | Redirect | Block;
  }

  /** login.credential-checked: a credential was checked and found valid or not. A failure blocks, and looks to the user like a bad credential. */
  export namespace LoginCredentialChecked {
    /** What is known about a call at login.credential-checked. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
      /** The credential that was checked. */
      credential: Credential;
    }
    /** What an action sees at login.credential-checked. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "login.credential-checked";
      /** The user, as far as they have said who they are. Nothing here is proven. */
      user: ClaimedUser;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at login.credential-checked. */
    type Outcome = Continue | Block;
  }

  /** login.after: the user is authenticated, before session and token are issued. */
  export namespace LoginAfter {
    /** What is known about a call at login.after. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at login.after. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "login.after";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at login.after. */
    type Outcome = Continue | DemandMFA | Redirect | Block;
  }

  /** registration.before: the registration flow starts. */
  export namespace RegistrationBefore {
    /** What is known about a call at registration.before. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at registration.before. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "registration.before";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at registration.before. */
    type Outcome = Continue | Redirect | Block;
  }

  /** registration.identified: the identifier was entered. */
  export namespace RegistrationIdentified {
    /** What is known about a call at registration.identified. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at registration.identified. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "registration.identified";
      /** The user, as far as they have said who they are. Nothing here is proven. */
      user: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at registration.identified. */
    type Outcome = Continue | Redirect | Block;
  }

  /** registration.submitted: the form is valid, before the user is created. */
  export namespace RegistrationSubmitted {
    /** What is known about a call at registration.submitted. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at registration.submitted. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "registration.submitted";
      /** The user, as far as they have said who they are. Nothing here is proven. */
      user: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at registration.submitted. */
    type Outcome = Continue | Redirect | Block;
  }

  /** registration.after: the user is created, before the session. */
  export namespace RegistrationAfter {
    /** What is known about a call at registration.after. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at registration.after. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "registration.after";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at registration.after. */
    type Outcome = Continue | DemandMFA | Redirect | Block;
  }

  /** registration.completed: the user was created and nobody waits. Nobody waits for the answer. */
  export namespace RegistrationCompleted {
    /** What is known about a call at registration.completed. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at registration.completed. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "registration.completed";
      /** The user. */
      user: User;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at registration.completed. */
    type Outcome = Continue;
  }

  /** recovery.before: recovery starts. */
  export namespace RecoveryBefore {
    /** What is known about a call at recovery.before. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at recovery.before. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "recovery.before";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at recovery.before. */
    type Outcome = Continue | Redirect | Block;
  }

  /** recovery.challenged: the first challenge is passed, before the password changes. */
  export namespace RecoveryChallenged {
    /** What is known about a call at recovery.challenged. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at recovery.challenged. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "recovery.challenged";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at recovery.challenged. */
    type Outcome = Continue | DemandMFA | Redirect | Block;
  }

  /** recovery.after: the account is recovered. */
  export namespace RecoveryAfter {
    /** What is known about a call at recovery.after. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at recovery.after. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "recovery.after";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at recovery.after. */
    type Outcome = Continue | Redirect | Block;
  }

  /** password.changed: the password was changed and nobody waits. Nobody waits for the answer. */
  export namespace PasswordChanged {
    /** What is known about a call at password.changed. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
    }
    /** What an action sees at password.changed. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "password.changed";
      /** The user. */
      user: User;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at password.changed. */
    type Outcome = Continue;
  }

  /** settings.before: the settings flow starts. */
  export namespace SettingsBefore {
    /** What is known about a call at settings.before. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at settings.before. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "settings.before";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at settings.before. */
    type Outcome = Continue | Redirect | Block;
  }

  /** settings.submitted: the change is valid, before it is saved. */
  export namespace SettingsSubmitted {
    /** What is known about a call at settings.submitted. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at settings.submitted. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "settings.submitted";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at settings.submitted. */
    type Outcome = Continue | Redirect | Block;
  }

  /** settings.after: the change is saved. */
  export namespace SettingsAfter {
    /** What is known about a call at settings.after. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at settings.after. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "settings.after";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at settings.after. */
    type Outcome = Continue | Redirect | Block;
  }

  /** verification.before: verification starts. */
  export namespace VerificationBefore {
    /** What is known about a call at verification.before. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at verification.before. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "verification.before";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at verification.before. */
    type Outcome = Continue | Redirect | Block;
  }

  /** verification.after: the address is verified. */
  export namespace VerificationAfter {
    /** What is known about a call at verification.after. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at verification.after. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "verification.after";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at verification.after. */
    type Outcome = Continue | Redirect;
  }

  /** token.issue: an OAuth2 token is about to be issued or refreshed for a user. */
  export namespace TokenIssue {
    /** What is known about a call at token.issue. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
      /** The token that is about to be issued. */
      token: Token;
    }
    /** What an action sees at token.issue. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "token.issue";
      /** The user. */
      user: User;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at token.issue. */
    type Outcome = Continue | Block;
  }

  /** token.client-credentials: a machine-to-machine token is about to be issued. */
  export namespace TokenClientCredentials {
    /** What is known about a call at token.client-credentials. */
    interface Context extends CommonContext {
      /** The token that is about to be issued. */
      token: Token;
    }
    /** What an action sees at token.client-credentials. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "token.client-credentials";
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at token.client-credentials. */
    type Outcome = Continue | Block;
  }

  /** token.exchange: a token of another system is to be exchanged. */
  export namespace TokenExchange {
    /** What is known about a call at token.exchange. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** What the application asked the login system for. */
      transaction?: Transaction;
      /** The token that is about to be issued. */
      token: Token;
    }
    /** What an action sees at token.exchange. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "token.exchange";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at token.exchange. */
    type Outcome = Continue | Block;
  }

  /** mfa.enrolment: a factor is about to be enrolled. */
  export namespace MFAEnrolment {
    /** What is known about a call at mfa.enrolment. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at mfa.enrolment. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "mfa.enrolment";
      /** The user. */
      user: User;
      /** Only where the action goes on behind its own redirect or second factor: what the login system got back with the user. */
      resume?: OpenObject;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at mfa.enrolment. */
    type Outcome = Continue | Redirect | Block;
  }

  /** mfa.verified: a factor was checked. */
  export namespace MFAVerified {
    /** What is known about a call at mfa.verified. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** What the application asked the login system for. */
      transaction?: Transaction;
    }
    /** What an action sees at mfa.verified. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "mfa.verified";
      /** The user. */
      user: User;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at mfa.verified. */
    type Outcome = Continue | Block;
  }

  /** message.phone: an SMS or voice message must be sent. */
  export namespace MessagePhone {
    /** What is known about a call at message.phone. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** The message that must be sent. */
      message: Message;
    }
    /** What an action sees at message.phone. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "message.phone";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at message.phone. */
    type Outcome = Continue | Block;
  }

  /** message.email: an e-mail must be sent. */
  export namespace MessageEmail {
    /** What is known about a call at message.email. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
      /** The message that must be sent. */
      message: Message;
    }
    /** What an action sees at message.email. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "message.email";
      /** The user, if the login system knows who it is. */
      user?: ClaimedUser;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at message.email. */
    type Outcome = Continue | Block;
  }

  /** logout.after: the session ended and nobody waits. Nobody waits for the answer. */
  export namespace LogoutAfter {
    /** What is known about a call at logout.after. */
    interface Context extends CommonContext {
      /** The source of identities in use. */
      connection?: Connection;
      /** What the user has proven so far, and how. */
      authentication?: Authentication;
      /** The session in question. */
      session?: Session;
    }
    /** What an action sees at logout.after. */
    interface Input<C = Config, S = Secrets> {
      /** The trigger that the action runs at. */
      trigger: "logout.after";
      /** The user. */
      user: User;
      /** The HTTP request that the user's browser or device sent to the login system. */
      request: Request;
      /** Shared by all actions of the run, and sent back by the login system on the run's next call. */
      state: OpenObject;
      /** What the login system and Durward know about this call. */
      context: Context;
      /** The attachment's config: valid against the version's schema, defaults filled in. */
      config: C;
      /** The secrets that this version declares, by name. */
      secrets: S;
    }
    /** What an action may answer at logout.after. */
    type Outcome = Continue;
  }

}

// The globals of an action, besides the language's own.

interface Console {
  /** Writes a line to the execution's log: strings as they are, errors with their stack, everything else as JSON. */
  log(...data: unknown[]): void;
  trace(...data: unknown[]): void;
  debug(...data: unknown[]): void;
  info(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
}
declare var console: Console;

/** Calls back after so many milliseconds, within the action's time budget. Returns what clearTimeout takes. */
declare function setTimeout<A extends unknown[]>(callback: (...args: A) => void, ms?: number, ...args: A): number;
declare function clearTimeout(id: number | undefined): void;
declare function setInterval<A extends unknown[]>(callback: (...args: A) => void, ms?: number, ...args: A): number;
declare function clearInterval(id: number | undefined): void;
declare function queueMicrotask(callback: () => void): void;

declare class URL {
  constructor(url: string | URL, base?: string | URL);
  static canParse(url: string | URL, base?: string | URL): boolean;
  static parse(url: string | URL, base?: string | URL): URL | null;
  hash: string;
  host: string;
  hostname: string;
  href: string;
  readonly origin: string;
  password: string;
  pathname: string;
  port: string;
  protocol: string;
  search: string;
  readonly searchParams: URLSearchParams;
  username: string;
  toJSON(): string;
  toString(): string;
}

declare class URLSearchParams {
  constructor(init?: string | URLSearchParams | Record<string, string> | Iterable<readonly [string, string]>);
  readonly size: number;
  append(name: string, value: string): void;
  delete(name: string, value?: string): void;
  entries(): IterableIterator<[string, string]>;
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  keys(): IterableIterator<string>;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

/** Encodes to UTF-8. */
declare class TextEncoder {
  readonly encoding: string;
  encode(input?: string): Uint8Array;
}

/** Decodes UTF-8. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBuffer | ArrayBufferView): string;
}

declare function structuredClone<T>(value: T): T;

/** Decodes base64 to a string with one character per byte. */
declare function atob(data: string): string;
/** Encodes a string with one character per byte as base64. */
declare function btoa(data: string): string;

declare class DOMException extends Error {
  constructor(message?: string, name?: string);
  readonly code: number;
}

interface EventInit {
  bubbles?: boolean;
  cancelable?: boolean;
  composed?: boolean;
}

declare class Event {
  constructor(type: string, init?: EventInit);
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly composed: boolean;
  readonly currentTarget: EventTarget | null;
  readonly defaultPrevented: boolean;
  readonly eventPhase: number;
  readonly isTrusted: boolean;
  readonly target: EventTarget | null;
  readonly timeStamp: number;
  readonly type: string;
  preventDefault(): void;
  stopImmediatePropagation(): void;
  stopPropagation(): void;
}

type EventListener = ((event: Event) => void) | { handleEvent(event: Event): void };

declare class EventTarget {
  addEventListener(type: string, listener: EventListener | null, options?: boolean | { capture?: boolean; once?: boolean; signal?: AbortSignal }): void;
  dispatchEvent(event: Event): boolean;
  removeEventListener(type: string, listener: EventListener | null, options?: boolean | { capture?: boolean }): void;
}

declare class AbortSignal extends EventTarget {
  private constructor();
  static abort(reason?: unknown): AbortSignal;
  static any(signals: Iterable<AbortSignal>): AbortSignal;
  /** Aborts with a TimeoutError after so many milliseconds. */
  static timeout(ms: number): AbortSignal;
  readonly aborted: boolean;
  readonly reason: any;
  onabort: ((this: AbortSignal, event: Event) => void) | null;
  throwIfAborted(): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

type HeadersInit = Headers | Record<string, string> | Iterable<readonly [string, string]>;

declare class Headers {
  constructor(init?: HeadersInit);
  append(name: string, value: string): void;
  delete(name: string): void;
  entries(): IterableIterator<[string, string]>;
  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArg?: unknown): void;
  get(name: string): string | null;
  getSetCookie(): string[];
  has(name: string): boolean;
  keys(): IterableIterator<string>;
  set(name: string, value: string): void;
  values(): IterableIterator<string>;
  [Symbol.iterator](): IterableIterator<[string, string]>;
}

declare class Blob {
  constructor(parts?: Iterable<string | Blob | ArrayBuffer | ArrayBufferView>, options?: { type?: string; endings?: "transparent" | "native" });
  readonly size: number;
  readonly type: string;
  arrayBuffer(): Promise<ArrayBuffer>;
  bytes(): Promise<Uint8Array>;
  slice(start?: number, end?: number, type?: string): Blob;
  stream(): ReadableStream;
  text(): Promise<string>;
}

declare class File extends Blob {
  constructor(parts: Iterable<string | Blob | ArrayBuffer | ArrayBufferView>, name: string, options?: { type?: string; endings?: "transparent" | "native"; lastModified?: number });
  readonly lastModified: number;
  readonly name: string;
}

declare class FormData {
  append(name: string, value: string): void;
  append(name: string, value: Blob, filename?: string): void;
  delete(name: string): void;
  entries(): IterableIterator<[string, string | File]>;
  forEach(callback: (value: string | File, name: string, form: FormData) => void, thisArg?: unknown): void;
  get(name: string): string | File | null;
  getAll(name: string): (string | File)[];
  has(name: string): boolean;
  keys(): IterableIterator<string>;
  set(name: string, value: string): void;
  set(name: string, value: Blob, filename?: string): void;
  values(): IterableIterator<string | File>;
  [Symbol.iterator](): IterableIterator<[string, string | File]>;
}

interface ReadableStreamDefaultReader {
  readonly closed: Promise<void>;
  cancel(reason?: unknown): Promise<void>;
  read(): Promise<{ done: false; value: Uint8Array } | { done: true; value: undefined }>;
  releaseLock(): void;
}

/** The body of a request or a response, or the content of a Blob. An action cannot make a stream of its own. */
declare class ReadableStream {
  private constructor();
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
  getReader(): ReadableStreamDefaultReader;
  tee(): [ReadableStream, ReadableStream];
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array>;
}

type BodyInit = string | URLSearchParams | FormData | Blob | ArrayBuffer | ArrayBufferView | ReadableStream;

interface Body {
  readonly body: ReadableStream | null;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
  blob(): Promise<Blob>;
  bytes(): Promise<Uint8Array>;
  formData(): Promise<FormData>;
  json(): Promise<any>;
  text(): Promise<string>;
}

interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: BodyInit | null;
  /** What happens to a redirect. Default: "follow", at most 5 times. */
  redirect?: "follow" | "error" | "manual";
  signal?: AbortSignal | null;
}

interface Request extends Body {}
declare class Request {
  constructor(input: string | URL | Request, init?: RequestInit);
  readonly headers: Headers;
  readonly method: string;
  readonly redirect: "follow" | "error" | "manual";
  readonly signal: AbortSignal;
  readonly url: string;
  clone(): Request;
}

interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}

interface Response extends Body {}
declare class Response {
  constructor(body?: BodyInit | null, init?: ResponseInit);
  static error(): Response;
  static json(data: unknown, init?: ResponseInit): Response;
  static redirect(url: string | URL, status?: number): Response;
  readonly headers: Headers;
  readonly ok: boolean;
  readonly redirected: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly type: "basic" | "default" | "error";
  readonly url: string;
  clone(): Response;
}

/**
 * Sends a request over http or https, as far as the tenant's policy allows it. The promise is rejected with a TypeError if there is no answer; its
 * property code says why, for example "egress_denied", "dns", "connect", "tls" or "timeout".
 */
declare function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;

interface ConfigList {
  /** Whether the text is in the list, exactly. */
  has(text: string): boolean;
  /** Whether an entry stands for the domain, or for the domain of the e-mail address: example.com for itself, *.example.com for its subdomains. */
  hasDomain(address: string): boolean;
  /** Whether an entry, an address or a network in CIDR notation, holds the IP address. */
  hasAddress(address: string): boolean;
}

interface Durward {
  /** Values that the action keeps from one execution to another, for a while. They can be gone at any time. */
  readonly cache: {
    /** The value, or undefined if there is none. */
    get(key: string): Promise<any>;
    /** Keeps a value, which must be at most 64 KiB as JSON, for 1 second to 24 hours. Default: 300 seconds. */
    set(key: string, value: unknown, options?: { ttl_seconds?: number }): Promise<void>;
    /** Says whether there was one. */
    delete(key: string): Promise<boolean>;
  };
  readonly counter: {
    /**
     * Counts a hit, and says how many there were in the last window_seconds (up to 30 days), and whether that is more than the limit. A durable hit is stored before it is answered, and
     * counts after a restart of the server too.
     */
    hit(key: string, options: { window_seconds: number; limit?: number; durable?: boolean }): Promise<{ count: number; reset_in_seconds: number; exceeded: boolean }>;
  };
  readonly ip: {
    /** An address in the form in which equal addresses are equal texts; undefined if it is none. */
    normal(address: string): string | undefined;
    /** The network that an address is in, for example 2001:db8::/64; undefined if it is no address. Default: all 32 bits of IPv4, and 64 of IPv6. */
    network(address: string, bits?: { v4?: number; v6?: number }): string | undefined;
    /** Whether an address is in one of a few networks, each an address or in CIDR notation. Throws a TypeError for what is no network. */
    within(address: string, networks: Iterable<string>): boolean;
  };
  /** The domain of an e-mail address, or of a domain by itself, in lower case and with ASCII labels; undefined if it is none. */
  domain(address: string): string | undefined;
  /**
   * A list of strings of the config, by its name, to look things up in. That takes as long in a list of 100,000 entries as in one of 10. It looks at the config as it is attached,
   * whatever the action has done to input.config.
   */
  list(name: string): ConfigList;
  /** Writes a line with fields to the execution's log. */
  log(level: "debug" | "info" | "warn" | "error", message: string, fields?: Record<string, unknown>): void;
}
/** What the sandbox offers besides the standards. Keys are 1 to 256 bytes, and the action's own. */
declare var durward: Durward;

interface Crypto {
  /** A random UUID, version 4. */
  randomUUID(): string;
  /** Fills an integer array with random bytes, at most 65,536 of them, and returns it. */
  getRandomValues<T extends Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array>(array: T): T;
  readonly subtle: SubtleCrypto;
}
declare var Crypto: { prototype: Crypto };

type KeyType = "secret" | "public" | "private";
type KeyUsage = "encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey";
type KeyFormat = "raw" | "spki" | "pkcs8" | "jwk";
type KeyData = ArrayBuffer | ArrayBufferView;

/** A key; its material leaves it only through exportKey and wrapKey, and only if it is extractable. */
interface CryptoKey {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: KeyAlgorithm;
  readonly usages: KeyUsage[];
}
declare var CryptoKey: { prototype: CryptoKey };

interface KeyAlgorithm {
  name: string;
  hash?: { name: string };
  length?: number;
  modulusLength?: number;
  namedCurve?: string;
  publicExponent?: Uint8Array;
}

interface CryptoKeyPair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

interface JsonWebKey {
  alg?: string; crv?: string; d?: string; dp?: string; dq?: string; e?: string; ext?: boolean; k?: string; key_ops?: string[];
  kty?: string; n?: string; p?: string; q?: string; qi?: string; use?: string; x?: string; y?: string;
}

/** The name of an algorithm, or an object with its name and parameters. */
type AlgorithmIdentifier = string | { name: string; [parameter: string]: unknown };

/** The Web Cryptography API (W3C). Everything is computed at once and counts as the execution's CPU time. */
interface SubtleCrypto {
  digest(algorithm: AlgorithmIdentifier, data: KeyData): Promise<ArrayBuffer>;
  encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: KeyData): Promise<ArrayBuffer>;
  decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: KeyData): Promise<ArrayBuffer>;
  sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: KeyData): Promise<ArrayBuffer>;
  verify(algorithm: AlgorithmIdentifier, key: CryptoKey, signature: KeyData, data: KeyData): Promise<boolean>;
  deriveBits(algorithm: AlgorithmIdentifier, baseKey: CryptoKey, length?: number | null): Promise<ArrayBuffer>;
  deriveKey(algorithm: AlgorithmIdentifier, baseKey: CryptoKey, derived: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  generateKey(algorithm: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<any>;
  importKey(format: KeyFormat, data: KeyData | JsonWebKey, algorithm: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
  exportKey(format: "jwk", key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: "raw" | "spki" | "pkcs8", key: CryptoKey): Promise<ArrayBuffer>;
  wrapKey(format: KeyFormat, key: CryptoKey, wrapping: CryptoKey, algorithm: AlgorithmIdentifier): Promise<ArrayBuffer>;
  unwrapKey(format: KeyFormat, wrapped: KeyData, unwrapping: CryptoKey, algorithm: AlgorithmIdentifier, unwrapped: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]): Promise<CryptoKey>;
}
declare var SubtleCrypto: { prototype: SubtleCrypto };
declare var crypto: Crypto;

// What actions have of Node.js. Modules that are only there so that packages can be loaded are left out, and members that are of no use in an action.

type BufferEncoding = "utf8" | "utf-8" | "utf16le" | "utf-16le" | "ucs2" | "ucs-2" | "base64" | "base64url" | "latin1" | "binary" | "ascii" | "hex";

declare class Buffer extends Uint8Array {
  private constructor();
  static alloc(size: number, fill?: string | Uint8Array | number, encoding?: BufferEncoding): Buffer;
  static allocUnsafe(size: number): Buffer;
  static allocUnsafeSlow(size: number): Buffer;
  static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding?: BufferEncoding): number;
  static compare(a: Uint8Array, b: Uint8Array): -1 | 0 | 1;
  static concat(list: readonly Uint8Array[], totalLength?: number): Buffer;
  static from(data: string, encoding?: BufferEncoding): Buffer;
  static from(data: ArrayBuffer | SharedArrayBuffer, byteOffset?: number, length?: number): Buffer;
  static from(data: Iterable<number> | ArrayLike<number>): Buffer;
  static isBuffer(value: unknown): value is Buffer;
  static isEncoding(encoding: string): encoding is BufferEncoding;
  compare(target: Uint8Array, targetStart?: number, targetEnd?: number, sourceStart?: number, sourceEnd?: number): -1 | 0 | 1;
  copy(target: Uint8Array, targetStart?: number, sourceStart?: number, sourceEnd?: number): number;
  equals(other: Uint8Array): boolean;
  fill(value: string | Uint8Array | number, offset?: number, end?: number, encoding?: BufferEncoding): this;
  fill(value: string | Uint8Array, encoding: BufferEncoding): this;
  includes(value: string | Uint8Array | number, byteOffset?: number, encoding?: BufferEncoding): boolean;
  indexOf(value: string | Uint8Array | number, byteOffset?: number, encoding?: BufferEncoding): number;
  lastIndexOf(value: string | Uint8Array | number, byteOffset?: number, encoding?: BufferEncoding): number;
  slice(start?: number, end?: number): Buffer;
  subarray(start?: number, end?: number): Buffer;
  swap16(): Buffer;
  swap32(): Buffer;
  swap64(): Buffer;
  toJSON(): { type: "Buffer"; data: number[] };
  toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  write(text: string, encoding?: BufferEncoding): number;
  write(text: string, offset: number, encoding?: BufferEncoding): number;
  write(text: string, offset: number, length: number, encoding?: BufferEncoding): number;
  readBigInt64BE(offset?: number): bigint;
  readBigInt64LE(offset?: number): bigint;
  readBigUInt64BE(offset?: number): bigint;
  readBigUInt64LE(offset?: number): bigint;
  readDoubleBE(offset?: number): number;
  readDoubleLE(offset?: number): number;
  readFloatBE(offset?: number): number;
  readFloatLE(offset?: number): number;
  readInt8(offset?: number): number;
  readInt16BE(offset?: number): number;
  readInt16LE(offset?: number): number;
  readInt32BE(offset?: number): number;
  readInt32LE(offset?: number): number;
  readIntBE(offset: number, byteLength: number): number;
  readIntLE(offset: number, byteLength: number): number;
  readUInt8(offset?: number): number;
  readUInt16BE(offset?: number): number;
  readUInt16LE(offset?: number): number;
  readUInt32BE(offset?: number): number;
  readUInt32LE(offset?: number): number;
  readUIntBE(offset: number, byteLength: number): number;
  readUIntLE(offset: number, byteLength: number): number;
  writeBigInt64BE(value: bigint, offset?: number): number;
  writeBigInt64LE(value: bigint, offset?: number): number;
  writeBigUInt64BE(value: bigint, offset?: number): number;
  writeBigUInt64LE(value: bigint, offset?: number): number;
  writeDoubleBE(value: number, offset?: number): number;
  writeDoubleLE(value: number, offset?: number): number;
  writeFloatBE(value: number, offset?: number): number;
  writeFloatLE(value: number, offset?: number): number;
  writeInt8(value: number, offset?: number): number;
  writeInt16BE(value: number, offset?: number): number;
  writeInt16LE(value: number, offset?: number): number;
  writeInt32BE(value: number, offset?: number): number;
  writeInt32LE(value: number, offset?: number): number;
  writeIntBE(value: number, offset: number, byteLength: number): number;
  writeIntLE(value: number, offset: number, byteLength: number): number;
  writeUInt8(value: number, offset?: number): number;
  writeUInt16BE(value: number, offset?: number): number;
  writeUInt16LE(value: number, offset?: number): number;
  writeUInt32BE(value: number, offset?: number): number;
  writeUInt32LE(value: number, offset?: number): number;
  writeUIntBE(value: number, offset: number, byteLength: number): number;
  writeUIntLE(value: number, offset: number, byteLength: number): number;
}

/** What libraries ask of the process that they run in. It tells nothing about the machine: the environment is empty. */
declare var process: {
  readonly argv: string[];
  readonly env: Record<string, string | undefined>;
  readonly pid: number;
  readonly platform: string;
  readonly version: string;
  readonly versions: Record<string, string | undefined>;
  cwd(): string;
  emitWarning(warning: string | Error): void;
  hrtime: { (since?: [number, number]): [number, number]; bigint(): bigint };
  memoryUsage(): { rss: number; heapTotal: number; heapUsed: number; external: number; arrayBuffers: number };
  nextTick<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void;
  uptime(): number;
};

declare function setImmediate<A extends unknown[]>(callback: (...args: A) => void, ...args: A): number;
declare function clearImmediate(id: number | undefined): void;

/** Loads a module as CommonJS does. The name must be written out: nothing is loaded while an action runs. */
declare function require(name: string): any;
declare var module: { exports: any };
declare var exports: any;

declare module "node:assert" {
  interface Assert {
    (value: unknown, message?: string | Error): asserts value;
    AssertionError: typeof AssertionError;
    deepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    deepStrictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    doesNotMatch(text: string, pattern: RegExp, message?: string | Error): void;
    doesNotReject(promise: Promise<unknown> | (() => Promise<unknown>)): Promise<void>;
    doesNotThrow(f: () => unknown): void;
    equal(actual: unknown, expected: unknown, message?: string | Error): void;
    fail(message?: string | Error): never;
    ifError(value: unknown): void;
    match(text: string, pattern: RegExp, message?: string | Error): void;
    notDeepEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notDeepStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    notStrictEqual(actual: unknown, expected: unknown, message?: string | Error): void;
    ok(value: unknown, message?: string | Error): asserts value;
    rejects(promise: Promise<unknown> | (() => Promise<unknown>), expected?: unknown, message?: string | Error): Promise<void>;
    strict: Assert;
    strictEqual<T>(actual: unknown, expected: T, message?: string | Error): asserts actual is T;
    throws(f: () => unknown, expected?: unknown, message?: string | Error): void;
  }
  class AssertionError extends Error {
    constructor(options: { message?: string; actual?: unknown; expected?: unknown; operator?: string });
    readonly actual: unknown;
    readonly code: "ERR_ASSERTION";
    readonly expected: unknown;
    readonly generatedMessage: boolean;
  }
  const assert: Assert;
  export = assert;
}

declare module "node:assert/strict" {
  import assert = require("node:assert");
  export = assert;
}

declare module "node:async_hooks" {
  export class AsyncLocalStorage<T> {
    enterWith(store: T): void;
    exit<R, A extends unknown[]>(callback: (...args: A) => R, ...args: A): R;
    getStore(): T | undefined;
    run<R, A extends unknown[]>(store: T, callback: (...args: A) => R, ...args: A): R;
  }
  export const AsyncResource: any;
  export const createHook: any;
  export function executionAsyncId(): number;
  export function triggerAsyncId(): number;
}

declare module "node:buffer" {
  const Bytes: typeof Buffer;
  type Bytes = Buffer;
  const decode: typeof atob;
  const encode: typeof btoa;
  const Data: typeof Blob;
  type Data = Blob;
  const Named: typeof File;
  type Named = File;
  export { Bytes as Buffer, decode as atob, encode as btoa, Data as Blob, Named as File };
  export const constants: { MAX_LENGTH: number; MAX_STRING_LENGTH: number };
  export const kMaxLength: number;
  export function isAscii(bytes: ArrayBuffer | ArrayBufferView): boolean;
  export function isUtf8(bytes: ArrayBuffer | ArrayBufferView): boolean;
}

declare module "node:constants" {
  const constants: Record<string, number>;
  export = constants;
}

declare module "node:crypto" {
  type Bytes = string | ArrayBuffer | ArrayBufferView;
  type Callback<T> = (err: Error | null, result: T) => void;
  type KeyInput = Bytes | KeyObject | { key: Bytes | KeyObject | JsonWebKey; format?: "pem" | "der" | "jwk"; type?: string; passphrase?: string; padding?: number; saltLength?: number; dsaEncoding?: "der" | "ieee-p1363"; oaepHash?: string; oaepLabel?: ArrayBufferView };
  interface KeyEncoding {
    format: "pem" | "der" | "jwk";
    type?: "spki" | "pkcs1" | "pkcs8" | "sec1";
  }
  interface KeyPairOptions {
    modulusLength?: number;
    namedCurve?: string;
    publicKeyEncoding?: KeyEncoding;
    privateKeyEncoding?: KeyEncoding;
  }
  interface ScryptOptions {
    N?: number;
    cost?: number;
    r?: number;
    blockSize?: number;
    p?: number;
    parallelization?: number;
    maxmem?: number;
  }
  /** A hash. It is no stream. */
  export class Hash {
    private constructor();
    copy(): Hash;
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
    update(data: Bytes, encoding?: BufferEncoding): this;
  }
  export class Hmac {
    private constructor();
    digest(): Buffer;
    digest(encoding: BufferEncoding): string;
    update(data: Bytes, encoding?: BufferEncoding): this;
  }
  export class KeyObject {
    private constructor();
    readonly asymmetricKeyDetails?: { modulusLength?: number; publicExponent?: bigint; namedCurve?: string };
    readonly asymmetricKeyType?: string;
    readonly symmetricKeySize?: number;
    readonly type: "secret" | "public" | "private";
    equals(other: KeyObject): boolean;
    export(options: { format: "jwk" }): JsonWebKey;
    export(options: { format: "pem"; type?: "spki" | "pkcs1" | "pkcs8" | "sec1" }): string;
    export(options?: { format?: "der" | "buffer"; type?: "spki" | "pkcs1" | "pkcs8" | "sec1" }): Buffer;
  }
  export class Sign {
    constructor(algorithm: string);
    sign(key: KeyInput): Buffer;
    sign(key: KeyInput, encoding: BufferEncoding): string;
    update(data: Bytes, encoding?: BufferEncoding): this;
  }
  export class Verify {
    constructor(algorithm: string);
    update(data: Bytes, encoding?: BufferEncoding): this;
    verify(key: KeyInput, signature: Bytes, encoding?: BufferEncoding): boolean;
  }
  interface Cipher {
    final(): Buffer;
    final(encoding: BufferEncoding): string;
    getAuthTag(): Buffer;
    setAAD(data: Bytes): this;
    setAutoPadding(on?: boolean): this;
    update(data: Bytes): Buffer;
    update(data: Bytes, inputEncoding: BufferEncoding | undefined, outputEncoding: BufferEncoding): string;
    update(data: string, inputEncoding: BufferEncoding): Buffer;
  }
  interface Decipher extends Omit<Cipher, "getAuthTag"> {
    setAuthTag(tag: Bytes, encoding?: BufferEncoding): this;
  }
  export const constants: Record<string, number>;
  export const subtle: SubtleCrypto;
  export const webcrypto: Crypto;
  export function createCipheriv(algorithm: string, key: Bytes | KeyObject, iv: Bytes | null, options?: { authTagLength?: number }): Cipher;
  export function createDecipheriv(algorithm: string, key: Bytes | KeyObject, iv: Bytes | null, options?: { authTagLength?: number }): Decipher;
  export function createHash(algorithm: string): Hash;
  export function createHmac(algorithm: string, key: Bytes | KeyObject): Hmac;
  export function createPrivateKey(key: KeyInput): KeyObject;
  export function createPublicKey(key: KeyInput): KeyObject;
  export function createSecretKey(key: Bytes, encoding?: BufferEncoding): KeyObject;
  export function createSign(algorithm: string): Sign;
  export function createVerify(algorithm: string): Verify;
  export function generateKeyPair(type: "rsa" | "ec" | "ed25519" | "x25519" | (string & {}), options: KeyPairOptions | undefined, callback: (err: Error | null, publicKey: any, privateKey: any) => void): void;
  export function generateKeyPairSync(type: "rsa" | "ec" | "ed25519" | "x25519" | (string & {}), options?: { modulusLength?: number; namedCurve?: string }): { publicKey: KeyObject; privateKey: KeyObject };
  export function generateKeyPairSync(type: string, options: KeyPairOptions): { publicKey: any; privateKey: any };
  export function getCiphers(): string[];
  export function getCurves(): string[];
  export function getHashes(): string[];
  export function getRandomValues<T extends Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array>(array: T): T;
  export function hash(algorithm: string, data: Bytes, encoding?: BufferEncoding): string;
  export function hash(algorithm: string, data: Bytes, encoding: "buffer"): Buffer;
  export function hkdf(digest: string, key: Bytes | KeyObject, salt: Bytes, info: Bytes, length: number, callback: Callback<ArrayBuffer>): void;
  export function hkdfSync(digest: string, key: Bytes | KeyObject, salt: Bytes, info: Bytes, length: number): ArrayBuffer;
  export function pbkdf2(password: Bytes, salt: Bytes, iterations: number, length: number, digest: string, callback: Callback<Buffer>): void;
  export function pbkdf2Sync(password: Bytes, salt: Bytes, iterations: number, length: number, digest: string): Buffer;
  export function privateDecrypt(key: KeyInput, data: Bytes): Buffer;
  export function publicEncrypt(key: KeyInput, data: Bytes): Buffer;
  export function randomBytes(size: number): Buffer;
  export function randomBytes(size: number, callback: Callback<Buffer>): void;
  export function randomFill<T extends ArrayBuffer | ArrayBufferView>(view: T, callback: Callback<T>): void;
  export function randomFill<T extends ArrayBuffer | ArrayBufferView>(view: T, offset: number, callback: Callback<T>): void;
  export function randomFill<T extends ArrayBuffer | ArrayBufferView>(view: T, offset: number, size: number, callback: Callback<T>): void;
  export function randomFillSync<T extends ArrayBuffer | ArrayBufferView>(view: T, offset?: number, size?: number): T;
  export function randomInt(max: number): number;
  export function randomInt(min: number, max: number): number;
  export function randomInt(min: number, max: number, callback: Callback<number>): void;
  export function randomUUID(): string;
  export function scrypt(password: Bytes, salt: Bytes, length: number, callback: Callback<Buffer>): void;
  export function scrypt(password: Bytes, salt: Bytes, length: number, options: ScryptOptions, callback: Callback<Buffer>): void;
  export function scryptSync(password: Bytes, salt: Bytes, length: number, options?: ScryptOptions): Buffer;
  export function sign(algorithm: string | null | undefined, data: Bytes, key: KeyInput): Buffer;
  export function sign(algorithm: string | null | undefined, data: Bytes, key: KeyInput, callback: Callback<Buffer>): void;
  export function timingSafeEqual(a: ArrayBuffer | ArrayBufferView, b: ArrayBuffer | ArrayBufferView): boolean;
  export function verify(algorithm: string | null | undefined, data: Bytes, key: KeyInput, signature: Bytes): boolean;
  export function verify(algorithm: string | null | undefined, data: Bytes, key: KeyInput, signature: Bytes, callback: Callback<boolean>): void;
}

declare module "node:diagnostics_channel" {
  export const channel: any, hasSubscribers: any, subscribe: any, tracingChannel: any, unsubscribe: any;
}

declare module "node:events" {
  type Listener = (...args: any[]) => void;
  class EventEmitter {
    static defaultMaxListeners: number;
    static listenerCount(emitter: EventEmitter, event: string | symbol): number;
    static once(emitter: EventEmitter | EventTarget, event: string | symbol, options?: { signal?: AbortSignal }): Promise<any[]>;
    static addAbortListener(signal: AbortSignal, listener: (event: Event) => void): any;
    static getEventListeners(emitter: EventEmitter | EventTarget, event: string | symbol): Function[];
    static setMaxListeners(n?: number, ...emitters: (EventEmitter | EventTarget)[]): void;
    static readonly captureRejectionSymbol: symbol;
    static readonly errorMonitor: symbol;
    addListener(event: string | symbol, listener: Listener): this;
    emit(event: string | symbol, ...args: any[]): boolean;
    eventNames(): (string | symbol)[];
    getMaxListeners(): number;
    listenerCount(event: string | symbol): number;
    listeners(event: string | symbol): Function[];
    off(event: string | symbol, listener: Listener): this;
    on(event: string | symbol, listener: Listener): this;
    once(event: string | symbol, listener: Listener): this;
    prependListener(event: string | symbol, listener: Listener): this;
    prependOnceListener(event: string | symbol, listener: Listener): this;
    rawListeners(event: string | symbol): Function[];
    removeAllListeners(event?: string | symbol): this;
    removeListener(event: string | symbol, listener: Listener): this;
    setMaxListeners(n: number): this;
  }
  import events = require("node:events");
  namespace EventEmitter {
    export { events as EventEmitter };
  }
  export = EventEmitter;
}

declare module "node:http" {
  export const Agent: any, ClientRequest: any, IncomingMessage: any, OutgoingMessage: any, ServerResponse: any, globalAgent: any;
  export const METHODS: string[];
  export const STATUS_CODES: Record<string, string | undefined>;
  export const maxHeaderSize: number;
  /** Sends a request, as fetch does, and by the same rules. */
  export const get: any, request: any;
  export function validateHeaderName(name: string): void;
  export function validateHeaderValue(name: string, value: string): void;
}

declare module "node:https" {
  export const Agent: any, globalAgent: any;
  /** Sends a request, as fetch does, and by the same rules. */
  export const get: any, request: any;
}

declare module "node:os" {
  export const EOL: string;
  export const devNull: string;
  export const constants: Record<string, any>;
  export function arch(): string;
  export function availableParallelism(): number;
  export function cpus(): any[];
  export function endianness(): "BE" | "LE";
  export function freemem(): number;
  export function homedir(): string;
  export function hostname(): string;
  export function loadavg(): number[];
  export function machine(): string;
  export function networkInterfaces(): Record<string, any>;
  export function platform(): string;
  export function release(): string;
  export function tmpdir(): string;
  export function totalmem(): number;
  export function type(): string;
  export function uptime(): number;
  export function userInfo(): any;
  export function version(): string;
}

declare module "node:path" {
  interface Parts {
    root: string;
    dir: string;
    base: string;
    ext: string;
    name: string;
  }
  interface Path {
    basename(path: string, suffix?: string): string;
    readonly delimiter: string;
    dirname(path: string): string;
    extname(path: string): string;
    format(parts: Partial<Parts>): string;
    isAbsolute(path: string): boolean;
    join(...parts: string[]): string;
    normalize(path: string): string;
    parse(path: string): Parts;
    readonly posix: Path;
    relative(from: string, to: string): string;
    resolve(...parts: string[]): string;
    readonly sep: string;
  }
  const path: Path;
  export = path;
}

declare module "node:path/posix" {
  import path = require("node:path");
  export = path;
}

declare module "node:perf_hooks" {
  export const PerformanceObserver: any, constants: any;
  export const performance: { now(): number; readonly timeOrigin: number; [name: string]: any };
}

declare module "node:process" {
  export = process;
}

declare module "node:punycode" {
  export const ucs2: { decode(text: string): number[]; encode(points: readonly number[]): string };
  export const version: string;
  export function decode(text: string): string;
  export function encode(text: string): string;
  export function toASCII(domain: string): string;
  export function toUnicode(domain: string): string;
}

declare module "node:querystring" {
  type Query = { [name: string]: string | string[] | undefined };
  interface ParseOptions {
    decodeURIComponent?: (text: string) => string;
    maxKeys?: number;
  }
  export function decode(text: string, separator?: string, equals?: string, options?: ParseOptions): Query;
  export function encode(values?: object, separator?: string, equals?: string, options?: { encodeURIComponent?: (text: string) => string }): string;
  export function escape(text: string): string;
  export function parse(text: string, separator?: string, equals?: string, options?: ParseOptions): Query;
  export function stringify(values?: object, separator?: string, equals?: string, options?: { encodeURIComponent?: (text: string) => string }): string;
  export function unescape(text: string): string;
}

declare module "node:stream" {
  export const Duplex: any, PassThrough: any, Readable: any, Stream: any, Transform: any, Writable: any;
  export const addAbortSignal: any, compose: any, destroy: any, finished: any, pipeline: any, promises: any;
  export const getDefaultHighWaterMark: any, isDestroyed: any, isDisturbed: any, isErrored: any, isReadable: any, isWritable: any, setDefaultHighWaterMark: any;
}

declare module "node:stream/promises" {
  export const finished: any, pipeline: any;
}

declare module "node:stream/web" {
  const Stream: typeof ReadableStream;
  type Stream = ReadableStream;
  export { Stream as ReadableStream };
}

declare module "node:string_decoder" {
  export class StringDecoder {
    constructor(encoding?: BufferEncoding);
    end(bytes?: Uint8Array): string;
    write(bytes: Uint8Array): string;
  }
}

declare module "node:timers" {
  const later: typeof setTimeout;
  const notLater: typeof clearTimeout;
  const repeat: typeof setInterval;
  const notRepeat: typeof clearInterval;
  const soon: typeof setImmediate;
  const notSoon: typeof clearImmediate;
  export { later as setTimeout, notLater as clearTimeout, repeat as setInterval, notRepeat as clearInterval, soon as setImmediate, notSoon as clearImmediate };
  export * as promises from "node:timers/promises";
}

declare module "node:timers/promises" {
  export function setImmediate<T = void>(value?: T): Promise<T>;
  export function setTimeout<T = void>(ms?: number, value?: T): Promise<T>;
  export const scheduler: { wait(ms: number): Promise<void>; yield(): Promise<void> };
}

declare module "node:url" {
  const Address: typeof URL;
  type Address = URL;
  const Query: typeof URLSearchParams;
  type Query = URLSearchParams;
  export { Address as URL, Query as URLSearchParams };
  interface Parts {
    auth: string | null;
    hash: string | null;
    host: string | null;
    hostname: string | null;
    href: string;
    path: string | null;
    pathname: string | null;
    port: string | null;
    protocol: string | null;
    query: any;
    search: string | null;
    slashes: boolean | null;
  }
  export function domainToASCII(domain: string): string;
  export function domainToUnicode(domain: string): string;
  export function fileURLToPath(url: string | URL): string;
  export function format(url: URL, options?: { fragment?: boolean; search?: boolean; auth?: boolean }): string;
  export function format(url: string | Partial<Parts>): string;
  export function parse(url: string, parseQuery?: boolean, slashesDenoteHost?: boolean): Parts;
  export function pathToFileURL(path: string): URL;
  export function resolve(from: string, to: string): string;
  export function urlToHttpOptions(url: URL): Record<string, any>;
}

declare module "node:util" {
  const Decoder: typeof TextDecoder;
  type Decoder = TextDecoder;
  const Encoder: typeof TextEncoder;
  type Encoder = TextEncoder;
  export { Decoder as TextDecoder, Encoder as TextEncoder };
  export * as types from "node:util/types";
  export function callbackify<A extends unknown[], R>(f: (...args: A) => Promise<R>): (...args: [...A, (err: Error | null, result: R) => void]) => void;
  export function debuglog(section: string): ((...args: unknown[]) => void) & { enabled: boolean };
  export function deprecate<F extends Function>(f: F, message?: string, code?: string): F;
  export function format(...args: unknown[]): string;
  export function formatWithOptions(options: object, ...args: unknown[]): string;
  export function inherits(constructor: Function, parent: Function): void;
  export const inspect: { (value: unknown, options?: { depth?: number | null }): string; readonly custom: unique symbol };
  export function isDeepStrictEqual(a: unknown, b: unknown): boolean;
  export function promisify<A extends unknown[], R>(f: (...args: [...A, (err: any, result: R) => void]) => void): (...args: A) => Promise<R>;
  export function promisify(f: Function): (...args: any[]) => Promise<any>;
  export function stripVTControlCharacters(text: string): string;
  export function styleText(format: string | string[], text: string): string;
  export function toUSVString(text: string): string;
}

declare module "node:util/types" {
  export function isAnyArrayBuffer(value: unknown): value is ArrayBuffer;
  export function isArrayBuffer(value: unknown): value is ArrayBuffer;
  export function isArrayBufferView(value: unknown): value is ArrayBufferView;
  export function isBoxedPrimitive(value: unknown): boolean;
  export function isDataView(value: unknown): value is DataView;
  export function isDate(value: unknown): value is Date;
  export function isMap(value: unknown): value is Map<unknown, unknown>;
  export function isNativeError(value: unknown): value is Error;
  export function isPromise(value: unknown): value is Promise<unknown>;
  export function isProxy(value: unknown): boolean;
  export function isRegExp(value: unknown): value is RegExp;
  export function isSet(value: unknown): value is Set<unknown>;
  export function isTypedArray(value: unknown): boolean;
  export function isUint8Array(value: unknown): value is Uint8Array;
  export function isWeakMap(value: unknown): value is WeakMap<object, unknown>;
  export function isWeakSet(value: unknown): value is WeakSet<object>;
  export function isArgumentsObject(value: unknown): boolean;
  export function isAsyncFunction(value: unknown): boolean;
  export function isBigIntObject(value: unknown): boolean;
  export function isBooleanObject(value: unknown): boolean;
  export function isExternal(value: unknown): boolean;
  export function isGeneratorFunction(value: unknown): boolean;
  export function isGeneratorObject(value: unknown): boolean;
  export function isKeyObject(value: unknown): boolean;
  export function isMapIterator(value: unknown): boolean;
  export function isModuleNamespaceObject(value: unknown): boolean;
  export function isNumberObject(value: unknown): boolean;
  export function isSetIterator(value: unknown): boolean;
  export function isStringObject(value: unknown): boolean;
  export function isSymbolObject(value: unknown): boolean;
  export function isBigInt64Array(value: unknown): value is BigInt64Array;
  export function isBigUint64Array(value: unknown): value is BigUint64Array;
  export function isCryptoKey(value: unknown): value is CryptoKey;
  export function isFloat32Array(value: unknown): value is Float32Array;
  export function isFloat64Array(value: unknown): value is Float64Array;
  export function isInt16Array(value: unknown): value is Int16Array;
  export function isInt32Array(value: unknown): value is Int32Array;
  export function isInt8Array(value: unknown): value is Int8Array;
  export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer;
  export function isUint16Array(value: unknown): value is Uint16Array;
  export function isUint32Array(value: unknown): value is Uint32Array;
  export function isUint8ClampedArray(value: unknown): value is Uint8ClampedArray;
}

declare module "assert" {
  import module = require("node:assert");
  export = module;
}

declare module "assert/strict" {
  import module = require("node:assert/strict");
  export = module;
}

declare module "async_hooks" {
  import module = require("node:async_hooks");
  export = module;
}

declare module "buffer" {
  import module = require("node:buffer");
  export = module;
}

declare module "constants" {
  import module = require("node:constants");
  export = module;
}

declare module "crypto" {
  import module = require("node:crypto");
  export = module;
}

declare module "diagnostics_channel" {
  import module = require("node:diagnostics_channel");
  export = module;
}

declare module "events" {
  import module = require("node:events");
  export = module;
}

declare module "http" {
  import module = require("node:http");
  export = module;
}

declare module "https" {
  import module = require("node:https");
  export = module;
}

declare module "os" {
  import module = require("node:os");
  export = module;
}

declare module "path" {
  import module = require("node:path");
  export = module;
}

declare module "path/posix" {
  import module = require("node:path/posix");
  export = module;
}

declare module "perf_hooks" {
  import module = require("node:perf_hooks");
  export = module;
}

declare module "process" {
  import module = require("node:process");
  export = module;
}

declare module "punycode" {
  import module = require("node:punycode");
  export = module;
}

declare module "querystring" {
  import module = require("node:querystring");
  export = module;
}

declare module "stream" {
  import module = require("node:stream");
  export = module;
}

declare module "stream/promises" {
  import module = require("node:stream/promises");
  export = module;
}

declare module "stream/web" {
  import module = require("node:stream/web");
  export = module;
}

declare module "string_decoder" {
  import module = require("node:string_decoder");
  export = module;
}

declare module "timers" {
  import module = require("node:timers");
  export = module;
}

declare module "timers/promises" {
  import module = require("node:timers/promises");
  export = module;
}

declare module "url" {
  import module = require("node:url");
  export = module;
}

declare module "util" {
  import module = require("node:util");
  export = module;
}

declare module "util/types" {
  import module = require("node:util/types");
  export = module;
}

/** Shared modules whose types are not known: everything in them is any. */
declare module "durward:*";
declare module "actions:*";
