// Command govc is govmomi's own command line, as far as the bench needs it: the same code as the released govc, whose
// module can't be installed by itself, with the command groups that power a VM on.
package main

import (
	"os"

	"github.com/vmware/govmomi/cli"
	_ "github.com/vmware/govmomi/cli/about"
	_ "github.com/vmware/govmomi/cli/vm"
)

func main() {
	os.Exit(cli.Run(os.Args[1:]))
}
