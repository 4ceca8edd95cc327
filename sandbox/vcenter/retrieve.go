package main

// Reading many objects at once: RetrieveProperties and its pages.

import (
	"reflect"
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// RetrieveProperties is RetrievePropertiesEx without pages.
func (c *collector) RetrieveProperties(ctx *simulator.Context, req *types.RetrieveProperties) soap.HasFault {
	if ctx.Session == nil {
		return c.PropertyCollector.RetrieveProperties(ctx, req)
	}
	body := &methods.RetrievePropertiesBody{}
	objects, fault := retrieve(ctx, req.SpecSet)
	if fault != nil {
		body.Fault_ = notFound(fault)
		return body
	}
	body.Res = &types.RetrievePropertiesResponse{Returnval: objects}
	return body
}

// RetrievePropertiesEx reads properties of many objects, in pages of options.maxObjects.
func (c *collector) RetrievePropertiesEx(ctx *simulator.Context, req *types.RetrievePropertiesEx) soap.HasFault {
	if ctx.Session == nil {
		return c.PropertyCollector.RetrievePropertiesEx(ctx, req)
	}
	body := &methods.RetrievePropertiesExBody{}
	objects, fault := retrieve(ctx, req.SpecSet)
	if fault != nil {
		body.Fault_ = notFound(fault)
		return body
	}
	objects, token := firstPage(objects, int(req.Options.MaxObjects))
	body.Res = &types.RetrievePropertiesExResponse{
		Returnval: &types.RetrieveResult{Token: token, Objects: objects},
	}
	return body
}

// ContinueRetrievePropertiesEx reads the next page.
func (c *collector) ContinueRetrievePropertiesEx(
	_ *simulator.Context, req *types.ContinueRetrievePropertiesEx,
) soap.HasFault {
	body := &methods.ContinueRetrievePropertiesExBody{}
	saved, ok := readBook.LoadAndDelete(req.Token)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.InvalidPropertyFault{Name: "token"})
		return body
	}
	rest := saved.(readPage)
	objects, token := firstPage(rest.objects, rest.size)
	body.Res = &types.ContinueRetrievePropertiesExResponse{
		Returnval: types.RetrieveResult{Token: token, Objects: objects},
	}
	return body
}

var readBook sync.Map // of token to readPage

type readPage struct {
	objects []types.ObjectContent
	size    int
}

func firstPage(objects []types.ObjectContent, size int) ([]types.ObjectContent, string) {
	if size <= 0 || len(objects) <= size {
		return objects, ""
	}
	token := uuid.NewString()
	readBook.Store(token, readPage{objects[size:], size})
	return objects[:size], token
}

func retrieve(ctx *simulator.Context, specs []types.PropertyFilterSpec) ([]types.ObjectContent, types.BaseMethodFault) {
	var objects []types.ObjectContent
	for i := range specs {
		found, fault := selectObjects(ctx, &specs[i])
		if fault != nil {
			return nil, fault
		}
		for _, ref := range found.order {
			withObject(ctx, ref, func(value reflect.Value) {
				if paths, ok := pathsFor(value.Type(), specs[i].PropSet); ok {
					have, missing := readObject(value, paths)
					objects = append(objects, types.ObjectContent{Obj: ref, PropSet: have, MissingSet: missing})
				}
			})
		}
	}
	return objects, nil
}

func notFound(fault types.BaseMethodFault) *soap.Fault {
	return simulator.Fault("The object has already been deleted or has not been completely created", fault)
}
