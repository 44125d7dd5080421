package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/durward/durward/accounts"
	"github.com/durward/durward/accounts/password"
	"github.com/durward/durward/bundler"
	"github.com/durward/durward/bundler/typecheck"
	"github.com/durward/durward/catalog"
	"github.com/durward/durward/catalog/audit"
	"github.com/durward/durward/catalog/contract"
	"github.com/durward/durward/catalog/seal"
	"github.com/durward/durward/deliveries"
	"github.com/durward/durward/idempotency"
	"github.com/durward/durward/runtime/vm"
	"github.com/durward/durward/runtime/worker"
	"github.com/durward/durward/versions"
	"github.com/durward/durward/versions/rollout"
	"github.com/durward/durward/web/api"
)

// code is the stable name of a kind of problem.
type code string

const (
	malformedJSON        code = "malformed_json"
	invalidRun           code = "invalid_run"
	notResumable         code = "not_resumable"
	unauthenticated      code = "unauthenticated"
	signInFailed         code = "sign_in_failed"
	forbidden            code = "forbidden"
	crossOrigin          code = "cross_origin"
	insecureTransport    code = "insecure_transport"
	notFound             code = "not_found"
	methodNotAllowed     code = "method_not_allowed"
	exists               code = "exists"
	conflict             code = "conflict"
	customised           code = "customised"
	invalidPass          code = "invalid_pass"
	rolloutActive        code = "rollout_active"
	rolloutState         code = "rollout_state"
	frozen               code = "frozen"
	isLive               code = "live"
	lastAdmin            code = "last_admin"
	inUse                code = "in_use"
	noSealKey            code = "no_seal_key"
	noRegistry           code = "no_registry"
	registryFailed       code = "registry_failed"
	noTypeCheck          code = "no_type_check"
	bodyTooLarge         code = "body_too_large"
	unsupportedMediaType code = "unsupported_media_type"
	invalid              code = "invalid"
	buildFailed          code = "build_failed"
	tooCostly            code = "too_costly"
	keyReused            code = "idempotency_key_reused"
	quota                code = "quota"
	tooManyRequests      code = "too_many_requests"
	tooManyDeliveries    code = "too_many_deliveries"
	tooManySignIns       code = "too_many_sign_ins"
	internal             code = "internal"
	busy                 code = "busy"
	stopping             code = "stopping"
)

// problemKind is what all problems of a code have in common.
type problemKind struct {
	code   code
	status int
	title  string
	detail string // where nothing is known that is more exact
}

// problemKinds is the one table of problems. Codes are never renamed: callers' programs know them.
var problemKinds = []problemKind{
	{malformedJSON, 400, "The body is not JSON", ""},
	{invalidRun, 400, "The run is not valid", "It is forged, expired, or of another flow. Without the member run, the call starts a new one."},
	{notResumable, 400, "There is nothing to resume", "The run was not sent away at this slot, or too long ago, or with another user. Without the member resume, the call runs all actions of the slot."},
	{invalidPass, 400, "The pass is not valid", "The header Durward-Cohort is forged, expired, or of another rollout. Without it the call goes to the cohort of its user."},
	{unauthenticated, 401, "There is no valid key or session", "Send a key as Authorization: Bearer <key>, or sign in. The key may be mistyped or revoked, the session over."},
	{signInFailed, 401, "The sign-in is refused", "The address and the password do not belong together, or the key or the link is not valid."},
	{forbidden, 403, "The role does not allow this", ""},
	{crossOrigin, 403, "The request comes from another site", "With a session, only the server's own pages can change something. Behind a proxy, the server must know its --public-url."},
	{insecureTransport, 403, "The connection is not safe for a session", "Sessions are opened over https, or over http on the server's own machine. The operator says by --public-url how browsers reach the server."},
	{notFound, 404, "There is no such thing", "Nothing is at this address, or the key or the person may not see it."},
	{methodNotAllowed, 405, "The method is not allowed here", "The header Allow names the methods that are."},
	{exists, 409, "It exists already", "The name or number is taken by something with other content."},
	{conflict, 409, "Somebody else was first", "It was changed since it was read. Read it again and repeat the change."},
	{customised, 409, "The draft has work in it", "Its sources are not those of a release of its template. With overwrite they are replaced; versions that were published stay as they are."},
	{rolloutActive, 409, "A candidate is being rolled out", "Promote or abort it first."},
	{rolloutState, 409, "The rollout's state does not allow it", "There is no active rollout, or it is paused or running already."},
	{frozen, 409, "The flow is frozen", "Nothing new may go live now. Rolling back is possible at any time."},
	{isLive, 409, "It is live", ""},
	{lastAdmin, 409, "It is the last admin", "Make another member an admin first: nobody could invite members any more."},
	{inUse, 409, "It is in use", ""},
	{noSealKey, 409, "The server has no key to seal secrets with", "The operator makes one with durward keygen seal, and starts the server with it in DURWARD_SEAL_KEY."},
	{noRegistry, 409, "The server has no npm registry", "Dependencies come from the registry that the operator names: the server is started with --npmrc or DURWARD_NPMRC, a file with npm's settings."},
	{noTypeCheck, 409, "The server has no TypeScript compiler", "The tenant publishes only what passes the type check. The operator starts the server with --tsc or DURWARD_TSC, the path of the compiler; or an admin of the tenant sets its type check to warn or off."},
	{bodyTooLarge, 413, "The body is too large", ""},
	{unsupportedMediaType, 415, "The body must be JSON", "Send it with Content-Type: application/json, and not compressed."},
	{invalid, 422, "The request breaks a rule", ""},
	{buildFailed, 422, "The sources cannot be built", ""},
	{tooCostly, 422, "It takes too much time or memory", "The sources or the schema took more time or memory than is allowed to be worked on."},
	{keyReused, 422, "The idempotency key was used with another body", "A key names one call: take a new one for another call, and send a repeated call byte for byte as it was."},
	{quota, 422, "The tenant has stored as much as it may", "Its drafts, versions, revisions and audit of edits have as many bytes as the operator allows one tenant."},
	{tooManyRequests, 429, "The tenant asks for too much at once", "It has as many reads, or bytes of bodies, under way as one tenant may have. Try again after a moment."},
	{tooManyDeliveries, 429, "Too many deliveries wait", "The tenant has as many calls of asynchronous triggers waiting as the operator allows one tenant. Try again later."},
	{tooManySignIns, 429, "Too many attempts to sign in", "They were for the same account or the same key, or from the same address. Wait for as long as the header Retry-After says."},
	{internal, 500, "The server has a problem", "It is not the request's fault. The server's log has more, under the request id."},
	{registryFailed, 502, "The npm registry does not answer as it should", "It cannot be reached, or refuses what it is asked. The server's log has more, under the request id."},
	{busy, 503, "The server is busy", "No worker was free in time, or no room for the body or the record of the call. Try again after a moment."},
	{stopping, 503, "The server is stopping", "Try again: another server, or the same one after its restart, will answer."},
}

