// SPDX-License-Identifier: GPL-2.0
/*
 * What vtdctl says of itself: the list of commands, and a page for each with
 * its options and an example. Only words; the man pages have more of them.
 */
#include <string.h>

#include "vtdctl.h"

#define JSON \
	"  --json           for programs: JSON, of which Documentation/ has the schema\n"
#define DEVICE \
	"  BDF              PCI address of the device: 0000:00:03.0 or 00:03.0\n"

static const char usage[] =
	"Usage: vtdctl COMMAND [OPTION]...\n"
	"       vtdctl COMMAND --help | help [COMMAND] | --help | --version\n"
	"See and steer the VT-d modules.\n"
	"\n"
	"  status [--json]                units and devices, and who manages them\n"
	"  attach [--dry-run] [--try S]   take the IOMMU over; with --try give it back\n"
	"                                 after S seconds (5..3600) unless confirmed\n"
	"  confirm                        keep what attach --try did\n"
	"  detach [--if-loaded]           give everything back\n"
	"  adopt BDF                      manage a device that had its driver before us\n"
	"  release BDF                    give one adopted device back\n"
	"  strict BDF on|off              flush a lazy device's unmaps at once, or as the\n"
	"                                 type of its group says\n"
	"  ats BDF on|off [--json]        the device's own cache of translations\n"
	"  recover BDF                    bring a device back from quarantine\n"
	"  check [--json]                 has the hardware what the module believes?\n"
	"  why BDF [--json]               can it be assigned, and if not, why not\n"
	"  walk BDF IOVA [PASID] [--json] the way of a request through the tables, and\n"
	"                                 what becomes of it\n"
	"  faults [--follow] [--json]     what was refused, and why; with --follow as it\n"
	"                                 comes\n"
	"  stats [BDF] [--json]           each device's mode, and what invalidation cost\n"
	"                                 with --latency [on|off] histograms of times\n"
	"  irqs [--json]                  every interrupt, and where it goes\n"
	"  doctor [--json]                what stands in the way on this machine\n"
	"  top [--interval S] [--count N] what happens at this moment, per second\n"
	"  report                         one text with what a report of a bug needs\n"
	"  html FILE                      a page for a browser that shows all of it\n"
	"  upgrade [--dry-run|--resume|--keep] [--force] [--rebind] [--json]\n"
	"                                 exchange the modules for those installed, with\n"
	"                                 devices in use\n"
	"\n"
	"BDF is a PCI address: 0000:00:03.0 or 00:03.0. IOVA is an address that the\n"
	"device uses, and PASID a number: 0x1000, or 4096.\n"
	"--color=always|never|auto: auto is on a terminal, where NO_COLOR is not set.\n"
	"Exit status: 0 done, 1 wrong usage (doctor: a check failed; check: something\n"
	"differs), 2 refused.\n";

/*
 * A page for each command: what it does, its words one a line, an example.
 * A page that is not here has no command, and the test says so.
 */
