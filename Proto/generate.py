#!/usr/bin/env python3
# Writes Proto/Generated: C by protoc-c, Swift from the descriptor set, Python by python_stubs.py.
"""Usage: Proto/generate.py [--check]

The only writer of Proto/Generated, whose content is committed and never edited. With --check it
generates into a temporary folder and compares; exit status 1 and the names of files that differ.
Needs protoc 3.21, protoc-c 1.4 and Python's protobuf 3.20 to 4.21 (Debian: protobuf-compiler,
protobuf-c-compiler, python3-protobuf). It refuses what protobuf-c cannot do safely; see Checks.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    from google.protobuf import descriptor_pb2
except ImportError:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    raise

from python_stubs import write_python

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "Generated"
OPTIONS = "shoal/options/v1/options.proto"
FIELDS_MAX, CHOICES_MAX, DEPTH_MAX, LINE_MAX = 64, 32, 10, 100
ROLES = {
    "ingest", "segment.read", "segment.write", "campaign.write", "campaign.send",
    "analytics.read", "export", "admin", "service", "anyone",
}
ROLE, IDEMPOTENT, MAX_ITEMS, MAX_BYTES, ISOLATED = 50001, 50002, 50011, 50012, 50013

F = descriptor_pb2.FieldDescriptorProto
WIRE = {
    F.TYPE_DOUBLE: 1, F.TYPE_FIXED64: 1, F.TYPE_SFIXED64: 1, F.TYPE_FLOAT: 5, F.TYPE_FIXED32: 5,
    F.TYPE_SFIXED32: 5, F.TYPE_STRING: 2, F.TYPE_BYTES: 2, F.TYPE_MESSAGE: 2,
}
SWIFT = {
    F.TYPE_DOUBLE: "Double", F.TYPE_FLOAT: "Float", F.TYPE_INT64: "Int64", F.TYPE_SINT64: "Int64",
    F.TYPE_SFIXED64: "Int64", F.TYPE_UINT64: "UInt64", F.TYPE_FIXED64: "UInt64",
    F.TYPE_INT32: "Int32", F.TYPE_SINT32: "Int32", F.TYPE_SFIXED32: "Int32",
    F.TYPE_UINT32: "UInt32", F.TYPE_FIXED32: "UInt32", F.TYPE_BOOL: "Bool",
    F.TYPE_STRING: "String", F.TYPE_BYTES: "[UInt8]",
}
# protoc-c appends an underscore to a field with one of these names.
C_WORDS = set(
    """and and_eq asm auto bitand bitor bool break case catch char class compl const const_cast
    continue default delete do double dynamic_cast else enum explicit extern false float for friend
    goto if inline int long mutable namespace new not not_eq operator or or_eq private protected
    public register reinterpret_cast return short signed sizeof static static_cast struct switch
    template this throw true try typedef typeid typename union unsigned using virtual void volatile
    wchar_t while xor xor_eq""".split())
SWIFT_WORDS = set(
    """associatedtype class deinit enum extension fileprivate func import init inout internal let
    open operator private precedencegroup protocol public rethrows static struct subscript typealias
    var break case catch continue default defer do else fallthrough for guard if in repeat return
    switch throw where while as false is nil self super throws true try""".split())
REFUSED_NAMES = {"base", "none", "some", "self", "rule", "Type", "Protocol"}


class Refusal(Exception):
    """The contract holds something that may not stand there."""


# ---------------------------------------------------------------------------------------------
# Reading the contract


def contract_files():
    return sorted(str(path.relative_to(HERE)) for path in (HERE / "shoal").rglob("*.proto"))


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Refusal(f"{command[0]} failed:\n{done.stderr}")


def tool(name):
    found = shutil.which(name)
    if not found:
        raise Refusal(f"{name} is not installed (Debian: protobuf-compiler, protobuf-c-compiler)")
    return found


def read_descriptors(files, folder):
    """The descriptor set of all files with their imports and comments."""
    target = folder / "contract.pb"
    run([tool("protoc"), f"--proto_path={HERE}", "--include_imports", "--include_source_info",
         f"--descriptor_set_out={target}", *files])
    found = descriptor_pb2.FileDescriptorSet()
    found.ParseFromString(target.read_bytes())
    return found


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def own_options(options):
    """Our own options, read from the raw bytes: the same with every version of the library."""
    data, at, found = options.SerializeToString(), 0, {}
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            found[tag >> 3], at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            found[tag >> 3], at = data[at:at + size], at + size
        else:
            raise Refusal(f"an option of wire type {tag & 7} is not understood")
    return found


def comments_of(file):
    """Comments by path in the descriptor."""
    found = {}
    for location in file.source_code_info.location:
        text = location.leading_comments.strip() or location.trailing_comments.strip()
        if text:
            found[tuple(location.path)] = " ".join(text.split())
    return found


# ---------------------------------------------------------------------------------------------
# Names


def words_to_camel(name):
    words = name.lower().split("_")
    tail = [{"id": "ID", "ids": "IDs"}.get(word, word[:1].upper() + word[1:]) for word in words[1:]]
    return words[0] + "".join(tail)


def upper_camel(name):
    camel = words_to_camel(name)
    return camel[:1].upper() + camel[1:]


def quoted(name):
    return f"`{name}`" if name in SWIFT_WORDS else name


def lower_first(name):
    return name[:1].lower() + name[1:]


def snake(name):
    """As protoc-c turns a CamelCase name into a lower-case one."""
    result, was_upper = "", True
    for letter in name:
        if letter.isupper():
            result += letter.lower() if was_upper else "_" + letter.lower()
        else:
            result += letter
        was_upper = letter.isupper()
    return result


def namespace(package):
    parts = package.split(".")
    return "".join(part[:1].upper() + part[1:] for part in parts[1:])


def c_name(full):
    return "__".join(part[:1].upper() + part[1:] for part in full.split("."))


def c_lower(full):
    return "__".join(snake(part) for part in full.split("."))


def c_field(name):
    return name + "_" if name in C_WORDS else name


# ---------------------------------------------------------------------------------------------
# The model


class Enum:
    def __init__(self, proto, file, comments, path):
        self.name, self.package = proto.name, file.package
        self.full = f"{file.package}.{proto.name}"
        self.swift = f"{namespace(file.package)}.{proto.name}"
        self.c = c_name(self.full)
        self.doc = comments.get(path)
        prefix = snake(proto.name).upper() + "_"
        self.cases = []
        for index, value in enumerate(proto.value):
            short = value.name[len(prefix):] if value.name.startswith(prefix) else value.name
            self.cases.append((words_to_camel(short), value.number, value.name,
                               comments.get(path + (2, index))))
        names = [case[0] for case in self.cases]
        self.unknown = next((n for n in ("unspecified", "unknown") if n in names), None)

    def check(self):
        if not self.doc:
            raise Refusal(f"{self.full}: no comment")
        if not self.unknown:
            raise Refusal(f"{self.full}: no value UNSPECIFIED or UNKNOWN for numbers not known yet")
        if self.cases[0][1] != 0:
            raise Refusal(f"{self.full}: the first value is not 0")
        for values, what in ((0, "name"), (1, "number")):
            seen = [case[values] for case in self.cases]
            if len(set(seen)) != len(seen):
                raise Refusal(f"{self.full}: a value's {what} stands twice")
        for name, number, raw, _ in self.cases:
            if name in REFUSED_NAMES or name[:1].isdigit() or number < 0:
                raise Refusal(f"{self.full}.{raw}: not a usable name or number")


class Field:
    def __init__(self, proto, message, comments, path):
        self.proto, self.message = proto, message
        self.name, self.number, self.type = proto.name, proto.number, proto.type
        self.swift = words_to_camel(proto.name)
        self.c = c_field(proto.name)
        self.doc = comments.get(path)
        self.where = f"{message.full}.{proto.name}"
        self.repeated = proto.label == F.LABEL_REPEATED
        self.choice = proto.oneof_index if proto.HasField("oneof_index") else None
        self.has_default = proto.HasField("default_value")
        self.default = proto.default_value
        self.target = proto.type_name.lstrip(".")
        own = own_options(proto.options)
        self.max_items, self.max_bytes = own.get(MAX_ITEMS, 0), own.get(MAX_BYTES, 0)
        self.isolated = bool(own.get(ISOLATED, 0))
        self.is_text = self.type in (F.TYPE_STRING, F.TYPE_BYTES)
        self.is_message = self.type == F.TYPE_MESSAGE

    def check(self):
        def refuse(why):
            raise Refusal(f"{self.where}: {why}")

        if not self.doc:
            refuse("no comment")
        if self.type == F.TYPE_GROUP:
            refuse("groups are refused")
        if self.proto.label == F.LABEL_REQUIRED:
            refuse("required is refused: a field could never be left out again")
        if self.proto.proto3_optional:
            refuse("proto3 optional is refused by protoc-c")
        if self.repeated and not self.max_items:
            refuse("a repeated field needs (shoal.options.v1.max_items)")
        if self.is_text and not self.max_bytes:
            refuse("a string or bytes field needs (shoal.options.v1.max_bytes)")
        if self.isolated and not (self.repeated and self.is_message):
            refuse("isolated is for repeated messages")
        if self.name in REFUSED_NAMES or self.name.startswith(("has_", "n_")):
            refuse("the name would collide in C or Swift")
        if self.type == F.TYPE_BYTES and self.has_default and self.default:
            refuse("a default of bytes other than empty is not supported")
        if self.has_default and self.type in (F.TYPE_FLOAT, F.TYPE_DOUBLE):
            if self.default in ("inf", "-inf", "nan"):
                refuse("a default that is no number")

    # Swift

    def element(self, model):
        if self.is_message or self.type == F.TYPE_ENUM:
            return model.swift_type(self.target)
        return SWIFT[self.type]

    def swift_type(self, model):
        element = self.element(model)
        if self.repeated:
            return f"[{element}]"
        return element if self.has_default else element + "?"

    def swift_default(self, model):
        if self.repeated:
            return "[]"
        if not self.has_default:
            return "nil"
        if self.type == F.TYPE_STRING:
            return swift_text(self.default)
        if self.type == F.TYPE_BYTES:
            return "[]"
        if self.type == F.TYPE_ENUM:
            enum = model.enums[self.target]
            return "." + quoted(next(c[0] for c in enum.cases if c[2] == self.default))
        return self.default

    def read(self, model, value):
        """Swift that turns a C value into a Swift one (no unsafe marker); whether it is unsafe."""
        if self.type == F.TYPE_BOOL:
            return f"{value} != 0"
        if self.type == F.TYPE_ENUM:
            return f"{model.swift_type(self.target)}(known: {value}.rawValue)"
        return value

    def write(self, model, value):
        """Swift that turns a Swift value into a C one; may throw."""
        place = f"\"{self.where}\""
        if self.type == F.TYPE_STRING:
            return f"try arena.text({value}, {place}, max: {self.max_bytes})"
        if self.type == F.TYPE_BYTES:
            return f"try arena.bytes({value}, {place}, max: {self.max_bytes})"
        if self.is_message:
            return f"try arena.message({value})"
        if self.type == F.TYPE_BOOL:
            return f"{value} ? 1 : 0"
        if self.type == F.TYPE_ENUM:
            return f"{model.enums[self.target].c}(UInt32({value}.rawValue))"
        return value


class Choice:
    def __init__(self, proto, index, message, comments, path):
        self.name, self.index = proto.name, index
        self.swift, self.swift_type = words_to_camel(proto.name), upper_camel(proto.name)
        kind = f"The one of its kinds that {lower_first(message.name)} is."
        self.doc = comments.get(path) or kind
        self.fields = []


class Message:
    def __init__(self, proto, file, comments, path):
        self.proto, self.name, self.package = proto, proto.name, file.package
        self.full = f"{file.package}.{proto.name}"
        self.swift = f"{namespace(file.package)}.{proto.name}"
        self.c, self.c_lower = c_name(self.full), c_lower(self.full)
        self.rule = "shoal_rule__" + c_lower(self.full)[len("shoal__"):]
        self.doc = comments.get(path)
        self.fields = [Field(field, self, comments, path + (2, index))
                       for index, field in enumerate(proto.field)]
        self.choices = [Choice(choice, index, self, comments, path + (8, index))
                        for index, choice in enumerate(proto.oneof_decl)]
        for field in self.fields:
            if field.choice is not None:
                self.choices[field.choice].fields.append(field)

    def check(self):
        def refuse(why):
            raise Refusal(f"{self.full}: {why}")

        if not self.doc:
            refuse("no comment")
        if self.proto.nested_type or self.proto.enum_type:
            refuse("nested types are refused (maps too): protoc-c gives them no functions")
        if self.proto.extension_range or self.proto.extension:
            refuse("extensions are refused")
        if len(self.fields) > FIELDS_MAX or len(self.choices) > CHOICES_MAX:
            refuse(f"more than {FIELDS_MAX} fields or {CHOICES_MAX} choices")
        for values in ([f.number for f in self.fields], [m[0] for m in self.members()]):
            if len(set(values)) != len(values):
                refuse("a field's number or name stands twice")
        for field in self.fields:
            field.check()
        for choice in self.choices:
            if any(choice.swift_type == name for name in ("Self", "Type", "Protocol")):
                refuse(f"the choice {choice.name} needs another name")

    def members(self):
        """Fields and choices in the order of the contract: (Swift name, field or choice)."""
        members, seen = [], set()
        for field in self.fields:
            if field.choice is None:
                members.append((field.swift, field))
            elif field.choice not in seen:
                seen.add(field.choice)
                members.append((self.choices[field.choice].swift, self.choices[field.choice]))
        return members


class Method:
    def __init__(self, proto, service, comments, path):
        self.name, self.swift = proto.name, lower_first(proto.name)
        self.full = f"/{service.full}/{proto.name}"
        self.request, self.response = proto.input_type.lstrip("."), proto.output_type.lstrip(".")
        own = own_options(proto.options)
        self.role = own.get(ROLE, b"").decode()
        self.idempotent = bool(own.get(IDEMPOTENT, 0))
        self.streams = proto.client_streaming or proto.server_streaming
        self.doc = comments.get(path)

    def check(self, model):
        if not self.doc:
            raise Refusal(f"{self.full}: no comment")
        if self.role not in ROLES:
            raise Refusal(f"{self.full}: needs (shoal.options.v1.role), one of {sorted(ROLES)}")
        if self.streams:
            raise Refusal(f"{self.full}: streams are cursors here, not stream methods")
        for name in (self.request, self.response):
            if name not in model.messages:
                raise Refusal(f"{self.full}: {name} is not a top-level message")


class Service:
    def __init__(self, proto, file, comments, path):
        self.name, self.full = proto.name, f"{file.package}.{proto.name}"
        self.swift = f"{namespace(file.package)}_{proto.name}"
        self.doc = comments.get(path)
        self.methods = [Method(method, self, comments, path + (2, index))
                        for index, method in enumerate(proto.method)]

    def check(self, model):
        if not self.doc:
            raise Refusal(f"{self.full}: no comment")
        for method in self.methods:
            method.check(model)


class File:
    def __init__(self, proto):
        comments = comments_of(proto)
        self.proto, self.path, self.package = proto, proto.name, proto.package
        self.doc = comments.get((12,)) or ""
        self.stem = Path(proto.name).stem
        self.enums = [Enum(e, proto, comments, (5, i)) for i, e in enumerate(proto.enum_type)]
        self.messages = [
            Message(m, proto, comments, (4, i)) for i, m in enumerate(proto.message_type)]
        self.services = [Service(s, proto, comments, (6, i)) for i, s in enumerate(proto.service)]


class Model:
    def __init__(self, descriptors):
        own = [f for f in descriptors.file if f.name.startswith("shoal/") and f.name != OPTIONS]
        self.files = [File(file) for file in sorted(own, key=lambda file: file.name)]
        self.messages = {m.full: m for f in self.files for m in f.messages}
        self.enums = {e.full: e for f in self.files for e in f.enums}

    def swift_type(self, full):
        found = self.messages.get(full) or self.enums.get(full)
        if not found:
            raise Refusal(f"{full} is not a top-level type of the contract")
        return found.swift

    def check(self):
        for file in self.files:
            if file.proto.syntax not in ("", "proto2"):
                raise Refusal(f"{file.path}: protobuf-c needs proto2")
            if file.package != ".".join(Path(file.path).parent.parts):
                raise Refusal(f"{file.path}: the package must follow the folder")
            for part in (*file.enums, *file.messages):
                part.check()
            for service in file.services:
                service.check(self)
        requests = {m.request for f in self.files for s in f.services for m in s.methods}
        for message in self.messages.values():
            self.depth(message, [])
            if message.full not in requests and any(f.isolated for f in message.fields):
                raise Refusal(f"{message.full}: isolated is for fields of a request itself")

    def depth(self, message, above):
        if message.full in above:
            raise Refusal(f"{message.full}: recursive by {' -> '.join(above)}")
        if len(above) > DEPTH_MAX:
            raise Refusal(f"{message.full}: nests deeper than {DEPTH_MAX}")
        for field in message.fields:
            if field.is_message:
                self.swift_type(field.target)
                self.depth(self.messages[field.target], [*above, message.full])


# ---------------------------------------------------------------------------------------------
# C


def write_c(model, descriptors, files, folder, output):
    """protoc-c must not see our options: it would include a header for descriptor.proto."""
    stripped = descriptor_pb2.FileDescriptorSet()
    for file in descriptors.file:
        if file.name == OPTIONS or file.name.startswith("google/"):
            continue
        copy = stripped.file.add()
        copy.CopyFrom(file)
        kept = [name for name in copy.dependency if name != OPTIONS]
        del copy.dependency[:]
        copy.dependency.extend(kept)
        for message in copy.message_type:
            for field in message.field:
                packed = field.options.packed
                field.ClearField("options")
                if packed:
                    field.options.packed = True
        # No service stubs in C: nothing calls them, and a method named Register would not compile.
        copy.ClearField("service")
    source = folder / "stripped.pb"
    source.write_bytes(stripped.SerializeToString())
    made = folder / "c"
    made.mkdir()
    own = [name for name in files if name != OPTIONS]
    run([tool("protoc"), f"--descriptor_set_in={source}",
         f"--plugin=protoc-gen-c={tool('protoc-gen-c')}", f"--c_out={made}", *own])
    headers = []
    for path in sorted(made.rglob("*.pb-c.*")):
        relative = path.relative_to(made)
        if path.suffix == ".h":
            headers.append(str(relative))
            output["C/include/" + str(relative)] = path.read_text()
        else:
            output["C/" + str(relative)] = path.read_text()
    output["C/include/shoal_rules.h"] = rules_header(model)
    output["C/rules.c"] = rules_source(model, headers)
    output["C/descriptors.c"] = descriptor_bytes(descriptors)
    umbrella = [
        "// Generated by Proto/generate.py: everything that Messages reads of the C side.", ""]
    umbrella += [f'#include "{name}"' for name in [*headers, "shoal_rules.h"]]
    output["C/include/CShoalProto.h"] = "\n".join(umbrella) + "\n"
    output["C/include/module.modulemap"] = (
        'module CShoalProto {\n    header "CShoalProto.h"\n'
        '    link "protobuf-c"\n    export *\n}\n')


RULES_HEAD = """\
// Generated by Proto/generate.py: the contract's limits, as the pre-scan reads them.
#ifndef SHOAL_RULES_H
#define SHOAL_RULES_H