func kindOf(c code) problemKind {
	for _, k := range problemKinds {
		if k.code == c {
			return k
		}
	}
	return kindOf(internal)
}

// Errors of this package, for the table.
var (
	errMediaType = errors.New("the body is not JSON")
	errStopping  = errors.New("the server is stopping")

	errCrossOrigin = errors.New("the request comes from another origin")
	errInsecure    = errors.New("the connection is not safe for a session")
)

// tooLargeError is a body over the limit.
type tooLargeError struct{ limit int64 }

func (e *tooLargeError) Error() string { return "the body is too large" }

// forbiddenError is a caller whose role does not include the one that is needed.
type forbiddenError struct {
	need, have catalog.Role // have is empty for a person, where no tenant is concerned
	session    bool         // it is a session, and what is needed is a key
}

func (e *forbiddenError) Error() string { return "the role does not include " + string(e.need) }

func (e *forbiddenError) detail() string {
	switch {
	case e.session:
		return "It needs a key with the role " + string(e.need) + ": a browser's session cannot do this."
	case e.have == "":
		return "It needs the role " + string(e.need) + "."
	}
	return "It needs the role " + string(e.need) + ", and you have the role " + string(e.have) + "."
}

// problemOf tells users about an error. Only text that was written for them is in it: an error of unknown origin is an internal one, and its text goes to the log.
func problemOf(err error) api.Problem {
	p := api.Problem{}
	k := kindOf(classify(err, &p))
	p.Type, p.Title, p.Status, p.Code = "urn:durward:problem:"+string(k.code), k.title, k.status, string(k.code)
	if p.Detail == "" {
		p.Detail = k.detail
	}
	return p
}

