package condition

import (
	"fmt"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/durward/durward/catalog/contract"
)

// rootType is the type of the variable input. The type of each object in it has the path to it as its name, with a capital, so that no path of an expression is the name of a type.
const rootType = "Input"

// left are the members of an input that no condition reads: secrets would become known by what runs, and a config is the same for each call.
var left = map[string]string{
	"secrets": "a condition cannot read secrets",
	"config":  "the config is part of the attachment, as the condition is",
	"resume":  "it is there for an action that is resumed, which has no condition then",
}

// shapes are the types of the contract at a trigger. They implement types.Provider.
type shapes struct {
	objects map[string]map[string]*member // by type and name
	names   map[string][]string
}

type member struct {
	path     string // as it is written in an expression
	shape    contract.Shape
	optional bool
	field    *types.FieldType
}

func newShapes(t contract.Trigger) *shapes {
	s := &shapes{objects: map[string]map[string]*member{}, names: map[string][]string{}}
	s.object(rootType, variable, contract.Input(t))
	return s
}

func (s *shapes) object(name, path string, shape contract.Shape) {
	members := map[string]*member{}
	s.objects[name] = members
	for _, m := range shape.Members {
		if _, without := left[m.Name]; name == rootType && without {
			continue
		}
		typeName, at := name+"."+m.Name, path+"."+m.Name
		members[m.Name] = &member{
			path: at, shape: m.Shape, optional: m.Optional,
			field: &types.FieldType{Type: s.typeOf(typeName, at, m.Shape), IsSet: isSet(m.Name), GetFrom: getFrom(m.Name, at, m.Shape)},
		}
		s.names[name] = append(s.names[name], m.Name)
	}
}

// typeOf is the type of a shape; of objects in it the type is added.
func (s *shapes) typeOf(name, path string, shape contract.Shape) *types.Type {
	switch shape.Type {
	case contract.Boolean:
		return types.BoolType
	case contract.Integer:
		return types.IntType
	case contract.Number:
		return types.DoubleType
	case contract.Timestamp:
		return types.TimestampType
	case contract.Array:
		return types.NewListType(s.typeOf(name, path, *shape.Elem))
	case contract.Object:
		s.object(name, path, shape)
		return types.NewObjectType(name)
	case contract.Open:
		if shape.Elem != nil {
			return types.NewMapType(types.StringType, s.typeOf(name, path, *shape.Elem))
		}
		return types.NewMapType(types.StringType, types.DynType)
	default:
		return types.StringType
	}
}

// source is what members are read from.
type source interface {
	member(name string) (value any, ok bool, err error)
}

// object is a JSON object.
type object = map[string]any

func read(from any, name string) (any, bool, error) {
	switch from := from.(type) {
	case object:
		value, ok := from[name]
		return value, ok, nil
	case source:
		return from.member(name)
	}
	return nil, false, nil
}

func isSet(name string) ref.FieldTester {
	return func(from any) bool {
		_, ok, err := read(from, name)
		return ok && err == nil
	}
}

// getFrom reads a member. An object that is not there reads as an empty one, so that has(input.context.organization.id) is an answer and not an error.
func getFrom(name, path string, shape contract.Shape) ref.FieldGetter {
	return func(from any) (any, error) {
		value, ok, err := read(from, name)
		switch {
		case err != nil:
			return nil, err
		case !ok && (shape.Type == contract.Object || shape.Type == contract.Open):
			return object{}, nil
		case !ok:
			return nil, fmt.Errorf("there is no %s", path)
		}
		return valueOf(value, shape, path)
	}
}

// valueOf is a value of JSON as one of the language. That it has its shape was checked when the call came in.
func valueOf(value any, shape contract.Shape, path string) (any, error) {
	switch value := value.(type) {
	case float64:
		if shape.Type == contract.Integer {
			return types.Int(value), nil
		}
	case string:
		if shape.Type == contract.Timestamp {
			t, err := time.Parse(time.RFC3339Nano, value)
			if err != nil {
				return nil, fmt.Errorf("%s is not a timestamp", path)
			}
			return types.Timestamp{Time: t}, nil
		}
	}
	return value, nil
}

// EnumValue implements types.Provider: there are no enums.
func (s *shapes) EnumValue(name string) ref.Val { return types.NewErr("there is no %s", name) }

// FindIdent implements types.Provider: there are no constants.
func (s *shapes) FindIdent(string) (ref.Val, bool) { return nil, false }

// FindStructType implements types.Provider.
func (s *shapes) FindStructType(name string) (*types.Type, bool) {
	if _, ok := s.objects[name]; !ok {
		return nil, false
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

// FindStructFieldNames implements types.Provider.
func (s *shapes) FindStructFieldNames(name string) ([]string, bool) {
	names, ok := s.names[name]
	return names, ok
}

// FindStructFieldType implements types.Provider.
func (s *shapes) FindStructFieldType(of, name string) (*types.FieldType, bool) {
	m, ok := s.objects[of][name]
	if !ok {
		return nil, false
	}
	return m.field, true
}

// NewValue implements types.Provider: an expression cannot make objects.
func (s *shapes) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("there is no %s to be made", name)
}