#include <stddef.h>
#include <stdint.h>

#define SHOAL_FIELD_REPEATED 1
#define SHOAL_FIELD_ISOLATED 2
#define SHOAL_KIND_PLAIN 0
#define SHOAL_KIND_TEXT 1
#define SHOAL_KIND_BYTES 2
#define SHOAL_KIND_MESSAGE 3

struct shoal_message_rule;

// One field. wire: protobuf's wire type; choice: 1, 2, … for the members of a oneof, else 0.
typedef struct shoal_field_rule {
    uint32_t number;
    uint8_t wire;
    uint8_t kind;
    uint8_t flags;
    uint8_t choice;
    uint32_t max_items;
    uint32_t max_bytes;
    const char *name;
    const struct shoal_message_rule *message;
} shoal_field_rule;

// One message: its fields in order of their numbers.
typedef struct shoal_message_rule {
    const char *name;
    const void *descriptor;
    uint32_t field_count;
    const shoal_field_rule *fields;
} shoal_message_rule;

// The contract as a google.protobuf.FileDescriptorSet, without comments.
const uint8_t *shoal_descriptor_set(void);
size_t shoal_descriptor_set_size(void);

"""


def rules_header(model):
    lines = [f"const shoal_message_rule *{m.rule}(void);" for m in model.messages.values()]
    return RULES_HEAD + "\n".join(lines) + "\n\n#endif\n"


def rules_source(model, headers):
    lines = ["// Generated by Proto/generate.py: one rule per message and field.", "",
             '#include "shoal_rules.h"', ""]
    lines += [f'#include "{name}"' for name in headers] + [""]
    lines += [f"static const shoal_message_rule rule_{m.c_lower};" for m in model.messages.values()]
    for message in model.messages.values():
        fields = sorted(message.fields, key=lambda field: field.number)
        lines.append("")
        if fields:
            lines.append(f"static const shoal_field_rule fields_{message.c_lower}[] = {{")
            for field in fields:
                kind = {F.TYPE_STRING: 1, F.TYPE_BYTES: 2, F.TYPE_MESSAGE: 3}.get(field.type, 0)
                flags = (1 if field.repeated else 0) | (2 if field.isolated else 0)
                choice = 0 if field.choice is None else field.choice + 1
                target = f"&rule_{c_lower(field.target)}" if field.is_message else "NULL"
                lines.append(f"    {{{field.number}, {WIRE.get(field.type, 0)}, {kind}, {flags}, "
                             f"{choice}, {field.max_items}, {field.max_bytes}, "
                             f"\"{field.name}\", {target}}},")
            lines.append("};")
        name = f"fields_{message.c_lower}" if fields else "NULL"
        lines.append(f"static const shoal_message_rule rule_{message.c_lower} = {{")
        lines.append(
            f"    \"{message.full}\", &{message.c_lower}__descriptor, {len(fields)}, {name}}};")
        lines.append(f"const shoal_message_rule *{message.rule}(void) {{ "
                     f"return &rule_{message.c_lower}; }}")
    return "\n".join(lines) + "\n"


def descriptor_bytes(descriptors):
    bare = descriptor_pb2.FileDescriptorSet()
    for file in descriptors.file:
        bare.file.add().CopyFrom(file)
        bare.file[-1].ClearField("source_code_info")
    data = bare.SerializeToString()
    lines = ["// Generated by Proto/generate.py: the contract's descriptor set, for Reflection.",
             "", '#include "shoal_rules.h"', "", "static const uint8_t bytes[] = {"]
    for start in range(0, len(data), 24):
        lines.append("    " + ",".join(str(byte) for byte in data[start:start + 24]) + ",")
    lines += ["};", "", "const uint8_t *shoal_descriptor_set(void) { return bytes; }",
              "size_t shoal_descriptor_set_size(void) { return sizeof bytes; }"]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------------------------
# Swift


def swift_text(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(letter) < 32 for letter in escaped):
        raise Refusal("a default with a control character")
    return f'"{escaped}"'


def doc(text, indent):
    """A doc comment; its first line is a sentence."""
    room = LINE_MAX - len(indent) - 4
    first, _, rest = text.partition(". ")
    parts = [first if first.endswith(".") else first + "."] + ([rest] if rest else [])
    lines = []
    for number, part in enumerate(parts):
        if number:
            lines.append(indent + "///")
        line = ""
        for word in part.split():
            if line and len(line) + 1 + len(word) > room:
                lines.append(indent + "/// " + line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(indent + "/// " + line)
    return lines


def wrapped(head, items, tail, indent):
    """head item, item tail – in one line, or one item a line."""
    line = indent + head + ", ".join(items) + tail
    if len(line) <= LINE_MAX:
        return [line]
    return [indent + head, *[f"{indent}    {item}," for item in items[:-1]],
            f"{indent}    {items[-1]}", indent + tail]


class SwiftFile:
    """One .proto file's messages."""

    def __init__(self, model, file):
        self.model, self.file, self.lines = model, file, []

    def add(self, *lines):
        self.lines.extend(lines)

    def text(self):
        self.add(f"// Generated by Proto/generate.py from {self.file.path}; never edited.", "",
                 "package import CShoalProto", "",
                 f"extension {namespace(self.file.package)} {{")
        for index, part in enumerate([*self.file.enums, *self.file.messages]):
            if index:
                self.add("")
            self.enum(part) if isinstance(part, Enum) else self.message(part)
        self.add("}")
        return "\n".join(self.lines) + "\n"

    def enum(self, enum):
        self.add(*doc(enum.doc, "    "),
                 f"    public enum {enum.name}: Int32, Sendable, Hashable, CaseIterable {{")
        for name, number, raw, text in enum.cases:
            self.add(*doc(text or f"{raw}", "        "), f"        case {quoted(name)} = {number}")
        self.add("", "        /// A number off the wire; one not known yet is "
                 f"``{enum.unknown}``.", "        init(known number: UInt32) {",
                 "            self = Self(rawValue: Int32(truncatingIfNeeded: number)) "
                 f"?? .{enum.unknown}",
                 "        }", "    }")

    def message(self, message):
        indent = "        "
        self.add(*doc(message.doc, "    "),
                 f"    public struct {message.name}: ProtoMessage, @unsafe StructCoded {{",
                 f"{indent}package typealias CStruct = {message.c}",
                 f"{indent}/// The message's full name.",
                 f'{indent}public static let fullName = "{message.full}"', "")
        for choice in message.choices:
            self.choice(choice)
        for name, member in message.members():
            kind, default = self.shape(member)
            value = "" if default == "nil" else f" = {default}"
            self.add(*doc(member.doc, indent),
                     f"{indent}public var {quoted(name)}: {kind}{value}")
        if message.members():
            self.add("")
        self.initialisers(message)
        self.codec(message)
        self.add("    }")

    def shape(self, member):
        if isinstance(member, Choice):
            return member.swift_type + "?", "nil"
        return member.swift_type(self.model), member.swift_default(self.model)

    def choice(self, choice):
        indent = "        "
        self.add(*doc(choice.doc, indent),
                 f"{indent}public enum {choice.swift_type}: Sendable, Hashable {{")
        for field in choice.fields:
            self.add(*doc(field.doc, indent + "    "),
                     f"{indent}    case {quoted(field.swift)}({field.element(self.model)})")
        self.add(indent + "}", "")

    def initialisers(self, message):
        indent = "        "
        self.add(f"{indent}/// Every field at its default.", f"{indent}public init() {{}}", "")
        members = message.members()
        if not members:
            return
        items = []
        for name, member in members:
            kind, default = self.shape(member)
            items.append(f"{quoted(name)}: {kind} = {default}")
        self.add(f"{indent}/// The message with these fields.",
                 *wrapped("public init(", items, ") {", indent))
        for name, _ in members:
            self.add(f"{indent}    self.{quoted(name)} = {quoted(name)}")
        self.add(indent + "}", "")

    def codec(self, message):
        indent = "        "
        self.add(
            f"{indent}/// Decodes bytes after checking them all; any thread.",
            f"{indent}public static func decode(",
            f"{indent}    _ bytes: RawSpan, limits: DecodeLimits, isolated: inout [IsolatedFault]",
            f"{indent}) throws(MessageError) -> Self {{",
            f"{indent}    try unsafe Codec.decode(bytes, limits, &isolated)",
            f"{indent}}}", "",
            f"{indent}/// Lends the encoded form; any thread.",
            f"{indent}public func withEncoder<R>(",
            f"{indent}    _ body: (borrowing MessageEncoder) throws(MessageError) -> R",
            f"{indent}) throws(MessageError) -> R {{",
            f"{indent}    try unsafe Codec.encode(self, body)",
            f"{indent}}}", "",
            f"{indent}package static var rule: UnsafePointer<shoal_message_rule> {{",
            f"{indent}    unsafe {message.rule}()",
            f"{indent}}}", "")
        self.add(f"{indent}package init(pb: UnsafePointer<{message.c}>) {{")
        if message.fields:
            self.add(f"{indent}    let c = unsafe pb.pointee")
        for _, member in message.members():
            if isinstance(member, Choice):
                self.read_choice(message, member)
            else:
                self.read_field(member)
        self.add(f"{indent}}}", "",
                 f"{indent}package func fill(",
                 f"{indent}    _ pb: UnsafeMutablePointer<{message.c}>, _ arena: ArenaScope",
                 f"{indent}) throws(MessageError) {{",
                 f"{indent}    unsafe {message.c_lower}__init(pb)")
        for _, member in message.members():
            if isinstance(member, Choice):
                self.write_choice(message, member)
            else:
                self.write_field(member)
        self.add(f"{indent}}}")

    # C to Swift

    def single(self, field, value):
        """An expression for one value; message values by their own helper."""
        if field.type == F.TYPE_STRING:
            return f"CValue.text({value})"
        if field.type == F.TYPE_BYTES:
            return f"CValue.bytes({value})"
        return field.read(self.model, value)

    def read_field(self, field):
        indent, value = " " * 12, f"c.{quoted(field.c)}"
        name = f"self.{quoted(field.swift)}"
        count, has = f"c.n_{field.proto.name}", f"c.has_{field.proto.name}"
        if field.c != field.proto.name:
            count, has = f"c.n_{field.c}", f"c.has_{field.c}"
        if field.repeated and field.is_message:
            self.add(f"{indent}{name} = unsafe CValue.messages({count}, {value})")
        elif field.repeated:
            if field.type in (F.TYPE_STRING, F.TYPE_BYTES):
                make = "CValue.text($0)" if field.type == F.TYPE_STRING else "CValue.bytes($0)"
                make = "unsafe " + make
            else:
                make = field.read(self.model, "$0")
            self.add(f"{indent}{name} = unsafe CValue.list({count}, {value}) {{ {make} }}")
        elif field.is_message:
            self.add(f"{indent}{name} = unsafe CValue.message({value})")
        elif field.type == F.TYPE_STRING:
            helper = "text" if field.has_default else "optionalText"
            self.add(f"{indent}{name} = unsafe CValue.{helper}({value})")
        elif field.type == F.TYPE_BYTES:
            other = "[]" if field.has_default else "nil"
            self.add(f"{indent}{name} = unsafe {has} != 0 ? CValue.bytes({value}) : {other}")
        elif field.has_default:
            self.add(f"{indent}{name} = unsafe {self.single(field, value)}")
        else:
            self.add(f"{indent}{name} = unsafe {has} != 0 ? {self.single(field, value)} : nil")

    def read_choice(self, message, choice):
        indent, name = " " * 12, f"self.{quoted(choice.swift)}"
        self.add(f"{indent}switch unsafe c.{choice.name}_case {{")
        for field in choice.fields:
            value = f"c.{quoted(field.c)}"
            self.add(f"{indent}case {self.case_name(message, choice, field)}:")
            if field.is_message:
                self.add(f"{indent}    {name} = unsafe CValue.message({value})"
                         f".map {{ .{quoted(field.swift)}($0) }}")
            else:
                self.add(f"{indent}    {name} = unsafe .{quoted(field.swift)}"
                         f"({self.single(field, value)})")
        self.add(f"{indent}default: {name} = nil", f"{indent}}}")

    def case_name(self, message, choice, field):
        head = message.c_lower.upper() + "__" + choice.name.upper() + "_"
        return head + field.proto.name.upper()

    # Swift to C

    def write_field(self, field):
        indent, target = " " * 12, f"pb.pointee.{quoted(field.c)}"
        mine = quoted(field.swift)
        has, count = f"pb.pointee.has_{field.c}", f"pb.pointee.n_{field.c}"
        if field.repeated:
            place = f"\"{field.where}\""
            if field.is_message:
                call = f"arena.messages({mine}, {place}, max: {field.max_items})"
                self.add(f"{indent}if !{mine}.isEmpty {{",
                         f"{indent}    unsafe {count} = {mine}.count",
                         *assign(indent + "    ", target, "try " + call), f"{indent}}}")
                return
            make = field.write(self.model, "each")
            if make.startswith("try "):
                make = "try unsafe " + make[4:]
            element, kind = self.c_element(field)
            self.add(f"{indent}if !{mine}.isEmpty {{",
                     f"{indent}    unsafe {count} = {mine}.count",
                     f"{indent}    unsafe {target} = try arena.list(",
                     f"{indent}        {mine}, {place}, max: {field.max_items}",
                     f"{indent}    ) {{ (each: {element}) throws(MessageError) -> {kind} in",
                     f"{indent}        {make}",
                     f"{indent}    }}",
                     f"{indent}}}")
            return
        if field.has_default:
            # A default of any kind is what __init has written already; only another value is set.
            test = f"!{mine}.isEmpty" if field.type == F.TYPE_BYTES else \
                f"{mine} != {field.swift_default(self.model)}"
            self.add(f"{indent}if {test} {{")
            source = mine
        else:
            source = "value"
            self.add(f"{indent}if let value = {mine} {{")
        if field.type not in (F.TYPE_STRING, F.TYPE_MESSAGE):
            self.add(f"{indent}    unsafe {has} = 1")
        self.add(*assign(indent + "    ", target, field.write(self.model, source)), f"{indent}}}")

    def c_element(self, field):
        element = field.element(self.model)
        if field.type == F.TYPE_STRING:
            return element, "UnsafeMutablePointer<CChar>?"
        if field.type == F.TYPE_BYTES:
            return element, "ProtobufCBinaryData"
        if field.type == F.TYPE_BOOL:
            return element, "protobuf_c_boolean"
        if field.type == F.TYPE_ENUM:
            return element, self.model.enums[field.target].c
        return element, element

    def write_choice(self, message, choice):
        indent = " " * 12
        self.add(f"{indent}switch {quoted(choice.swift)} {{")
        for field in choice.fields:
            self.add(f"{indent}case .{quoted(field.swift)}(let value):",
                     f"{indent}    unsafe pb.pointee.{choice.name}_case = "
                     f"{self.case_name(message, choice, field)}",
                     *assign(indent + "    ", f"pb.pointee.{quoted(field.c)}",
                             field.write(self.model, "value")))
        self.add(f"{indent}case nil: break", f"{indent}}}")


