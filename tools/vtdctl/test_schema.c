// SPDX-License-Identifier: GPL-2.0
/*
 * Checks JSON against the schemas of Documentation/. Knows the schema keywords
 * used there, and is for the test only.
 */
#include <json-c/json.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "test.h"
#include "vtdctl.h"

/* A member of an object, which must be there. */
struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *val = NULL;

	if (!json_object_object_get_ex(object, key, &val))
		fail_msg("no %s", key);
	return val;
}

/* The same of a string. */
const char *member_text(struct json_object *object, const char *key)
{
	struct json_object *val = member(object, key);

	assert_true(json_object_is_type(val, json_type_string));
	return json_object_get_string(val);
}

static bool type_is(struct json_object *val, const char *name)
{
	static const struct {
		const char *name;
		enum json_type type;
	} types[] = {
		{ "null", json_type_null },
		{ "string", json_type_string },
		{ "integer", json_type_int },
		{ "array", json_type_array },
		{ "object", json_type_object },
		{ "boolean", json_type_boolean },
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(name, types[i].name))
			return json_object_get_type(val) == types[i].type;
	fail_msg("the schema has the unknown type %s", name);
	return false;
}

static bool type_fits(struct json_object *val, struct json_object *type)
{
	if (!json_object_is_type(type, json_type_array))
		return type_is(val, json_object_get_string(type));
	for (size_t i = 0; i < json_object_array_length(type); i++)
		if (type_is(val, json_object_get_string(
					 json_object_array_get_idx(type, i))))
			return true;
	return false;
}

static bool enum_fits(struct json_object *val, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (json_object_equal(val, json_object_array_get_idx(list, i)))
			return true;
	return false;
}

static bool pattern_fits(struct json_object *val, const char *pattern)
{
	regex_t regex;
	bool fits;

	if (!json_object_is_type(val, json_type_string))
		return true;
	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	fits = !regexec(&regex, json_object_get_string(val), 0, NULL, 0);
	regfree(&regex);
	return fits;
}

static bool fits(struct json_object *top, struct json_object *schema,
		 struct json_object *val);

/* A schema for the members that are not named; NULL where none may be. */
static struct json_object *others_of(struct json_object *schema)
{
	struct json_object *others;

	assert_true(json_object_object_get_ex(schema, "additionalProperties",
					      &others));
	return json_object_is_type(others, json_type_object) ? others : NULL;
}

static bool object_fits(struct json_object *top, struct json_object *schema,
			struct json_object *val)
{
	struct json_object *known, *needed, *sub;

	if (!json_object_object_get_ex(schema, "properties", &known))
		return true;
	assert_true(json_object_object_get_ex(schema, "required", &needed));
	for (size_t i = 0; i < json_object_array_length(needed); i++)
		if (!json_object_object_get_ex(
			    val,
			    json_object_get_string(
				    json_object_array_get_idx(needed, i)),
			    NULL))
			return false;
	json_object_object_foreach(val, key, member)
	{
		if (!json_object_object_get_ex(known, key, &sub))
			sub = others_of(schema);
		if (!sub || !fits(top, sub, member))
			return false;
	}
	return true;
}

static bool fits(struct json_object *top, struct json_object *schema,
		 struct json_object *val)
{
	struct json_object *key, *defs, *def;
	int matches = 0;

	if (json_object_object_get_ex(schema, "$ref", &key)) {
		const char *name = strrchr(json_object_get_string(key), '/');

		assert_true(json_object_object_get_ex(top, "$defs", &defs));
		assert_true(json_object_object_get_ex(defs, name + 1, &def));
		return fits(top, def, val);
	}
	if (json_object_object_get_ex(schema, "oneOf", &key)) {
		for (size_t i = 0; i < json_object_array_length(key); i++)
			matches += fits(top, json_object_array_get_idx(key, i),
					val);
		return matches == 1;
	}
	if (json_object_object_get_ex(schema, "type", &key) &&
	    !type_fits(val, key))
		return false;
	if (json_object_object_get_ex(schema, "enum", &key) &&
	    !enum_fits(val, key))
		return false;
	if (json_object_object_get_ex(schema, "pattern", &key) &&
	    !pattern_fits(val, json_object_get_string(key)))
		return false;
	if (json_object_object_get_ex(schema, "items", &key))
		for (size_t i = 0; i < json_object_array_length(val); i++)
			if (!fits(top, key, json_object_array_get_idx(val, i)))
				return false;
	if (json_object_is_type(val, json_type_object))
		return object_fits(top, schema, val);
	return true;
}

