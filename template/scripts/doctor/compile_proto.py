"""Runs in the agent's environment: compiles a proto file, and prints what is not as it says."""

import sys
import sysconfig
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from a2a.types import a2a_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc  # type: ignore[import-untyped]  # it has no types


def main(proto: Path, stubs: Path) -> int:
    """The file beside the SDK, and its stubs, where there are any, beside new ones."""
    served = FileDescriptorProto()
    a2a_pb2.DESCRIPTOR.CopyToProto(served)
    with TemporaryDirectory() as folder:
        outputs = ("--descriptor_set_out={0}/set", "--python_out={0}", "--grpc_python_out={0}")
        known = (files("grpc_tools") / "_proto", sysconfig.get_path("purelib"))
        includes = (f"-I{place}" for place in (proto.parent, *known))
        words = ("protoc", *includes, *(word.format(folder) for word in outputs), proto.name)
        if code := int(protoc.main(words)):
            return code
        (ours,) = FileDescriptorSet.FromString(Path(folder, "set").read_bytes()).file
        if str(ours) != str(served):  # as text: the two encode equal options differently
            print(proto)
        new = {file.name: file.read_bytes() for file in Path(folder).glob("*.py")}
    old = {file.name: file.read_bytes() for file in stubs.glob("*.py")}
    if old and old != new:
        print(stubs)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
