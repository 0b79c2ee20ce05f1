# SPDX-License-Identifier: GPL-2.0
# Turns KUnit's nested KTAP into flat KTAP: one line for each case, or for each
# parameter of a case, named SUITE.CASE or SUITE.CASE.PARAMETER. What comes
# before a result and is none is a comment of that result. A suite or a case
# that did not run, or that says it failed while nothing in it did, is a check
# that fails.

function check(result, name) {
	total++
	if (result == "not ok") {
		failed++
		printf "%s", notes
	}
	notes = ""
	print result, total, "-", name
}

# The result line in $0 without its indentation, as verdict and title.
function split_result() {
	match($0, /^ *(not )?ok [0-9]+ /)
	title = substr($0, RLENGTH + 1)
	verdict = $0 ~ /^ *not ok/ ? "not ok" : "ok"
}

/^1\.\.[0-9]+$/ { suites_planned = substr($0, 4) + 0; next }
/^    1\.\.[0-9]+$/ { cases_planned = substr($0, 8) + 0; next }
/^    # Subtest: / { suite = $3; cases = 0; cases_planned = -1; before = failed; next }
/^        # Subtest: / { params = 0; case_before = failed; case_name = $3; next }
/^ *KTAP version 1$/ || /^        1\.\.[0-9]+$/ { next }
/^ *# [^ ]+: pass:[0-9]+ fail:/ || /^    # (module|speed): / { next }

/^        (not )?ok [0-9]+ / {
	split_result()
	params++
	check(verdict, suite "." case_name "." title)
	next
}

/^    (not )?ok [0-9]+ / {
	split_result()
	cases++
	if (params == 0)
		check(verdict, suite "." title)
	else if (verdict == "not ok" && failed == case_before)
		check(verdict, suite "." title ": the case as a whole")
	params = 0
	next
}

/^(not )?ok [0-9]+ / {
	split_result()
	suites++
	if (cases != cases_planned)
		check("not ok", title ": " cases + 0 " of " cases_planned " cases reported")
	else if (verdict == "not ok" && failed == before)
		check(verdict, title ": the suite as a whole")
	cases_planned = -1
	next
}

{ notes = notes "# " $0 "\n" }

END {
	if (suites != suites_planned || suites == 0)
		check("not ok", suites + 0 " of " suites_planned + 0 " suites reported")
	print "1.." total
}