static struct json_object *load_schema(const char *name)
{
	char path[128] = "";
	struct json_object *schema = NULL;

	/* from the top, or from the folder of the test */
	for (int up = 0; up < 4 && !schema; up++) {
		char here[160];

		snprintf(here, sizeof(here), "%sDocumentation/%s", path, name);
		if (!access(here, R_OK))
			schema = json_object_from_file(here);
		strcat(path, "../");
	}
	assert_non_null(schema);
	return schema;
}

/* One text against one definition of a schema, or the whole of it. */
static void assert_fits(const char *file, const char *name, const char *text)
{
	struct json_object *schema = load_schema(file), *defs, *def = schema;
	struct json_object *val = json_tokener_parse(text);

	assert_non_null(val);
	if (name) {
		assert_true(json_object_object_get_ex(schema, "$defs", &defs));
		assert_true(json_object_object_get_ex(defs, name, &def));
	}
	if (!fits(schema, def, val))
		fail_msg("does not fit %s of the schema:\n%s",
			 name ? name : "all", text);
	json_object_put(val);
	json_object_put(schema);
}

/**
 * vtd_test_check_json() - check what a command printed with --json
 * @line: its words; without --json nothing is checked
 * @text: its output, perhaps nothing
 *
 * Fails the running test if that is no JSON or does not fit its schema.
 */
void vtd_test_check_json(const char *line, const char *text)
{
	static const char *const names[][2] = {
		{ "status", NULL },
		{ "faults", "faults" },
		{ "why", "why" },
		{ "walk", "walks" },
		{ "irqs", "irqs" },
		{ "doctor", "doctor" },
		{ "stats --latency", "latency" },
		{ "stats", "stats" },
		{ "ats", "ats" },
		{ "check", "health" },
		{ "upgrade", "upgrade" },
	};
	char one[4096];

	if (!strstr(line, "--json") || !*text)
		return;
	if (strstr(line, "--follow")) {
		for (; *text; text += strcspn(text, "\n") + 1) {
			snprintf(one, sizeof(one), "%.*s",
				 (int)strcspn(text, "\n"), text);
			assert_fits("vtdctl.schema.json", "fault", one);
		}
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strncmp(line, names[i][0], strlen(names[i][0])))
			continue;
		assert_fits(names[i][1] ? "vtdctl.schema.json" :
					  "vtdctl-status.schema.json",
			    names[i][1], text);
		return;
	}
	fail_msg("no schema for: %s", line);
}

/* A schema that everything fits would be none. */
void test_schema(void **state)
{
	static const struct {
		const char *name, *good, *bad;
	} cases[] = {
		{ "left", "{\"device\":\"x\",\"reason\":null}",
		  "{\"device\":\"x\"}" },
		{ "left", "{\"device\":null,\"reason\":null}",
		  "{\"device\":null,\"reason\":null,\"later\":1}" },
		{ "check",
		  "{\"check\":\"a\",\"level\":\"ok\",\"finding\":\"b\",\"remedy\":null}",
		  "{\"check\":\"a\",\"level\":\"OK\",\"finding\":\"b\",\"remedy\":null}" },
		{ "hex", "\"0x1f\"", "\"1f\"" },
		{ "reason",
		  "{\"code\":\"a\",\"weight\":\"todo\",\"device\":null,\"driver\":null,\"text\":null,\"remedy\":null,\"start\":\"0x1\"}",
		  "{\"code\":\"a\",\"weight\":\"todo\",\"device\":null,\"driver\":null,\"text\":null,\"remedy\":null,\"start\":1}" },
	};
	struct json_object *schema = load_schema("vtdctl.schema.json");
	struct json_object *defs, *def;

	(void)state;
	assert_true(json_object_object_get_ex(schema, "$defs", &defs));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_object *good = json_tokener_parse(cases[i].good);
		struct json_object *bad = json_tokener_parse(cases[i].bad);

		assert_true(
			json_object_object_get_ex(defs, cases[i].name, &def));
		assert_true(fits(schema, def, good));
		assert_false(fits(schema, def, bad));
		json_object_put(good);
		json_object_put(bad);
	}
	json_object_put(schema);
}