// classify returns the code of an error, and fills in what the problem can tell besides.
func classify(err error, p *api.Problem) code {
	if c := classifyContent(err, p); c != "" {
		return c
	}
	switch {
	case errors.Is(err, versions.ErrInvalidRun):
		return invalidRun
	case errors.Is(err, versions.ErrNotResumable):
		return notResumable
	case errors.Is(err, versions.ErrInvalidPass):
		return invalidPass
	case errors.Is(err, versions.ErrRolling):
		return rolloutActive
	case errors.Is(err, versions.ErrNoRollout), errors.Is(err, rollout.ErrState):
		return rolloutState
	case errors.Is(err, catalog.ErrUnauthenticated):
		return unauthenticated
	case errors.Is(err, catalog.ErrNotFound):
		return notFound
	case errors.Is(err, catalog.ErrExists):
		return exists
	case errors.Is(err, catalog.ErrConflict):
		return conflict
	case errors.Is(err, catalog.ErrCustomised):
		return customised
	case errors.Is(err, idempotency.ErrReused):
		return keyReused
	case errors.Is(err, catalog.ErrQuota):
		return quota
	case errors.Is(err, seal.ErrNoKey):
		return noSealKey
	case errors.Is(err, catalog.ErrNoRegistry):
		return noRegistry
	case errors.Is(err, catalog.ErrRegistry):
		return registryFailed
	case errors.Is(err, deliveries.ErrFull):
		return tooManyDeliveries
	case errors.Is(err, versions.ErrNoTypeCheck):
		return noTypeCheck
	case errors.Is(err, errTenantBusy):
		return tooManyRequests
	case errors.Is(err, errMediaType):
		return unsupportedMediaType
	case errors.Is(err, accounts.ErrNoSession):
		return unauthenticated
	case errors.Is(err, accounts.ErrRefused):
		return signInFailed
	case errors.Is(err, accounts.ErrLastAdmin):
		return lastAdmin
	case errors.Is(err, accounts.ErrFull):
		p.Detail = fmt.Sprintf("A tenant has at most %d members, and a person at most %d tenants.", accounts.MaxMembers, accounts.MaxMemberships)
		return quota
	case errors.Is(err, errCrossOrigin):
		return crossOrigin
	case errors.Is(err, errInsecure):
		return insecureTransport
	case errors.Is(err, password.ErrBusy), errors.Is(err, worker.ErrBusy), errors.Is(err, typecheck.ErrBusy), errors.Is(err, audit.ErrFull), errors.Is(err, errBodiesFull):
		return busy
	case errors.Is(err, errStopping), errors.Is(err, worker.ErrClosed), errors.Is(err, audit.ErrClosed):
		return stopping
	}
	if e, ok := errors.AsType[*versions.LiveError](err); ok {
		p.Detail = "It cannot be recalled: " + e.Error() + ". Roll back, or save another revision, first: runs would have nothing to go on with."
		return isLive
	}
	if e, ok := errors.AsType[*versions.PinnedError](err); ok {
		p.Detail = "It cannot be deleted: " + e.Error() + "."
		return inUse
	}
	if e, ok := errors.AsType[*versions.FreezeError](err); ok {
		p.Detail = e.Error()
		return frozen
	}
	if e, ok := errors.AsType[*forbiddenError](err); ok {
		p.Detail, p.Role = e.detail(), string(e.need)
		return forbidden
	}
	if _, ok := errors.AsType[*accounts.ThrottledError](err); ok {
		return tooManySignIns
	}
	if e, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch e.Code {
		case http.StatusNotFound:
			return notFound
		case http.StatusMethodNotAllowed:
			return methodNotAllowed
		}
	}
	return internal
}

// classifyContent is classify for what is wrong with the body or the query.
func classifyContent(err error, p *api.Problem) code {
	if e, ok := errors.AsType[*contract.MalformedError](err); ok {
		p.Detail, p.Offset = e.Error(), &e.Offset
		p.Errors = []api.FieldError{{Pointer: e.Pointer, Detail: e.Detail}}
		return malformedJSON
	}
	if list, ok := errors.AsType[contract.FieldErrors](err); ok {
		for _, e := range list {
			p.Errors = append(p.Errors, api.FieldError{Pointer: e.Pointer, Detail: e.Detail})
		}
		return invalid
	}
	if list, ok := errors.AsType[catalog.InvalidErrors](err); ok {
		for _, e := range list {
			p.Errors = append(p.Errors, api.FieldError(*e))
		}
		return invalid
	}
	if e, ok := errors.AsType[*bundler.BuildError](err); ok {
		p.Diagnostics = diagnosticsOf(e.Diagnostics)
		return buildFailed
	}
	if e, ok := errors.AsType[*tooLargeError](err); ok {
		p.Detail = "At most " + bytesText(e.limit) + " are allowed."
		return bodyTooLarge
	}
	if e, ok := errors.AsType[*worker.TaskError](err); ok {
		switch e.Failure.Kind {
		case vm.FailTimeLimit, vm.FailMemoryLimit, vm.FailStackLimit, vm.FailSandboxLost:
			return tooCostly
		}
	}
	return ""
}

// problem is what an error is to users. The log gets what is the server's fault.
func (s *Server) problem(c echo.Context, err error) api.Problem {
	p := problemOf(err)
	p.RequestID = requestID(c)
	switch p.Status {
	case http.StatusInternalServerError, http.StatusBadGateway:
		s.config.Logger.Error("request failed", "request_id", p.RequestID, "method", c.Request().Method, "path", c.Request().URL.Path, "error", err)
	}
	return p
}

// retryAfter is after how many seconds to try again.
func retryAfter(err error) string {
	if e, ok := errors.AsType[*accounts.ThrottledError](err); ok {
		return strconv.Itoa(int((e.Wait + time.Second - 1) / time.Second))
	}
	return "1"
}

// writeProblem answers with what an error is to users.
func (s *Server) writeProblem(c echo.Context, err error) {
	p := s.problem(c, err)
	header := c.Response().Header()
	header.Del(echo.HeaderContentDisposition) // which was meant for the answer
	switch p.Status {
	case http.StatusUnauthorized:
		header.Set(echo.HeaderWWWAuthenticate, `Bearer realm="durward"`)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		header.Set(echo.HeaderRetryAfter, retryAfter(err))
	}
	if err := writeJSON(c, p.Status, api.ProblemType, &p); err != nil {
		s.config.Logger.Debug("problem not sent", "request_id", p.RequestID, "error", err)
	}
}
