"""An SDK upgrade that changes the wire is noticed: proto/a2a.proto still says what the SDK serves."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from a2a.types import a2a_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

PROTO_FOLDER = Path(__file__).resolve().parents[2] / "proto"


def test_proto_file_equals_the_sdk_descriptors(tmp_path: Path) -> None:
    """When this fails after an upgrade, take the template's new proto/a2a.proto (copier update)."""
    image = tmp_path / "a2a.binpb"
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"--descriptor_set_out={image}"]
    includes = [f"-I{PROTO_FOLDER}", f"-I{sysconfig.get_path('purelib')}"]
    subprocess.run([*protoc, *includes, "a2a.proto"], check=True)
    (ours,) = FileDescriptorSet.FromString(image.read_bytes()).file
    sdk = FileDescriptorProto()
    a2a_pb2.DESCRIPTOR.CopyToProto(sdk)

    assert str(sdk) == str(ours)  # as text: the two encode equal options differently