def assign(indent, target, expression):
    """The assignment of a C field, over two lines where one would be long."""
    line = f"{indent}unsafe {target} = {expression}"
    if len(line) <= LINE_MAX:
        return [line]
    return [f"{indent}unsafe {target} =", f"{indent}    {expression}"]


def services_text(model, file):
    lines = [f"// Generated by Proto/generate.py from {file.path}: its services; never edited.", ""]
    for service in file.services:
        lines += [*doc(service.doc, ""), f"public protocol {service.swift}Service: Sendable {{"]
        for method in service.methods:
            lines += [*doc(method.doc, "    "), *signature(model, method, "    ", "")]
        lines += ["}", "", f"extension {service.swift}Service {{"]
        for index, method in enumerate(service.methods):
            lines += [""] * (index > 0)
            lines += ["    /// Answers UNIMPLEMENTED until the service does better.",
                      *signature(model, method, "    ", "public "),]
            lines[-1] += " {"
            lines += [f"        throw .unimplemented(\"{method.full}\")", "    }"]
        lines += ["}", "", f"/// The methods of {service.full}.",
                  f"public enum {service.swift}Methods {{"]
        for method in service.methods:
            idempotent = "true" if method.idempotent else "false"
            lines += [*doc(method.doc, "    "),
                      f"    public static let {quoted(method.swift)} = MethodDescription(",
                      f"        name: \"{method.full}\",", f"        service: \"{service.full}\",",
                      f"        role: \"{method.role}\", isIdempotent: {idempotent},",
                      f"        request: \"{method.request}\",",
                      f"        response: \"{method.response}\")"]
        lines += ["    /// All of them.", "    public static let all: [MethodDescription] = [",
                  *[f"        {quoted(method.swift)}," for method in service.methods], "    ]", "",
                  "    /// The methods with a service behind them, for a server to dispatch to.",
                  "    public static func serve(",
                  f"        _ service: some {service.swift}Service", "    ) -> [ServedMethod] {",
                  "        ["]
        for method in service.methods:
            lines += [f"            ServedMethod({quoted(method.swift)}, "
                      f"{model.swift_type(method.request)}.self) {{",
                      "                (request, call) async throws(Fault) -> any ProtoMessage in",
                      f"                try await service.{quoted(method.swift)}(request, call)",
                      "            },"]
        lines += ["        ]", "    }", "}", "", f"/// A client of {service.full}.",
                  f"public struct {service.swift}Client: Sendable {{",
                  "    private let caller: any Caller", "",
                  "    /// A client that calls through `caller`.",
                  "    public init(_ caller: any Caller) { self.caller = caller }"]
        for method in service.methods:
            lines += ["", *doc(method.doc, "    "),
                      f"    public func {quoted(method.swift)}(",
                      f"        _ request: {model.swift_type(method.request)},",
                      "        _ options: CallOptions = CallOptions()",
                      f"    ) async throws(Fault) -> {model.swift_type(method.response)} {{",
                      "        try await caller.response(",
                      f"            {model.swift_type(method.response)}.self,",
                      f"            {service.swift}Methods.{quoted(method.swift)}, "
                      "request, options)",
                      "    }"]
        lines += ["}", ""]
    return "\n".join(lines[:-1]) + "\n"


