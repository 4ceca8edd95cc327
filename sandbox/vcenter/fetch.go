package main

// Fetch: pyVmomi's way to read one property, as in vm.name. vCenter's API does not document it.

import (
	"reflect"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// FetchResponse carries the value, or nothing for an unset property.
type FetchResponse struct {
	Returnval types.AnyType `xml:"returnval,omitempty,typeattr"`
}

type fetchBody struct {
	Res    *FetchResponse `xml:"FetchResponse,omitempty"`
	Fault_ *soap.Fault    `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"`
}

// Fault is why nothing was read.
func (b *fetchBody) Fault() *soap.Fault { return b.Fault_ }

// Fetch takes any because the request's type is internal to the simulator. A property that is newer than the
// simulator counts as unset, as it would be on an older vCenter.
func (c *collector) Fetch(ctx *simulator.Context, req any) soap.HasFault {
	asked := reflect.ValueOf(req).Elem()
	ref := asked.FieldByName("This").Interface().(moref)
	body := &fetchBody{}
	if lookup(ctx, ref) == nil {
		body.Fault_ = notFound(&types.ManagedObjectNotFound{Obj: ref})
		return body
	}
	if ctx.Session == nil && ref.Type != "ServiceInstance" {
		fault := &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &ref, PrivilegeId: "System.Read"}}
		body.Fault_ = simulator.Fault(faultMessage(fault), fault)
		return body
	}
	body.Res = &FetchResponse{}
	withObject(ctx, ref, func(value reflect.Value) {
		if got, err := readProperty(value, asked.FieldByName("Prop").String()); err == nil {
			body.Res.Returnval = got
		}
	})
	return body
}
