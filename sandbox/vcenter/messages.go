package main

// What a vCenter says with its faults. The simulator leaves most messages empty.

import (
	"fmt"
	"reflect"
	"regexp"

	"github.com/vmware/govmomi/vim25/types"
)

var messages = map[string]string{
	"NoPermission":              "Permission to perform this operation was denied.",
	"NotAuthenticated":          "The session is not authenticated.",
	"InvalidLogin":              "Cannot complete login due to an incorrect user name or password.",
	"InvalidPowerState":         "The attempted operation cannot be performed in the current state.",
	"InvalidState":              "The operation is not allowed in the current state.",
	"DuplicateName":             "The name already exists.",
	"ConcurrentAccess":          "The operation cannot be performed because the object was changed meanwhile.",
	"ToolsUnavailable":          "Cannot complete operation because VMware Tools is not running in this virtual machine.",
	"NoDiskSpace":               "Insufficient disk space on datastore.",
	"InsufficientDisk":          "Insufficient disk space.",
	"RequestCanceled":           "The task was canceled by a user.",
	"ManagedObjectNotFound":     "The object has already been deleted or has not been completely created.",
	"NotSupported":              "The operation is not supported on the object.",
	"InvalidArgument":           "A specified parameter was not correct.",
	"CpuHotPlugNotSupported":    "CPU hot plug is not supported for this virtual machine.",
	"MemoryHotPlugNotSupported": "Memory hot plug is not supported for this virtual machine.",
}

func faultMessage(fault types.BaseMethodFault) string {
	switch typed := fault.(type) {
	case *types.DuplicateName:
		return fmt.Sprintf("The name '%s' already exists.", typed.Name)
	case *types.InvalidName:
		return fmt.Sprintf("The name '%s' is not valid.", typed.Name)
	case *types.InvalidPowerState:
		return fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).",
			map[types.VirtualMachinePowerState]string{
				types.VirtualMachinePowerStatePoweredOn:  "Powered on",
				types.VirtualMachinePowerStatePoweredOff: "Powered off",
				types.VirtualMachinePowerStateSuspended:  "Suspended",
			}[typed.ExistingState])
	case *types.NoDiskSpace:
		return fmt.Sprintf("Insufficient disk space on datastore '%s'.", typed.Datastore)
	case *types.InvalidArgument:
		return "A specified parameter was not correct: " + typed.InvalidProperty
	}
	return messageFor(reflect.TypeOf(fault).Elem().Name())
}

func messageFor(kind string) string {
	if said, ok := messages[kind]; ok {
		return said
	}
	return "A general system error occurred: " + kind
}

var emptyMessage = regexp.MustCompile(`<faultstring></faultstring><detail><(\w+)Fault `)

// fillMessage writes a message into a SOAP fault that has none.
func fillMessage(body []byte) []byte {
	return emptyMessage.ReplaceAllFunc(body, func(match []byte) []byte {
		kind := string(emptyMessage.FindSubmatch(match)[1])
		return []byte("<faultstring>" + messageFor(kind) + "</faultstring><detail><" + kind + "Fault ")
	})
}
