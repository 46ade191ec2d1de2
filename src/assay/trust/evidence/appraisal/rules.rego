# What genuine evidence is worth.
#
# input.at_ms         the time to judge as of, in milliseconds since 1970
# input.claims        what each part of the attester claims: the processor first, then its accelerators
# input.references    registers of code that is known, each an object such as {"PCR0": "..."}
# data.hardware       which processors and GPUs go together (hardware.json)
#
# `reject` holds why the evidence counts for nothing, `warn` why it counts for less. A rule stands alone: taking one out
# changes nothing but what that rule is about. Rules of your own replace all of these.
package assay.appraisal

import rego.v1

processors := {"nitro", "snp", "tdx"}

accelerators := {"nvidia"}

# --- who vouches for it

# Nothing claimed is nothing to believe.
reject contains reason("no_claims", {"family": ""}, "it claims nothing") if {
	count(input.claims) == 0
}

# A vendor's root for engineering parts: its hardware is real, its secrets are not.
reject contains reason("debug_root", one, "the root is for engineering parts") if {
	some one in input.claims
	one.anchor.kind == "debug"
}

# Nobody wrote a rule for it, so nobody knows what its claims are worth.
reject contains reason("unlisted_family", one, "no rule knows evidence of this family") if {
	some one in input.claims
	not one.family in processors | accelerators
}

# --- what runs, and who can look inside

# The operator of a debug enclave reads and changes what it likes.
reject contains reason("debug", one, "it runs in debug mode: its operator can read and change it") if {
	some one in input.claims
	one.debug == true
}

# A Nitro enclave that was started to be debugged has no debug bit; its registers are zero.
reject contains reason("zero_measurement", one, "its code registers are all zero: it was started to be debugged") if {
	some one in input.claims
	not one.measured
}

# Genuine hardware runs any code. Only registers that are known say which.
warn contains reason("unknown_code", one, "the code that it runs is not known here") if {
	some one in input.claims
	one.family in processors
	not known(one)
}

# What runs above it in the guest, such as a paravisor, can read and change it.
warn contains reason("vmpl", one, sprintf("asked for at privilege level %d, not 0", [one.attributes.vmpl])) if {
	some one in input.claims
	one.attributes.vmpl > 0
}

# A migration agent, or a second domain, is handed the guest's memory and is not part of what was measured.
warn contains reason("migratable", one, "its policy lets it be migrated to another machine") if {
	some one in input.claims
	some permission in ["MIGRATE_MA", "MIGRATABLE"]
	one.attributes[permission] == true
}

# --- the platform's firmware

current := {"UpToDate"}

outdated := {
	"SWHardeningNeeded",
	"ConfigurationNeeded",
	"ConfigurationAndSWHardeningNeeded",
	"OutOfDate",
	"OutOfDateConfigurationNeeded",
	"TDRelaunchAdvised",
	"TDRelaunchAdvisedConfigurationNeeded",
}

# Known holes are open, or the machine is set up so that they may be.
warn contains reason("tcb_outdated", one, sprintf("the vendor calls its firmware %s", [one.tcb_status])) if {
	some one in input.claims
	one.tcb_status in outdated
}

# Revoked, or a word of the vendor's that nobody here has heard yet.
reject contains reason("tcb_refused", one, sprintf("the vendor calls its firmware %s", [one.tcb_status])) if {
	some one in input.claims
	one.tcb_status != null
	not one.tcb_status in current | outdated
}

# What the vendor has published about this very platform.
warn contains reason("advisories", one, sprintf("advisories concern it: %s", [concat(", ", one.advisories)])) if {
	some one in input.claims
	count(one.advisories) > 0
}

# The key that signs belongs to older firmware than the platform has promised never to go back behind (AMD 56860 §2.2).
warn contains reason("tcb_behind", one, sprintf("its key is that of older firmware: %s", [part])) if {
	some one in input.claims
	some part in ["bootloader", "tee", "snp", "microcode", "fmc"]
	one.versions[sprintf("reported_%s", [part])] < one.versions[sprintf("committed_%s", [part])]
}

# Lists and manifests that nobody looked at could have said that something is wrong.
warn contains reason("missing_collateral", one, sprintf("not looked at: %s", [concat(", ", one.missing)])) if {
	some one in input.claims
	count(one.missing) > 0
}

# --- time

skew_ms := 120000

# A clock that runs ahead says nothing about when.
reject contains reason("from_the_future", one, "it was issued after the time it is judged at") if {
	some one in input.claims
	one.issued_at_ms > input.at_ms + skew_ms
}

# --- a processor and its GPUs

# Neither vendor claims that the two protect anything together.
reject contains reason("pair_not_listed", gpu, sprintf("%s and %s are not a listed pair", [platform(cpu), gpu_name(gpu)])) if {
	some [cpu, gpu] in pairs
	not listed(cpu, gpu)
}

# Two reports of one GPU are no two GPUs.
reject contains reason("gpu_twice", one, "two of the reports are of the same GPU") if {
	some i, one in input.claims
	some j, other in input.claims
	i < j
	one.family in accelerators
	other.family == one.family
	other.identity == one.identity
}

# Before this release the vendor does not call the mode production-ready.
reject contains reason("driver_floor", one, sprintf("driver %s is older than %s", [one.versions.driver, floor])) if {
	some one in input.claims
	some row in data.hardware.gpus
	one.attributes.chip in row.chips
	floor := row.driver
	older(one.versions.driver, floor)
}

# The vendor has said what this firmware measures, and it measures something else.
reject contains reason("rim_mismatch", one, sprintf("its measurements are not those of the vendor's %s", [manifest])) if {
	some one in input.claims
	some manifest in ["driver_rim", "vbios_rim"]
	one.attributes[manifest] == "mismatched"
}

# A GPU protects what reaches it, and nothing says here what that came through.
warn contains reason("gpu_alone", one, "no processor's evidence comes with it") if {
	some one in input.claims
	one.family in accelerators
	not input.claims[0].family in processors
}

# --- words that the rules are written in

reason(rule, one, message) := {"rule": rule, "family": one.family, "message": message}

# A reference that names no register would fit everything.
known(one) if {
	some registers in input.references
	count(registers) > 0
	every name, digest in registers {
		one.measurements[name] == digest
	}
}

pairs contains [cpu, gpu] if {
	cpu := input.claims[0]
	cpu.family in processors
	some gpu in input.claims
	gpu.family in accelerators
}

listed(cpu, gpu) if {
	some row in data.hardware.gpus
	gpu.attributes.chip in row.chips
	platform(cpu) in row.platforms
}

platform(cpu) := sprintf("%s %s", [cpu.family, cpu.attributes.product]) if cpu.attributes.product

platform(cpu) := cpu.family if not cpu.attributes.product

gpu_name(gpu) := object.get(gpu.attributes, "chip", "a GPU without a name")

# Versions compare part by part, as numbers.
older(version, floor) if {
	parts := numbers(version)
	floors := numbers(floor)
	parts != floors
	parts < floors
}

numbers(version) := [number(trim_left(part, "0")) | some part in split(version, ".")]

number("") := 0

number(digits) := to_number(digits) if digits != ""