def signature(model, method, indent, access):
    return [f"{indent}{access}func {quoted(method.swift)}(",
            f"{indent}    _ request: {model.swift_type(method.request)}, _ call: CallContext",
            f"{indent}) async throws(Fault) -> {model.swift_type(method.response)}"]


def contract_text(model):
    services = [service for file in model.files for service in file.services]
    packages = sorted({file.package for file in model.files})
    lines = ["// Generated by Proto/generate.py: the namespaces and the contract as a whole; "
             "never edited.", "", "import CShoalProto", ""]
    for package in packages:
        lines += [f"/// The messages of {package}.", f"public enum {namespace(package)} {{}}", ""]
    lines += ["/// The contract as a whole.", "public enum Contract {",
              "    /// A google.protobuf.FileDescriptorSet without comments, for Reflection.",
              "    public static let descriptorSet = unsafe [UInt8](",
              "        UnsafeBufferPointer(start: shoal_descriptor_set(), "
              "count: shoal_descriptor_set_size()))",
              "    /// The methods of all services.",
              "    public static let methods: [MethodDescription] = [",
              *[f"        {service.swift}Methods.all," for service in services],
              "    ].flatMap { $0 }", "}"]
    return "\n".join(lines) + "\n"


def write_swift(model, output):
    for file in model.files:
        name = f"{namespace(file.package)}_{file.stem}"
        if file.enums or file.messages:
            output[f"Swift/{name}.swift"] = SwiftFile(model, file).text()
        if file.services:
            output[f"Swift/{name}_services.swift"] = services_text(model, file)
    output["Swift/Contract.swift"] = contract_text(model)
    for path in sorted((HERE / "runtime").glob("*.swift.in")):
        output[f"Swift/{path.name[:-3]}"] = path.read_text()


