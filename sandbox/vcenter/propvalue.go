package main

// Reading properties of managed objects by path. The simulator copies every object through XML on each
// read, which costs seconds for 10,000 VMs; here leaves are read directly and only trees are copied.

import (
	"errors"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

var (
	errNoProperty = errors.New("no such property")
	errUnset      = errors.New("property is unset")
)

var (
	typeFunc = types.TypeFunc()
	timeType = reflect.TypeOf(time.Time{})
)

// moValue digs out the struct of package mo behind a simulator object.
func moValue(obj mo.Reference) reflect.Value {
	if getter, ok := obj.(interface{ Get() mo.Reference }); ok {
		obj = getter.Get()
	}
	value := reflect.ValueOf(obj).Elem()
	for path.Base(value.Type().PkgPath()) != "mo" {
		value = value.Field(0)
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
	}
	return value
}

// readProperty returns a copy of the value at a dotted path, ready to be encoded after the object's lock is gone.
func readProperty(root reflect.Value, name string) (any, error) {
	var field mo.Field
	if !field.FromString(name) {
		return nil, errNoProperty
	}
	value := root
	for _, part := range strings.Split(field.Path, ".") {
		inner, err := descend(value)
		if err != nil {
			return nil, err
		}
		if inner.Kind() != reflect.Struct {
			return nil, errNoProperty
		}
		index, ok := fieldIndex(inner.Type(), part)
		if !ok {
			return nil, errNoProperty
		}
		value = inner.FieldByIndex(index)
	}
	if isUnset(value) {
		return nil, errUnset
	}
	if field.Key != nil {
		return readKeyed(value, field)
	}
	return encodable(value), nil
}

// descend follows pointers and interfaces.
func descend(value reflect.Value) (reflect.Value, error) {
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		if value.IsNil() {
			return value, errUnset
		}
		value = value.Elem()
	}
	return value, nil
}

func isUnset(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		return value.IsNil()
	case reflect.String:
		return value.Len() == 0
	}
	return false
}

func readKeyed(list reflect.Value, field mo.Field) (any, error) {
	if list.Kind() != reflect.Slice {
		return nil, errNoProperty
	}
	for i := 0; i < list.Len(); i++ {
		item, err := descend(list.Index(i))
		if err != nil || item.Kind() != reflect.Struct {
			continue
		}
		key := item.FieldByName("Key")
		if !key.IsValid() || key.Interface() != field.Key {
			continue
		}
		if field.Item == "" {
			return copyValue(item).Interface(), nil
		}
		return readProperty(item, field.Item)
	}
	return nil, errUnset
}

// encodable copies a value and wraps slices in their ArrayOf type, as the property collector's answers need.
func encodable(value reflect.Value) any {
	if value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	copied := copyValue(value)
	if copied.Kind() != reflect.Slice {
		return copied.Interface()
	}
	return wrapSlice(copied)
}

func wrapSlice(slice reflect.Value) any {
	elem := slice.Type().Elem()
	kind := strings.TrimPrefix(elem.Name(), "Base")
	switch elem.Kind() {
	case reflect.String:
		if elem.PkgPath() == "" {
			kind = "String"
		}
	case reflect.Uint8:
		kind = "Byte"
	case reflect.Int16:
		kind = "Short"
	case reflect.Int32:
		kind = "Int"
	case reflect.Int64:
		kind = "Long"
	}
	array, ok := typeFunc("ArrayOf" + kind)
	if !ok {
		return slice.Interface()
	}
	out := reflect.New(array)
	out.Elem().FieldByName(kind).Set(slice.Convert(out.Elem().FieldByName(kind).Type()))
	return out.Interface()
}

// copyValue copies a value with everything it points at.
func copyValue(value reflect.Value) reflect.Value {
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() {
			return value
		}
		out := reflect.New(value.Type().Elem())
		out.Elem().Set(copyValue(value.Elem()))
		return out
	case reflect.Interface:
		if value.IsNil() {
			return value
		}
		out := reflect.New(value.Type()).Elem()
		out.Set(copyValue(value.Elem()))
		return out
	case reflect.Slice:
		if value.IsNil() {
			return value
		}
		out := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		for i := 0; i < value.Len(); i++ {
			out.Index(i).Set(copyValue(value.Index(i)))
		}
		return out
	case reflect.Struct:
		return copyStruct(value)
	}
	return value
}

func copyStruct(value reflect.Value) reflect.Value {
	out := reflect.New(value.Type()).Elem()
	out.Set(value)
	if value.Type() == timeType {
		return out
	}
	for i := 0; i < value.NumField(); i++ {
		switch value.Field(i).Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Struct:
			if out.Field(i).CanSet() {
				out.Field(i).Set(copyValue(value.Field(i)))
			}
		}
	}
	return out
}

var fieldIndexes sync.Map // of reflect.Type + name to []int: FieldByName is the hottest call of a big inventory

type fieldKey struct {
	of   reflect.Type
	name string
}

func fieldIndex(of reflect.Type, name string) ([]int, bool) {
	key := fieldKey{of, name}
	if found, ok := fieldIndexes.Load(key); ok {
		index := found.([]int)
		return index, index != nil
	}
	var index []int
	if name != "" {
		if field, ok := of.FieldByName(strings.ToUpper(name[:1]) + name[1:]); ok {
			index = field.Index
		}
	}
	fieldIndexes.Store(key, index)
	return index, index != nil
}

// isKindOf says whether a property or traversal spec for type name applies to this mo type.
func isKindOf(of reflect.Type, name string) bool {
	if of.Name() == name || name == "ManagedObject" {
		return true
	}
	field, ok := of.FieldByName(name)
	return ok && field.Anonymous
}

// allProperties names the properties of a mo type, embedded ones included.
func allProperties(of reflect.Type) []string {
	var names []string
	for i := 0; i < of.NumField(); i++ {
		field := of.Field(i)
		switch {
		case field.Anonymous:
			names = append(names, allProperties(field.Type)...)
		case field.Name != "Self":
			names = append(names, strings.ToLower(field.Name[:1])+field.Name[1:])
		}
	}
	return names
}

func copyAny(value any) any {
	return copyValue(reflect.ValueOf(value)).Interface()
}
