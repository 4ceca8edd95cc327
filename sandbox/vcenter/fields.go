package main

// Custom attributes, which long polls hear of too.

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// SetCustomValue sets a custom attribute by its name.
func (h *vmHandler) SetCustomValue(ctx *simulator.Context, req *types.SetCustomValue) soap.HasFault {
	body := new(methods.SetCustomValueBody)
	key, ok := h.w.fieldKey(req.Key, "VirtualMachine")
	if !ok {
		body.Fault_ = simulator.Fault("A specified parameter was not correct: key", &types.InvalidArgument{InvalidProperty: "key"})
		return body
	}
	h.w.setField(ctx, h.VirtualMachine, key, req.Value)
	body.Res = new(types.SetCustomValueResponse)
	return body
}

// fieldsHandler answers calls on the CustomFieldsManager.
type fieldsHandler struct {
	*simulator.CustomFieldsManager
	w *world
}

// AddCustomFieldDef defines a custom attribute, and unlike the simulator's tells long polls of it.
func (h *fieldsHandler) AddCustomFieldDef(ctx *simulator.Context, req *types.AddCustomFieldDef) soap.HasFault {
	return h.changed(h.CustomFieldsManager.AddCustomFieldDef(ctx, req))
}

// RenameCustomFieldDef renames a custom attribute; its values stay.
func (h *fieldsHandler) RenameCustomFieldDef(ctx *simulator.Context, req *types.RenameCustomFieldDef) soap.HasFault {
	return h.changed(h.CustomFieldsManager.RenameCustomFieldDef(ctx, req))
}

// RemoveCustomFieldDef removes a custom attribute from everything that has it.
func (h *fieldsHandler) RemoveCustomFieldDef(ctx *simulator.Context, req *types.RemoveCustomFieldDef) soap.HasFault {
	for _, entity := range h.w.reg.All("") {
		for _, value := range entity.Entity().CustomValue {
			if value.GetCustomFieldValue().Key == req.Key {
				h.w.setField(ctx, entity, req.Key, "")
			}
		}
	}
	return h.changed(h.CustomFieldsManager.RemoveCustomFieldDef(ctx, req))
}

func (h *fieldsHandler) changed(res soap.HasFault) soap.HasFault {
	if res.Fault() == nil {
		h.w.feed.changed(h.Self, "field")
	}
	return res
}

// SetField sets a custom attribute by its key, and unlike the simulator's tells long polls of it.
func (h *fieldsHandler) SetField(ctx *simulator.Context, req *types.SetField) soap.HasFault {
	body := new(methods.SetFieldBody)
	entity, ok := h.w.reg.Get(req.Entity).(mo.Entity)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.ManagedObjectNotFound{Obj: req.Entity})
		return body
	}
	known := false
	for _, field := range h.Field {
		known = known || field.Key == req.Key
	}
	if !known {
		body.Fault_ = simulator.Fault("A specified parameter was not correct: key", &types.InvalidArgument{InvalidProperty: "key"})
		return body
	}
	h.w.setField(ctx, entity, req.Key, req.Value)
	body.Res = new(types.SetFieldResponse)
	return body
}

func (w *world) fieldKey(name, kind string) (int32, bool) {
	for _, field := range w.reg.CustomFieldsManager().Field {
		if field.Name == name && (field.ManagedObjectType == "" || field.ManagedObjectType == kind) {
			return field.Key, true
		}
	}
	return 0, false
}

// setField writes one custom attribute; the caller may hold the entity's lock with ctx.
func (w *world) setField(ctx *simulator.Context, entity mo.Entity, key int32, value string) {
	w.mutateAs(ctx, entity, func() {
		e := entity.Entity()
		var kept []types.BaseCustomFieldValue
		for _, old := range e.CustomValue {
			if old.GetCustomFieldValue().Key != key {
				kept = append(kept, old)
			}
		}
		if value != "" {
			kept = append(kept, &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: value})
		}
		e.CustomValue, e.Value = kept, kept
		if vm, ok := entity.(*simulator.VirtualMachine); ok {
			vm.Summary.CustomValue = kept
		}
	}, "customValue", "value", "summary.customValue")
}

// setCustomValues gives a VM that nobody sees yet its attributes.
func (w *world) setCustomValues(vm *simulator.VirtualMachine, values map[string]string) {
	for name, value := range values {
		if key, ok := w.fieldKey(name, "VirtualMachine"); ok {
			field := &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: value}
			vm.CustomValue = append(vm.CustomValue, field)
		}
	}
	vm.Value, vm.Summary.CustomValue = vm.CustomValue, vm.CustomValue
}

// customValues reads an entity's attributes by name.
func (w *world) customValues(entity mo.Entity) map[string]string {
	names := map[int32]string{}
	for _, field := range w.reg.CustomFieldsManager().Field {
		names[field.Key] = field.Name
	}
	values := map[string]string{}
	for _, value := range entity.Entity().CustomValue {
		if text, ok := value.(*types.CustomFieldStringValue); ok {
			values[names[text.Key]] = text.Value
		}
	}
	return values
}