static const struct {
	const char *name;
	const char *words;
	const char *does;
	const char *options;
	const char *example;
} pages[] = {
	{ "status", "[--json]",
	  "Shows the units, below each its IOMMU groups and their devices, and who manages each device; for one that is not managed, why not.",
	  JSON, "vtdctl status" },
	{ "attach", "[--dry-run | --try SECONDS]",
	  "Takes the IOMMU over. Devices that have a driver already stay in pass-through until they are adopted. Loads the module where it is not loaded.",
	  "  --dry-run        change nothing: say what would happen to each device\n"
	  "  --try SECONDS    give everything back after 5 to 3600 seconds, unless\n"
	  "                   \"vtdctl confirm\" comes first\n",
	  "vtdctl attach --try 60" },
	{ "confirm", "",
	  "Keeps what \"vtdctl attach --try\" did: attached to stay.", "",
	  "vtdctl confirm" },
	{ "detach", "[--if-loaded]",
	  "Gives everything back. Refused, with their names, while managed devices are in use.",
	  "  --if-loaded      it is no error that the module is not loaded\n",
	  "vtdctl detach" },
	{ "adopt", "BDF",
	  "Manages a device that had its driver before the module came. The driver is unbound and bound again: unmount the disk, stop the network first.",
	  DEVICE, "vtdctl adopt 0000:00:1f.2" },
	{ "release", "BDF",
	  "Gives one adopted device back: its requests pass through as before.",
	  DEVICE, "vtdctl release 0000:00:1f.2" },
	{ "strict", "BDF on|off",
	  "Says whether the unmaps of a device, and of all devices of its IOMMU group, are flushed before they end, though the type of the group is DMA-FQ. Its driver stays bound.",
	  DEVICE "  on               flush at once: safer, and slower\n"
		 "  off              flush as the type of the group says\n",
	  "vtdctl strict 0000:03:00.0 on" },
	{ "ats", "BDF on|off [--json]",
	  "Says whether a device may keep translations of its own (ATS). Its driver stays bound.",
	  DEVICE
	  "  on               it may again; refused, with the reason, where it may not\n"
	  "  off              it keeps none any more\n" JSON,
	  "vtdctl ats 0000:03:00.0 off" },
	{ "recover", "BDF",
	  "Brings a device back that is in quarantine: it did not answer when told to forget translations (ATS), or faulted on and on. It may do again what it might before.",
	  DEVICE, "vtdctl recover 0000:03:00.0" },
	{ "check", "[--json]",
	  "Compares what the hardware would read (registers, entries of the tables, configuration of devices, interrupt entries) with what the module believes, and names each difference with both values. Changes nothing.",
	  JSON, "vtdctl check" },
	{ "why", "BDF [--json]",
	  "Says whether a device can be assigned to user space or a guest, what stands against it, and what to do.",
	  DEVICE JSON, "vtdctl why 0000:03:00.0" },
	{ "walk", "BDF IOVA [PASID] [--json]",
	  "Draws the way of a request of that device to that address through the tables, and says what becomes of a read and of a write.",
	  DEVICE
	  "  IOVA             an address as the device uses it: 0x1000, or 4096\n"
	  "  PASID            address space of the request, in scalable mode\n" JSON,
	  "vtdctl walk 03:00.0 0xdead000" },
	{ "faults", "[--follow] [--json]",
	  "Shows the requests that were refused, each in a sentence with what most likely helps, and how many faults each source had.",
	  "  --follow         what is kept, then each fault as it comes\n" JSON,
	  "vtdctl faults --follow" },
	{ "stats", "[BDF | --latency [on|off]] [--json]",
	  "Shows what each unit was asked to forget and how long that took, then each managed device's mode and its flushes, since the module was attached.",
	  "  BDF              this device and its unit alone\n"
	  "  --latency        how long maps, unmaps, flushes and waits took, by powers\n"
	  "                   of two; on: note it from now on; off: do not any longer.\n"
	  "                   It costs nothing while it is off\n" JSON,
	  "vtdctl stats 00:03.0" },
	{ "irqs", "[--json]",
	  "Shows every interrupt, its entry and where it goes, and whether interrupts are isolated. Needs the module vtd_intr_remap.",
	  JSON, "vtdctl irqs" },
	{ "doctor", "[--json]",
	  "Looks for what stands in the way on this machine: CPU, firmware, boot line, other drivers, the module and its signature. Needs neither the module nor root, and changes nothing.",
	  JSON, "vtdctl doctor" },
	{ "top", "[--interval SECONDS] [--count NUMBER]",
	  "Shows flushes, round trips, faults, page requests and interrupts per second, of each unit and of each managed device. Drawn again on a terminal, until q or Ctrl-C; elsewhere one block follows the other.",
	  "  --interval SECONDS\n"
	  "                   time between two looks, 0.1 to 3600; 1 if not given\n"
	  "  --count NUMBER   end after so many blocks\n",
	  "vtdctl top --interval 2" },
	{ "report", "",
	  "Writes one text with what a report of a bug needs: versions, boot line, parameters, DMAR table, doctor, status, stats, faults, irqs and our lines of the kernel's log. Names, MAC addresses, UUIDs and the values of other boot parameters are masked.",
	  "", "vtdctl report > report.txt" },
	{ "html", "FILE",
	  "Writes one page for a browser: units, bridges, devices, groups and domains drawn, the tables in words, faults, counters and interrupts. It needs no network and no script.",
	  "  FILE             where the page goes; replaced as a whole\n",
	  "vtdctl html /tmp/vtd.html" },
	{ "upgrade",
	  "[--dry-run|--resume|--keep] [--force] [--rebind] [--json]",
	  "Exchanges the modules that are loaded for those that are installed, with their parameters, while devices are in use. Drivers stand still meanwhile, and what uses their devices waits; then everything is as it was. What stands against it is named, and nothing is changed. When a new module does not load, the old ones come back.",
	  "  --dry-run        change nothing: say what would happen\n"
	  "  --resume         bring to its end an upgrade that was ended\n"
	  "  --keep           keep copies of the modules that are loaded, for the way\n"
	  "                   back, before new ones are installed\n"
	  "  --force          also where they are the same, or no way back is known\n"
	  "  --rebind         unbind drivers that do not bear to stand still, and bind\n"
	  "                   them again; what uses those devices is interrupted\n" JSON,
	  "vtdctl upgrade --dry-run" },
};

/**
 * vtd_help() - print the list of commands
 * @to: where to
 */
void vtd_help(FILE *to)
{
	fputs(usage, to);
}

static const char *exit_status(const char *name)
{
	if (!strcmp(name, "doctor"))
		return "0 nothing stands in the way, 1 a check failed or wrong usage,\n"
		       "2 without memory.\n";
	if (!strcmp(name, "check"))
		return "0 all is as it should be, 1 something differs or wrong usage,\n"
		       "2 refused.\n";
	return "0 done, 1 wrong usage, 2 refused.\n";
}

/**
 * vtd_help_command() - print the page of one command
 * @ctl: where to
 * @name: its name
 *
 * Return: VTD_EXIT_OK, or VTD_EXIT_USAGE for a name that no page has.
 */
int vtd_help_command(struct vtdctl *ctl, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		if (strcmp(pages[i].name, name))
			continue;
		fprintf(ctl->out, "Usage: vtdctl %s%s%s\n", name,
			*pages[i].words ? " " : "", pages[i].words);
		vtd_show_wrapped(ctl->out, "", "", pages[i].does);
		fprintf(ctl->out, "\n%s", pages[i].options);
		fprintf(ctl->out,
			"  --help           this page\n"
			"\n"
			"Example:\n"
			"  %s\n"
			"\n"
			"Exit status: ",
			pages[i].example);
		fputs(exit_status(name), ctl->out);
		fprintf(ctl->out, "Manual: man vtdctl-%s\n", name);
		return VTD_EXIT_OK;
	}
	return vtd_usage_error(
		ctl, "command \"%s\" is unknown, try \"vtdctl --help\"", name);
}
