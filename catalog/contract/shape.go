package contract

// Type is what a JSON value may be.
type Type int

// The types.
const (
	String    Type = iota + 1 // a string
	Boolean                   // true or false
	Integer                   // a number without a fraction, exact in JavaScript: at most 2^53-1 either way
	Number                    // a number
	Timestamp                 // a string: an RFC 3339 timestamp with seconds and zone
	Enum                      // a string: one of Shape.Values
	Array                     // an array of Shape.Elem
	Object                    // an object with the members Shape.Members and no others
	Open                      // an object with any members; each is a Shape.Elem, or anything if that is nil
)

// Shape says what a JSON value may be. Null is not a value of any shape: what is not there is left out.
type Shape struct {
	Type Type
	// Name is the name of an object in the TypeScript declarations, where it is worth one, for example "Geo".
	Name    string
	Members []Member
	Elem    *Shape
	Values  []string
	// Min and Max bound a number; both zero mean no bound. Max bounds the items of an array too; zero means no bound.
	Min, Max float64
}

// Member is a named part of an object.
type Member struct {
	Name string
	// Doc is a phrase or sentences for the author of an action.
	Doc   string
	Shape Shape
	// Optional says that the member may be absent.
	Optional bool
	// Server says that Durward fills the member in and refuses it in a call.
	Server bool
	// Triggers are the triggers that have the member; nil means all of them.
	Triggers []TriggerID
}

// At reports whether the trigger has the member.
func (m Member) At(id TriggerID) bool {
	if m.Triggers == nil {
		return true
	}
	for _, t := range m.Triggers {
		if t == id {
			return true
		}
	}
	return false
}

// The constructors below keep the tables of members to one line per member.

func required(name string, shape Shape, doc string) Member {
	return Member{Name: name, Doc: doc, Shape: shape}
}

func optional(name string, shape Shape, doc string) Member {
	return Member{Name: name, Doc: doc, Shape: shape, Optional: true}
}

func text() Shape      { return Shape{Type: String} }
func boolean() Shape   { return Shape{Type: Boolean} }
func integer() Shape   { return Shape{Type: Integer} }
func timestamp() Shape { return Shape{Type: Timestamp} }
func open() Shape      { return Shape{Type: Open} }
func openText() Shape  { e := text(); return Shape{Type: Open, Elem: &e} }

func bounded(t Type, low, high float64) Shape { return Shape{Type: t, Min: low, Max: high} }

func oneOf(values ...string) Shape { return Shape{Type: Enum, Values: values} }

func list(elem Shape) Shape { return Shape{Type: Array, Elem: &elem} }

// atMost is a list of at most n items. The lists of an outcome have bounds, because merging the outcomes of a chain compares their items with each other, in the server.
func atMost(n int, elem Shape) Shape { return Shape{Type: Array, Elem: &elem, Max: float64(n)} }

func object(name string, members ...Member) Shape {
	return Shape{Type: Object, Name: name, Members: members}
}

func methodShape() Shape {
	names := make([]string, 0, len(Methods()))
	for _, m := range Methods() {
		names = append(names, string(m))
	}
	return Shape{Type: Enum, Name: "Method", Values: names}
}

// maxSafeInteger is the largest integer up to which JavaScript's numbers are exact.
const maxSafeInteger = 1<<53 - 1
