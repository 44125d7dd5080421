package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/durward/durward/catalog/contract"
)

func TestTriggersAreFlowKindAndSlot(t *testing.T) {
	t.Parallel()
	all := contract.Triggers()
	require.Len(t, all, 26)
	seen := map[contract.TriggerID]bool{}
	for _, trigger := range all {
		require.Equal(t, string(trigger.Flow)+"."+string(trigger.Slot), string(trigger.ID))
		require.NotContains(t, string(trigger.Slot), ".")
		require.NotEmpty(t, trigger.When)
		require.False(t, seen[trigger.ID], "%s is there twice", trigger.ID)
		seen[trigger.ID] = true

		got, ok := contract.Lookup(trigger.ID)
		require.True(t, ok)
		require.Equal(t, trigger, got)
	}
	_, ok := contract.Lookup("login.during")
	require.False(t, ok)
}

func TestTriggersAllowWhatTheContractSays(t *testing.T) {
	t.Parallel()
	cases := map[contract.TriggerID]string{
		"login.before":             "continue redirect block",
		"login.credential-checked": "continue block",
		"login.after":              "continue demand_mfa redirect block",
		"registration.completed":   "continue",
		"recovery.challenged":      "continue demand_mfa redirect block",
		"verification.after":       "continue redirect",
		"token.exchange":           "continue block",
		"mfa.enrolment":            "continue redirect block",
		"logout.after":             "continue",
	}
	for id, want := range cases {
		trigger, ok := contract.Lookup(id)
		require.True(t, ok)
		var got []string
		for _, k := range contract.Kinds() {
			if trigger.Allows(k) {
				got = append(got, string(k))
			}
		}
		require.Equal(t, want, strings.Join(got, " "), id)
		require.False(t, trigger.Allows("deny"))
	}
}

func TestAsyncTriggersOnlyContinue(t *testing.T) {
	t.Parallel()
	var async []string
	for _, trigger := range contract.Triggers() {
		if trigger.Async {
			async = append(async, string(trigger.ID))
			require.Equal(t, []contract.Kind{contract.Continue}, trigger.Answers)
		}
	}
	require.Equal(t, []string{"registration.completed", "password.changed", "logout.after"}, async)
}

func TestSlotsOfAFlowKind(t *testing.T) {
	t.Parallel()
	require.Equal(t, []contract.FlowKind{
		"login", "registration", "recovery", "password", "settings", "verification", "token", "mfa", "message", "logout",
	}, contract.FlowKinds())

	var slots []contract.SlotName
	for _, trigger := range contract.SlotsOf("login") {
		slots = append(slots, trigger.Slot)
	}
	require.Equal(t, []contract.SlotName{"before", "identified", "credential-checked", "after"}, slots)
	require.Nil(t, contract.SlotsOf("logon"))

	count := 0
	for _, kind := range contract.FlowKinds() {
		count += len(contract.SlotsOf(kind))
	}
	require.Len(t, contract.Triggers(), count)
}

func TestTheTableIsTheCallersToChange(t *testing.T) {
	t.Parallel()
	contract.Triggers()[3].Answers[0] = "nonsense"
	contract.SlotsOf("login")[3].Equivalents.Ory[0] = "nonsense"
	contract.Methods()[0] = "nonsense"
	trigger, _ := contract.Lookup("login.after")
	require.True(t, trigger.Allows(contract.Continue))
	require.Equal(t, []string{"after login"}, trigger.Equivalents.Ory)
	require.Equal(t, contract.Method("password"), contract.Methods()[0])
}

func TestLookupAndAllowsDoNotAllocate(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() {
		trigger, _ := contract.Lookup("login.after")
		_ = trigger.Allows(contract.Block)
	}))
}
