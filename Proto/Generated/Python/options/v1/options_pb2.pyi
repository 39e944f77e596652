from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor
IDEMPOTENT_FIELD_NUMBER: int
ISOLATED_FIELD_NUMBER: int
MAX_BYTES_FIELD_NUMBER: int
MAX_ITEMS_FIELD_NUMBER: int
ROLE_FIELD_NUMBER: int
idempotent: _descriptor.FieldDescriptor
isolated: _descriptor.FieldDescriptor
max_bytes: _descriptor.FieldDescriptor
max_items: _descriptor.FieldDescriptor
role: _descriptor.FieldDescriptor
