// SPDX-License-Identifier: GPL-2.0
/*
 * Checks JSON against Documentation/vtdctl-status.schema.json. Knows the
 * schema keywords used there, and is for the test only.
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

static bool type_is(struct json_object *val, const char *name)
{
	static const struct {
		const char *name;
		enum json_type type;
	} types[] = {
		{ "null", json_type_null },	{ "string", json_type_string },
		{ "integer", json_type_int },	{ "array", json_type_array },
		{ "object", json_type_object },
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
		if (!json_object_object_get_ex(known, key, &sub) ||
		    !fits(top, sub, member))
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

static struct json_object *load_schema(void)
{
	static const char name[] = "Documentation/vtdctl-status.schema.json";
	char path[128] = "";
	struct json_object *schema = NULL;

	/* from the top, or from the folder of the test */
	for (int up = 0; up < 4 && !schema; up++) {
		char here[128];

		snprintf(here, sizeof(here), "%s%s", path, name);
		if (!access(here, R_OK))
			schema = json_object_from_file(here);
		strcat(path, "../");
	}
	assert_non_null(schema);
	return schema;
}

/**
 * vtd_test_parse_valid() - parse what "status --json" printed
 * @text: its output
 *
 * Fails the running test if that is no JSON or does not fit the schema.
 *
 * Return: the object, to be put.
 */
struct json_object *vtd_test_parse_valid(const char *text)
{
	struct json_object *schema = load_schema();
	struct json_object *val = json_tokener_parse(text);

	assert_non_null(val);
	if (!fits(schema, schema, val))
		fail_msg("does not fit the schema:\n%s", text);
	json_object_put(schema);
	return val;
}