# ---------------------------------------------------------------------------------------------


def generate():
    """All files of Proto/Generated by their path in it."""
    files = contract_files()
    output = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        descriptors = read_descriptors(files, folder)
        model = Model(descriptors)
        model.check()
        write_c(model, descriptors, files, folder, output)
        write_swift(model, output)
        write_python(model, files, folder, output, run, tool("protoc"), HERE)
    return output


def existing():
    if not OUTPUT.exists():
        return {}
    return {str(path.relative_to(OUTPUT)): path.read_text()
            for path in OUTPUT.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}


def main():
    global HERE
    check = "--check" in sys.argv[1:]
    rest = [word for word in sys.argv[1:] if word != "--check"]
    if rest[:1] == ["--lint"] and len(rest) == 2:
        HERE = Path(rest[1]).resolve()  # only reads and checks the contract in another folder
    elif rest:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        fresh = generate()
    except Refusal as refusal:
        print(f"generate.py: {refusal}", file=sys.stderr)
        return 1
    if rest:
        return 0
    old = existing()
    different = sorted(name for name in {*fresh, *old} if fresh.get(name) != old.get(name))
    if check:
        for name in different:
            print(f"Proto/Generated/{name} differs from what Proto/generate.py writes")
        return 1 if different else 0
    for name in different:
        path = OUTPUT / name
        if name in fresh:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fresh[name])
        else:
            path.unlink()
    print(f"{len(fresh)} files, {len(different)} changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
